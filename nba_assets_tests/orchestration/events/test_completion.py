"""What follows when runs succeed: the next slate once for each content, a message for each group and run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.events import StepMaterializationData

from nba_assets.contracts.table import Table
from nba_assets.orchestration.events.completion import completion_messages, slate_requests
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.run_tags import partition_tags
from nba_assets.orchestration.slates import slate_tables, summaries, with_conformed
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.orchestration.events.stage import tables_of

DAYS = [date(2024, 10, 22), date(2024, 10, 23), date(2024, 10, 24)]


@pytest.fixture
def instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral()


@pytest.fixture
def warehouse(simulated_lake: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(Lake(simulated_lake))


def succeed(
    instance: dg.DagsterInstance,
    built: Iterable[Table] = summaries(),
    days: list[date] = DAYS[:1],
    content: str = "a",
    trigger: str = "raw_complete",
    status: dg.DagsterRunStatus = dg.DagsterRunStatus.SUCCESS,
) -> dg.DagsterRun:
    """A run that has built some tables, ten rows a partition."""
    built = list(built)
    tags = partition_tags(days) | {"nba/trigger": trigger, "nba/correlation_id": "c1,c2"}
    selection = frozenset(asset_key(table) for table in built)
    run = instance.add_run(dg.DagsterRun(job_name="all_tables", status=status, tags=tags, asset_selection=selection))
    for table in built:
        for day in days:
            made = dg.AssetMaterialization(
                asset_key(table),
                partition=day.isoformat(),
                metadata={"dagster/partition_row_count": 10},
                tags={DATA_VERSION_TAG: f"{table.name}-{content}"},
            )
            kind = dg.DagsterEventType.ASSET_MATERIALIZATION.value
            event = dg.DagsterEvent(kind, "all_tables", event_specific_data=StepMaterializationData(made))
            instance.report_dagster_event(event, run.run_id)
    return run


def keys(instance: dg.DagsterInstance, warehouse: DuckDBWarehouse) -> list[str | None]:
    return [request.run_key for request in slate_requests(instance, warehouse)]


def test_the_summaries_of_a_date_ask_for_the_next_date_with_games(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    run = succeed(instance)
    (request,) = slate_requests(instance, warehouse)
    assert request.partition_key == "2024-10-23"
    assert {key.path[-1] for key in request.asset_selection or ()} == {t.name for t in with_conformed(slate_tables())}
    assert request.tags["nba/correlation_id"] == run.tags["nba/correlation_id"] == "c1,c2"
    assert request.tags["nba/trigger"] == "next_slate"


def test_the_same_content_has_the_same_run_key_and_another_one_another(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    succeed(instance)
    first = keys(instance, warehouse)
    succeed(instance)
    assert keys(instance, warehouse) == first
    succeed(instance, summaries()[:1], content="b")
    corrected = keys(instance, warehouse)
    assert len(corrected) == 1
    assert corrected != first


def test_nothing_is_asked_for_until_all_summaries_are_there(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    succeed(instance, summaries()[:2])
    assert keys(instance, warehouse) == []
    succeed(instance, summaries()[2:])
    assert len(keys(instance, warehouse)) == 1


def test_a_range_asks_for_the_slate_after_its_last_date(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    succeed(instance, tables(), DAYS)
    (request,) = slate_requests(instance, warehouse)
    assert request.partition_key == "2024-10-25"


@pytest.mark.parametrize(
    "changes",
    [
        {"trigger": "next_slate"},
        {"trigger": "backfill"},
        {"status": dg.DagsterRunStatus.FAILURE},
        {"built": slate_tables()},
        {"days": [date(2025, 6, 30)]},
    ],
    ids=["a slate", "a back-fill", "a failure", "no summaries", "the last date of a season"],
)
def test_other_runs_ask_for_nothing(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse, changes: dict[str, object]
) -> None:
    succeed(instance, **changes)  # type: ignore[arg-type]
    assert keys(instance, warehouse) == []


def test_a_run_of_all_tables_tells_both_phases_what_it_wrote(instance: dg.DagsterInstance) -> None:
    run = succeed(instance, [t for t in tables() if t.group in ("analytics", "precompute")], DAYS)
    told = {topic: json.loads(sent.as_bytes()) for topic, sent in completion_messages(instance, run)}
    assert list(told) == ["nba-phase3-analytics-complete", "nba-phase4-precompute-complete"]
    said = told["nba-phase3-analytics-complete"]
    said.pop("timestamp")
    assert said == {
        "processor_name": "analytics_tables",
        "phase": "phase_3_analytics",
        "execution_id": run.run_id,
        "correlation_id": "c1,c2",
        "game_date": "2024-10-24",
        "output_dataset": "nba_analytics",
        "status": "success",
        "record_count": 150,
        "trigger_source": "raw_complete",
        "metadata": {
            "tables": {table.name: 30 for table in tables() if table.group == "analytics"},
            "first_date": "2024-10-22",
            "last_date": "2024-10-24",
        },
    }
    assert told["nba-phase4-precompute-complete"]["phase"] == "phase_4_precompute"


def test_a_run_of_one_group_tells_one_phase(instance: dg.DagsterInstance) -> None:
    topics = [topic for topic, _ in completion_messages(instance, succeed(instance))]
    assert topics == ["nba-phase3-analytics-complete"]


def test_a_run_started_without_a_selection_tells_what_it_wrote(instance: dg.DagsterInstance) -> None:
    """As from the UI, on the job as a whole."""
    run = succeed(instance)._replace(asset_selection=None)
    assert len(list(completion_messages(instance, run))) == 1
    assert tables_of(run) == set()


def test_a_run_without_partitions_tells_nothing(instance: dg.DagsterInstance) -> None:
    run = instance.add_run(dg.DagsterRun(job_name="all_tables"))
    assert list(completion_messages(instance, run)) == []
