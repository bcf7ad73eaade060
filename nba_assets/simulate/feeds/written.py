"""Columns that every scraper adds to its rows, and the Arrow tables that rows are gathered into."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from nba_assets.contracts.contract import RawTable

Row = dict[str, Any]

EASTERN = ZoneInfo("America/New_York")
DATA_SOURCE = "simulated"


def digest(*values: object) -> str:
    """A hash as scrapers write it: of all values, in hex."""
    return hashlib.sha256("|".join(map(str, values)).encode()).hexdigest()


def written(rows: Iterable[Row], path: str, at: datetime, hashed: str | None = None) -> list[Row]:
    """Complete `rows` as a scraper stored them at `at` from the file `path`. `hashed` stands in for a hash of each."""
    complete = list(rows)
    for row in complete:
        row["data_hash"] = hashed or digest(*row.values())[:16]
        row["source_file_path"] = f"simulated/{path}"
        row["created_at"] = row["processed_at"] = at
    return complete


def morning_after(day: date, hour: int, minute: int = 0) -> datetime:
    """A time in the East on the day after a game day, when its box scores have arrived."""
    return eastern(day + timedelta(days=1), hour, minute)


def eastern(day: date, hour: int, minute: int = 0) -> datetime:
    """An Eastern time of day, in UTC."""
    return datetime.combine(day, time(hour, minute), EASTERN).astimezone(UTC)


class Collected:
    """Rows on their way into Arrow tables, a thousand at a time."""

    _BATCH = 1000

    def __init__(self, contracts: Iterable[RawTable]) -> None:
        self._contracts = {c.full_name: c for c in contracts}
        self._rows: dict[str, list[Row]] = {name: [] for name in self._contracts}
        self._batches: dict[str, list[pa.RecordBatch]] = {name: [] for name in self._contracts}

    def add(self, contract: RawTable, rows: Iterable[Row]) -> None:
        waiting = self._rows[contract.full_name]
        waiting.extend(rows)
        if len(waiting) >= self._BATCH:
            self._flush(contract)

    def tables(self) -> dict[str, pa.Table]:
        """Every table by `dataset.table`, with the columns and types of its contract."""
        for contract in self._contracts.values():
            self._flush(contract)
        return {
            name: pa.Table.from_batches(self._batches.pop(name), _schema(contract)).combine_chunks()
            for name, contract in self._contracts.items()
        }

    def _flush(self, contract: RawTable) -> None:
        rows, self._rows[contract.full_name] = self._rows[contract.full_name], []
        schema = _schema(contract)
        if unknown := {column for row in rows[:1] for column in row} - set(schema.names):
            raise KeyError(f"{contract.full_name} has no column {', '.join(sorted(unknown))}")
        arrays = [_array([row.get(f.name) for row in rows], f.type) for f in schema]
        self._batches[contract.full_name].append(pa.record_batch(arrays, schema=schema))


def _array(values: list[Any], type_: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(type_):
        values = [None if value is None else _microseconds(value) for value in values]
    return pa.array(values, type_)


@cache
def _microseconds(instant: datetime) -> int:
    # Arrow takes a microsecond to convert one instant with a time zone; two columns of all events have one.
    return round(instant.timestamp() * 1_000_000)


_ARROW = {
    "STRING": pa.string(),
    "INT64": pa.int64(),
    "FLOAT64": pa.float64(),
    "BOOL": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
}


def _schema(contract: RawTable) -> pa.Schema:
    return pa.schema([(column.name, _ARROW[column.type]) for column in contract.columns])
