"""What is stored under every contract, by DuckDB: the given rows of a fixture, and what our tables make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
from ibis.backends.sql.datatypes import DuckDBType

from nba_assets.compile.statements import inputs_in, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Table
from nba_assets_tests.bigquery import fixture, form, games

Row = Mapping[str, Any]
Rows = Sequence[Row]


@dataclass(frozen=True, eq=False)
class Given:
    """Rows by contract, and the dates that tables are built for; a raw table that is not named is empty."""

    rows: Mapping[Contract, Rows]
    window: Window


BOX_SCORES = Given(fixture.ROWS, games.WINDOW)
FORM = Given(form.FORM, form.FORM_WINDOW)
EARLY = Given(form.FORM, form.EARLY_WINDOW)


def given_for(table: Table) -> Given:
    return FORM if table.group in ("precompute", "predictions") else BOX_SCORES


@cache
def stored(contract: Contract, given: Given) -> Rows:
    """The given rows of a contract, else those that DuckDB makes of the tables it reads."""
    if contract in given.rows or not isinstance(contract, Table):
        return given.rows.get(contract, ())
    sql = statements(contract, "duckdb").rows_in(given.window)
    return in_duckdb(sql, read_by(contract, given), into=contract)


@cache
def failed(table: Table, given: Given) -> Rows:
    """The failure records that DuckDB makes, none for a table without."""
    records = failures_of(table)
    if not records:
        return ()
    return in_duckdb(statements(table, "duckdb").failed_in(given.window), read_by(table, given), into=records)


def read_by(table: Table, given: Given) -> dict[Contract, Rows]:
    """What is stored under each contract that the table reads: all that its statements name but its own."""
    own = (table, failures_of(table))
    return {contract: stored(contract, given) for contract in inputs_in(table, given.window) if contract not in own}


def in_duckdb(sql: str, tables: Mapping[Contract, Rows], into: Contract | None = None) -> Rows:
    """DuckDB's answer; with `into`, as it is read back after it was stored there."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for contract, rows in tables.items():
            _create(connection, contract)
            columns = {c.name: [row.get(c.name) for row in rows] for c in contract.columns}
            connection.register("rows", pa.table(columns))
            connection.execute(f"INSERT INTO {contract.full_name} FROM rows")
        if into:
            _create(connection, into)
            connection.execute(f"INSERT INTO {into.full_name} BY NAME {sql}")
            sql = f"FROM {into.full_name}"
        return connection.execute(sql).to_arrow_table().to_pylist()


def _create(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    columns = ", ".join(f"{column.name} {DuckDBType.to_string(column.stored)}" for column in contract.columns)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {contract.dataset}")
    connection.execute(f"CREATE TABLE {contract.full_name} ({columns})")
