"""Events of Dagster's log, and what they carry, under one name for who reads them.

Thin functions over names that are not public. What our events carry is not said here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dagster as dg
from dagster._core.execution.plan.objects import StepFailureData
from dagster._core.storage.event_log.base import AssetEventSummaryRecord

__all__ = ["AssetEventSummaryRecord", "event_summaries", "failure_data"]


def event_summaries(instance: dg.DagsterInstance, key: dg.AssetKey, kind: Any) -> Sequence[AssetEventSummaryRecord]:
    """All events of a `DagsterEventType`, oldest first, without their bodies, which take long to read."""
    return instance.event_log_storage.get_asset_event_summary_records(kind, asset_key=key, ascending=True)


def failure_data(event: dg.DagsterEvent) -> Any | None:
    """What Dagster keeps of a step's failure beside its error; None if it is no step that failed."""
    data = event.event_specific_data
    return data.user_failure_data if isinstance(data, StepFailureData) else None
