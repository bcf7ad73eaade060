"""Transfer of partitions from one warehouse to another, as Parquet: between a lake and BigQuery, or two lakes.

A partition goes with its failure records, the note of the code that made it, and the files of the models it names. What
it was built from is noted anew, since engines tell contents apart by hashes of their own: a partition that was up to
date where it comes from counts as built from what the other holds now. Raw data is not moved. Where folders and buckets
lie is said elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import get_args

import pyarrow as pa
import pyarrow.compute as pc

from nba_assets.compile import reading
from nba_assets.compile.code_version import Code, code_of, code_version
from nba_assets.compile.dialects import Dialect, to_sql
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Table
from nba_assets.warehouse.artefacts import DIGEST, carry
from nba_assets.warehouse.base import Session, Warehouse
from nba_assets.warehouse.changes import Changes
from nba_assets.warehouse.footers import DAMAGED, Build
from nba_assets.warehouse.inputs import Content, Inputs, dated_inputs

SECONDS = 600.0

UP_TO_DATE = "up to date when it was moved"
"""What is noted as read where the inputs are not: who brings the partition to them notes what they hold."""

Report = Callable[[str, int, int], None]
"""Told a table, how many of its partitions are done, and of how many."""


@dataclass(frozen=True)
class Moved:
    """What was moved of one table: rows and content of each day."""

    table: Contract
    rows: dict[date, int] = field(default_factory=dict)
    hashes: dict[date, str] = field(default_factory=dict)
    changes: dict[date, Changes] = field(default_factory=dict)


def move(
    source: Warehouse, target: Warehouse, tables: Sequence[Table], window: Window | None, report: Report
) -> list[Moved]:
    """Replace the partitions of `window`, or of all dates, by those of the source; tables come after those they read.

    Raises BadInput, before anything is moved, for a partition that is damaged or has other columns than are declared,
    and for a model whose file is not there.
    """
    days = {table: [day for day in source.dates(table) if window is None or day in window] for table in tables}
    builds = {table: source.builds(table, days[table]) for table in tables}
    for table in tables:
        _require_sound(source, table, builds[table])
    with source.session(SECONDS) as read, target.session(SECONDS) as written:
        for table in tables:  # before any row: none is ever without its model
            if digests := _models(read, source.dialect, table, days[table]):
                carry(digests, read.artefacts, written.artefacts)
        return [_Move(source, target, read, written, table, builds[table]).all(report) for table in tables]


def _models(read: Session, dialect: Dialect, table: Table, days: Sequence[date]) -> list[str]:
    """The models that rows of a table name, if it is one that does."""
    if not days or DIGEST not in [column.name for column in table.columns]:
        return []
    rows = rows_of(read, dialect, table, Window(days[0], days[-1]))
    return list(pc.unique(rows[DIGEST]).to_pylist())


def _require_sound(source: Warehouse, table: Table, builds: Mapping[date, Build]) -> None:
    contents = source.contents(table)
    for day, build in builds.items():
        if build.damaged or contents.get(day, "").startswith(DAMAGED):
            raise BadInput(f"{table.full_name} of {day} is damaged: build it again before it is moved")
        if not build.as_declared:
            raise BadInput(f"{table.full_name} of {day} has other columns than are declared: `nba upgrade` first")


@dataclass(frozen=True)
class _Move:
    """One table's."""

    source: Warehouse
    target: Warehouse
    read: Session
    written: Session
    table: Table
    builds: Mapping[date, Build]

    def all(self, report: Report) -> Moved:
        moved, notes = Moved(self.table), self._notes()
        for _, of_season in groupby(sorted(self.builds), season_year):
            self._season(list(of_season), notes, moved)
            report(self.table.name, len(moved.rows), len(self.builds))
        return moved

    def _season(self, days: Sequence[date], notes: Mapping[date, str], moved: Moved) -> None:
        window = Window(days[0], days[-1])
        stored = rows_of(self.read, self.source.dialect, self.table, window)
        for code, of_code in self._by_code(days):
            rows = _of_days(stored, self.table, of_code)
            written = self.written.put(self.table, rows, of_code, code, notes)
            moved.rows.update(written.rows)
            moved.hashes.update(written.hashes)
            moved.changes.update(written.changes)
        if records := failures_of(self.table):
            failed = rows_of(self.read, self.source.dialect, records, window)
            self.written.put(records, _of_days(failed, records, days), days)

    def _by_code(self, days: Sequence[date]) -> Iterator[tuple[Code | None, list[date]]]:
        for version in sorted({self.builds[day].code for day in days}):
            yield self._code(version), [day for day in days if self.builds[day].code == version]

    def _code(self, version: str) -> Code | None:
        """Today's code is today's on the other engine, in which it is written otherwise; older code is what it was."""
        if not version:
            return None
        dialects: tuple[Dialect, ...] = get_args(Dialect)
        if version in [code_version(self.table, dialect) for dialect in dialects]:
            return code_of(self.table, self.target.dialect)
        return Code(version, self.source.code_notes.text(self.table.full_name, version) or "")

    def _notes(self) -> dict[date, str]:
        """What each partition is noted to have read: nothing of one that is out of date, so that it stays so."""
        here, there = _inputs(self.source, self.table), _inputs(self.target, self.table)
        fresh = [day for day, build in self.builds.items() if build.read and not here.changed(build.read, day)]
        has_inputs = any(self.target.dates(of) for of, _ in dated_inputs(self.table))
        return {day: there.read_on(day) if has_inputs else UP_TO_DATE for day in fresh}


def _inputs(warehouse: Warehouse, table: Table) -> Inputs:
    return Inputs(table, lambda source: Content(warehouse.contents(source)))


def rows_of(session: Session, dialect: Dialect, contract: Contract, window: Window) -> pa.Table:
    """The rows of some days as they are stored, in order of date and key."""
    rows = reading.rows_of(contract, window)
    if contract.part:
        rows = rows.filter(rows[contract.part_column] == contract.part)
    rows = rows.order_by(list(dict.fromkeys([str(contract.partition_by), *contract.key])))
    session.create_views({contract: window})
    schema = contract.schema().to_pyarrow()
    return session.fetch(to_sql(rows, dialect)).select(schema.names).cast(schema)


def _of_days(rows: pa.Table, contract: Contract, days: Sequence[date]) -> pa.Table:
    return rows.filter(pc.is_in(rows[str(contract.partition_by)], pa.array(days, pa.date32())))
