"""Today's slate at half past eleven: asked for on dates with games only, and told once when it is not ready."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from nba_assets.audit.game_days import game_days
from nba_assets.contracts.calendar import Window
from nba_assets.orchestration.freshness import POLICY, not_ready
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.slates import slate_tables, summaries
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.orchestration.watched import Watch, Webhook, put_there

EASTERN = ZoneInfo("America/New_York")
PLAYED, TODAY = date(2024, 10, 25), date(2024, 10, 26)


def at(day: date, hour: int, minute: int) -> float:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=EASTERN).timestamp()


@pytest.fixture
def slate(instance: dg.DagsterInstance, warehouse: WarehouseResource) -> Watch:
    return Watch("slate_not_ready", instance, warehouse)


def test_the_slate_is_asked_for_at_half_past_eleven(slate: Watch, webhook: Webhook, lake: Path) -> None:
    put_there(Lake(lake), slate.instance, summaries(), PLAYED)
    late = [table for table in slate_tables() if table.group == "precompute"]
    put_there(Lake(lake), slate.instance, tuple(table for table in slate_tables() if table not in late), TODAY)

    with webhook.up():
        slate.now = at(TODAY, 11, 29)
        slate.tick()
        assert webhook.texts == []
        for minute in (30, 31, 59):
            slate.now = at(TODAY, 11, minute)
            slate.tick()

    assert len(webhook.texts) == 1
    first, *lines = webhook.texts[0].splitlines()
    command = f"nba materialize --date {TODAY} --upstream"
    assert first.startswith(f":alarm_clock: Ask `nba status` what is missing, then `{command}`")
    assert first.endswith(f": today's slate, {TODAY}, is not ready at 11:30 Eastern")
    assert lines == [f"{table.name}: not built" for table in late]


def test_a_slate_that_is_ready_is_no_alarm(slate: Watch, webhook: Webhook, lake: Path) -> None:
    put_there(Lake(lake), slate.instance, summaries(), PLAYED)
    put_there(Lake(lake), slate.instance, slate_tables(), TODAY)
    with webhook.up():
        slate.now = at(TODAY, 11, 30)
        slate.tick()
    assert webhook.texts == []


@pytest.mark.parametrize("change", [date(2024, 11, 3), date(2025, 3, 9)])
def test_the_hour_is_eastern_on_the_days_the_clock_changes(change: date, slate: Watch, webhook: Webhook) -> None:
    with webhook.up():
        slate.now = at(change, 11, 30) - 1
        slate.tick()
        assert webhook.texts == []
        slate.now += 1
        slate.tick()
    assert len(webhook.texts) == 1


def test_a_date_without_games_is_no_alarm(slate: Watch, webhook: Webhook, lake: Path) -> None:
    season = Window(date(2024, 11, 1), date(2025, 3, 1))
    free = (set(season.dates()) - set(game_days(DuckDBWarehouse(Lake(lake)), season))).pop()
    with webhook.up():
        for day in (free, date(2025, 7, 20), date(2024, 10, 1)):
            slate.now = at(day, 12, 0)
            slate.tick()
    assert webhook.texts == []


def test_a_slate_built_before_last_nights_summaries_is_not_ready(
    slate: Watch, warehouse: WarehouseResource, lake: Path
) -> None:
    """It is there, but without the games that were played since; and without their summaries, nothing is ready."""
    put_there(Lake(lake), slate.instance, slate_tables(), TODAY)
    lacking = not_ready(warehouse.open(), TODAY)
    assert lacking == dict.fromkeys(summaries(), f"not built for {PLAYED}")

    put_there(Lake(lake), slate.instance, summaries(), PLAYED)
    lacking = {table.name: why for table, why in not_ready(warehouse.open(), TODAY).items()}
    assert lacking["team_defense_zone_analysis"] == "built before the last change of team_defense_game_summary"
    assert "player_game_summary" in lacking["player_composite_factors"], "through the player's context"
    teams = "built before the last change of team_defense_game_summary, team_offense_game_summary"
    assert lacking["upcoming_team_game_context"] == teams

    put_there(Lake(lake), slate.instance, slate_tables(), TODAY)  # the same rows again, from the new summaries
    assert not_ready(warehouse.open(), TODAY) == {}
    os.utime(Lake(lake).file(summaries()[0], PLAYED))
    assert not_ready(warehouse.open(), TODAY) == {}, "a lake that was copied is as ready as before"


def test_the_policy_is_on_every_table_of_the_slate_and_no_other() -> None:
    from nba_assets.definitions import defs

    told = {spec.key for spec in defs.resolve_all_asset_specs() if spec.freshness_policy == POLICY}
    assert told == {asset_key(table) for table in slate_tables()}
