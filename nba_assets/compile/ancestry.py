"""Ancestry of columns: what each comes from, through all tables between, and what is made of it.

For the text in the catalog and the tree at the prompt. What one table's expression says of its own columns is not
worked out here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

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


@cache
def uses(dialect: Dialect) -> Mapping[Column, tuple[Column, ...]]:
    """For each column, raw ones among them, those of our tables that are made of it directly."""
    found: dict[Column, list[Column]] = {}
    for table in _tables().values():
        for column, made_of in _of_table(table, dialect).items():
            for source in made_of:
                found.setdefault(source, []).append((table.full_name, column))
    return {column: tuple(made) for column, made in found.items()}


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
def _tables() -> Mapping[str, Table]:
    return {table.full_name: table for table in (*every_table(), *monthly_tables())}


@cache
def _of_table(table: Table, dialect: Dialect) -> Mapping[str, tuple[Column, ...]]:
    found = statements(table, dialect).sources
    return {name: tuple((f"{dataset}.{source}", c) for dataset, source, c in made) for name, made in found.items()}
