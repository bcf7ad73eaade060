"""Rows as they are stored, and stored rows as a table's function sees them.

The one cast to the contract, with rounding and `data_hash`. Which dates are read belongs to binding.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.table import Table


def stored(rows: ir.Table, contract: Contract) -> ir.Table:
    """Cast `rows` to the contract, once and last: decimals are rounded half away from zero to their scale.

    Adds `data_hash` where the contract has it: the same 16 digits on every engine, because decimals enter it as
    whole numbers of their last place.
    """
    cast = {c.name: _to_stored(rows[c.name], c) for c in contract.columns if c.name != "data_hash"}
    rows = rows.select(**cast)
    if isinstance(contract, Table) and contract.rated:
        rows = rows.mutate(data_hash=_digest(rows, contract.domain_columns))
        rows = rows.mutate(data_hash=rows.data_hash.substr(0, 16))  # cut in a step of its own: Ibis writes it twice
    return rows.select([c.name for c in contract.columns])


def _to_stored(value: ir.Value, column: Column) -> ir.Value:
    if column.scale is not None:
        value = value.cast("float64").round(column.scale)
    return value if value.type() == column.stored else value.cast(column.stored)


def _digest(rows: ir.Table, columns: tuple[Column, ...]) -> ir.StringValue:
    parts = [_as_text(rows[c.name], c).fill_null("NULL") for c in columns]
    return ibis.literal("|").join(parts).hexdigest("sha256")


def _as_text(value: ir.Value, column: Column) -> ir.StringValue:
    if column.scale is not None:
        return (value.cast("float64") * 10**column.scale).round().cast("int64").cast("string")
    if column.type == "TIMESTAMP":
        return value.strftime("%Y%m%d%H%M%S")
    if column.type == "FLOAT64":
        return (value * 10**6).round().cast("int64").cast("string")
    if column.type.startswith("ARRAY<"):
        element = Column(column.name, column.type[len("ARRAY<") : -1], column.meaning)
        texts = value if element.type == "STRING" else value.map(lambda item: _as_text(item, element))
        return texts.join(",")
    return value.cast("string")


def read_back(rows: ir.Table, contract: Contract) -> ir.Table:
    """Stored rows as a table's function sees them: decimals as FLOAT64, everything else as it is."""
    decimals = {c.name: rows[c.name].cast("float64") for c in contract.columns if c.scale is not None}
    return rows.mutate(**decimals) if decimals else rows
