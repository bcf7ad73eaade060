"""The batching event logs leave the same rows behind as Dagster's own, whatever comes in which batches."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import dagster as dg
import pytest
from dagster._core.events import ASSET_CHECK_EVENTS, AssetCheckEvaluationPlanned
from dagster._core.storage.event_log import SqlEventLogStorage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nba_assets_tests.orchestration.instance.event_storage.databases import Databases, said_once
from nba_assets_tests.orchestration.instance.event_storage.given import range_run


@pytest.fixture(scope="module")
def events() -> list[dg.EventLogEntry]:
    """All events of one range run: planned, materialised, observed, checked, and the run's own."""
    with dg.instance_for_test() as instance:
        return list(instance.all_logs(range_run(instance)))


def test_in_one_batch(events: list[dg.EventLogEntry], databases: Databases) -> None:
    _stores_the_same(events, [len(events)], None, databases)


def test_in_several_and_out_of_order(events: list[dg.EventLogEntry], databases: Databases) -> None:
    _stores_the_same(events, [3, 17, 8], random.Random(152), databases)


@pytest.mark.slow
@given(
    sizes=st.lists(st.integers(min_value=1, max_value=30), min_size=1, max_size=20),
    order=st.none() | st.randoms(use_true_random=False),
)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_cut(
    events: list[dg.EventLogEntry], sizes: list[int], order: random.Random | None, databases: Databases
) -> None:
    _stores_the_same(events, sizes, order, databases)


def _stores_the_same(
    events: list[dg.EventLogEntry], sizes: list[int], order: random.Random | None, databases: Databases
) -> None:
    places = databases.new(), databases.new()
    stock, batching = databases.stock(places[0]), databases.batching(places[1])
    run_id = events[0].run_id
    for batch in _batches(_shuffled(events, order) if order else events, sizes):
        for event in batch:
            stock.store_event(event)
        batching.store_event_batch(batch)
        assert _read(batching, run_id) == _read(stock, run_id)
    assert databases.rows(places[1], run_id) == databases.rows(places[0], run_id)


def _batches(events: Sequence[dg.EventLogEntry], sizes: Sequence[int]) -> Iterator[list[dg.EventLogEntry]]:
    start, turn = 0, 0
    while start < len(events):
        size = sizes[turn % len(sizes)]
        yield list(events[start : start + size])
        start, turn = start + size, turn + 1


def _shuffled(events: Sequence[dg.EventLogEntry], order: random.Random) -> list[dg.EventLogEntry]:
    """In any order, but the checks' events: a check is planned before it is made."""
    shuffled = list(events)
    order.shuffle(shuffled)
    of_checks = (event for event in events if event.dagster_event_type in ASSET_CHECK_EVENTS)
    return [next(of_checks) if event.dagster_event_type in ASSET_CHECK_EVENTS else event for event in shuffled]


def _read(storage: SqlEventLogStorage, run_id: str) -> list[object]:
    """What Dagster's public reads answer half-way."""
    key = dg.AssetKey("offense")
    made = dg.DagsterEventType.ASSET_MATERIALIZATION
    checks = storage.get_asset_check_execution_history(dg.AssetCheckKey(key, "keys"), limit=100)
    return [
        storage.get_materialized_partitions(key),
        storage.get_latest_storage_id_by_partition(key, made),
        storage.get_latest_tags_by_partition(key, made, ["dagster/data_version"]),
        [said_once(event) for event in storage.get_logs_for_run(run_id)],
        {key: event and said_once(event) for key, event in storage.get_latest_materialization_events([key]).items()},
        [(check.id, check.status, check.partition, _less_the_range(check.event)) for check in checks],
    ]


def _less_the_range(event: dg.EventLogEntry | None) -> object:
    """What a planned check's event says but for the range of its run, which our rows do not repeat."""
    planned = event.get_dagster_event().event_specific_data if event else None
    if isinstance(planned, AssetCheckEvaluationPlanned):
        return planned.asset_key, planned.check_name, event and event.timestamp
    return event and said_once(event)
