"""Quarantine: what `nba ingest` does not store of a delivery, or stores repaired, by date, file and reason.

Rows that contradict one another are kept whole, for a look; of all else there is a count for each file. A date that is
delivered again has its entries replaced; of a table stored whole, rows stay until what they are of is delivered again.
Which rows these are is staging's to find.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.kept_out import CONTRADICTS, QUARANTINE, REPAIRED
from nba_assets.warehouse.delivered import FILE
from nba_assets.warehouse.lake import Lake

OF_NO_DATE = date(1970, 1, 1)
"""Stands for the date in entries of a table that is stored whole."""

Entry = dict[str, Any]


def entries(
    con: duckdb.DuckDBPyConnection, contract: RawTable, table: str, copies: str | None, directory: Path
) -> list[Entry]:
    """What is to be said of a staged table, and of its `copies` if it has any, in the quarantine's columns."""
    day = f"coalesce({contract.partition_by or 'NULL'}, DATE '{OF_NO_DATE}')"
    whole = ", ".join(f'"{column.name}" := {column.name}' for column in contract.columns)
    parts = [
        f"SELECT {day} AS day, '{REPAIRED}' AS reason, {FILE} AS file, '' AS row, count(*) AS rows"
        f" FROM {table} WHERE _repaired AND _rejected IS NULL GROUP BY ALL"
    ]
    if copies:
        row = f"CASE WHEN _fate = '{CONTRADICTS}' THEN CAST(to_json(struct_pack({whole})) AS VARCHAR) ELSE '' END"
        parts.append(
            f"SELECT {day}, _fate, {FILE}, {row} AS row, count(*) FROM {copies} WHERE _fate IS NOT NULL GROUP BY ALL"
        )
    found = con.sql(" UNION ALL ".join(parts) + " ORDER BY ALL").to_arrow_table().to_pylist()
    return [
        {"table_name": contract.full_name} | entry | {"file": os.path.relpath(entry["file"], directory)}
        for entry in found
    ]


def of_others(lake: Lake, contract: RawTable, replaced: Collection[object]) -> list[Entry]:
    """The rows kept of a table stored whole that a delivery does not replace: nobody has delivered them rightly yet."""
    part = replace(QUARANTINE, part=contract.full_name)
    kept = [entry for file in lake.sound(part, [OF_NO_DATE]) for entry in pq.ParquetFile(file).read().to_pylist()]
    return [entry for entry in kept if entry["row"] and json.loads(entry["row"])[contract.replaces] not in replaced]


def keep(lake: Lake, contract: RawTable, found: Sequence[Entry], days: Iterable[date | None]) -> None:
    """Replace the entries of a table's delivered `days`, which may have none any more."""
    part = replace(QUARANTINE, part=contract.full_name)
    by_day: dict[date | None, list[Entry]] = {}
    for entry in found:
        by_day.setdefault(entry["day"], []).append(entry)
    schema = QUARANTINE.schema().to_pyarrow()
    lake.replace(part, [(day, pa.Table.from_pylist(rows, schema)) for day, rows in sorted(by_day.items())])
    delivered = {day or OF_NO_DATE for day in days}
    lake.remove(part, [day for day in lake.dates(part) if day in delivered and day not in by_day])
