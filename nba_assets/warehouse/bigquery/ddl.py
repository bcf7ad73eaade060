"""Data definition for BigQuery: the statements that make data sets, tables and views, from contracts.

Pure text, as it is sent and as `nba bigquery ddl` prints it. What is there already and what of it may be changed is not
settled here, nor what a table is: columns, partitioning and clustering are the contract's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence

from nba_assets.compile.reading import view_sql
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.reading_view import ReadingView
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.script import between, literal

VIEW_LABEL = "nba_query"
"""The label of a view that says which query it is."""

MOST_CLUSTERED = 4
"""So many columns a table may be clustered by."""

_CLUSTERABLE = ("STRING", "INT64", "BOOL", "DATE", "TIMESTAMP", "DECIMAL(")


def create_all(
    contracts: Sequence[Contract], names: Names, location: str | None = None, views: Sequence[ReadingView] = ()
) -> Iterator[str]:
    """The statements that make all tables, before them their data sets, and then the views over them."""
    for dataset in sorted({contract.dataset for contract in contracts}):
        yield create_dataset(names.quoted_dataset(dataset), location)
    for contract in contracts:
        yield create_table(contract, names.quoted(contract))
    yield from (create_view(view, names) for view in views)


def create_dataset(name: str, location: str | None = None) -> str:
    """The statement that makes a data set, whose quoted name is given, unless it is there."""
    placed = [f"location = {literal(location)}"] if location else []
    return f"CREATE SCHEMA IF NOT EXISTS {name}\n{_options([*placed, _labels(LABELS)])}"


def create_table(contract: Contract, name: str) -> str:
    """The statement that makes a table, whose quoted name is given, unless it is there.

    No column is NOT NULL: a NULL where none may be is written and breaks a check, as in a lake; it stops no table.
    Raises ValueError for what BigQuery cannot cluster by.
    """
    columns = ",\n".join(f" {_column(column)}" for column in contract.columns)
    parts = [f"CREATE TABLE IF NOT EXISTS {name} (\n{columns}\n)"]
    if contract.partition_by:
        parts.append(f"PARTITION BY `{contract.partition_by}`")
    if contract.cluster_by:
        parts.append("CLUSTER BY " + ", ".join(f"`{column}`" for column in clustered(contract)))
    options = [f"description = {literal(contract.description)}", _labels(labels(contract))]
    if contract.require_partition_filter:
        options.append("require_partition_filter = TRUE")
    return "\n".join([*parts, _options(options)])


def create_view(view: ReadingView, names: Names) -> str:
    """The statement that makes a view of readers', in the place of one that was another query."""
    columns = ",\n".join(
        f" `{each.name}` OPTIONS (description = {literal(description(each))})" for each in view.columns
    )
    options = [f"description = {literal(view.description)}", _labels({**labels(view), VIEW_LABEL: query_of(view)})]
    return (
        f"CREATE OR REPLACE VIEW {names.quoted(view)} (\n{columns}\n)\n{_options(options)} AS\n"
        f"{names.sql(view_sql(view, 'bigquery'))}"
    )


def query_of(view: ReadingView) -> str:
    """What tells a view's query, and what is said of its columns, from another."""
    said = [view_sql(view, "bigquery"), view.description, *map(description, view.columns)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def clustered(contract: Contract) -> tuple[str, ...]:
    """The columns that the table is clustered by. Raises ValueError for what BigQuery cannot cluster by."""
    wrong = [name for name in contract.cluster_by if not contract.column(name).type.startswith(_CLUSTERABLE)]
    if wrong or len(contract.cluster_by) > MOST_CLUSTERED:
        told = f"{wrong[0]} is {contract.column(wrong[0]).type}" if wrong else f"at most {MOST_CLUSTERED} columns"
        raise ValueError(f"{contract.full_name}: BigQuery cannot cluster by {contract.cluster_by}: {told}")
    return contract.cluster_by


LABELS: Mapping[str, str] = {"app": "nba_assets"}
"""What says that a data set or a table is ours, in bills too."""


def labels(contract: Contract) -> dict[str, str]:
    """A table's labels: whose it is, and which layer it belongs to."""
    return {**LABELS, "layer": contract.dataset.removeprefix("nba_")}


def description(column: Column) -> str:
    """What a column means, and its unit."""
    return f"{column.meaning} ({column.told_unit})" if column.told_unit else column.meaning


def copy_rows(contract: Contract, source: str, target: str, stored: Collection[str], dates: Window | None) -> str:
    """The statement that copies a table's rows of some dates, or all, into one with the contract's columns.

    Columns that are not among those `stored` are left empty.
    """
    columns = [column for column in contract.columns if column.name in stored]
    names = ", ".join(f"`{column.name}`" for column in columns)
    # A literal type has no parameters in a cast that rounds: the column's own are applied when the row is stored.
    values = ", ".join(f"CAST(`{column.name}` AS {column.type.partition('(')[0]})" for column in columns)
    bounds = between(str(contract.partition_by), dates) if dates else "TRUE"
    return f"INSERT INTO {target} ({names})\nSELECT {values}\nFROM {source}\nWHERE {bounds}"


def ends(contract: Contract, table: str) -> str:
    """The question for the first and the last date of a table."""
    day = f"`{contract.partition_by}`"
    return f"SELECT MIN({day}) AS first, MAX({day}) AS last FROM {table}"


def count(table: str) -> str:
    """The question for the number of a table's rows, which BigQuery answers for nothing."""
    return f"SELECT COUNT(*) AS counted FROM {table}"


def swap(table: str, new: str, old: str) -> str:
    """The script that puts a new table in the place of another, and drops that."""
    return f"{rename(table, _bare(old))};\n{rename(new, _bare(table))};\nDROP TABLE {old};"


def rename(table: str, name: str) -> str:
    """The statement that gives a table another name in its data set."""
    return f"ALTER TABLE {table} RENAME TO `{name}`"


def _bare(table: str) -> str:
    return table.rpartition(".")[2].strip("`")


def _column(column: Column) -> str:
    return f"`{column.name}` {column.type} OPTIONS (description = {literal(description(column))})"


def _labels(of: Mapping[str, str]) -> str:
    pairs = ", ".join(f"({literal(name)}, {literal(value)})" for name, value in of.items())
    return f"labels = [{pairs}]"


def _options(options: list[str]) -> str:
    return f"OPTIONS ({', '.join(options)})"
