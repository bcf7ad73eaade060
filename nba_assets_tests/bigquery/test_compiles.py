"""BigQuery's analyser accepts all that a run would send for every table, with the columns that the contracts declare.

One date at a time; that a range compiles too, `test_same_rows.py` shows by evaluating one. The analyser needs about
0.6 ms for each column of each SELECT, so each statement is analysed once.
"""

from __future__ import annotations

from datetime import date

import pytest

from nba_assets.compile.statements import inputs_in, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import tables
from nba_assets_tests.bigquery.analyser import BigQuery, bigquery_columns

pytestmark = pytest.mark.slow

ONE_DATE = Window(date(2024, 11, 9), date(2024, 11, 9))

TABLES = sorted(tables(), key=lambda table: table.full_name)
OF_FORM = [table for table in TABLES if table.population and table.population.skipped]
WITH_FAILURES = [table for table in TABLES if failures_of(table)]

each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@each_table
def test_rows(table: Table) -> None:
    assert analysed(table, "rows") == bigquery_columns(table)


@each_table
def test_broken(table: Table) -> None:
    """All checks of the table at once, those that its contract implies included."""
    columns = analysed(table, "broken")

    assert columns == [("day", "DATE"), ("broken", "INT64"), ("check", "INT64")]


@pytest.mark.parametrize("table", WITH_FAILURES, ids=lambda table: table.name)
def test_failed(table: Table) -> None:
    records = failures_of(table)
    assert records

    assert analysed(table, "failed") == bigquery_columns(records)


@pytest.mark.parametrize("table", OF_FORM, ids=lambda table: table.name)
def test_skipped(table: Table) -> None:
    columns = analysed(table, "skipped")

    assert columns == [("game_date", "DATE"), ("reason", "STRING")]


def analysed(table: Table, query: str) -> list[tuple[str, str]]:
    steps = statements(table, "bigquery").steps_in(query, ONE_DATE)
    return BigQuery.of(inputs_in(table, ONE_DATE)).analyse_steps(steps)
