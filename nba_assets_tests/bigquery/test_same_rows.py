"""Both engines make the same rows of the same two games: DuckDB, and BigQuery's reference evaluator.

A table that reads other tables gets DuckDB's rows of them, on both engines, so that a difference shows in the
table that makes it and in no other. All four dates are one range, as a back-fill asks for them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from ibis.backends.sql.datatypes import DuckDBType

from nba_assets.binding import Binder
from nba_assets.registry import tables
from nba_assets.table import Contract, Table
from nba_assets.warehouse.sql import to_sql
from nba_assets_tests.bigquery.analyser import BigQuery, bigquery_columns
from nba_assets_tests.bigquery.fixture import ROWS
from nba_assets_tests.bigquery.games import WINDOW

Row = Mapping[str, Any]
Rows = Sequence[Row]

TABLES = sorted(tables(), key=lambda table: table.full_name)


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_same_rows(table: Table) -> None:
    binder = Binder(WINDOW)
    sql = to_sql(binder.rows(table), "bigquery")

    answer = BigQuery.of(binder.scanned).evaluate(sql, {contract: stored(contract) for contract in binder.scanned})

    assert answer.columns == bigquery_columns(table)
    assert differences(stored(table), answer.rows, table) == []
    if table.group == "analytics":
        assert answer.rows, "the fixture's games should give this table rows"


@cache
def stored(contract: Contract) -> Rows:
    """What is stored under `contract`: the fixture's rows of a raw table, DuckDB's rows of one of ours."""
    if not isinstance(contract, Table):
        return ROWS.get(contract, ())
    binder = Binder(WINDOW)
    sql = to_sql(binder.rows(contract), "duckdb")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for source in binder.scanned:
            rows = stored(source)
            _create(connection, source)
            connection.register("rows", pa.table({c.name: [row.get(c.name) for row in rows] for c in source.columns}))
            connection.execute(f"INSERT INTO {source.full_name} FROM rows")
        _create(connection, contract)
        connection.execute(f"INSERT INTO {contract.full_name} BY NAME {sql}")
        return connection.execute(f"FROM {contract.full_name}").to_arrow_table().to_pylist()


def _create(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    columns = ", ".join(f"{column.name} {DuckDBType.to_string(column.stored)}" for column in contract.columns)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {contract.dataset}")
    connection.execute(f"CREATE TABLE {contract.full_name} ({columns})")


def differences(expected: Rows, actual: Rows, contract: Contract) -> list[str]:
    """What differs, as `key: column: expected here, actual there`, rows matched by the contract's key."""
    ours, theirs = _by_key(expected, contract), _by_key(actual, contract)
    found = [f"{key}: only in {'DuckDB' if key in ours else 'BigQuery'}" for key in sorted(ours.keys() ^ theirs.keys())]
    for key in sorted(ours.keys() & theirs.keys()):
        for column in contract.columns:
            a, b = ours[key][column.name], theirs[key][column.name]
            if not _same(a, b, column.scale):
                found.append(f"{key}: {column.name}: {a!r} in DuckDB, {b!r} in BigQuery")
    return found


def _by_key(rows: Rows, contract: Contract) -> dict[str, Row]:
    keyed = {" ".join(str(row[name]) for name in contract.key): row for row in rows}
    assert len(keyed) == len(rows), f"{contract.full_name}: the key is not unique"
    return keyed


def _same(a: Any, b: Any, scale: int | None) -> bool:
    if a is None or b is None:
        return a is b
    if scale is not None:
        return round(Decimal(a), scale) == round(Decimal(b), scale)
    if isinstance(a, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) or (math.isnan(a) and math.isnan(b))
    return a == b
