"""Several processes store batches at once, as a run's steps do: all rows are there, and none waits in vain."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise

import dagster as dg
import pytest

from nba_assets_tests.orchestration.instance.event_storage.databases import Databases
from nba_assets_tests.orchestration.instance.event_storage.given import materialised

PROCESSES, BATCHES = 5, 12
ASSETS = [f"table_{n}" for n in range(5)]
RUN = "one-run"


def _days(process: int, batch: int) -> list[str]:
    return [f"process-{process}-batch-{batch}-day-{n}" for n in range(4)]


def _store(databases: Databases, place: str, process: int) -> int:
    """One process's batches, each of all assets, every second one with the assets the other way round.

    Between them single events, as those that a step has besides.
    """
    storage = databases.batching(place)
    for batch in range(BATCHES):
        assets = ASSETS if (process + batch) % 2 else ASSETS[::-1]
        events = materialised(RUN, assets, _days(process, batch))
        storage.store_event_batch(events[:-2])
        for event in events[-2:]:
            storage.store_event(event)
    return process


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Processes for all databases in turn: that Dagster is loaded in each is most of their work."""
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.mark.slow
def test_five_at_once(databases: Databases, pool: ProcessPoolExecutor) -> None:
    place = databases.new()
    storage = databases.batching(place)
    waiting = [pool.submit(_store, databases, place, process) for process in range(PROCESSES)]
    assert [future.result(timeout=300) for future in waiting] == list(range(PROCESSES))

    days = {day for process in range(PROCESSES) for batch in range(BATCHES) for day in _days(process, batch)}
    for asset in ASSETS:
        assert storage.get_materialized_partitions(dg.AssetKey(asset)) == days
    events = storage.get_logs_for_run(RUN)
    assert len(events) == 2 * len(ASSETS) * len(days)
    rows = databases.rows(place, RUN)
    assert len(rows["event_logs"]) == len(events)
    assert len(rows["asset_keys"]) == len(ASSETS)
    assert len(rows["asset_event_tags"]) == len(events) / 2
    _each_batch_is_whole_and_in_order(events)


def _each_batch_is_whole_and_in_order(events: Sequence[dg.EventLogEntry]) -> None:
    """The numbers that one process's events got rise as its events were given."""
    partitions = [event.get_dagster_event().partition for event in events]
    for process in range(PROCESSES):
        own = [partition for partition in partitions if partition.startswith(f"process-{process}-")]
        order = {day: n for n, day in enumerate(day for batch in range(BATCHES) for day in _days(process, batch))}
        assert all(order[before] <= order[after] for before, after in pairwise(own))
