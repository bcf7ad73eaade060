"""Events put on record many at once, through the buffer that Dagster has for batches.

What Dagster stores by itself, of a sensor's result or of what a step logs, it stores one by one, each event in
transactions of its own: 60 ms for one of a sensor on SQLite, half a minute for a full tick, in which no other sensor is
looked at. Its buffer serves such events as well, but no public function leads there. What the events say is no business
of this module.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

import dagster as dg
from dagster._core.events import AssetObservationData, DagsterEventBatchMetadata, StepMaterializationData
from dagster._core.instance.utils import RUNLESS_JOB_NAME, RUNLESS_RUN_ID

AssetEvent = dg.AssetMaterialization | dg.AssetObservation


def record_runless(instance: dg.DagsterInstance, events: Sequence[AssetEvent]) -> None:
    """Store events that belong to no run."""
    for event, end in zip(events, _one_batch(len(events)), strict=True):
        instance.report_dagster_event(_as_dagster_event(event), RUNLESS_RUN_ID, batch_metadata=end)


def record_in_step(context: dg.AssetExecutionContext, evaluations: Sequence[dg.AssetCheckEvaluation]) -> None:
    """Store check evaluations of the step that `context` is of. They do not pass through the process of its run."""
    step = context.get_step_execution_context()
    for evaluation, end in zip(evaluations, _one_batch(len(evaluations)), strict=True):
        on = f"{evaluation.asset_key.to_user_string()}, {evaluation.partition}"
        passed = "passed" if evaluation.passed else "did not pass"
        message = f"Asset check {evaluation.check_name} on {on}: {passed}"
        kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
        dg.DagsterEvent.from_step(kind, step, evaluation, message, batch_metadata=end)


def _one_batch(events: int) -> Iterator[DagsterEventBatchMetadata]:
    batch = uuid.uuid4().hex
    for number in range(1, events + 1):
        yield DagsterEventBatchMetadata(batch, is_end=number == events)


def _as_dagster_event(event: AssetEvent) -> dg.DagsterEvent:
    if isinstance(event, dg.AssetMaterialization):
        kind, data = dg.DagsterEventType.ASSET_MATERIALIZATION, StepMaterializationData(event)
    else:
        kind, data = dg.DagsterEventType.ASSET_OBSERVATION, AssetObservationData(event)
    return dg.DagsterEvent(kind.value, RUNLESS_JOB_NAME, event_specific_data=data)
