"""Ancestry of columns: what each comes from, through all tables between, and what is made of it.

For the text in the catalog and the tree at the prompt. What one table's expression says of its own columns is not
worked out here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from nba_assets.compile.dialects import Dialect
from nba_assets.compile.statements import statements
from nba_assets.tables.registry import tables

Column = tuple[str, str]
"""A table's full name, and a column of it."""


@dataclass(frozen=True)
class Ancestry:
    """For each column of our tables those it is made of directly, and the other way round."""

    sources: Mapping[Column, tuple[Column, ...]]
    uses: Mapping[Column, tuple[Column, ...]]

    def raw_tables(self, columns: Iterable[Column]) -> list[str]:
        """The raw tables that columns come from in the end, by their bare names."""
        found, seen, ahead = set(), set(), list(columns)
        while ahead:
            column = ahead.pop()
            if column in seen:
                continue
            seen.add(column)
            if column in self.sources:
                ahead.extend(self.sources[column])
            else:
                found.add(column[0].rpartition(".")[2])
        return sorted(found)

    def told(self, column: Column) -> str:
        """What it is made of, as a line: its columns by table, then the raw tables where these are not raw."""
        sources = self.sources.get(column, ())
        by_table: dict[str, list[str]] = {}
        for table, name in sources:
            by_table.setdefault(table, []).append(name)
        steps = [column[1], "; ".join(f"{', '.join(names)} of {table}" for table, names in by_table.items())]
        if any(source in self.sources for source in sources):
            steps.append(", ".join(self.raw_tables(sources)))
        return " <- ".join(step for step in steps if step)


@cache
def ancestry(dialect: Dialect) -> Ancestry:
    """Of all columns of ours, from the expressions of the tables."""
    sources = {
        (table.full_name, column): tuple((f"{dataset}.{name}", source) for dataset, name, source in found)
        for table in tables()
        for column, found in statements(table, dialect).sources.items()
    }
    uses: dict[Column, list[Column]] = {}
    for column, found in sources.items():
        for source in found:
            uses.setdefault(source, []).append(column)
    return Ancestry(sources, {column: tuple(found) for column, found in uses.items()})
