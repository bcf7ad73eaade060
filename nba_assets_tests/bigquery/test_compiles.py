"""BigQuery's analyser accepts every table's query and every check's, with the columns that the contract declares.

One date at a time; that a range compiles too, `test_same_rows.py` shows by evaluating one. The analyser needs about
0.6 ms for each column of each SELECT, so each query is analysed once.
"""

from __future__ import annotations

from datetime import date

import pytest

from nba_assets.binding import Binder
from nba_assets.registry import tables
from nba_assets.season import Window
from nba_assets.table import Check, Table
from nba_assets.warehouse.sql import to_sql
from nba_assets_tests.bigquery.analyser import BigQuery, bigquery_columns

ONE_DATE = Window(date(2024, 11, 9), date(2024, 11, 9))

TABLES = sorted(tables(), key=lambda table: table.full_name)
CHECKS = [pytest.param(check, table, id=f"{table.name}-{check.name}") for table in TABLES for check in table.checks]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_table(table: Table) -> None:
    binder = Binder(ONE_DATE)
    sql = to_sql(binder.rows(table), "bigquery")

    assert BigQuery.of(binder.scanned).analyse(sql) == bigquery_columns(table)


@pytest.mark.parametrize(("check", "table"), CHECKS)
def test_check(check: Check, table: Table) -> None:
    binder = Binder(ONE_DATE)
    sql = to_sql(binder.broken(check, table), "bigquery")

    columns = BigQuery.of(binder.scanned).analyse(sql)

    assert table.partition_by in dict(columns), "a breach has no date to be counted under"
