"""The floor: nothing but the queries that make the rows, one after the other in one DuckDB process.

Season by season on one connection that keeps the files' metadata, the conformed tables and the ten: no Dagster, no
checks, no failure records, no partitions, and the results stay in memory as Arrow tables, or go into one Parquet file a
table and season.
A table that reads others of ours reads them as our own run left them in the lake, not what was just made.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.compile.bind import Dates
from nba_assets.compile.statements import inputs_in, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBSession, DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

TIMEOUT_SECONDS = 600.0


def seconds(lake: Lake, window: Window, into: Path | None = None, of: Sequence[Table] | None = None) -> float:
    """Wall seconds of the bare queries of all tables, or `of` some, over `window`, and of writing their results below
    `into` if that is given. Compiling the SQL is not in it.
    """
    return sum(by_table(lake, window, into, of).values())


def by_table(
    lake: Lake, window: Window, into: Path | None = None, of: Sequence[Table] | None = None
) -> dict[str, float]:
    """The same by table; finding the files of a season is counted to its first table."""
    warehouse, of = DuckDBWarehouse(lake), of or tables()
    for table in of:
        statements(table, warehouse.dialect)
    spent = dict.fromkeys((table.name for table in of), 0.0)
    with duckdb.connect() as connection:  # not the warehouse's, whose memory is limited
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET block_allocator_memory = '{warehouse.memory_mib}MiB'")
        connection.execute("SET parquet_metadata_cache = true")
        session = DuckDBSession(lake, connection, TIMEOUT_SECONDS, warehouse.memory_mib)
        for season in window.by_season():
            started = time.perf_counter()
            session.create_views(_all_inputs(of, season))
            for table in of:
                rows = session.fetch(statements(table, warehouse.dialect).rows_in(season))
                if into:
                    _write(rows, into / table.dataset / table.name, season)
                done = time.perf_counter()
                spent[table.name] += done - started
                started = done
    return spent


def _write(rows: pa.Table, folder: Path, season: Window) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, folder / f"{season.start}.parquet")


def _all_inputs(of: Sequence[Table], season: Window) -> Dates:
    """What the tables' rows are made from, together; failure records are not."""
    found: dict = {}
    for table in of:
        for contract, dates in inputs_in(table, season).items():
            if contract in found and dates:
                dates = dates.hull(found[contract])
            found[contract] = dates
    return {contract: dates for contract, dates in found.items() if not contract.part}
