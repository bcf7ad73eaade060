"""Schema on a server: made once however often it is asked for, altered without loss, moved by a swap."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.reading_view import ReadingView
from nba_assets.readers.catalog import stored_contracts
from nba_assets.warehouse.bigquery import ddl
from nba_assets.warehouse.bigquery import schema as schema_module
from nba_assets.warehouse.bigquery.jobs import Jobs
from nba_assets.warehouse.bigquery.schema import NEW, OLD, Schema, beside
from nba_assets_tests.bigquery.fault_proxy import disturbed
from nba_assets_tests.bigquery.local_server import LocalBigQuery
from nba_assets_tests.warehouse.bigquery.boxes import BOXES
from nba_assets_tests.warehouse.bigquery.trial import bigquery_through

pytestmark = pytest.mark.slow

ROWS = "('a', DATE '2021-11-01', 1.005, ['x']), ('b', DATE '2022-11-02', NULL, [])"


def put(schema: Schema, contract: Contract = BOXES) -> None:
    schema.apply(schema.plan([contract]))
    schema.run(f"INSERT INTO {schema.names.quoted(BOXES)} VALUES {ROWS}")


def stored(schema: Schema) -> list[dict[str, Any]]:
    return schema.run(f"SELECT * FROM {schema.names.quoted(BOXES)} ORDER BY day").to_pylist()


OF_EACH_KIND = {
    "nba_raw.nbac_schedule": "its partitions have to be named",
    "nba_static.team_locations": "stored whole",
    "nba_processing.precompute_failures": "several write it",
    "nba_predictions.ml_feature_store_v2": "arrays and decimals",
}


def test_tables_are_made_as_their_contracts_say_and_only_once(schema: Schema) -> None:
    wanted = tuple(contract for contract in stored_contracts() if contract.full_name in OF_EACH_KIND)
    plan = schema.plan(wanted)
    assert plan.missing == wanted
    schema.apply(plan)

    assert list(schema.plan(wanted).told()) == []
    assert schema.client.get_table(schema.names.plain(wanted[0])).require_partition_filter


DEAR = ReadingView(
    dataset=BOXES.dataset,
    name="dear_boxes",
    description="Boxes that cost more than a dollar.",
    columns=BOXES.columns[:3],
    key=BOXES.key,
    partition_by=BOXES.partition_by,
    inputs={"boxes": BOXES},
    build=lambda boxes: boxes.filter(boxes.price > 1),
)


def test_a_view_is_made_once_and_anew_where_it_says_something_else(schema: Schema) -> None:
    put(schema)

    def made(view: ReadingView) -> list[str]:
        plan = schema.plan([BOXES], [view])
        schema.apply(plan)
        return list(plan.told())

    assert [made(DEAR), made(DEAR)] == [["nba_toys.dear_boxes: view made"], []]
    (row,) = schema.run(f"SELECT * FROM {schema.names.quoted(DEAR)} WHERE day < DATE '2022-01-01'").to_pylist()
    assert (row["id"], list(row)) == ("a", ["id", "day", "price"])

    assert made(replace(DEAR, description="Others.")) == ["nba_toys.dear_boxes: view made"]
    assert schema.client.get_table(schema.names.plain(DEAR)).description == "Others."
    refused = schema.plan([BOXES], [replace(DEAR, name="boxes")]).refused(migrate=True)
    assert refused == ["nba_toys.boxes: is there and no view of ours"]


def test_a_new_column_is_added_and_clustering_is_changed_without_loss(schema: Schema) -> None:
    put(schema)
    added = Column("weight", "FLOAT64", "how heavy", required=True)
    wider = replace(BOXES, columns=(*BOXES.columns, added), cluster_by=("id", "day"))

    plan = schema.plan([wider])
    schema.apply(plan)

    assert list(plan.told()) == [
        "nba_toys.boxes: column weight is added, empty in the rows that are there",
        "nba_toys.boxes: clustered by id, day, which holds for new data only",
    ]
    assert [(row["id"], row["weight"]) for row in stored(schema)] == [("a", None), ("b", None)]
    assert list(schema.plan([wider]).told()) == []


def other(**changed: Any) -> Contract:
    """The table with columns of other types."""
    columns = [replace(each, type=changed.get(each.name, each.type)) for each in BOXES.columns]
    return replace(BOXES, columns=tuple(columns))


def test_a_table_of_other_types_and_partitions_is_moved_with_all_rows(schema: Schema) -> None:
    put(schema, replace(other(price="STRING"), partition_by=None))

    plan = schema.plan([BOXES])
    assert plan.refused(migrate=False) == [
        "nba_toys.boxes: column price is STRING, not DECIMAL(9,3)",
        "nba_toys.boxes: is partitioned by nothing, not by day",
    ]
    assert plan.refused(migrate=True) == []
    schema.apply(plan)

    assert [(row["id"], float(row["price"] or 0), row["tags"]) for row in stored(schema)] == [
        ("a", 1.005, ["x"]),
        ("b", 0, []),
    ]
    assert list(schema.plan([BOXES]).told()) == []
    assert tables(schema) == {"boxes"}


def test_rows_that_cannot_be_moved_leave_the_table_as_it_was(schema: Schema) -> None:
    put(schema)

    with pytest.raises(BadInput, match=r"nba_toys\.boxes cannot be moved"):
        schema.apply(schema.plan([other(id="INT64")]))

    assert [row["id"] for row in stored(schema)] == ["a", "b"]
    assert tables(schema) == {"boxes"}


@pytest.mark.parametrize("renamed", [False, True], ids=["after the first rename", "after the second"])
def test_a_swap_that_was_cut_short_is_settled(schema: Schema, renamed: bool) -> None:
    """Undone as long as the old table is the only one that has the rows for certain."""
    put(schema)
    if renamed:
        schema.run(f"CREATE TABLE {schema.names.quoted(beside(BOXES, OLD))} (id INT64)")
    else:
        schema.run(f"CREATE TABLE {schema.names.quoted(beside(BOXES, NEW + '_1'))} (id INT64)")
        schema.run(ddl.rename(schema.names.quoted(BOXES), f"boxes{OLD}"))

    schema.apply(schema.plan([BOXES]))

    assert [row["id"] for row in stored(schema)] == ["a", "b"]
    assert tables(schema) == {"boxes", *([] if renamed else ["boxes__new_1"])}


def test_what_a_killed_move_left_is_dropped_by_a_later_one(schema: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    put(schema, other(price="STRING"))
    left = [f"boxes{NEW}_1", "boxes_newer"]
    for name in left:
        schema.run(f"CREATE TABLE {schema.names.quoted(replace(BOXES, name=name))} (id INT64)")
    monkeypatch.setattr(schema_module, "FORGOTTEN_AFTER", timedelta(0))

    schema.apply(schema.plan([BOXES]))

    assert tables(schema) == {"boxes", "boxes_newer"}


def test_of_two_who_change_the_same_at_once_both_end_right(bigquery_server: LocalBigQuery, schema: Schema) -> None:
    """Tables are made, moved, altered; DuckLake's conflicts are told as BigQuery's."""
    others = [replace(BOXES, name=f"boxes_{number}") for number in range(3)]
    put(schema, other(price="STRING"))
    schema.apply(schema.plan(others[:2]))
    wanted = [BOXES, *(replace(each, description="Said anew.") for each in others)]

    def init(_: int) -> list[str]:
        with bigquery_through(proxy.url, schema.names.project) as client:
            mine = Schema(Jobs(client), schema.names)
            plan = mine.plan(wanted)
            both.wait()
            mine.apply(plan)
            return list(plan.told())

    both = Barrier(2)
    with disturbed(bigquery_server.url) as proxy, ThreadPoolExecutor(2) as pool:
        first, second = pool.map(init, range(2))

    assert first == second
    assert len(first) == 4, "both had all of it before them"
    assert list(schema.plan(wanted).told()) == []
    assert [(row["id"], float(row["price"] or 0)) for row in stored(schema)] == [("a", 1.005), ("b", 0)]
    assert tables(schema) == {each.name for each in wanted}


def tables(schema: Schema) -> set[str]:
    return {table.table_id for table in schema.client.list_tables(f"{schema.names.project}.{BOXES.dataset}")}
