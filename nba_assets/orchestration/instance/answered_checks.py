"""Days of a check that passed, told as such after a range run, and days that it passed over: a calendar for the UI.

Dagster means to have an answer for each day of a range and takes one for all of it: the days stay open, and are shown
as skipped once the run has ended. Days that break a check are recorded as such by the step. A day counts as answered
for as long as its partition is the one that was checked. Of days off that a range has only passed over nothing was
asked: they have no answer, or keep the one they had. What a check asks for is no business of this module.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import UTC, datetime

import dagster as dg
import sqlalchemy as db
from dagster._core.storage.event_log import SqlEventLogStorage

from nba_assets.orchestration.dagster_patches.guard import find
from nba_assets.orchestration.instance.event_storage.batches import BatchingEventLogStorage
from nba_assets.orchestration.instance.event_storage.internals import CHECKS, EVENTS, SERIALIZE, known, table


def answer_days(instance: dg.DagsterInstance, run: dg.DagsterRun, key: dg.AssetKey, checks: Collection[str]) -> None:
    """After a table's materialisations and checks are on record: of the days left open those built have passed."""
    storage: SqlEventLogStorage = instance.event_log_storage  # type: ignore[assignment]  # asked for in the next line
    if not isinstance(storage, BatchingEventLogStorage) or not known(storage.STOCK) or not checks:
        return
    rows, events = table(CHECKS), table(EVENTS)
    of_the_run = [rows.c.asset_key == key.to_string(), rows.c.run_id == run.run_id, rows.c.partition.isnot(None)]
    made = (
        db.select(db.func.max(events.c.id))
        .where(
            events.c.asset_key == key.to_string(),
            events.c.dagster_event_type == dg.DagsterEventType.ASSET_MATERIALIZATION.value,
            events.c.partition == rows.c.partition,
            events.c.run_id == run.run_id,
        )
        .scalar_subquery()
    )
    now = time.time()
    with storage.index_transaction() as connection:
        newest = connection.execute(db.select(db.func.max(events.c.id))).scalar()
        of_partition = {"materialization_event_storage_id": made, "evaluation_event_storage_id": newest}
        connection.execute(rows.update().where(*of_the_run).values(**of_partition))
        for check in sorted(checks):
            still_open = [rows.c.check_name == check, rows.c.execution_status == "PLANNED"]
            built = rows.c.materialization_event_storage_id.isnot(None)
            answer = {
                "execution_status": "SUCCEEDED",
                "evaluation_event": find(SERIALIZE)(_passed(run, key, check, now)),
                "evaluation_event_timestamp": datetime.fromtimestamp(now, UTC).replace(tzinfo=None),
            }
            connection.execute(rows.update().where(*of_the_run, *still_open, built).values(**answer))
            connection.execute(rows.delete().where(*of_the_run, *still_open))


def _passed(run: dg.DagsterRun, key: dg.AssetKey, check: str, at: float) -> dg.EventLogEntry:
    """The answer, which is the same for each of the days."""
    event = dg.DagsterEvent(
        dg.DagsterEventType.ASSET_CHECK_EVALUATION.value,
        run.job_name,
        event_specific_data=dg.AssetCheckEvaluation(asset_key=key, check_name=check, passed=True, metadata={}),
    )
    return dg.EventLogEntry(
        error_info=None,
        level=20,
        user_message="",
        run_id=run.run_id,
        timestamp=at,
        step_key=None,
        job_name=run.job_name,
        dagster_event=event,
    )
