"""Jobs for tonight's slate and tomorrow's, which find their date by the clock: the UI's latest lies a week ahead.

Each starts the one job of all tables for its date and waits for it. Tables that are named one by one, and other dates,
are launched where all partitions are.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import dagster as dg

from nba_assets.audit.game_days import game_days
from nba_assets.contracts.calendar import EASTERN, Window
from nba_assets.contracts.table import Table
from nba_assets.orchestration.launch import launch
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_tags import TRIGGER_TAG
from nba_assets.orchestration.slates import slate_tables, with_conformed


def slate_jobs(now: Callable[[], datetime] = lambda: datetime.now(EASTERN)) -> list[dg.JobDefinition]:
    """The jobs that find their date by the clock."""
    return [
        _job("tonights_slate", "Builds the slate of today's Eastern date.", lambda: now().date()),
        _job(
            "tomorrows_slate", "Builds the slate of tomorrow's Eastern date.", lambda: now().date() + timedelta(days=1)
        ),
    ]


def run_of(instance: dg.DagsterInstance, tables: Sequence[Table], day: date, job: str) -> str:
    """The id of a run that has built tables of a date for a job. Raises Failure for one that has not."""
    result = launch(instance, tables, [day], tags={TRIGGER_TAG: job})
    if not result.success:
        reasons = "; ".join(f"{table}: {reason}" for table, reason in result.failures.items())
        raise dg.Failure(f"{day}, run {result.run_id}: {reasons}", allow_retries=False)
    return result.run_id


def _job(name: str, description: str, which: Callable[[], date]) -> dg.JobDefinition:
    @dg.op(name=f"build_{name}", description=description)
    def build(context: dg.OpExecutionContext, warehouse: WarehouseResource) -> None:
        day = which()
        if not game_days(warehouse.open(), Window(day, day)):
            context.log.info(f"no games on {day}: nothing to build")
            return
        run = run_of(context.instance, with_conformed(slate_tables()), day, name)
        context.log.info(f"run {run} has built the slate of {day}")

    @dg.job(name=name, description=description, executor_def=dg.in_process_executor)
    def job() -> None:
        build()

    return job
