"""Dead runs: those that Dagster has as under way, and whose process is gone.

A killed process reports nothing. Its run would stand as started for ever, hold back the next one on its date, and with
a few others fill the queue. The run monitor asks for each run, and every command looks for them when it opens the
instance. A run of another host is left alone: only that host sees its processes.
"""

from __future__ import annotations

import logging

import dagster as dg

from nba_assets.orchestration.processes.parent import end_left_by
from nba_assets.warehouse.process import is_gone

PROCESS_TAG = "nba/process"
"""The process that carries out a run, or a back-fill: host, id and start."""

UNDER_WAY = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def is_dead(run: dg.DagsterRun, instance: dg.DagsterInstance | None) -> bool:
    """Whether the process of a run is gone, as far as can be seen from here. What that has left, is ended."""
    process = run.tags.get(PROCESS_TAG, "")
    if not is_gone(process) or _is_of_parent(run, process, instance):
        return False
    end_left_by(process)
    return True


def _is_of_parent(run: dg.DagsterRun, process: str, instance: dg.DagsterInstance | None) -> bool:
    """Whether a run that executes another one again has only that one's tags, and no process yet."""
    parent = instance.get_run_by_id(run.parent_run_id) if instance and run.parent_run_id else None
    return parent is not None and parent.tags.get(PROCESS_TAG) == process


def end_dead_runs(instance: dg.DagsterInstance) -> None:
    """Let them have failed, or be cancelled if somebody wanted that, and say so in a line."""
    dead = [run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY)) if is_dead(run, instance)]
    for run in instance.get_runs(dg.RunsFilter(run_ids=dead, statuses=UNDER_WAY)) if dead else ():  # it may have ended
        why = f"its process {run.tags[PROCESS_TAG]} is gone: it was killed"
        if run.status == dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, why)
        else:
            instance.report_run_failed(run, why)
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        logging.getLogger(__name__).warning("run %s ended: %s", run.run_id, why)
