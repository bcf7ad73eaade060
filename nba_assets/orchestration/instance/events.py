"""Events of Dagster's log, and what they carry, under one name for who reads them.

Thin functions over names that are not public. What our events carry is not said here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import dagster as dg
from dagster._core.storage.event_log.base import AssetEventSummaryRecord

__all__ = ["AssetEventSummaryRecord", "every_record", "latest_in_run", "latest_of_each"]

AT_ONCE = 1000


def every_record(fetch: Callable[..., Any]) -> Iterator[dg.EventLogRecord]:
    """All that a function of the instance finds, which gives it by pages: of 10,000 at most, and each is in memory."""
    cursor, has_more = None, True
    while has_more:
        page = fetch(limit=AT_ONCE, cursor=cursor)
        yield from page.records
        cursor, has_more = page.cursor, page.has_more


def latest_of_each(
    instance: dg.DagsterInstance, key: dg.AssetKey, kind: Any, partitions: Collection[str]
) -> Mapping[str, AssetEventSummaryRecord]:
    """By partition its latest event of a `DagsterEventType`: a partition may have thousands, and an asset hundreds of
    partitions that nobody asks about."""
    storage = instance.event_log_storage
    if not partitions:  # which Dagster takes for all
        return {}
    latest = list(storage.get_latest_storage_id_by_partition(key, kind, set(partitions)).values())
    events = storage.get_asset_event_summary_records(kind, asset_key=key, storage_ids=latest) if latest else []
    return {event.partition: event for event in events if event.partition}


def latest_in_run(instance: dg.DagsterInstance, run_id: str, key: dg.AssetKey) -> AssetEventSummaryRecord | None:
    """The last materialisation of an asset that a run has put on record, without what it says."""
    found = instance.event_log_storage.get_asset_event_summary_records(
        dg.DagsterEventType.ASSET_MATERIALIZATION, asset_key=key, run_id=run_id, limit=1
    )
    return found[0] if found else None
