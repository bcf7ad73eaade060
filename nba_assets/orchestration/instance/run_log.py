"""How far a run is, read from its log without what it records.

A range run records two events for each day of each table, and says a few lines beside them. Dagster's API gives those
only together with everything else, and to read that takes as long as to write it; so the log's table is asked. Where a
storage is no SQL database, everything is read.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
import sqlalchemy as db
from dagster._core.events import DagsterEventType
from dagster._core.storage.event_log import SqlEventLogStorage, SqlEventLogStorageTable
from dagster._serdes import deserialize_value

STEPS = (DagsterEventType.STEP_START, DagsterEventType.STEP_SUCCESS, DagsterEventType.STEP_FAILURE)


def said_since(instance: dg.DagsterInstance, run_id: str, place: int) -> tuple[list[dg.EventLogEntry], int]:
    """The steps' messages, starts and ends after a place in the log, and the place they reach. It begins with 0."""
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        records = instance.all_logs(run_id)
        return list(records[place:]), len(records)
    log = SqlEventLogStorageTable.c
    wanted = log.dagster_event_type.is_(None) | log.dagster_event_type.in_([kind.value for kind in STEPS])
    query = db.select(log.id, log.event).where(log.run_id == run_id, log.id > place, wanted).order_by(log.id)
    with storage.run_connection(run_id) as connection:
        rows: Sequence[tuple[int, str]] = connection.execute(query).fetchall()
    entries = [deserialize_value(event, dg.EventLogEntry) for _, event in rows]
    return entries, rows[-1][0] if rows else place
