"""Schedules: at these Eastern hours, what is still missing or out of date is built.

Events do the daily work; a schedule is the net under them, off until it is switched on in the UI. What is out of date
is found elsewhere. Dates are of the Eastern calendar: the night of a clock change is no exception.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import dagster as dg

from nba_assets.audit.game_days import game_days
from nba_assets.contracts.calendar import EASTERN, Window
from nba_assets.contracts.table import Table
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_tags import ENDED, TRIGGER_TAG, days_of
from nba_assets.orchestration.slates import slate_tables, summaries, with_conformed
from nba_assets.orchestration.staleness import out_of_date
from nba_assets.warehouse.base import Warehouse

Found = dg.RunRequest | dg.SkipReason


def schedules() -> list[dg.ScheduleDefinition]:
    """The schedules of daily tables: safety nets beside the sensors."""
    return [
        safety_net("yesterdays_summaries", "30 6 * * *", with_conformed(summaries()), YESTERDAY),
        safety_net("todays_slate", ["30 10 * * *", "30 17 * * *"], with_conformed(slate_tables()), TODAY),
        safety_net("tomorrows_slate", "30 17 * * *", with_conformed(slate_tables()), TOMORROW),
    ]


YESTERDAY, TODAY, TOMORROW = timedelta(days=-1), timedelta(0), timedelta(days=1)


def safety_net(name: str, cron: str | list[str], tables: Sequence[Table], which: timedelta) -> dg.ScheduleDefinition:
    """A schedule that builds what is missing or out of date of the tables on the date that is `which` from today; off
    until it is switched on."""

    @dg.schedule(
        name=name,
        cron_schedule=cron,
        execution_timezone=EASTERN.key,
        job_name=ALL_TABLES,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description=f"Safety net: builds what is missing or out of date of {', '.join(t.name for t in tables)}.",
    )
    def tick(context: dg.ScheduleEvaluationContext, warehouse: WarehouseResource) -> Found:
        at = context.scheduled_execution_time.astimezone(EASTERN)
        return _wanted(context.instance, warehouse.open(), tables, at.date() + which, at)

    return tick


def _wanted(
    instance: dg.DagsterInstance, warehouse: Warehouse, tables: Sequence[Table], day: date, at: datetime
) -> Found:
    if not game_days(warehouse, Window(day, day)) and not any(day in warehouse.dates(table) for table in tables):
        return dg.SkipReason(f"no games on {day}")
    if busy := being_built(instance, tables, day):
        return dg.SkipReason(f"{day} is being built: {', '.join(busy)}")
    stale = [table for table, days in out_of_date(instance, warehouse, tables, [day]).items() if day in days]
    if not stale:
        return dg.SkipReason(f"nothing of {day} is missing or out of date")
    return dg.RunRequest(
        run_key=f"{day} at {at:%Y-%m-%d %H:%M}",
        partition_key=day.isoformat(),
        asset_selection=[asset_key(table) for table in stale],
        tags={TRIGGER_TAG: "schedule"},
    )


def being_built(instance: dg.DagsterInstance, tables: Sequence[Table], day: date) -> list[str]:
    """Those that a run which waits or runs is to write: its end is worth waiting for, and its failure is told."""
    runs = instance.get_runs(dg.RunsFilter(statuses=[status for status in dg.DagsterRunStatus if status not in ENDED]))
    selections = [run.asset_selection for run in runs if day in days_of(run)]
    return [t.name for t in tables if any(chosen is None or asset_key(t) in chosen for chosen in selections)]
