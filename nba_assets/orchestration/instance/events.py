"""Events of Dagster's log, and what they carry, under one name for who reads them.

Thin functions over names that are not public. What our events carry is not said here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._core.execution.plan.objects import StepFailureData

__all__ = ["failure_data", "times_of_latest"]


def times_of_latest(instance: dg.DagsterInstance, key: dg.AssetKey, kind: Any) -> Mapping[str, float]:
    """By partition, when its latest event of a `DagsterEventType` was: a partition may have thousands of them."""
    storage = instance.event_log_storage
    latest = list(storage.get_latest_storage_id_by_partition(key, kind).values())
    if not latest:
        return {}
    events = storage.get_asset_event_summary_records(kind, asset_key=key, storage_ids=latest)
    return {event.partition: event.timestamp for event in events if event.partition}


def failure_data(event: dg.DagsterEvent) -> Any | None:
    """What Dagster keeps of a step's failure beside its error; None if it is no step that failed."""
    data = event.event_specific_data
    return data.user_failure_data if isinstance(data, StepFailureData) else None
