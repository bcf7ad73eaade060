"""Explanation of a stored row: the input rows that are enough to make it, one level up, and what was passed over.

Found by trying: inputs are left out, whole and then row by row, as long as the table's own query still makes the same
value. So what is left makes it by itself, whatever the formula is; rows that change nothing, such as a source that
another one goes before, are not among it. Nothing here knows what a column means. Read only, and in memory: the rows
come from the warehouse, the query runs in DuckDB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

import duckdb
import pyarrow as pa

from nba_assets.compile.dialects import to_sql
from nba_assets.compile.reading import rows_of
from nba_assets.compile.statements import made_from, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.table import Table
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.connection import connected
from nba_assets.warehouse.lake_views import quoted
from nba_assets.warehouse.records import records

SECONDS = 300.0
TRIES_EACH = 40
"""An input is narrowed by so many queries at most: of a league's mean every row is needed, and each is a try."""

CANDIDATES = 5

NOT_NEEDED = "not needed"
"""The role of an input that the columns asked for are not made of."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Input:
    """What the table reads of one stored table, and which rows of it are enough."""

    contract: Contract
    dates: Window | None
    read: int
    related: int
    """Rows that name a part of the row's key."""
    enough: Sequence[Row]
    narrowed: bool
    """Whether no row can be left out, as far as was tried: else there are too many to try them all."""
    could: bool
    """Whether what is explained may come from it, as the query is written."""

    @property
    def role(self) -> str:
        if self.enough:
            return "used" if self.narrowed else "used, not narrowed"
        if not self.could:
            return NOT_NEEDED
        return "passed over" if self.related else "has nothing of its key"


@dataclass(frozen=True)
class Explanation:
    """A stored row, what the table's query makes of all it reads now, and of just the rows that are enough for that."""

    table: Table
    day: date
    columns: Sequence[str]
    """Those that are explained."""
    stored: Row
    made: Row | None
    again: Row | None
    inputs: Sequence[Input]

    @property
    def differing(self) -> list[str]:
        """The columns that are stored otherwise than what is read now makes them."""
        made = self.made or {}
        return [name for name in self.columns if made.get(name) != self.stored.get(name)]


def explain(
    warehouse: Warehouse, table: Table, day: date, key: Sequence[str], column: str | None = None
) -> Explanation:
    """Explain the row of a day with these values in its key, or one column of it.

    Raises BadInput for a column there is not, and where there is no such row, or more than one.
    """
    if column and column not in {c.name for c in table.columns}:
        raise BadInput(f"--column: {table.name} has no column {column!r}")
    stored = _row(warehouse, table, day, key)
    columns = [column] if column else [c.name for c in table.columns]
    with connected() as connection:
        bench = _Bench(connection, table, day, stored, columns)
        bench.load(warehouse)
        made = bench.make()
        found = [bench.narrow(contract) for contract in bench.inputs]
        return Explanation(table, day, columns, stored, made, bench.make(), found)


def _row(warehouse: Warehouse, table: Table, day: date, key: Sequence[str]) -> Row:
    if not (rows := records(_fetch(warehouse, table, Window(day, day)))):
        dates = warehouse.dates(table)
        there = f"is built from {dates[0]} to {dates[-1]}" if dates else "is not built"
        raise BadInput(f"{table.full_name} holds no row of {day}; it {there}")
    found = [row for row in rows if set(key) <= {str(row[name]) for name in table.key}]
    if len(found) == 1:
        return found[0]
    others = [name for name in table.key if name != table.partition_by]
    some = "; ".join(
        ", ".join(str(row[name]) for name in others) for row in (found or _near(rows, others, key))[:CANDIDATES]
    )
    what = f"{len(found)} rows of {day} have" if found else f"no row of {day} has"
    raise BadInput(f"--key: {what} {', '.join(key)} as {', '.join(others)}; there are {some}")


def _near(rows: Sequence[Row], names: Sequence[str], key: Sequence[str]) -> Sequence[Row]:
    """Rows of which a part of the key is written much like what was asked for; else the first ones."""
    values = {str(row[name]) for row in rows for name in names}
    near = {match for part in key if part not in values for match in get_close_matches(part, values)}
    return [row for row in rows if near & {str(row[name]) for name in names}] or rows


def _fetch(warehouse: Warehouse, contract: Contract, dates: Window | None) -> pa.Table:
    """What is stored, as it is stored."""
    return warehouse.fetch(to_sql(rows_of(contract, dates), warehouse.dialect), {contract: dates}, SECONDS)


@dataclass
class _Bench:
    """A database in which the table's query sees of each input the rows that are kept."""

    connection: duckdb.DuckDBPyConnection
    table: Table
    day: date
    stored: Row
    columns: Sequence[str]
    reference: tuple[Any, ...] | None = None
    _tries: int = 0

    def __post_init__(self) -> None:
        self.inputs = made_from(self.table, Window(self.day, self.day))
        sources = [c.name for c in self.table.columns if "source" in c.name]
        self._compared = list(dict.fromkeys([*self.columns, *sources]))  # the same from another source is not the same
        compiled = statements(self.table, "duckdb")
        self._sql = compiled.rows_in(Window(self.day, self.day))
        named = {f"{dataset}.{name}" for of in self.columns for dataset, name, _ in compiled.sources.get(of, ())}
        self.sources = {contract for contract in self.inputs if contract.full_name in named}

    def load(self, warehouse: Warehouse) -> None:
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("CREATE SCHEMA all_rows")
        for contract, dates in self.inputs.items():
            rows = _fetch(warehouse, contract, dates).cast(contract.schema().to_pyarrow())
            self.connection.register("given", rows)
            self.connection.execute(
                f'CREATE TABLE all_rows."{contract.name}" AS SELECT row_number() OVER () AS row_, * FROM given'
            )
            self.connection.unregister("given")
            self.connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{contract.dataset}"')
            self._keep(contract, None)

    def _keep(self, contract: Contract, rows: Sequence[int] | None) -> None:
        """Let the query see these rows of an input, or all."""
        listed = ", ".join(map(str, rows)) if rows else "NULL"
        where = "true" if rows is None else f"row_ IN ({listed})"
        self.connection.execute(
            f'CREATE OR REPLACE VIEW "{contract.dataset}"."{contract.name}" AS '
            f'SELECT * EXCLUDE (row_) FROM all_rows."{contract.name}" WHERE {where}'
        )

    def make(self) -> Row | None:
        """The row as the query makes it of what is kept; None where it makes none."""
        key = " AND ".join(f'made."{name}" IS NOT DISTINCT FROM ?' for name in self.table.key)
        given = [self.stored[name] for name in self.table.key]
        rows = self.connection.execute(f"SELECT * FROM ({self._sql}) AS made WHERE {key}", given).to_arrow_table()
        made = records(rows.cast(self.table.schema().to_pyarrow()))
        return made[0] if len(made) == 1 else None

    def narrow(self, contract: Contract) -> Input:
        """Leave out what is not needed of an input, for good."""
        self.reference = self._value(self.make())
        self._tries = TRIES_EACH
        every, related = self._rows(contract, "true"), self._rows(contract, self._relates(contract))
        if self._same(contract, []):
            kept: list[int] = []
        elif related and len(related) < len(every) and self._same(contract, related):
            kept = self._shrunk(contract, related, [])
        else:
            kept = self._shrunk(contract, every, [])
        self._keep(contract, kept)
        narrowed, could = self._tries > 0, contract in self.sources
        return Input(
            contract, self.inputs[contract], len(every), len(related), self._of(contract, kept), narrowed, could
        )

    def _shrunk(self, contract: Contract, rows: Sequence[int], rest: Sequence[int]) -> list[int]:
        """Those of the rows that are needed beside the `rest`: half of them go as long as it makes no difference."""
        if len(rows) <= 1 or self._tries <= 0:
            return list(rows)
        first, second = rows[: len(rows) // 2], rows[len(rows) // 2 :]
        for half in (second, first):
            if self._same(contract, [*half, *rest]):
                return self._shrunk(contract, half, rest)
        kept = self._shrunk(contract, first, [*second, *rest])
        return [*kept, *self._shrunk(contract, second, [*kept, *rest])]

    def _same(self, contract: Contract, rows: Sequence[int]) -> bool:
        if self._tries <= 0:
            return False
        self._tries -= 1
        self._keep(contract, rows)
        return self._value(self.make()) == self.reference

    def _value(self, row: Row | None) -> tuple[Any, ...] | None:
        return tuple(row[name] for name in self._compared) if row else None

    def _relates(self, contract: Contract) -> str:
        texts = sorted({value for name in self.table.key if isinstance(value := self.stored[name], str)})
        named = [c.name for c in contract.columns if c.type == "STRING"]
        listed = ", ".join(map(quoted, texts))
        return " OR ".join(f'"{name}" IN ({listed})' for name in named) if named and texts else "false"

    def _rows(self, contract: Contract, where: str) -> list[int]:
        sql = f'SELECT row_ FROM all_rows."{contract.name}" WHERE {where} ORDER BY row_'
        return [row for (row,) in self.connection.execute(sql).fetchall()]

    def _of(self, contract: Contract, rows: Sequence[int]) -> Sequence[Row]:
        if not rows:
            return []
        listed = ", ".join(map(str, rows))
        sql = f'SELECT * EXCLUDE (row_) FROM all_rows."{contract.name}" WHERE row_ IN ({listed}) ORDER BY row_'
        return records(self.connection.execute(sql).to_arrow_table())
