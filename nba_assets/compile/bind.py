"""From a table's declared inputs to one expression over stored tables, for some dates.

The expression names stored tables and filters them to the dates that the declared reach needs; the same
expression then compiles to DuckDB's SQL and to BigQuery's. No engine and no Dagster here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import ibis
import ibis.expr.types as ir

from nba_assets.compile.storage import read_back, stored
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.read import Reach, Read, View, inputs_of, stored_sources
from nba_assets.contracts.table import Check, Table

Dates = Mapping[Contract, Window | None]
"""For each stored table an expression names, the dates it needs of it; None for a table stored whole."""


@dataclass
class Binder:
    """Binds inputs for the partitions of one window, which lies in one season.

    A view asked for twice with the same dates is the same expression both times, so it compiles to one CTE.
    """

    window: Window
    scanned: dict[Contract, Window | None] = field(default_factory=dict)
    _views: dict[tuple[str, Reach], ir.Table] = field(default_factory=dict)
    _scans: dict[tuple[str, Window | None], ir.Table] = field(default_factory=dict)

    def rows(self, table: Table) -> ir.Table:
        """The table's rows for the window, cast to its contract; what they are made of, as it is, of a python table."""
        if table.python:
            return self.given(table, table.build)
        return stored(between(self.given(table, table.build), table, self.window), table)

    def failed(self, table: Table) -> ir.Table:
        """The failure records of the window, cast to their contract; for a table that has any."""
        records = failures_of(table)
        assert records
        assert table.population
        assert table.population.failed
        made = self.given(table, table.population.failed).mutate(processor_name=ibis.literal(table.name))
        return stored(between(made, records, self.window), records)

    def skipped(self, table: Table) -> ir.Table:
        """The dates of the window on which nothing is built, with the `reason`; for a table that skips some."""
        assert table.population
        assert table.population.skipped
        made = self.given(table, table.population.skipped)
        return made.filter(made.game_date.between(ibis.literal(self.window.start), ibis.literal(self.window.end)))

    def broken(self, check: Check, table: Table) -> ir.Table:
        """The stored rows of the window that break `check`."""
        inputs = {name: self.read(table.reads[name]) for name in check.needs}
        if (records := failures_of(table)) and "failures" in inspect.signature(check.broken).parameters:
            inputs["failures"] = self.scan(records, self.window)
        broken = check.broken(rows=self.scan(table, self.window), **inputs)
        return between(broken, table, self.window)

    def given(self, table: Table, build: Callable[..., ir.Table]) -> ir.Table:
        """What a function of some of the table's inputs makes of them."""
        return build(**{name: self.read(table.reads[name]) for name in inspect.signature(build).parameters})

    def read(self, read: Read) -> ir.Table:
        source = read.source
        reach = read.reach if _has_dates(source) else Reach.SAME_DAY
        if isinstance(source, Contract):
            return self.scan(source, reach.dates(self.window) if source.partition_by else None)
        if (source.name, reach) not in self._views:
            inputs = {name: self.read(given) for name, given in inputs_of(source, reach)}
            self._views[source.name, reach] = source.build(**inputs).alias(_cte(source.name, reach))
        return self._views[source.name, reach]

    def scan(self, contract: Contract, dates: Window | None) -> ir.Table:
        """A stored table, filtered to `dates`, its decimals read as FLOAT64."""
        if (contract.name, dates) not in self._scans:
            rows = ibis.table(contract.schema(), name=contract.name, database=contract.dataset)
            rows = between(rows, contract, dates)  # first: BigQuery is to see it on the table itself
            if contract.part:
                rows = rows.filter(rows[contract.part_column] == contract.part)
            self._scans[contract.name, dates] = read_back(rows, contract)
            known = self.scanned.get(contract)
            self.scanned[contract] = known.hull(dates) if known and dates else dates
        return self._scans[contract.name, dates]


def between(rows: ir.Table, contract: Contract, dates: Window | None) -> ir.Table:
    """The rows of some dates, or all; of a table stored whole there are no others."""
    if dates is None or contract.partition_by is None:
        return rows
    return rows.filter(rows[contract.partition_by].between(ibis.literal(dates.start), ibis.literal(dates.end)))


def stored_inputs(table: Table) -> dict[Contract, set[Reach]]:
    """Every stored table that `table` reads, through views or directly, and how far back."""
    found: dict[Contract, set[Reach]] = {}
    for read in table.reads.values():
        for source, reach in stored_sources(read):
            found.setdefault(source, set()).add(reach)
    return found


@cache
def _has_dates(source: Contract | View) -> bool:
    """Whether how far back it is read makes a difference: not for a reference table, nor a view over nothing else."""
    if isinstance(source, Contract):
        return source.partition_by is not None
    return any(_has_dates(read.source) for _, read in inputs_of(source, Reach.SAME_DAY))


def _cte(view: str, reach: Reach) -> str:
    """The name of a view's CTE: without it, Ibis writes a view that is used five times five times."""
    return view if reach is Reach.SAME_DAY else f"{view}_{reach.name.lower()}"
