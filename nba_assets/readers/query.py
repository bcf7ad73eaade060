"""Read-only SQL over the lake, every table a view under its own name.

Nothing can be written from here; how rows are printed is the command's.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.failures import RECORDS
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse, NotOneSelect, only_select
from nba_assets.warehouse.lake import Lake


def query(lake: Path, sql: str, limit: int | None = None) -> pa.Table:
    """The rows of one SELECT, the first `limit` of them.

    Raises BadInput for SQL that does not parse, is not one statement, would write, or names what is not there.
    """
    try:
        with DuckDBWarehouse(Lake(lake)).connect(dict.fromkeys(_named_in(sql))) as connection:
            result = connection.execute(only_select(connection, sql))
            return result.to_arrow_table() if limit is None else _first(result, limit)
    except NotOneSelect as error:
        raise BadInput("nba query takes one SELECT: it only reads") from error
    except duckdb.Error as error:
        raise BadInput(f"SQL: {str(error).splitlines()[0]}") from error


def _named_in(sql: str) -> list[Contract]:
    """The tables that the SQL names; all of them when it names none or another, since it may ask the catalog."""
    every = {contract.full_name: contract for contract in (*RAW_TABLES, *tables(), RECORDS, RUN_HISTORY)}
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
