"""Events stored at once are what Dagster would have stored one by one."""

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from nba_assets.orchestration.dagster_patches import guard, switches
from nba_assets.orchestration.dagster_patches.guard import in_place
from nba_assets.orchestration.instance.batched_events import (
    UPSTREAM,
    AssetEvent,
    record_checked,
    record_in_step,
    record_runless,
)

KEY = dg.AssetKey(["nba_raw", "nbac_schedule"])


def events() -> list[AssetEvent]:
    days = [f"2021-11-{day}" for day in range(10, 15)]
    made = [dg.AssetMaterialization(KEY, partition=day, metadata={"execution_id": f"e-{day}"}) for day in days]
    return [*made, dg.AssetObservation(KEY, partition=days[0], metadata={"execution_id": "failed"})]


def on_record(instance: dg.DagsterInstance) -> list[object]:
    made = instance.fetch_materializations(KEY, limit=100, ascending=True).records
    seen = instance.fetch_observations(KEY, limit=100, ascending=True).records
    entries = [record.event_log_entry for record in (*made, *seen)]
    return [(entry.run_id, entry.level, entry.job_name, entry.dagster_event) for entry in entries]


@pytest.mark.parametrize("stored_at", ["home", "memory"])
def test_many_at_once_are_what_dagster_stores_one_by_one(stored_at: str, home: Path) -> None:
    opened = dg.DagsterInstance.get() if stored_at == "home" else dg.DagsterInstance.ephemeral()
    with opened as instance, dg.DagsterInstance.ephemeral() as by_dagster:
        record_runless(instance, events())
        for event in events():
            by_dagster.report_runless_asset_event(event)
        assert on_record(instance) == on_record(by_dagster)
        assert len(on_record(instance)) == 6
        assert instance.get_materialized_partitions(KEY) == {f"2021-11-{day}" for day in range(10, 15)}


def test_of_nothing_nothing_is_stored() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        record_runless(instance, [])
        assert on_record(instance) == []


def test_with_stock_dagster_they_are_stored_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(switches.STOCK, "1")
    stored_as_before()


@pytest.mark.usefixtures("guard_asks_anew")
def test_what_dagster_has_moved_is_told_once_and_they_are_stored_one_by_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr("dagster._core.events.DagsterEventBatchMetadata")
    with caplog.at_level(logging.WARNING):
        assert not in_place(UPSTREAM)
        assert not in_place(UPSTREAM)
    monkeypatch.undo()
    assert [record.getMessage() for record in caplog.records if record.name == guard.__name__] == [
        "what sensors and steps record is stored one by one: "
        "Dagster has changed dagster._core.events:DagsterEventBatchMetadata"
    ]


def stored_as_before() -> None:
    """What a sensor records, and what a step does."""
    with dg.DagsterInstance.ephemeral() as instance, dg.DagsterInstance.ephemeral() as by_dagster:
        record_runless(instance, events())
        for event in events():
            by_dagster.report_runless_asset_event(event)
        assert on_record(instance) == on_record(by_dagster)

        @dg.multi_asset(specs=[dg.AssetSpec("table")], check_specs=[dg.AssetCheckSpec("good", asset="table")])
        def table(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
            key = dg.AssetKey("table")
            days = [
                dg.AssetCheckEvaluation(asset_key=key, check_name="good", passed=False, partition=day)
                for day in ("2021-11-10", "2021-11-11")
            ]
            record_in_step(context, days)
            return dg.MaterializeResult(check_results=[dg.AssetCheckResult(check_name="good", passed=True)])

        result = dg.materialize([table], instance=instance)
        evaluations = instance.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        data = [entry.get_dagster_event().asset_check_evaluation_data for entry in evaluations]
        assert [(one.partition, one.passed) for one in data] == [
            ("2021-11-10", False),
            ("2021-11-11", False),
            (None, True),
        ]


def test_a_steps_evaluations_are_on_record() -> None:
    stored_as_before()


DAYS = dg.DailyPartitionsDefinition("2021-11-10", end_date="2021-11-20")
with warnings.catch_warnings(action="ignore", category=dg.PreviewWarning):
    CHECKS = [dg.AssetCheckSpec(name, asset="table", partitions_def=DAYS) for name in ("good", "whole")]
RESULTS = [
    dg.AssetCheckResult(asset_key="table", check_name="good", passed=False, metadata={"rows": 2}, description="two"),
    dg.AssetCheckResult(asset_key="table", check_name="whole", passed=True, severity=dg.AssetCheckSeverity.WARN),
]

SAID = ("asset_key", "check_name", "passed", "metadata", "severity", "description", "blocking", "partition")


@dg.multi_asset(
    specs=[dg.AssetSpec("table", partitions_def=DAYS)],
    check_specs=CHECKS,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def at_once(context: dg.AssetExecutionContext) -> Iterator[Any]:
    yield dg.MaterializeResult("table")
    yield from record_checked(context, dg.AssetKey("table"), RESULTS)


@dg.multi_asset(
    specs=[dg.AssetSpec("table", partitions_def=DAYS)],
    check_specs=CHECKS,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def by_dagster(context: dg.AssetExecutionContext) -> Iterator[Any]:
    yield dg.MaterializeResult("table", check_results=RESULTS)


RANGE = {"dagster/asset_partition_range_start": "2021-11-11", "dagster/asset_partition_range_end": "2021-11-13"}


@pytest.mark.parametrize("days", [{"partition_key": "2021-11-11"}, {"tags": RANGE}], ids=["a day", "a range"])
def test_what_checks_found_is_what_dagster_stores_of_it(days: dict[str, Any]) -> None:
    told: list[object] = []
    for table in (at_once, by_dagster):
        with dg.DagsterInstance.ephemeral() as instance:
            dg.materialize([table], instance=instance, partition_key="2021-11-12")  # another's, before
            result = dg.materialize([table], instance=instance, **days)
            made = instance.fetch_materializations(dg.AssetKey("table"), limit=1).records[0]
            found = result.get_asset_check_evaluations()
            of_records = instance.event_log_storage.get_asset_check_execution_history(CHECKS[0].key, limit=9)
            targets = {one.target_materialization_data.storage_id for one in found}
            assert targets == {made.storage_id}
            told.append([[getattr(one, name) for name in SAID] for one in found])
            told.append([(record.status, record.partition) for record in of_records])
            told.append([event.event_type_value for event in result.all_events])
    assert told[:3] == told[3:]
