"""Differences between a stored BigQuery table and its contract: what is altered in place, and what takes a new table.

Judged from the server's description of the table; nothing is sent. A raw table that somebody else made is read in
place: of it only what cannot be read is a fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from google.cloud import bigquery

from nba_assets.contracts.contract import Column, Contract, RawTable
from nba_assets.warehouse.bigquery import ddl


@dataclass(frozen=True)
class Difference:
    """How a stored table differs, in words: what is altered in place, and the faults that only a new table mends."""

    contract: Contract
    stored: bigquery.Table
    alters: tuple[str, ...]
    faults: tuple[str, ...]


def difference(contract: Contract, stored: bigquery.Table) -> Difference:
    """How a stored table differs from its contract."""
    if isinstance(contract, RawTable) and not is_ours(stored):
        return Difference(contract, stored, (), (*_lacking(contract, stored), *_other_types(contract, stored)))
    faults = (*_other_types(contract, stored), *_other_partitions(contract, stored))
    return Difference(contract, stored, tuple(_alters(contract, stored)), faults)


def is_ours(stored: bigquery.Table) -> bool:
    """Whether a table, or a view, was made by us: what others have made is never changed."""
    return bool(ddl.LABELS.items() <= stored.labels.items())


def type_of(field: bigquery.SchemaField) -> str:
    """A stored column's type, as contracts write it."""
    name = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}.get(field.field_type, field.field_type)
    if name == "NUMERIC" and field.precision is not None:
        name = f"DECIMAL({field.precision},{field.scale or 0})"
    return f"ARRAY<{name}>" if field.mode == "REPEATED" else name


def fields_of(stored: bigquery.Table) -> dict[str, bigquery.SchemaField]:
    """A stored table's columns; BigQuery takes no notice of their names' case."""
    return {field.name.lower(): field for field in stored.schema}


def _lacking(contract: Contract, stored: bigquery.Table) -> Iterator[str]:
    fields = fields_of(stored)
    return (f"column {column.name} is missing" for column in contract.columns if column.name not in fields)


def _other_types(contract: Contract, stored: bigquery.Table) -> Iterator[str]:
    fields = fields_of(stored)
    for column in contract.columns:
        found = type_of(fields[column.name]) if column.name in fields else column.type
        holds = found == "NUMERIC" and column.scale is not None  # without a precision: all that any other does
        if found != column.type and not holds:
            yield f"column {column.name} is {found}, not {column.type}"


def _other_partitions(contract: Contract, stored: bigquery.Table) -> Iterator[str]:
    if stored.table_type != "TABLE":
        yield f"is a {stored.table_type}"
    declared = contract.partition_by or "nothing"
    if (found := _partitioning(stored)) != declared:
        yield f"is partitioned by {found}, not by {declared}"


def _partitioning(stored: bigquery.Table) -> str:
    if stored.range_partitioning:
        return f"ranges of {stored.range_partitioning.field}"
    if not (by := stored.time_partitioning):
        return "nothing"
    field = by.field or "the time of writing"
    return field if by.type_ == "DAY" else f"{by.type_.lower()} of {field}"


def _alters(contract: Contract, stored: bigquery.Table) -> Iterator[str]:
    fields, known = fields_of(stored), {column.name: column for column in contract.columns}
    for name in known:
        if name not in fields:
            yield f"column {name} is added, empty in the rows that are there"
    for name, field in fields.items():
        if field.mode == "REQUIRED":
            yield f"column {name} may be empty"
    if any(field.description != ddl.description(known[name]) for name, field in fields.items() if name in known):
        yield "columns are described anew"
    if stored.description != contract.description or not ddl.labels(contract).items() <= stored.labels.items():
        yield "description and labels are set"
    if tuple(stored.clustering_fields or ()) != ddl.clustered(contract):
        yield f"clustered by {', '.join(ddl.clustered(contract)) or 'nothing'}, which holds for new data only"
    if bool(stored.require_partition_filter) != contract.require_partition_filter:
        yield f"a filter on partitions is {'' if contract.require_partition_filter else 'not '}required"
    if stored.time_partitioning and stored.time_partitioning.expiration_ms:
        yield "partitions no longer expire"


def alter(contract: Contract, stored: bigquery.Table) -> list[str]:
    """Have a description of a table say what the contract says. The names of the properties that were set."""
    fields, known = fields_of(stored), {column.name: column for column in contract.columns}
    added = [field_of(column) for name, column in known.items() if name not in fields]
    stored.schema = [_as_declared(field, known.get(name)) for name, field in fields.items()] + added
    stored.description = contract.description
    stored.labels = {**stored.labels, **ddl.labels(contract)}
    stored.clustering_fields = list(ddl.clustered(contract)) or None
    stored.require_partition_filter = contract.require_partition_filter
    said = ["schema", "description", "labels", "clustering_fields", "require_partition_filter"]
    if by := stored.time_partitioning:
        by.expiration_ms = None
        stored.time_partitioning = by
        said.append("time_partitioning")
    return said


def _as_declared(field: bigquery.SchemaField, column: Column | None) -> bigquery.SchemaField:
    said = dict(field.to_api_repr())
    if field.mode == "REQUIRED":
        said["mode"] = "NULLABLE"
    if column:
        said["description"] = ddl.description(column)
    return bigquery.SchemaField.from_api_repr(said)


def field_of(column: Column) -> bigquery.SchemaField:
    """A column as the client's library describes it."""
    element = column.type.removeprefix("ARRAY<").removesuffix(">")
    name, _, digits = element.rstrip(")").partition("(")
    said = {
        "name": column.name,
        "type": name.replace("DECIMAL", "NUMERIC"),
        "mode": "NULLABLE" if element == column.type else "REPEATED",
        "description": ddl.description(column),
    }
    if digits:
        said["precision"], said["scale"] = digits.split(",")
    return bigquery.SchemaField.from_api_repr(said)
