"""Events put on record many at once, through the buffer that Dagster has for batches.

What Dagster stores by itself, of a sensor's result or of what a step logs, it stores one by one, each event in
transactions of its own: of 500 in a sensor's tick 1.4 s on SQLite, in which no other sensor is looked at, against 0.5.
Its buffer serves such events as well, but no public function leads there; without it, events are stored one
by one. What the events say is no business of this module.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from nba_assets.orchestration.dagster_patches.guard import Upstream, find, in_place
from nba_assets.orchestration.instance.event_times import apart
from nba_assets.orchestration.instance.events import latest_in_run

AssetEvent = dg.AssetMaterialization | dg.AssetObservation

_EVENTS = "dagster._core.events"
_BATCH = f"{_EVENTS}:DagsterEventBatchMetadata"
_MADE = f"{_EVENTS}:StepMaterializationData"
_SEEN = f"{_EVENTS}:AssetObservationData"
_CHECKED = "dagster._core.definitions.asset_checks.asset_check_evaluation:AssetCheckEvaluationTargetMaterializationData"
_RUN = "dagster._core.instance.utils:RUNLESS_RUN_ID"
_JOB = "dagster._core.instance.utils:RUNLESS_JOB_NAME"

UPSTREAM = Upstream(
    "record_at_once",
    lost="what sensors and steps record is stored one by one",
    parameters={
        _BATCH: ("id", "is_end"),
        _MADE: ("materialization", "asset_lineage"),
        _SEEN: ("asset_observation",),
        "dagster:DagsterEvent.from_step": (
            "event_type",
            "step_context",
            "event_specific_data",
            "message",
            "batch_metadata",
        ),
        "dagster:DagsterEvent": (
            "event_type_value",
            "job_name",
            "step_handle",
            "node_handle",
            "step_kind_value",
            "logging_tags",
            "event_specific_data",
            "message",
            "pid",
            "step_key",
        ),
        "dagster:DagsterInstance.report_dagster_event": (
            "dagster_event",
            "run_id",
            "log_level",
            "batch_metadata",
            "timestamp",
        ),
    },
    names=(
        _RUN,
        _JOB,
        *(f"{_CHECKED}.{name}" for name in ("storage_id", "run_id", "timestamp")),
        "dagster:AssetCheckSpec.get_python_identifier",
        "dagster:AssetExecutionContext.get_step_execution_context",
    ),
)


def record_runless(instance: dg.DagsterInstance, events: Sequence[AssetEvent]) -> None:
    """Store events that belong to no run."""
    if not in_place(UPSTREAM):
        for event in events:
            instance.report_runless_asset_event(event)
        return
    now = time.time()
    for event, end, at in zip(events, _one_batch(len(events)), apart(len(events), now, now), strict=True):
        instance.report_dagster_event(_as_dagster_event(event), find(_RUN), batch_metadata=end, timestamp=at)


def record_in_step(context: dg.AssetExecutionContext, evaluations: Sequence[dg.AssetCheckEvaluation]) -> None:
    """Store check evaluations of the step that `context` is of. They do not pass through the process of its run."""
    if not in_place(UPSTREAM):
        for evaluation in evaluations:
            context.log_event(evaluation)
        return
    _evaluated(context, evaluations)


def _evaluated(
    context: dg.AssetExecutionContext, evaluations: Sequence[dg.AssetCheckEvaluation]
) -> list[dg.DagsterEvent]:
    step, kind = context.get_step_execution_context(), dg.DagsterEventType.ASSET_CHECK_EVALUATION
    found = []
    for evaluation, end in zip(evaluations, _one_batch(len(evaluations)), strict=True):
        day = f", {evaluation.partition}" if evaluation.partition else ""
        passed = "passed" if evaluation.passed else "did not pass"
        message = f"Asset check {evaluation.check_name} on {evaluation.asset_key.to_user_string()}{day}: {passed}"
        found.append(dg.DagsterEvent.from_step(kind, step, evaluation, message, batch_metadata=end))
    return found


def record_checked(
    context: dg.AssetExecutionContext, key: dg.AssetKey, results: Sequence[dg.AssetCheckResult]
) -> Iterator[dg.AssetCheckResult | dg.DagsterEvent | dg.Output]:
    """Store what the checks of an asset found that the step has just put on record, and yield what it is to yield.

    Each is of the materialisation that was checked. Dagster asks its database twice for it, for each check anew.
    """
    if not in_place(UPSTREAM):
        yield from results
        return
    day = context.partition_keys[0] if len(context.partition_keys) == 1 else None
    made = latest_in_run(context.instance, context.run.run_id, key)
    checked: Any = made and find(_CHECKED)(storage_id=made.storage_id, run_id=made.run_id, timestamp=made.timestamp)
    evaluations = [
        dg.AssetCheckEvaluation(
            asset_key=key,
            check_name=str(result.check_name),
            passed=result.passed,
            metadata=result.metadata,
            target_materialization_data=checked,
            severity=result.severity,
            description=result.description,
            blocking=False,
            partition=day,
        )
        for result in results
    ]
    for evaluation, event in zip(evaluations, _evaluated(context, evaluations), strict=True):
        yield dg.Output(None, dg.AssetCheckSpec(evaluation.check_name, asset=key).get_python_identifier())
        yield event


def record_made(context: dg.AssetExecutionContext, made: Sequence[dg.AssetMaterialization]) -> list[dg.DagsterEvent]:
    """Store materialisations of the step that `context` is of, before it ends.

    Returns what the step is to yield, for the process of its run to hear of them.
    """
    if not in_place(UPSTREAM):
        for each in made:
            context.log_event(each)
        return []
    step, kind = context.get_step_execution_context(), dg.DagsterEventType.ASSET_MATERIALIZATION
    return [
        dg.DagsterEvent.from_step(kind, step, find(_MADE)(each), "Materialized value.", batch_metadata=end)
        for each, end in zip(made, _one_batch(len(made)), strict=True)
    ]


def _one_batch(events: int) -> Iterator[Any]:
    batch, metadata = uuid.uuid4().hex, find(_BATCH)
    for number in range(1, events + 1):
        yield metadata(batch, is_end=number == events)


def _as_dagster_event(event: AssetEvent) -> dg.DagsterEvent:
    if isinstance(event, dg.AssetMaterialization):
        kind, data = dg.DagsterEventType.ASSET_MATERIALIZATION, find(_MADE)(event)
    else:
        kind, data = dg.DagsterEventType.ASSET_OBSERVATION, find(_SEEN)(event)
    return dg.DagsterEvent(kind.value, find(_JOB), event_specific_data=data)
