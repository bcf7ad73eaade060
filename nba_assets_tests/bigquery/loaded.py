"""Rows of contracts in a BigQuery server: tables made from the columns, and loaded as Parquet by the real client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from google.cloud import bigquery

from nba_assets.contracts.contract import Contract


def make(client: bigquery.Client, contracts: Iterable[Contract]) -> None:
    """Make tables anew, without rows, by one script."""
    contracts = list(contracts)
    for dataset in {contract.dataset for contract in contracts}:
        client.create_dataset(dataset, exists_ok=True)
    client.query_and_wait(";\n".join(map(_created, contracts)))


def _created(contract: Contract) -> str:
    columns = ", ".join(f"`{c.name}` {c.type.replace('DECIMAL', 'NUMERIC')}" for c in contract.columns)
    by = f" PARTITION BY `{contract.partition_by}`" if contract.partition_by else ""
    return f"CREATE OR REPLACE TABLE `{contract.dataset}`.`{contract.name}` ({columns}){by}"


def load(client: bigquery.Client, contract: Contract, rows: pa.Table) -> None:
    """Append rows to a table."""
    if rows.num_rows:
        file = BytesIO()
        pq.write_table(rows.cast(contract.schema().to_pyarrow()), file)
        file.seek(0)
        config = bigquery.LoadJobConfig(source_format="PARQUET", write_disposition="WRITE_APPEND")
        target = f"{client.project}.{contract.full_name}"
        client.load_table_from_file(file, target, job_config=config).result()


def table_of(contract: Contract, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows in memory as the contract stores them."""
    columns = {column.name: [row.get(column.name) for row in rows] for column in contract.columns}
    return pa.table(columns, schema=contract.schema().to_pyarrow())
