"""Events as Dagster makes them, and what Dagster knows by them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import dagster as dg
from dagster._core.events import AssetMaterializationPlannedData, DagsterEvent, StepMaterializationData

DAYS = dg.DailyPartitionsDefinition("2021-10-19", end_date="2021-10-22")


@dg.multi_asset(
    specs=[
        dg.AssetSpec("offense", partitions_def=DAYS, tags={"kind": "table"}),
        dg.AssetSpec("raw", partitions_def=DAYS),
    ],
    check_specs=[dg.AssetCheckSpec(name, asset="offense") for name in ("rows", "keys")],
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=False,
)
def two_tables(context):  # noqa: ANN001, ANN201 (Dagster reads the annotation, and this module postpones it)
    context.log_event(dg.AssetObservation("raw", partition="2021-10-20", tags={"seen": "yes"}))
    key, day = dg.AssetKey("offense"), "2021-10-20"
    context.log_event(dg.AssetCheckEvaluation(asset_key=key, check_name="keys", passed=False, partition=day))
    results = [dg.AssetCheckResult(passed=True, check_name=name) for name in ("rows", "keys")]
    yield dg.MaterializeResult(asset_key="offense", check_results=results, data_version=dg.DataVersion("7"))
    yield dg.MaterializeResult(asset_key="raw")


def range_run(instance: dg.DagsterInstance) -> str:
    """Runs `two_tables` for all of DAYS in one run; its id."""
    job = dg.Definitions(assets=[two_tables]).resolve_implicit_global_asset_job_def()
    tags = {
        "dagster/asset_partition_range_start": DAYS.get_first_partition_key(),
        "dagster/asset_partition_range_end": DAYS.get_last_partition_key(),
    }
    return job.execute_in_process(instance=instance, tags=tags).run_id


KEYS = [dg.AssetKey("offense"), dg.AssetKey("raw")]


def known(instance: dg.DagsterInstance) -> dict[str, Any]:
    """What the UI, staleness and back-fills ask of an instance."""
    storage = instance.event_log_storage
    checks = [dg.AssetCheckKey(KEYS[0], name) for name in ("rows", "keys")]
    return {
        "runs": [(run.run_id, run.status) for run in instance.get_runs()],
        "partitions": {key: instance.get_status_by_partition(key, DAYS.get_partition_keys(), DAYS) for key in KEYS},
        "materialisations": {key: instance.fetch_materializations(key, limit=99).records for key in KEYS},
        "latest": {key: instance.get_latest_materialization_event(key) for key in KEYS},
        "tags": {key: storage.get_event_tags_for_asset(key) for key in KEYS},
        "planned": {
            key: storage.get_latest_storage_id_by_partition(key, dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED)
            for key in KEYS
        },
        "observed": instance.fetch_observations(KEYS[1], limit=1).records,
        "checks": storage.get_latest_asset_check_execution_by_key(checks),
        "of the check": storage.get_asset_check_summary_records(checks),
    }


def materialised(run_id: str, assets: Iterable[str], partitions: Iterable[str]) -> list[dg.EventLogEntry]:
    """Planned and materialised: each partition of each asset, the assets in turn."""
    days = list(partitions)
    return [_entry(run_id, event) for day in days for asset in assets for event in _of(asset, day)]


def _of(asset: str, day: str) -> list[DagsterEvent]:
    planned = AssetMaterializationPlannedData(dg.AssetKey(asset), partition=day)
    made = dg.AssetMaterialization(asset, partition=day, tags={"dagster/data_version": day})
    return [
        DagsterEvent.build_asset_materialization_planned_event("job", asset, planned),
        DagsterEvent(
            event_type_value="ASSET_MATERIALIZATION",
            job_name="job",
            step_key=asset,
            event_specific_data=StepMaterializationData(made),
        ),
    ]


def _entry(run_id: str, event: DagsterEvent) -> dg.EventLogEntry:
    return dg.EventLogEntry(
        error_info=None,
        level=10,
        user_message="",
        run_id=run_id,
        timestamp=time.time(),
        step_key=event.step_key,
        job_name="job",
        dagster_event=event,
    )
