"""Dates with games and days off, of a lake that holds nothing but a schedule."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from nba_assets.audit.game_days import Calendar, game_days, next_game_day
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.errors import BadInput
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import monthly_tables, tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.given import put_games

BREAK = date(2026, 2, 12), date(2026, 2, 19)
"""The last games before the All-Star break, and the first ones after it."""
POSTPONED = date(2026, 2, 20)
OPENING = date(2026, 10, 20)
"""Of the season after."""
FAR = date(2030, 1, 1)


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    put_games(tmp_path, [*BREAK, date(2026, 2, 21), OPENING])
    put_games(tmp_path, [POSTPONED], game_status_text="PPD")
    return DuckDBWarehouse(Lake(tmp_path))


def test_the_next_date_with_games_is_found_however_far_off(warehouse: DuckDBWarehouse) -> None:
    assert next_game_day(warehouse, BREAK[0], FAR) == BREAK[1]
    assert next_game_day(warehouse, BREAK[1], FAR) == date(2026, 2, 21)  # nobody plays a postponed game
    assert next_game_day(warehouse, date(2026, 2, 21), FAR) == OPENING
    assert next_game_day(warehouse, OPENING, FAR) is None


def test_none_is_found_after_the_last_date_asked_for(warehouse: DuckDBWarehouse) -> None:
    assert next_game_day(warehouse, BREAK[0], BREAK[1] - timedelta(days=1)) is None
    assert next_game_day(warehouse, BREAK[0], BREAK[1]) == BREAK[1]
    assert next_game_day(warehouse, BREAK[1], POSTPONED) is None


def test_games_in_a_window_over_a_summer(warehouse: DuckDBWarehouse) -> None:
    found = game_days(warehouse, Window(date(2026, 2, 13), date(2026, 12, 31)))
    assert found == [BREAK[1], date(2026, 2, 21), OPENING]


def test_a_day_is_off_for_every_table_when_the_schedule_does_not_name_it(warehouse: DuckDBWarehouse) -> None:
    calendar = Calendar.of(warehouse)
    for table in tables():
        assert calendar.is_off(table, date(2026, 2, 15))
        assert calendar.is_off(table, date(2026, 7, 15))
        assert not calendar.is_off(table, BREAK[0])
        assert not calendar.is_off(table, POSTPONED)  # the table of games has it
    assert not any(calendar.is_off(raw, date(2026, 2, 15)) for raw in RAW_TABLES)


def test_a_month_without_a_season_behind_it_has_nothing_to_learn_from(warehouse: DuckDBWarehouse) -> None:
    calendar = Calendar.of(warehouse)
    for table in monthly_tables():
        assert calendar.is_off(table, date(2026, 2, 1))
        assert not calendar.is_off(table, date(2026, 11, 1))


def test_of_a_season_without_a_schedule_nobody_knows(warehouse: DuckDBWarehouse) -> None:
    calendar, day = Calendar.of(warehouse), date(2024, 12, 1)
    assert not calendar.is_off(tables()[0], day)
    calendar.require_seasons(tables(), [BREAK[0], date(2026, 9, 30), OPENING])
    with pytest.raises(BadInput, match="2024-12-01: no schedule of 2024-25: fill the lake with `nba ingest DIR`"):
        calendar.require_seasons(tables(), [BREAK[0], day])
