"""From a table's declared inputs to one expression over stored tables, for some dates.

The expression names stored tables and filters them to the dates that the declared reach needs; the same
expression then compiles to DuckDB's SQL and to BigQuery's. No engine and no Dagster here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from nba_assets.season import Window
from nba_assets.table import Check, Contract, Reach, Read, Table, View, read_back, stored

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
        """The table's rows for the window, cast to its contract."""
        made = table.build(**{name: self.read(read) for name, read in table.reads.items()})
        return stored(_between(made, table, self.window), table)

    def broken(self, check: Check, table: Table) -> ir.Table:
        """The stored rows of the window that break `check`."""
        inputs = {name: self.read(table.reads[name]) for name in check.needs}
        broken = check.broken(rows=self.scan(table, self.window), **inputs)
        return _between(broken, table, self.window)

    def read(self, read: Read) -> ir.Table:
        source, reach = read.source, read.reach
        if isinstance(source, Contract):
            return self.scan(source, reach.dates(self.window) if source.partition_by else None)
        if (source.name, reach) not in self._views:
            inputs = {
                name: self.read(given if isinstance(given, Read) else Read(given, reach))
                for name, given in source.inputs.items()
            }
            self._views[source.name, reach] = source.build(**inputs).alias(_cte(source.name, reach))
        return self._views[source.name, reach]

    def scan(self, contract: Contract, dates: Window | None) -> ir.Table:
        """A stored table, filtered to `dates`, its decimals read as FLOAT64."""
        if (contract.name, dates) not in self._scans:
            rows = ibis.table(contract.schema(), name=contract.name, database=contract.dataset)
            self._scans[contract.name, dates] = read_back(_between(rows, contract, dates), contract)
            known = self.scanned.get(contract)
            self.scanned[contract] = known.hull(dates) if known and dates else dates
        return self._scans[contract.name, dates]


def _between(rows: ir.Table, contract: Contract, dates: Window | None) -> ir.Table:
    if dates is None or contract.partition_by is None:
        return rows
    return rows.filter(rows[contract.partition_by].between(ibis.literal(dates.start), ibis.literal(dates.end)))


def stored_inputs(table: Table) -> dict[Contract, set[Reach]]:
    """Every stored table that `table` reads, through views or directly, and how far back."""
    found: dict[Contract, set[Reach]] = {}
    for read in table.reads.values():
        for source, reach in _leaves(read):
            found.setdefault(source, set()).add(reach)
    return found


def _leaves(read: Read) -> Iterator[tuple[Contract, Reach]]:
    if isinstance(read.source, View):
        for given in read.source.inputs.values():
            yield from _leaves(given if isinstance(given, Read) else Read(given, read.reach))
    else:
        yield read.source, read.reach


def _cte(view: str, reach: Reach) -> str:
    """The name of a view's CTE: without it, Ibis writes a view that is used five times five times."""
    return view if reach is Reach.SAME_DAY else f"{view}_{reach.name.lower()}"
