"""Asset events that belong to no run, put on record many at once.

Dagster stores those of a sensor's result one by one, each in transactions of its own: 60 ms on SQLite, half a minute
for a full tick, in which no other sensor is looked at. Its buffer for batches serves these events as well, but no
public function leads there. What the events say is no business of this module.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import dagster as dg
from dagster._core.events import AssetObservationData, DagsterEventBatchMetadata, StepMaterializationData
from dagster._core.instance.utils import RUNLESS_JOB_NAME, RUNLESS_RUN_ID

AssetEvent = dg.AssetMaterialization | dg.AssetObservation


def record(instance: dg.DagsterInstance, events: Sequence[AssetEvent]) -> None:
    """Store the events in their order, in as few transactions as the instance's storage takes."""
    batch = uuid.uuid4().hex
    for number, event in enumerate(events, start=1):
        end = DagsterEventBatchMetadata(batch, is_end=number == len(events))
        instance.report_dagster_event(_as_dagster_event(event), RUNLESS_RUN_ID, batch_metadata=end)


def _as_dagster_event(event: AssetEvent) -> dg.DagsterEvent:
    if isinstance(event, dg.AssetMaterialization):
        kind, data = dg.DagsterEventType.ASSET_MATERIALIZATION, StepMaterializationData(event)
    else:
        kind, data = dg.DagsterEventType.ASSET_OBSERVATION, AssetObservationData(event)
    return dg.DagsterEvent(kind.value, RUNLESS_JOB_NAME, event_specific_data=data)
