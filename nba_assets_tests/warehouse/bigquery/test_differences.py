"""Differences of a stored table: what is altered in place, what is refused, what of somebody else's is no matter."""

from __future__ import annotations

from typing import Any

import pytest
from google.cloud import bigquery

from nba_assets.contracts.contract import Column, RawTable
from nba_assets.warehouse.bigquery import ddl
from nba_assets.warehouse.bigquery.differences import Difference, alter, difference, field_of, type_of
from nba_assets_tests.warehouse.bigquery.boxes import BOXES

COLUMNS = BOXES.columns
RAW = RawTable(
    dataset="nba_raw", name="boxes", key=("id",), partition_by="day", need="required", feeds=(), columns=COLUMNS
)

PLAIN = bigquery.SchemaField("price", "NUMERIC", description="what it costs (dollars)")


def stored(**properties: Any) -> bigquery.Table:
    """A table as its contract wants it, but for some properties, as the server describes it."""
    table = bigquery.Table("p.nba_toys.boxes", schema=[field_of(column) for column in COLUMNS])
    table.time_partitioning = bigquery.TimePartitioning(field="day")
    table.clustering_fields = ["id"]
    table.description = BOXES.description
    table.labels = ddl.labels(BOXES)
    for name, value in properties.items():
        setattr(table, name, value)
    return bigquery.Table.from_api_repr(table.to_api_repr() | {"type": "TABLE"})


def but(**fields: bigquery.SchemaField | None) -> dict[str, Any]:
    """The columns, some of them others or gone."""
    known = {column.name: field_of(column) for column in COLUMNS} | fields
    return {"schema": [field for field in known.values() if field]}


def test_a_table_as_its_contract_wants_it_has_no_difference() -> None:
    found = difference(BOXES, stored())

    assert (found.alters, found.faults) == ((), ())
    assert [type_of(field) for field in stored().schema] == [column.type for column in COLUMNS]
    assert difference(BOXES, stored(**but(price=PLAIN))).faults == ()


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        (but(price=None), "column price is added, empty in the rows that are there"),
        (but(price=field_of(Column("price", "DECIMAL(9,3)", "?"))), "columns are described anew"),
        (but(gone=bigquery.SchemaField("gone", "INT64", "REQUIRED")), "column gone may be empty"),
        ({"description": "Boxes."}, "description and labels are set"),
        ({"labels": {"app": "nba_assets"}}, "description and labels are set"),
        ({"clustering_fields": ["day"]}, "clustered by id, which holds for new data only"),
        ({"require_partition_filter": True}, "a filter on partitions is not required"),
        (
            {"time_partitioning": bigquery.TimePartitioning(field="day", expiration_ms=1)},
            "partitions no longer expire",
        ),
    ],
)
def test_what_loses_nothing_is_altered_in_place(properties: dict[str, Any], told: str) -> None:
    found = difference(BOXES, stored(**properties))

    assert (found.alters, found.faults) == ((told,), ())
    alter(BOXES, found.stored)
    assert difference(BOXES, found.stored).alters == ()


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        (but(id=field_of(Column("id", "INT64", "whose", required=True))), "column id is INT64, not STRING"),
        (but(price=field_of(Column("price", "FLOAT64", "?"))), "column price is FLOAT64, not DECIMAL(9,3)"),
        (but(tags=field_of(Column("tags", "STRING", "?"))), "column tags is STRING, not ARRAY<STRING>"),
        ({"time_partitioning": None}, "is partitioned by nothing, not by day"),
        ({"time_partitioning": bigquery.TimePartitioning(field="seen")}, "is partitioned by seen, not by day"),
        (
            {"time_partitioning": bigquery.TimePartitioning(type_="MONTH", field="day")},
            "is partitioned by month of day, not by day",
        ),
    ],
)
def test_what_only_a_new_table_mends_is_a_fault(properties: dict[str, Any], told: str) -> None:
    assert difference(BOXES, stored(**properties)).faults == (told,)


def of_somebody_else(**properties: Any) -> Difference:
    return difference(RAW, stored(**{"labels": {}, **properties}))


def test_of_somebody_elses_raw_table_counts_what_cannot_be_read() -> None:
    assert of_somebody_else(description="Theirs.", clustering_fields=None, time_partitioning=None).alters == ()
    assert of_somebody_else(description="Theirs.", clustering_fields=None, time_partitioning=None).faults == ()
    faults = of_somebody_else(**but(price=None, id=field_of(Column("id", "INT64", "?")))).faults
    assert faults == ("column price is missing", "column id is INT64, not STRING")
