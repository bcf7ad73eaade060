"""Training by months: which models are missing or older than what they learn from, and the runs that train them.

A month has a model if it has games and the warehouse holds the season before. What a model is, is its table's to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import dagster as dg

from nba_assets.audit.game_days import Calendar
from nba_assets.contracts.calendar import EASTERN, Window, season_label, season_year
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.table import Table
from nba_assets.orchestration.jobs import MODELS
from nba_assets.orchestration.launch import RunResult, TableProgress, launch
from nba_assets.orchestration.partitions import in_a_row
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_tags import TRIGGER_TAG
from nba_assets.orchestration.staleness import out_of_date
from nba_assets.tables.registry import monthly_tables
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.inputs import dated_inputs

Months = Mapping[Table, Sequence[date]]
"""For each table of months the firsts of those to train."""


def train(
    instance: dg.DagsterInstance,
    warehouse: Warehouse,
    window: Window,
    progress: TableProgress | None = None,
    *,
    force: bool = False,
) -> list[RunResult]:
    """Train the models of the months that some dates lie in, those that are not good or with `force` all, in as few
    runs as they have gaps; none where nothing is to do, and none after one that failed."""
    wanted = of_months(warehouse, window)
    planned = wanted if force else due(instance, warehouse, wanted)
    runs: list[RunResult] = []
    for table, months in planned.items():
        for together in in_a_row(sorted(months), _is_next):
            runs.append(launch(instance, [table], together, progress))
            if not runs[-1].success:
                return runs
    return runs


def of_months(warehouse: Warehouse, window: Window) -> Months:
    """The months of a window that can have a model: with games, and the season before in all that models learn from."""
    months = sorted({day.replace(day=1) for day in Calendar.of(warehouse).scheduled if day in window})
    return {table: [month for month in months if _has_season(warehouse, table, month)] for table in monthly_tables()}


def require_season(warehouse: Warehouse, month: date) -> None:
    """Raises BadInput for a month that can have no model."""
    for table in monthly_tables():
        if not _has_season(warehouse, table, month):
            before = season_label(season_year(month) - 1)
            read = ", ".join(source.name for source, _ in dated_inputs(table))
            raise BadInput(f"no model of {month:%Y-%m}: no season behind it, of {before} nothing is built of {read}")


def _has_season(warehouse: Warehouse, table: Table, month: date) -> bool:
    before = Window.season(season_year(month) - 1)
    return all(any(day in before for day in warehouse.dates(source)) for source, _ in dated_inputs(table))


def due(instance: dg.DagsterInstance, warehouse: Warehouse, wanted: Months) -> Months:
    """Those of the months whose model is missing, failed, damaged, or older than what it learnt from."""
    return {table: list(days) for table, days in out_of_date(instance, warehouse, list(wanted), wanted).items()}


def _is_next(month: date, other: date) -> bool:
    """Whether a run, which is for a range, has both."""
    return other == (month + timedelta(days=31)).replace(day=1)


def models_schedule() -> dg.ScheduleDefinition:
    """The schedule of this month's model: off until it is switched on."""

    @dg.schedule(
        name="months_models",
        cron_schedule="0 9 * 10-12,1-6 *",
        execution_timezone=EASTERN.key,
        job_name=MODELS,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Trains this month's model where it is missing or older than what it learns from.",
    )
    def tick(context: dg.ScheduleEvaluationContext, warehouse: WarehouseResource) -> dg.RunRequest | dg.SkipReason:
        day = context.scheduled_execution_time.astimezone(EASTERN).date()
        month, opened = day.replace(day=1), warehouse.open()
        if not any(due(context.instance, opened, of_months(opened, Window(month, day))).values()):
            return dg.SkipReason(f"{month:%Y-%m}: no game yet, no season behind it, or its model is good")
        return dg.RunRequest(f"{day}", partition_key=month.isoformat(), tags={TRIGGER_TAG: "schedule"})

    return tick
