"""The clock: at its hours, in Eastern time, it asks for what is missing or stale, or says why it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from nba_assets.audit.game_days import game_days
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.table import Table
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.launch import all_tables_job
from nba_assets.orchestration.partitions import DAILY
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.schedules import schedules
from nba_assets.orchestration.slates import is_conformed, slate_tables, summaries, with_conformed
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.given import put_games
from nba_assets_tests.orchestration.clock import standing_at
from nba_assets_tests.orchestration.watched import put_there

EASTERN = ZoneInfo("America/New_York")
SUMMARIES, SLATE, TOMORROW = schedules()
PLAYED = date(2024, 10, 23)

Tick = Callable[[dg.ScheduleDefinition, datetime], dg.RunRequest | dg.SkipReason]


@pytest.fixture
def tick(warehouse: WarehouseResource, instance: dg.DagsterInstance) -> Tick:
    """One evaluation of a schedule over the simulated lake, as the daemon would make it at that moment."""

    def tick(schedule: dg.ScheduleDefinition, at: datetime) -> dg.RunRequest | dg.SkipReason:
        with dg.build_schedule_context(instance, at, {"warehouse": warehouse}) as context:
            return schedule(context)

    return tick


def at(day: date, hour: int, minute: int = 30) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=EASTERN)


def keys(found: tuple[Table, ...]) -> set[dg.AssetKey]:
    return {asset_key(table) for table in found}


def test_every_table_is_a_summary_or_of_the_slate() -> None:
    assert {table.name for table in summaries()} == {
        "team_offense_game_summary",
        "team_defense_game_summary",
        "player_game_summary",
    }
    assert {*summaries(), *slate_tables()} == {table for table in tables() if not is_conformed(table)}
    assert not set(summaries()) & set(slate_tables())


def test_they_are_off_until_switched_on_and_start_the_one_job() -> None:
    for schedule in schedules():
        assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
        assert schedule.job_name == ALL_TABLES


@pytest.mark.parametrize("day", [date(2024, 11, 3), date(2025, 3, 9), date(2024, 12, 20)])
def test_the_hours_are_eastern_on_the_days_the_clock_changes(day: date) -> None:
    def hours(schedule: dg.ScheduleDefinition) -> list[str]:
        after = schedule_execution_time_iterator(at(day, 0, 0).timestamp(), schedule.cron_schedule, EASTERN.key)
        moments = [next(after).astimezone(EASTERN) for _ in range(3)]
        return [f"{moment:%H:%M}" for moment in moments if moment.date() == day]

    assert hours(SUMMARIES) == ["06:30"]
    assert hours(SLATE) == ["10:30", "17:30"]
    assert hours(TOMORROW) == ["17:30"]


@pytest.mark.parametrize("day", [PLAYED, date(2024, 11, 2), date(2025, 3, 8)])
def test_the_summaries_of_yesterday(day: date, tick: Tick) -> None:
    """Also on the mornings after the clock was changed."""
    request = tick(SUMMARIES, at(day + timedelta(days=1), 6))

    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == day.isoformat()
    assert set(request.asset_selection or ()) == keys(with_conformed(summaries()))
    assert request.tags["nba/trigger"] == "schedule"


@pytest.mark.parametrize("day", [PLAYED, date(2024, 11, 3), date(2025, 3, 9)])
def test_the_slate_of_today(day: date, tick: Tick) -> None:
    morning, evening = tick(SLATE, at(day, 10)), tick(SLATE, at(day, 17))

    assert isinstance(morning, dg.RunRequest)
    assert isinstance(evening, dg.RunRequest)
    assert morning.partition_key == evening.partition_key == day.isoformat()
    assert set(morning.asset_selection or ()) == keys(with_conformed(slate_tables()))
    assert morning.run_key != evening.run_key
    assert (morning.run_key, evening.run_key) == (f"{day} at {day} 10:30", f"{day} at {day} 17:30")


@pytest.mark.parametrize("day", [PLAYED, date(2024, 11, 3), date(2025, 3, 9)])
def test_the_slate_of_tomorrow_in_the_evening(day: date, tick: Tick) -> None:
    request = tick(TOMORROW, at(day, 17))

    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == str(day + timedelta(days=1))
    assert set(request.asset_selection or ()) == keys(with_conformed(slate_tables()))
    with standing_at(at(day, 17)):
        assert DAILY.has_partition_key(request.partition_key or "")


def test_only_what_is_missing_and_what_reads_it(tick: Tick, lake: Path, instance: dg.DagsterInstance) -> None:
    there = tuple(table for table in with_conformed(slate_tables()) if table.name != "player_composite_factors")
    put_there(Lake(lake), instance, there, PLAYED)

    request = tick(SLATE, at(PLAYED, 10))

    assert isinstance(request, dg.RunRequest)
    wanted = {key.path[-1] for key in request.asset_selection or ()}
    assert wanted == {"player_composite_factors", "ml_feature_store_v2"}


def test_nothing_missing_runs_nothing(tick: Tick, lake: Path, instance: dg.DagsterInstance) -> None:
    put_there(Lake(lake), instance, with_conformed(slate_tables()), PLAYED)
    skip = tick(SLATE, at(PLAYED, 17))
    assert isinstance(skip, dg.SkipReason)
    assert skip.skip_message == f"nothing of {PLAYED} is missing or out of date"


def a_date_without_games(lake: Path) -> date:
    season = Window(date(2024, 11, 1), date(2025, 3, 1))
    return min(set(season.dates()) - set(game_days(DuckDBWarehouse(Lake(lake)), season)))


def test_a_date_without_games_runs_nothing(tick: Tick, lake: Path) -> None:
    free = a_date_without_games(lake)
    for skip in (tick(SLATE, at(free, 10)), tick(SUMMARIES, at(free + timedelta(days=1), 6))):
        assert isinstance(skip, dg.SkipReason)
        assert skip.skip_message == f"no games on {free}"


def test_what_stands_on_the_date_of_a_game_that_was_moved_is_to_go(
    tick: Tick, lake: Path, instance: dg.DagsterInstance
) -> None:
    free = a_date_without_games(lake)
    assert isinstance(tick(SLATE, at(free, 10)), dg.SkipReason)
    left = slate_tables()[:1]
    put_there(Lake(lake), instance, left, free)
    request = tick(SLATE, at(free, 10))
    assert isinstance(request, dg.RunRequest)
    assert set(request.asset_selection or ()) == keys(left)


def test_a_day_of_the_summer_is_a_day_without_games(tick: Tick) -> None:
    for schedule, day, hour in ((SLATE, date(2025, 7, 20), 10), (SUMMARIES, date(2024, 10, 1), 6)):
        skip = tick(schedule, at(day, hour))
        assert isinstance(skip, dg.SkipReason)
        assert "no games on" in str(skip.skip_message)


def test_a_summer_with_games_runs(tick: Tick, lake: Path) -> None:
    put_games(lake, [date(2025, 7, 20)])
    assert isinstance(tick(SLATE, at(date(2025, 7, 20), 10)), dg.RunRequest)


def test_what_a_run_is_building_is_waited_for(tick: Tick, instance: dg.DagsterInstance) -> None:
    def start(day: date) -> None:
        instance.create_run_for_job(
            all_tables_job(),
            status=dg.DagsterRunStatus.STARTED,
            tags={"dagster/partition": day.isoformat()},
            asset_selection=frozenset({asset_key(slate_tables()[0])}),
        )

    start(PLAYED + timedelta(days=1))
    assert isinstance(tick(SLATE, at(PLAYED, 10)), dg.RunRequest)

    start(PLAYED)
    skip = tick(SLATE, at(PLAYED, 10))
    assert isinstance(skip, dg.SkipReason)
    assert skip.skip_message == f"{PLAYED} is being built: {slate_tables()[0].name}"
