"""Reports as assets: pages of tonight's slate and tomorrow's, and of the season, and when they are made.

A page is a file in a folder (`NBA_REPORTS`, or `reports`). What is on it, and how it looks, is made elsewhere; here is
what Dagster knows of it: what is not ready, where the pages lie, and after which runs or at which hour they are made.
"""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from nba_assets.audit.game_days import Calendar, game_days
from nba_assets.contracts.calendar import EASTERN, Window, first_date, season_label, season_year, today
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.assets import OWNERS
from nba_assets.orchestration.bad_input import refused_by_name
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_tags import days_of
from nba_assets.orchestration.slate_status import RESULTS, TONIGHT, Slate, slates_at
from nba_assets.orchestration.slates import slate_tables
from nba_assets.reports.page import write
from nba_assets.reports.season import season_page
from nba_assets.reports.slate import NotReady, slate_page
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import Warehouse

KEY = dg.AssetKey(["nba_reference", "slate_report"])
SEASON_KEY = dg.AssetKey(["nba_reference", "season_report"])
FOLDER_VARIABLE = "NBA_REPORTS"

_page = partial(dg.asset, group_name="operations", owners=OWNERS, kinds={"html"})


def reports_folder() -> Path:
    """Where pages lie, by the setting."""
    return Path(os.environ.get(FOLDER_VARIABLE) or "reports").resolve()


def slate_file(day: date) -> Path:
    """Where the page of a slate is kept."""
    return reports_folder() / f"slate-{day}.html"


def write_slate(instance: dg.DagsterInstance, warehouse: Warehouse, day: date, file: Path) -> Slate:
    """Write the page of a date. Raises BadInput where the season has no schedule."""
    slate = next(slate for slate in slates_at(instance, warehouse, day) if slate.what == TONIGHT)
    _write(warehouse, slate, file)
    return slate


def _write(warehouse: Warehouse, slate: Slate, file: Path) -> None:
    not_ready = [NotReady(of.table, of.lacks, of.waits_for, of.broken_errors) for of in slate.tables if not of.ready]
    write(file, slate_page(warehouse, slate.day, slate.games, not_ready, datetime.now(UTC)))


def season_file(year: int) -> Path:
    """Where the page of a season is kept."""
    return reports_folder() / f"season-{season_label(year)}.html"


def season_so_far(year: int) -> Window:
    """The dates of a season until today. Raises BadInput where it has not begun."""
    season = Window.season(year)
    if season.start > today():
        raise BadInput(f"season {season_label(year)} has not begun")
    return Window(max(season.start, first_date()), min(season.end, today()))


def write_season(warehouse: Warehouse, dates: Window, file: Path) -> None:
    """Write the page of some dates of a season. Raises BadInput where it has no schedule."""
    write(file, season_page(warehouse, dates, datetime.now(UTC)))


def slate_report_asset() -> dg.AssetsDefinition:
    """The asset of the slate's page."""

    @_page(
        key=KEY,
        deps=[asset_key(table) for table in slate_tables()],
        description="The games and players of tonight's slate and tomorrow's, each as one HTML page that needs no"
        " server and no network: `nba report`.",
    )
    def slate_report(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult:
        opened = warehouse.open()
        made: dict[str, Any] = {}
        with refused_by_name():
            for slate in slates_at(context.instance, opened, today()):
                if slate.what == RESULTS or not slate.games:
                    continue
                file = slate_file(slate.day)
                _write(opened, slate, file)
                made[slate.what] = dg.MetadataValue.path(str(file))
                made[f"{slate.what}_tables_not_ready"] = sum(not of.ready for of in slate.tables)
        return dg.MaterializeResult(metadata=made or {"note": "no games tonight or tomorrow"})

    return slate_report


def season_report_asset() -> dg.AssetsDefinition:
    """The asset of the season's page."""

    @_page(
        key=SEASON_KEY,
        deps=[asset_key(table) for table in tables()],
        description="Coverage, quality, sources and drift of the season until today, as one HTML page that needs no"
        " server and no network: `nba report --season`.",
    )
    def season_report(warehouse: WarehouseResource) -> dg.MaterializeResult:
        year = season_year(today())
        dates, file, opened = season_so_far(year), season_file(year), warehouse.open()
        if not any(season_year(day) == year for day in Calendar.of(opened).scheduled):
            # Asked for with all the rest, on a lake of last season: nobody asked for the page of this one.
            return dg.MaterializeResult(metadata={"note": f"no schedule of {season_label(year)} yet"})
        with refused_by_name():
            write_season(opened, dates, file)
        return dg.MaterializeResult(metadata={"page": dg.MetadataValue.path(str(file)), "dates": str(dates)})

    return season_report


SEASON_REPORT_JOB = dg.define_asset_job(
    "season_report", dg.AssetSelection.assets(SEASON_KEY), description="The page of the season until today."
)


@dg.schedule(
    name="season_report",
    cron_schedule="0 8 * 10-12,1-6 *",
    execution_timezone=EASTERN.key,
    job=SEASON_REPORT_JOB,
    description="Has the season's page made, once the night's results are in.",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def season_report_schedule(
    context: dg.ScheduleEvaluationContext, warehouse: WarehouseResource
) -> dg.RunRequest | dg.SkipReason:
    """Have the season's page made, once the night's results are in."""
    eve = context.scheduled_execution_time.astimezone(EASTERN).date() - timedelta(days=1)
    if not game_days(warehouse.open(), Window(eve, eve)):
        return dg.SkipReason(f"no games on {eve}")
    return dg.RunRequest()


SLATE_REPORT_JOB = dg.define_asset_job(
    "slate_report", dg.AssetSelection.assets(KEY), description="The pages of tonight's slate and tomorrow's."
)


@dg.run_status_sensor(
    name="slate_report",
    run_status=dg.DagsterRunStatus.SUCCESS,
    request_job=SLATE_REPORT_JOB,
    description="A run has built tables of tonight's slate or tomorrow's: has their pages made.",
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def slate_report_sensor(context: dg.RunStatusSensorContext) -> Iterator[dg.RunRequest]:
    """A run has built tables of tonight's slate or tomorrow's: have their pages made."""
    if builds_a_slate_to_come(context.dagster_run):
        yield dg.RunRequest(run_key=context.dagster_run.run_id)


def builds_a_slate_to_come(run: dg.DagsterRun) -> bool:
    """Whether the run is of tables of tonight's slate or tomorrow's."""
    built = run.asset_selection or frozenset(map(asset_key, slate_tables()) if run.job_name == ALL_TABLES else ())
    to_come = {today(), today() + timedelta(days=1)}
    return bool(built & set(map(asset_key, slate_tables())) and to_come & set(days_of(run)))
