"""How long the SQL of our tables is: whoever reads a query plan, or waits for a planner, reads all of it."""

from __future__ import annotations

import pytest

from nba_assets.compile.dialects import Dialect
from nba_assets.compile.statements import statements
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import every_table

LONGEST = 60 * 1024
MOST = 25 * 1024

each_dialect = pytest.mark.parametrize("dialect", ["duckdb", pytest.param("bigquery", marks=pytest.mark.slow)])
"""To compile all tables for a second dialect takes half a minute."""


def _size(table: Table, dialect: Dialect) -> int:
    return len(statements(table, dialect).rows.encode())


@each_dialect
@pytest.mark.parametrize("table", every_table(), ids=lambda table: table.name)
def test_no_query_is_longer_than_somebody_reads(table: Table, dialect: Dialect) -> None:
    assert _size(table, dialect) <= LONGEST


@each_dialect
def test_most_queries_are_short(dialect: Dialect) -> None:
    short = [table.name for table in every_table() if _size(table, dialect) < MOST]
    assert len(short) > len(every_table()) / 2
