"""The tables of a run: which ones it was to build, and what the events of its steps say of each.

A step builds one table or several, so an event of a step is about all of them that the run was asked for, unless it
says more. What is made of that is up to whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from nba_assets.contracts.table import Table
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import TableFailure, failures_in
from nba_assets.orchestration.run_tags import reason_of
from nba_assets.tables.registry import every_table, monthly_tables


def tables_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[Table]:
    """The tables that a run was to build, each after those it reads; none for a run of something else."""
    plan = run.execution_plan_snapshot_id
    planned = instance.get_execution_plan_snapshot(plan).step_keys_to_execute if plan else ()
    asked = run.asset_selection
    return [
        t for t in (*every_table(), *monthly_tables()) if t.step in planned and (not asked or asset_key(t) in asked)
    ]


def of_step(built: Iterable[Table], step: str | None) -> list[Table]:
    """Those of the tables that a step builds."""
    return [table for table in built if table.step == step]


def failed_in(event: dg.DagsterEvent, built: Iterable[Table]) -> dict[str, TableFailure]:
    """Of a failed step: why each of its tables failed, by name.

    A step that was killed before it could say so has failed with all of them.
    """
    said = failures_in(event)
    return said or {t.name: TableFailure(reason_of(event)) for t in of_step(built, event.step_key)}


def was_interrupted(event: dg.DagsterEvent) -> bool:
    """Whether a failed step was cut off rather than wrong."""
    error = getattr(event.event_specific_data, "error", None)
    while error is not None:
        if (error.cls_name or "").endswith(("InterruptedError", "KeyboardInterrupt")):
            return True
        error = error.cause
    return False
