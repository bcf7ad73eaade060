"""Raw deliveries on Dagster's record: which dates of which raw table came in, as a message tells it.

The sensor puts them there as messages come. A history that was ingested without messages is put there at once, and
nothing runs because of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import dagster as dg

from nba_assets.contracts.calendar import first_date
from nba_assets.orchestration.events.messages import FAILED, NO_DATA, SUCCESS, RawComplete
from nba_assets.orchestration.instance.batched_events import record_runless
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import ROWS
from nba_assets.warehouse.ingest import Ingested

_NOTES = {NO_DATA: "complete: the source has nothing for this date", FAILED: "the raw processor failed"}


def event_of(kind: type, message: RawComplete) -> dg.AssetMaterialization | dg.AssetObservation:
    """A message as Dagster's event of its raw table and day; `kind` is the class of it."""
    told = {
        "execution_id": message.execution_id,
        "correlation_id": message.correlation_id,
        "status": message.status,
        "sent_at": message.sent_at.isoformat(),
        **({} if message.record_count is None else {ROWS: message.record_count}),
    }
    return kind(
        asset_key=asset_key(message.table),
        partition=message.day.isoformat(),
        description=_NOTES.get(message.status),
        metadata=told,
    )


def record_ingested(instance: dg.DagsterInstance, results: Sequence[Ingested]) -> int:
    """Put each partition that was written on record, of dates that tables have; how many."""
    execution, now = uuid.uuid4().hex[:8], datetime.now(UTC)
    events = [
        event_of(dg.AssetMaterialization, RawComplete(result.contract, day, SUCCESS, execution, execution, now, rows))
        for result in results
        for day, rows in result.rows.items()
        if day is not None and day >= first_date()
    ]
    record_runless(instance, events)
    return len(events)
