"""Read-only SQL over the warehouse, every table under its own name: in a lake each is a view.

Nothing can be written from here; how rows are printed is the command's.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pyarrow as pa
import sqlglot
import sqlglot.expressions as sge

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.readers.catalog import stored_contracts
from nba_assets.warehouse.base import QueryFailed, Warehouse
from nba_assets.warehouse.duckdb import DuckDBWarehouse, NotOneSelect, only_select
from nba_assets.warehouse.lake import Lake

SECONDS = 600.0
"""How long a query may run on a server."""


def query(lake: Path, sql: str, limit: int | None = None) -> pa.Table:
    """The rows of one SELECT, the first `limit` of them.

    Raises BadInput for SQL that does not parse, is not one statement, would write, or names what is not there.
    """
    try:
        with DuckDBWarehouse(Lake(lake)).connect(dict.fromkeys(_named_in(sql))) as connection:
            select = only_select(connection, sql)
            _require_reading(connection, sql)
            result = connection.execute(select)
            return result.to_arrow_table() if limit is None else _first(result, limit)
    except NotOneSelect as error:
        raise BadInput("nba query takes one SELECT: it only reads") from error
    except duckdb.Error as error:
        raise BadInput(f"SQL: {str(error).splitlines()[0]}") from error


def query_server(warehouse: Warehouse, sql: str, limit: int) -> pa.Table:
    """As `query`, of a warehouse that is a server. Raises BadInput as it does."""
    try:
        statements = sqlglot.parse(sql, dialect=warehouse.dialect)
        if len(statements) != 1 or not isinstance(select := statements[0], sge.Query):
            raise BadInput("nba query takes one SELECT: it only reads")
        named = {f"{table.db}.{table.name}": table for table in select.find_all(sge.Table) if not table.catalog}
        inputs = [contract for contract in stored_contracts() if contract.full_name in named]
        asked = select.sql(dialect=warehouse.dialect, identify=True)  # quoted, as the engine knows its own tables
        if not select.args.get("limit"):  # what is not shown is not sent
            asked += f"\nLIMIT {limit}"
        return warehouse.fetch(asked, dict.fromkeys(inputs), SECONDS).slice(0, limit)
    except (sqlglot.errors.SqlglotError, QueryFailed) as error:
        raise BadInput(f"SQL: {str(error).splitlines()[0]}") from error


_ACTING = re.compile(r"(?:en|dis)able_\w+|(?:force_)?checkpoint|truncate_\w+|query(?:_table)?|json_execute_\w+", re.I)
"""Functions of DuckDB that a SELECT can call and that do something: write a log or a profile, run a text as SQL."""


def _require_reading(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raises BadInput for a SELECT that calls a function which does more than read."""
    (parsed,) = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone() or ("",)
    for name in re.findall(r'"function_name":"([^"]*)"', parsed):
        if _ACTING.fullmatch(name):
            raise BadInput(f"nba query takes one SELECT: it only reads, which {name} does not")


def _named_in(sql: str) -> list[Contract]:
    """The tables that the SQL names; all of them when it names none or another, since it may ask the catalog."""
    every = {contract.full_name: contract for contract in stored_contracts()}
    with duckdb.connect() as connection:
        if len(connection.extract_statements(sql)) != 1:
            return []
        try:
            names = connection.get_table_names(sql, qualified=True)
        except duckdb.Error:  # it looks for the columns of a USING in tables that are not there yet
            names = set()
    return [every[name] for name in names] if names and names <= set(every) else list(every.values())


def _first(result: duckdb.DuckDBPyConnection, limit: int) -> pa.Table:
    reader = result.to_arrow_reader(max(limit, 1))
    batches = []
    while limit > 0:
        try:
            batch = reader.read_next_batch().slice(0, limit)
        except StopIteration:
            break
        batches.append(batch)
        limit -= batch.num_rows
    return pa.Table.from_batches(batches, reader.schema)
