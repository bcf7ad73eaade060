"""Rows that Python makes: what a table of the kind *python* stores, of what its query gives.

Arrow in, Arrow out; then the same cast to the contract, `data_hash` and order that a query's rows have. Which function
makes them the table says by name; what it does is the models'.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pkgutil import resolve_name
from typing import Any

import pyarrow as pa

from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.table import Table
from nba_assets.warehouse.artefacts import Artefacts


def made(table: Table, given: pa.Table, days: Sequence[date], artefacts: Artefacts) -> pa.Table:
    """The rows of some days, as they are stored."""
    rows: list[dict[str, Any]] = resolve_name(table.python)(given, days, artefacts).to_pylist()
    stored = [{c.name: rounded(row[c.name], c) for c in table.columns if c.name != "data_hash"} for row in rows]
    if table.rated:
        for row in stored:
            row["data_hash"] = _data_hash(row, table)
    return pa.Table.from_pylist(in_order(stored, table), table.schema().to_pyarrow())


def in_order(rows: Iterable[dict[str, Any]], contract: Contract) -> list[dict[str, Any]]:
    """In order of date and key, as rows are stored."""
    names = (str(contract.partition_by), *contract.key)
    return sorted(rows, key=lambda row: [row[name] for name in names])


def rounded(value: Any, column: Column) -> Any:
    """A value as a column stores it: decimals rounded half away from zero to their scale, all else as it is."""
    if column.scale is None or value is None:
        return value
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-column.scale), ROUND_HALF_UP)


def _data_hash(row: dict[str, Any], table: Table) -> str:
    """As a query makes it: the first 16 digits of SHA-256 over all domain columns."""
    parts = [_as_text(row[column.name], column) for column in table.domain_columns]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _as_text(value: Any, column: Column) -> str:
    if value is None:
        return "NULL"
    if column.scale is not None:
        return str(int(value.scaleb(column.scale)))
    if column.type == "BOOL":
        return "true" if value else "false"
    if column.type == "FLOAT64":
        return str(round(value * 10**6))
    if column.type.startswith("ARRAY<"):
        element = Column(column.name, column.type[len("ARRAY<") : -1], column.meaning)
        return ",".join(_as_text(item, element) for item in value)
    return str(value)
