"""Progress of a run, read from its log without what it records.

A range run records two events for each day of each table, and says a few lines beside them. Dagster's API gives those
only together with everything else, and to read that takes as long as to write it; so the log's table is asked. Where a
storage is no SQL database, everything is read.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
import sqlalchemy as db

from nba_assets.orchestration.dagster_patches.guard import Upstream, find, in_place

STEPS = (dg.DagsterEventType.STEP_START, dg.DagsterEventType.STEP_SUCCESS, dg.DagsterEventType.STEP_FAILURE)

STORAGE = "dagster._core.storage.event_log:SqlEventLogStorage"
_LOG = "dagster._core.storage.event_log:SqlEventLogStorageTable"
_DESERIALIZE = "dagster._serdes:deserialize_value"

UPSTREAM = Upstream(
    "run_log",
    lost="progress is read with everything a run records",
    parameters={f"{STORAGE}.run_connection": ("run_id",)},
    names=(
        _DESERIALIZE,
        f"{_LOG}.c.dagster_event_type",
        f"{_LOG}.c.id",
        f"{_LOG}.c.event",
        f"{_LOG}.c.run_id",
    ),
)


def said_since(instance: dg.DagsterInstance, run_id: str, place: int) -> tuple[list[dg.EventLogEntry], int]:
    """The steps' messages, starts and ends after a place in the log, and the place they reach. It begins with 0."""
    storage = instance.event_log_storage
    if not in_place(UPSTREAM) or not isinstance(storage, find(STORAGE)):
        records = instance.all_logs(run_id)
        return list(records[place:]), len(records)
    log = find(_LOG).c
    wanted = log.dagster_event_type.is_(None) | log.dagster_event_type.in_([kind.value for kind in STEPS])
    query = db.select(log.id, log.event).where(log.run_id == run_id, log.id > place, wanted).order_by(log.id)
    with storage.run_connection(run_id) as connection:
        rows: Sequence[tuple[int, str]] = connection.execute(query).fetchall()
    entries = [find(_DESERIALIZE)(event, dg.EventLogEntry) for _, event in rows]
    return entries, rows[-1][0] if rows else place
