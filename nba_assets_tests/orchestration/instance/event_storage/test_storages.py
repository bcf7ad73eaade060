"""What the batching event logs hold to beside the rows: watchers, forks, wipes, and a Dagster that has moved on."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqlEventLogStorage

from nba_assets.orchestration.dagster_patches import guard, switches
from nba_assets.orchestration.instance.event_storage import BatchingSqliteEventLogStorage, internals
from nba_assets.orchestration.instance.event_storage.batches import BATCH_SIZE
from nba_assets_tests.orchestration.instance.event_storage.databases import Databases
from nba_assets_tests.orchestration.instance.event_storage.given import DAYS, materialised, range_run

RUN = "one-run"
KEY = dg.AssetKey("offense")


def test_a_watcher_is_told(databases: Databases) -> None:
    """As the UI is: batches and single events alike, while the storage stays open."""
    place = databases.new()
    storage, watching = databases.batching(place), databases.batching(place)
    first, batch, last = (materialised(RUN, ["offense"], days) for days in (["1"], ["2", "3"], ["4"]))
    storage.store_event(first[0])
    seen: list[str | None] = []
    complete = threading.Event()

    def told(event: dg.EventLogEntry, _: str) -> None:
        seen.append(event.get_dagster_event().partition)
        if len(seen) == 6:
            complete.set()

    watching.watch(RUN, None, told)
    try:
        storage.store_event_batch(batch)
        storage.store_event(last[0])
        assert complete.wait(timeout=20), seen
    finally:
        watching.end_watch(RUN, told)
        watching.dispose()
    assert seen == ["1", "2", "2", "3", "3", "4"]


def test_a_forked_process_has_connections_of_its_own(databases: Databases) -> None:
    """Not those of the process that it came from, which goes on with them."""
    storage = databases.batching(databases.new())
    storage.store_event_batch(materialised(RUN, ["offense"], ["before"]))
    kept = [_connection(storage) for _ in range(4)]
    assert len(set(kept)) <= 2

    def in_the_child() -> None:
        assert _connection(storage) not in kept
        storage.store_event_batch(materialised(RUN, ["offense"], ["in the child"]))

    child = multiprocessing.get_context("fork").Process(target=in_the_child)
    child.start()
    child.join(timeout=60)
    assert child.exitcode == 0
    storage.store_event_batch(materialised(RUN, ["offense"], ["after"]))
    assert storage.get_materialized_partitions(KEY) == {"before", "in the child", "after"}


def _connection(storage: SqlEventLogStorage) -> object:
    with storage.index_connection() as connection:
        return connection.connection.dbapi_connection


def test_a_wiped_log_is_empty_and_goes_on(databases: Databases) -> None:
    storage = databases.batching(databases.new())
    storage.store_event_batch(materialised(RUN, ["offense"], ["1"]))
    storage.wipe()
    assert storage.get_logs_for_run(RUN) == []
    assert storage.get_materialized_partitions(KEY) == set()
    storage.store_event_batch(materialised(RUN, ["offense"], ["2"]))
    assert storage.get_materialized_partitions(KEY) == {"2"}


def test_a_batch_that_fails_leaves_nothing(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster then stores its events one by one; any that were left would be there twice."""
    storage = databases.batching(databases.new())
    _stores_nothing_without(storage, "_store_asset_event", monkeypatch)


def test_a_run_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = BatchingSqliteEventLogStorage(str(tmp_path))
    assert storage.get_logs_for_run(RUN) == []
    _stores_nothing_without(storage, "run_connection", monkeypatch)


def _stores_nothing_without(storage: SqlEventLogStorage, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(storage, method, fails)
        with pytest.raises(RuntimeError, match="no room"):
            storage.store_event_batch(materialised(RUN, ["offense"], ["1"]))
    assert _traces(storage) == [[], {}, []]


def _traces(storage: SqlEventLogStorage) -> list[object]:
    """What is there of RUN and of its asset: events, partitions, tags."""
    made = dg.DagsterEventType.ASSET_MATERIALIZATION
    return [
        storage.get_logs_for_run(RUN),
        storage.get_latest_storage_id_by_partition(KEY, made),
        storage.get_event_tags_for_asset(KEY),
    ]


def test_only_so_many_files_stay_open(tmp_path: Path) -> None:
    storage = BatchingSqliteEventLogStorage(str(tmp_path))
    for n in range(8):
        storage.store_event_batch(materialised(f"run-{n}", ["offense"], [str(n)]))
    assert {file for file in _open_files(tmp_path) if file.endswith(".db")} == {
        str(tmp_path / name) for name in ("index.db", "run-7.db", "run-6.db", "run-5.db")
    }
    assert len(storage.get_materialized_partitions(KEY)) == 8
    storage.dispose()
    assert not _open_files(tmp_path)


def _open_files(folder: Path) -> set[str]:
    """Of this process, below a folder."""
    held = Path("/proc/self/fd")
    if not held.exists():
        pytest.skip("this system does not tell which files are open")
    return {file for file in (os.path.realpath(fd) for fd in held.iterdir()) if file.startswith(str(folder))}


def _moved_method(storage: type[SqlEventLogStorage], monkeypatch: pytest.MonkeyPatch) -> str:
    original = storage._store_asset_event

    def moved(self: Any, connection: Any, event: dg.EventLogEntry, event_id: int) -> None:
        original(self, connection, event, event_id)

    monkeypatch.setattr(storage, "_store_asset_event", moved)
    return f"{storage.__module__}:{storage.__name__}._store_asset_event"


def _gone_method(storage: type[SqlEventLogStorage], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delattr(SqlEventLogStorage, "_store_asset_check_evaluation_planned")
    return f"{storage.__module__}:{storage.__name__}._store_asset_check_evaluation_planned"


def _another_column(_: type[SqlEventLogStorage], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(internals.COLUMNS, internals.EVENTS, internals.COLUMNS[internals.EVENTS] - {"partition"})
    return f"the columns of {internals.EVENTS}"


@pytest.mark.parametrize("move", [_moved_method, _gone_method, _another_column])
def test_what_dagster_has_moved_is_told_once_and_stored_one_by_one(
    databases: Databases, move: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    places = databases.new(), databases.new()
    stock, batching = databases.stock(places[0]), databases.batching(places[1])
    batches = [materialised(RUN, ["offense", "raw"], [day]) for day in ("1", "2")]
    for batch in batches:
        for event in batch:
            stock.store_event(event)
    named = move(type(stock), monkeypatch)
    guard._moved_and_told.cache_clear()
    internals.upstream.cache_clear()
    with caplog.at_level(logging.WARNING):
        for batch in batches:
            batching.store_event_batch(batch)
    told = [record.getMessage() for record in caplog.records if record.name == guard.__name__]
    assert told == [f"events are stored one by one, which is slow for ranges of dates: Dagster has changed {named}"]
    assert databases.rows(places[1], RUN) == databases.rows(places[0], RUN)


def test_this_dagster_is_known(databases: Databases, caplog: pytest.LogCaptureFixture) -> None:
    assert internals.known(type(databases.stock(databases.new())))
    assert not caplog.records


def test_a_range_run_is_stored_in_batches(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through Dagster's own buffer: one transaction for all that is planned, one for each table that is made."""
    storage = databases.batching(databases.new())
    stored: list[set[str]] = []
    store_at_once = storage._store_at_once

    def counted(events: list[dg.EventLogEntry]) -> None:
        stored.append({event.get_dagster_event().event_type_value for event in events})
        store_at_once(events)

    monkeypatch.setattr(storage, "_store_at_once", counted)
    monkeypatch.setenv(BATCH_SIZE, "500")
    with dg.instance_for_test() as instance:
        monkeypatch.setattr(instance, "_event_storage", storage)
        storage.register_instance(instance)
        range_run(instance)
    planned = {"ASSET_MATERIALIZATION_PLANNED", "ASSET_CHECK_EVALUATION_PLANNED"}
    assert stored == [planned, {"ASSET_MATERIALIZATION"}, {"ASSET_MATERIALIZATION"}]


def test_how_checks_stand_is_asked_at_one_moment(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster works out which days there are by now once, not for each check of each day; its answer is the same."""
    storage, keys = (
        databases.batching(databases.new()),
        [(dg.AssetCheckKey(KEY, name), DAYS) for name in ("rows", "keys")],
    )
    windows = dg.TimeWindowPartitionsDefinition._get_last_partition_window
    with dg.instance_for_test() as instance:
        monkeypatch.setattr(instance, "_event_storage", storage)
        storage.register_instance(instance)
        range_run(instance)
        before = windows.cache_info().misses
        found = storage.get_asset_check_state(keys)
        assert windows.cache_info().misses - before == 1
        assert found == SqlEventLogStorage.get_asset_check_state(storage, keys)
        assert windows.cache_info().misses - before > len(DAYS.get_partition_keys()), "or Dagster asks once by itself"


def test_with_stock_dagster_nothing_is_batched(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    places = databases.new(), databases.new()
    stock, batching = databases.stock(places[0]), databases.batching(places[1])
    batch = materialised(RUN, ["offense", "raw"], ["1", "2"])
    monkeypatch.setenv(switches.STOCK, "1")
    monkeypatch.setattr(batching, "_store_at_once", None)
    for event in batch:
        stock.store_event(event)
    batching.store_event_batch(batch)
    assert databases.rows(places[1], RUN) == databases.rows(places[0], RUN)


@pytest.mark.parametrize(("without", "expected"), [("", "500"), ("1", None)])
def test_batches_are_asked_for_where_an_instance_is_opened(
    without: str, expected: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(switches.STOCK, without)
    monkeypatch.setenv(BATCH_SIZE, "")  # so that what the storage sets is taken back
    monkeypatch.delenv(BATCH_SIZE)
    BatchingSqliteEventLogStorage.from_config_value(None, {"base_dir": str(tmp_path)}).dispose()
    assert os.environ.get(BATCH_SIZE) == expected
