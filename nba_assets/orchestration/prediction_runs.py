"""Predictions and grading as they run by themselves: jobs by the clock, schedules, and sensors that follow the tables.

Predictions follow features and lines, grading follows box scores: whatever they read has changed, they are out of date,
which is found elsewhere, and are asked for once. A month's model is trained by a job of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from itertools import groupby

import dagster as dg

from nba_assets.audit import performance, performance_plots
from nba_assets.audit.game_days import game_days
from nba_assets.audit.prop_slate import require_tips
from nba_assets.contracts.calendar import Window, season_year, today
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.table import Table
from nba_assets.orchestration.bad_input import refused_by_name
from nba_assets.orchestration.instance.events import latest_of_each
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import inline_picture
from nba_assets.orchestration.partitions import partition_days
from nba_assets.orchestration.prediction_tables import forecasting_tables, grading_tables, predicting_tables
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_tags import TRIGGER_TAG, partition_tags
from nba_assets.orchestration.schedules import TODAY, YESTERDAY, being_built, safety_net
from nba_assets.orchestration.slate_jobs import run_of
from nba_assets.orchestration.slates import slate_tables, summaries, with_conformed
from nba_assets.orchestration.staleness import out_of_date
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.inputs import Content, Inputs

PREDICT, GRADE = "predict", "grade"

SECONDS_BETWEEN_TICKS = 60

AHEAD = (timedelta(0), timedelta(days=1))
"""The slates that are predicted: tonight's and tomorrow's."""

CORRECTED = timedelta(days=7)
"""So long after a game its box score is looked at for corrections."""


class OfDate(dg.Config):
    """Which date, YYYY-MM-DD; by the clock where it is empty."""

    date: str = ""


def prediction_jobs() -> list[dg.JobDefinition]:
    """The jobs that predict and that grade."""
    return [
        _job(
            PREDICT,
            "Builds what the predictions of a date lack, features first: of tonight, or of the date in its config.",
            predicting_tables,
            lambda: today(),
        ),
        _job(
            GRADE,
            "Grades the predictions of a date: of yesterday, or of the date in its config.",
            grading_tables,
            lambda: today() - timedelta(days=1),
        ),
    ]


def _job(
    name: str, description: str, wanted: Callable[[], Sequence[Table]], which: Callable[[], date]
) -> dg.JobDefinition:
    @dg.op(name=f"{name}_date", description=description)
    def build(context: dg.OpExecutionContext, config: OfDate, warehouse: WarehouseResource) -> None:
        day = _date_in(config, which)
        opened, tables = warehouse.open(), with_conformed(wanted())
        if not game_days(opened, Window(day, day)):
            context.log.info(f"no games on {day}: nothing to build")
            return
        if name == PREDICT:
            with refused_by_name():
                require_tips(opened, Window(day, day))
        stale = [table for table, days in out_of_date(context.instance, opened, tables, [day]).items() if days]
        if not stale:
            context.log.info(f"nothing of {day} is missing or out of date")
            return
        run = run_of(context.instance, stale, day, name)
        context.log.info(f"run {run} has built {', '.join(table.name for table in stale)} of {day}")
        if name == GRADE:
            record_plots(context.instance, opened, _season_until(day))

    @dg.job(name=name, description=description, executor_def=dg.in_process_executor)
    def job() -> None:
        build()

    return job


def record_plots(instance: dg.DagsterInstance, warehouse: Warehouse, window: Window) -> None:
    """Put the plots of some dates on record, as an observation of what adds up the grades."""
    figures = performance.by_system(warehouse, window)
    if not figures:
        return
    pictures = performance_plots.drawn(
        performance.by_date(warehouse, window),
        performance.reliability(warehouse, window),
        simulated=bool(performance.simulated(figures)),
        form="png",
    )
    told = {name: inline_picture(name, png) for name, png in pictures.items()}
    told["dates"] = dg.MetadataValue.text(str(window))
    key = asset_key(next(table for table in grading_tables() if table.name == "prediction_performance_summary"))
    instance.report_runless_asset_event(
        dg.AssetObservation(key, description=f"how predictions of {window} did", metadata=told)
    )


def _season_until(day: date) -> Window:
    return Window(Window.season(season_year(day)).start, day)


def _date_in(config: OfDate, which: Callable[[], date]) -> date:
    if not config.date:
        return which()
    try:
        day = date.fromisoformat(config.date)
    except ValueError:
        raise dg.Failure(f"date: {config.date!r} is no date; write YYYY-MM-DD", allow_retries=False) from None
    with refused_by_name():
        (day,) = partition_days(Window(day, day))
    return day


def prediction_schedules() -> list[dg.ScheduleDefinition]:
    """The schedules of both: off until they are switched on."""
    return [
        safety_net("todays_predictions", ["0 11 * * *", "0 18 * * *"], forecasting_tables(), TODAY),
        safety_net("yesterdays_grading", "0 7 * * *", grading_tables(), YESTERDAY),
    ]


def prediction_sensors() -> list[dg.SensorDefinition]:
    """The sensors of both, which follow the tables that are read."""
    return [
        _sensor(
            "predictions",
            "Features or lines of tonight or tomorrow have changed: runs the forecasts and predictions of the date.",
            predictions_wanted,
        ),
        _sensor(
            "grading",
            "Box scores of the last week have come in or were corrected: grades their predictions, and what adds up.",
            gradings_wanted,
        ),
    ]


Wanted = Iterator[dg.RunRequest | str]
"""Runs to ask for, and why there is none."""


def _sensor(
    name: str, description: str, wanted: Callable[[dg.DagsterInstance, Warehouse, date], Wanted]
) -> dg.SensorDefinition:
    @dg.sensor(
        name=name,
        job_name=ALL_TABLES,
        description=description,
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
        default_status=dg.DefaultSensorStatus.STOPPED,
    )
    def look(context: dg.SensorEvaluationContext, warehouse: WarehouseResource) -> dg.SensorResult:
        try:
            found = list(wanted(context.instance, warehouse.open(), today()))
        except BadInput as error:
            found = [str(error)]
        requests = [request for request in found if isinstance(request, dg.RunRequest)]
        reasons = ". ".join(reason for reason in found if isinstance(reason, str))
        return dg.SensorResult(run_requests=requests, skip_reason=None if requests else reasons)

    return look


def predictions_wanted(instance: dg.DagsterInstance, warehouse: Warehouse, now: date) -> Wanted:
    """For tonight's slate and tomorrow's, once its features are there and nobody builds any of it."""
    for day in (now + ahead for ahead in AHEAD):
        played = bool(game_days(warehouse, Window(day, day)))
        # What is stored of a game that was moved since is to go.
        if not played and not any(day in warehouse.dates(table) for table in forecasting_tables()):
            yield f"no games on {day}"
        elif played and (missing := [table.name for table in slate_tables() if day not in warehouse.dates(table)]):
            yield f"{day} waits for {', '.join(missing)}"
        elif being_built(instance, with_conformed(predicting_tables()), day):
            yield f"{day} is being built"
        else:
            yield from _requests(instance, warehouse, "predictions", forecasting_tables(), [day])


def gradings_wanted(instance: dg.DagsterInstance, warehouse: Warehouse, now: date) -> Wanted:
    """For the dates of the last week that were predicted and whose results are summed up."""
    played = game_days(warehouse, Window(now - CORRECTED, now))
    needed = {*summaries(), *forecasting_tables()}
    stored = [set(warehouse.dates(table)) for table in needed]
    ready = [day for day in played if all(day in dates for dates in stored)]
    if not ready:
        yield "no date of the last week has both predictions and results"
    elif busy := [str(day) for day in ready if being_built(instance, [*needed, *grading_tables()], day)]:
        yield f"being built: {', '.join(busy)}"
    else:
        for is_ready, days in groupby(played, ready.__contains__):  # a run is for dates in a row
            if is_ready:
                yield from _requests(instance, warehouse, "grading", grading_tables(), list(days))


def _requests(
    instance: dg.DagsterInstance, warehouse: Warehouse, name: str, tables: Sequence[Table], days: Sequence[date]
) -> Wanted:
    """One run from the first date that is out of date to the last. What they read is in its key, and which build is
    stored: the same inputs are asked for once, however that ended, and again when they are what they were before."""
    plan = out_of_date(instance, warehouse, tables, days)
    stale = [table for table, reasons in plan.items() if reasons]
    if not stale:
        yield f"{Window(days[0], days[-1])} is up to date"
        return
    dates = sorted({day for reasons in plan.values() for day in reasons})
    within = [day for day in days if dates[0] <= day <= dates[-1]]
    read = _read(warehouse, tables, within)
    yield dg.RunRequest(
        run_key=f"{name}:{Window(dates[0], dates[-1])}:{read}{_built(instance, tables, within)}",
        asset_selection=[asset_key(table) for table in stale],
        tags={**partition_tags(within), TRIGGER_TAG: name},
    )


def _read(warehouse: Warehouse, tables: Sequence[Table], days: Sequence[date]) -> str:
    """A hash of all that the tables read on some days."""
    stored = cache(lambda source: Content(warehouse.contents(source)))
    told = [Inputs(table, stored).read_on(day) for table in tables for day in days]
    return sha256("\n".join(told).encode()).hexdigest()[:12]


def _built(instance: dg.DagsterInstance, tables: Sequence[Table], days: Sequence[date]) -> str:
    """Which events made what is stored of the tables on some days; nothing of what was never built."""
    partitions, made = [day.isoformat() for day in days], dg.DagsterEventType.ASSET_MATERIALIZATION
    latest = [latest_of_each(instance, asset_key(table), made, partitions) for table in tables]
    told = [f"{day} {event.storage_id}" for of in latest for day, event in sorted(of.items())]
    return f":{sha256(' '.join(told).encode()).hexdigest()[:12]}" if told else ""
