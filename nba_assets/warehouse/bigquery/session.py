"""Session on BigQuery: the queries of one step, of which nothing stays open between them.

What a step reads is looked at first: a table or column that is not there is told by name before any query runs. What is
stored is the warehouse's to say; the text of a script is not said here.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import pyarrow as pa

from nba_assets.compile.bind import Dates
from nba_assets.compile.code_version import Code
from nba_assets.compile.steps import Query
from nba_assets.contracts.calendar import LONGEST_SEASON, Window, season_year
from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.artefacts import Artefacts
from nba_assets.warehouse.base import Job, TransientError, Written
from nba_assets.warehouse.bigquery import notes, script
from nba_assets.warehouse.bigquery.notes import Note, notes_in
from nba_assets.warehouse.changes import Changes

if TYPE_CHECKING:
    from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse, Raw

TRIES = 4
"""Two that replace the same empty partitions at once may both come through; so often it is done again."""


@dataclass
class BigQuerySession:
    """The queries of a step. Nothing stays open between them."""

    in_process: ClassVar[bool] = False

    warehouse: BigQueryWarehouse
    timeout: float
    run_id: str = ""
    older: dict[str, int] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    _there: set[Contract] = field(default_factory=set)
    _notes: dict[int, dict[str, list[Note]]] = field(default_factory=dict)
    """By season, and in it by table."""
    _raw: dict[tuple[Contract, Window], dict[date, Raw]] = field(default_factory=dict)
    _labels: dict[str, str] = field(default_factory=dict)

    @property
    def artefacts(self) -> Artefacts:
        return Artefacts.of(None)

    def require(self, inputs: Dates) -> None:
        for contract in inputs:
            if contract not in self._there:
                there = {column.name for column in self.warehouse.table(contract).schema}
                if missing := [column.name for column in contract.columns if column.name not in there]:
                    name = self.warehouse.names.plain(contract)
                    raise BadInput(f"{name} lacks column {', '.join(missing)}: `nba bigquery init` adds what is ours")
                self._there.add(contract)

    def contents(self, contract: Contract, dates: Window | None) -> Mapping[date, str]:
        if contract.partition_by is None:
            return {}
        dates = dates or script.EVER
        if isinstance(contract, RawTable):
            if (contract, dates) not in self._raw:
                self._raw[contract, dates] = self.warehouse.raw(contract, dates)
            return {day: of.content for day, of in self._raw[contract, dates].items()}
        return notes.contents(self._noted(contract, dates), contract)

    def _noted(self, contract: Contract, dates: Window) -> list[Note]:
        """The notes of some dates; those of all tables and a season are looked up at once."""
        if dates.days > 2 * LONGEST_SEASON:
            return [note for note in self.warehouse.notes(contract) if note.day in dates]
        found: list[Note] = []
        for year in range(season_year(dates.start), season_year(dates.end) + 1):
            if year not in self._notes:
                sql = script.look_up_notes(self.warehouse.names, Window.season(year), "inputs_read")
                self._notes[year] = notes_in(self.warehouse.look_up(sql, "notes"))
            found += self._notes[year].get(contract.full_name, [])
        return [note for note in found if note.day in dates and note.is_of(contract)]

    def create_views(self, inputs: Dates) -> None:
        """There is nothing to make; what is told is over which partitions of another schema they would be."""
        self.require(inputs)
        self.older.clear()
        for contract, dates in inputs.items():
            if dates and not isinstance(contract, RawTable):
                declared = notes.fingerprint(contract)
                if older := sum(note.schema != declared for note in self._noted(contract, dates)):
                    self.older[contract.full_name] = older

    def fetch(self, sql: str) -> pa.Table:
        labels = self._labels or labels_of(None, (), self.run_id)
        answer = self.warehouse.jobs.run(self.warehouse.names.sql(sql), "nba-query", labels, self.timeout)
        self.jobs.append(answer.job)
        return answer.rows

    def replace(
        self,
        contract: Contract,
        sql: Query,
        days: Sequence[date],
        code: Code | None = None,
        read: Mapping[date, str] | None = None,
    ) -> Written:
        started = time.perf_counter()
        self._labels = labels_of(contract, days, self.run_id)
        if code:
            self.warehouse.code_notes.keep(contract.full_name, code)
        name, jobs = job_name("replace", contract), self.warehouse.jobs
        text = script.replace(self.warehouse.names, contract, sql, days, code.version if code else "", read)
        rows: list[dict[str, Any]] = []
        for _ in range(TRIES):
            jobs.settle(name, self.timeout)
            answer = jobs.run(text, name, self._labels, self.timeout)
            self.jobs.append(answer.job)
            rows = answer.rows.to_pylist()
            if all(row["stored"] == row["rows"] for row in rows):
                break
        else:
            raise TransientError(f"others replace {contract.full_name} at the same time")
        self._note_written(contract, rows)
        self.warehouse._noted.clear()
        return Written(
            rows={row["day"]: row["rows"] for row in rows},
            hashes={row["day"]: row["content"] for row in rows},
            query_seconds=time.perf_counter() - started,
            write_seconds=0.0,
            bytes_written=0,
            changes={row["day"]: Changes(*(row[name] for name in Changes._fields)) for row in rows if "added" in row},
        )

    def put(
        self,
        contract: Contract,
        rows: pa.Table,
        days: Sequence[date],
        code: Code | None = None,
        read: Mapping[date, str] | None = None,
    ) -> Written:
        from nba_assets.warehouse.bigquery.load import staged

        names = self.warehouse.names
        labels = labels_of(contract, days, self.run_id)
        with staged(self.warehouse.jobs, names, contract, [rows], labels) as beside:
            asked = f"SELECT {script.column_list(contract)} FROM {names.quoted(beside)}"
            return self.replace(contract, asked, days, code, read)

    def _note_written(self, contract: Contract, rows: Iterable[Mapping[str, Any]]) -> None:
        """What is stored has changed by what this session wrote."""
        for row in rows:
            of_season = self._notes.get(season_year(row["day"]))
            if of_season is not None:
                part, schema = contract.part, notes.fingerprint(contract)
                held = of_season.setdefault(contract.full_name, [])
                held[:] = [note for note in held if (note.day, note.part) != (row["day"], part)]
                held.append(Note(row["day"], part, row["rows"], row["content"], "", "", schema, 0.0))


def job_name(does: str, contract: Contract) -> str:
    """What the ids of jobs begin with that write a table."""
    names = [contract.dataset, contract.name, *([contract.part] if contract.part else [])]
    return "-".join(["nba", does, *names])


def labels_of(contract: Contract | None, days: Sequence[date], run_id: str) -> dict[str, str]:
    """Labels of a job: lower case letters, digits, dashes and underscores, at most 63."""
    found = {"nba_run": run_id.lower()[:63]} if run_id else {}
    if contract:
        window = hull(days)
        found["nba_table"] = contract.name.lower()[:63]
        found["nba_partition"] = f"{window.start}" if window.days == 1 else f"{window.start}_{window.end}"
    return found


def hull(days: Iterable[date]) -> Window:
    """The least range that holds all the days."""
    ordered = sorted(days)
    return Window(ordered[0], ordered[-1])
