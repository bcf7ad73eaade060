"""Runs of ours that have ended, followed by sensors that keep their place themselves.

Dagster's own sensor on a run's status goes past a run although its function failed: what it was to send is lost. Here
the place moves on once the sensor has done what it is for. What that is, is not said here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args

import dagster as dg

from nba_assets.orchestration.jobs import jobs

RUNS_A_TICK = 100

AD_HOC_JOB = "__ASSET_JOB"
"""What Dagster calls a run of assets picked in the UI."""

Ended = Literal[dg.DagsterEventType.RUN_SUCCESS, dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_CANCELED]
"""How a run may end."""

EVERY_END: tuple[Ended, ...] = get_args(Ended)


def ended_runs(
    instance: dg.DagsterInstance, state: dict[str, Any], *kinds: Ended
) -> Iterator[tuple[dg.DagsterRun, dg.EventLogRecord]]:
    """Our runs that ended so since the places kept in `state`, one kind after the other, each oldest first.

    The place goes past a run when the next one is asked for: whoever stops before that is given it again. The first
    look is for the place only.
    """
    ours = {job.name for job in jobs()} | {AD_HOC_JOB}
    for kind in kinds:
        if kind.value not in state:
            newest = instance.fetch_run_status_changes(kind, limit=1).records
            state[kind.value] = newest[0].storage_id if newest else 0
            continue
        after = dg.RunStatusChangeRecordsFilter(kind, after_storage_id=state[kind.value])
        records = instance.fetch_run_status_changes(after, limit=RUNS_A_TICK, ascending=True).records
        run_ids = [record.run_id for record in records]
        runs = {run.run_id: run for run in instance.get_runs(dg.RunsFilter(run_ids=run_ids))} if records else {}
        for record in records:
            run = runs.get(record.run_id)
            if run and run.job_name in ours:
                yield run, record
            state[kind.value] = record.storage_id
