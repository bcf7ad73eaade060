"""Ancestry of columns: what each comes from, through all tables between, and what is made of it.

For the text in the catalog and the tree at the prompt. What one table's expression says of its own columns is not
worked out here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from nba_assets.compile.bind import stored_inputs
from nba_assets.compile.dialects import Dialect
from nba_assets.compile.statements import statements
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import every_table, monthly_tables

Column = tuple[str, str]
"""A table's full name, and a column of it."""


def sources(dialect: Dialect, column: Column) -> tuple[Column, ...] | None:
    """The columns that one is made of directly; None of a column of a raw table. Only those asked for are looked at."""
    table = _tables().get(column[0])
    return _of_table(table, dialect).get(column[1], ()) if table else None


def uses(dialect: Dialect, column: Column) -> tuple[Column, ...]:
    """The columns of our tables that are made of one directly. Only tables that read its own are looked at."""
    return tuple(
        (table.full_name, name)
        for table in _readers().get(column[0], ())
        for name, made_of in _of_table(table, dialect).items()
        if column in made_of
    )


def asked_of(column: Column) -> list[Table]:
    """The tables whose queries say what `sources` asks of a column: its own, if it is none of a raw table."""
    return [table] if (table := _tables().get(column[0])) else []


def asked_of_uses(column: Column) -> list[Table]:
    """The tables whose queries say what `uses` asks of a column: those that read its own."""
    return _readers().get(column[0], [])


def told(table: Table, dialect: Dialect) -> list[str]:
    """For each column of a table that is made of any, a line: columns by table, then the raw tables where these are
    not raw."""
    return [_line(name, made_of, dialect) for name, made_of in _of_table(table, dialect).items() if made_of]


def _line(name: str, made_of: Iterable[Column], dialect: Dialect) -> str:
    by_table: dict[str, list[str]] = {}
    for table, column in made_of:
        by_table.setdefault(table, []).append(column)
    steps = [name, "; ".join(f"{', '.join(columns)} of {table}" for table, columns in by_table.items())]
    raw = frozenset[str]().union(*(_raw_tables(dialect, column) for column in made_of))
    if raw and raw != by_table.keys():
        steps.append(", ".join(sorted(table.rpartition(".")[2] for table in raw)))
    return " <- ".join(steps)


@cache
def _raw_tables(dialect: Dialect, column: Column) -> frozenset[str]:
    """The raw tables that a column comes from in the end."""
    if (made_of := sources(dialect, column)) is None:
        return frozenset({column[0]})
    return frozenset[str]().union(*(_raw_tables(dialect, source) for source in made_of))


@cache
def _readers() -> Mapping[str, list[Table]]:
    """For each stored table, by its full name, those of ours that read it."""
    found: dict[str, list[Table]] = {}
    for table in _tables().values():
        for source in stored_inputs(table):
            found.setdefault(source.full_name, []).append(table)
    return found


@cache
def _tables() -> Mapping[str, Table]:
    return {table.full_name: table for table in (*every_table(), *monthly_tables())}


@cache
def _of_table(table: Table, dialect: Dialect) -> Mapping[str, tuple[Column, ...]]:
    found = statements(table, dialect).sources
    return {name: tuple((f"{dataset}.{source}", c) for dataset, source, c in made) for name, made in found.items()}
