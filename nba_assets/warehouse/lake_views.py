"""Views of DuckDB over the lake's files: the rows of some dates of a table, whichever files hold them and as what.

Which files those are is the lake's to say. Connections, their limits, and what is written is the engine's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import duckdb
import ibis.expr.datatypes as dt
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.sql.datatypes import DuckDBType

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract, RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.lake import Copied, Lake


def create_view(connection: duckdb.DuckDBPyConnection, lake: Lake, contract: Contract, dates: Window | None) -> int:
    """Make a view of the files that hold `dates` now, or one without rows. How many of them have another schema."""
    stored = lake.stored(contract, dates)
    rows = [_from_copy(copy, contract) for copy in stored.copies]
    if stored.partitions:
        listed = ", ".join(quoted(os.fspath(file)) for file in stored.partitions)
        rows.append(f"SELECT * FROM read_parquet([{listed}], hive_partitioning = false)")
    rows += _by_name(stored.older, contract)
    if not rows:
        rows.append(no_rows(contract))
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{contract.dataset}"')
    view = f'"{contract.dataset}"."{contract.name}"'
    connection.execute(f"CREATE OR REPLACE VIEW {view} AS {' UNION ALL '.join(rows)}")
    return len(stored.older)


def no_rows(contract: Contract) -> str:
    """A query for the contract's columns and no rows."""
    columns = ", ".join(f'CAST(NULL AS {sql_type(c)}) AS "{c.name}"' for c in contract.columns)
    return f"SELECT {columns} WHERE false"


def sql_type(column: Column) -> str:
    """The type that it is stored with, as DuckDB calls it."""
    return _sql_type(column.stored)


@cache
def _sql_type(kind: dt.DataType) -> str:
    """Of a table's hundred columns there are six."""
    name: str = DuckDBType.to_string(kind)
    return name


def _by_name(files: Sequence[Path], contract: Contract) -> Iterator[str]:
    """Queries for the contract's columns of partitions that have others: what they lack is NULL, and so is what cannot
    be read as the declared type.

    Raises `BadInput` for raw data that lacks a column: no code of ours will fill it, and what reads it would take it
    for unknown.
    """
    alike: dict[pa.Schema | None, list[Path]] = {}
    for file in files:
        schema = None  # what is damaged is DuckDB's to tell
        with suppress(pa.ArrowInvalid):
            schema = pq.read_schema(file)
        alike.setdefault(schema, []).append(file)
    for schema, these in alike.items():
        listed = ", ".join(quoted(os.fspath(file)) for file in these)
        there = [column.name for column in contract.columns if schema is None or column.name in schema.names]
        missing = [column.name for column in contract.columns if column.name not in there]
        if missing and isinstance(contract, RawTable):
            raise BadInput(f"{these[0]}: {contract.full_name} lacks column {', '.join(missing)}; ingest it again")
        columns = ", ".join(_as_declared(column, column.name in there) for column in contract.columns)
        yield f"SELECT {columns} FROM read_parquet([{listed}], hive_partitioning = false)"


def _as_declared(column: Column, there: bool) -> str:
    value = f'"{column.name}"' if there else "NULL"
    return f'TRY_CAST({value} AS {sql_type(column)}) AS "{column.name}"'


def _from_copy(copy: Copied, contract: Contract) -> str:
    """The query for the days that are taken from a season file."""
    day = f'"{contract.partition_by}"'
    rows = f"SELECT * FROM read_parquet([{quoted(os.fspath(copy.file))}], hive_partitioning = false)"
    rows += f" WHERE {day} BETWEEN DATE '{copy.days[0]}' AND DATE '{copy.days[-1]}'"
    if copy.left_out:
        others = ", ".join(f"DATE '{other}'" for other in copy.left_out)
        rows += f" AND {day} NOT IN ({others})"
    return rows


def quoted(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
