"""The lake's tables as DuckDB views, for peers that know nothing of how we find files.

A view covers all partitions of a table. The date stands in the folder's name, so DuckDB opens only the files that a
query's condition on it leaves.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from nba_assets.contracts.contract import Contract
from nba_assets.warehouse.lake import FILE, Lake
from nba_assets.warehouse.lake_views import no_rows, quoted


def create_views(connection: duckdb.DuckDBPyConnection, lake: Lake, contracts: Iterable[Contract]) -> None:
    """Create a view `dataset.table` for each contract, empty where the lake has nothing."""
    for contract in contracts:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{contract.dataset}"')
        connection.execute(f'CREATE VIEW "{contract.dataset}"."{contract.name}" AS {_rows(lake, contract)}')


def _rows(lake: Lake, contract: Contract) -> str:
    if not lake.files(contract, None):
        return no_rows(contract)
    pattern = lake.folder(contract) / (f"*/{FILE}" if contract.partition_by else FILE)
    return f"FROM read_parquet({quoted(str(pattern))}, hive_partitioning = {bool(contract.partition_by)})"
