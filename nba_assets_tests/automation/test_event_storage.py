"""The batching event log leaves the same rows behind as Dagster's own, whatever comes in which batches."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nba_assets.automation.event_storage import BatchingSqliteEventLogStorage

DAYS = dg.DailyPartitionsDefinition("2021-10-19", end_date="2021-10-29")


@dg.multi_asset(
    specs=[
        dg.AssetSpec("offense", partitions_def=DAYS, tags={"kind": "table"}),
        dg.AssetSpec("raw", partitions_def=DAYS),
    ],
    check_specs=[dg.AssetCheckSpec("rows", asset="offense")],
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=False,
)
def two_tables(context):  # noqa: ANN001, ANN201 (Dagster reads the annotation, and this module postpones it)
    context.log_event(dg.AssetObservation("raw", partition="2021-10-20", tags={"seen": "yes"}))
    yield dg.MaterializeResult(asset_key="offense", check_results=[dg.AssetCheckResult(passed=True, check_name="rows")])
    yield dg.MaterializeResult(asset_key="raw")


@pytest.fixture(scope="module")
def events() -> list[dg.EventLogEntry]:
    """All events of one range run: planned, materialised, observed, checked, and the run's own."""
    with dg.instance_for_test() as instance:
        job = dg.Definitions(assets=[two_tables]).resolve_implicit_global_asset_job_def()
        tags = {
            "dagster/asset_partition_range_start": "2021-10-19",
            "dagster/asset_partition_range_end": "2021-10-28",
        }
        result = job.execute_in_process(instance=instance, tags=tags)
        return instance.all_logs(result.run_id)


@given(cuts=st.lists(st.integers(min_value=1, max_value=30), min_size=1, max_size=20))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_same_rows_as_the_parent(
    events: list[dg.EventLogEntry], cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    stock_dir, batching_dir = tmp_path_factory.mktemp("stock"), tmp_path_factory.mktemp("batching")
    stock, batching = SqliteEventLogStorage(str(stock_dir)), BatchingSqliteEventLogStorage(str(batching_dir))
    for batch in _batches(events, cuts):
        for event in batch:
            stock.store_event(event)
        batching.store_event_batch(batch)
        key = dg.AssetKey("offense")
        assert batching.get_materialized_partitions(key) == stock.get_materialized_partitions(key)
    run_id = events[0].run_id
    for shard in ("index.db", f"{run_id}.db"):
        assert _tables(batching_dir / shard) == _tables(stock_dir / shard)


def _batches(events: Sequence[dg.EventLogEntry], cuts: Sequence[int]) -> list[list[dg.EventLogEntry]]:
    found, start, turn = [], 0, 0
    while start < len(events):
        size = cuts[turn % len(cuts)]
        found.append(list(events[start : start + size]))
        start, turn = start + size, turn + 1
    return found


def _tables(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, less the clock of when it was written."""
    with sqlite3.connect(file) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(map(repr, _rows(connection, name))) for name in names if name in _COMPARED}


_COMPARED = ("event_logs", "asset_keys", "asset_event_tags", "asset_check_executions")


def _rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "create_timestamp"]
    return connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()


def test_the_project_selects_it() -> None:
    chosen = (Path(__file__).parents[2] / "dagster_home" / "dagster.yaml").read_text()
    assert BatchingSqliteEventLogStorage.__name__ in chosen
