"""Rows that a team's context is made of; the row told is Boston's of one day.

The calendar is written as `g(day of November 2024, away, home, score)`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nba_assets.tables.analytics.upcoming_team_game_context import upcoming_team_game_context
from nba_assets.tables.conformed.expected_starters import expected_starters
from nba_assets.tables.conformed.next_games import SIDE
from nba_assets_tests.bigquery.games import Game
from nba_assets_tests.given import game_row, placed_team_game_rows
from nba_assets_tests.rows import Row, one, rows_of


def on(day: int) -> date:
    """The `day`th of November, 31 and later in December."""
    return date(2024, 10, 31) + timedelta(days=day)


def g(day: int, away: str, home: str, score: tuple[int, int] | None = None, **more: Any) -> list[Row]:
    return placed_team_game_rows(Game(f"00224{day:05}", on(day), away, home, score), **more)


def rows_on(day: int, *season: list[Row], **inputs: list[Row]) -> list[dict[str, Any]]:
    calendar = [row for game in season for row in game]
    slate = [row | {"tip_local": _on_clocks_of(row)} for row in calendar if row["game_date"] == on(day)]
    so_far = [row for row in calendar if row["game_date"] <= on(day)]
    teams = [row["team_abbr"] for row in calendar if row["season_type"] == "regular"]
    ahead = [{name: row[name] for name in SIDE} | {"season_games": teams.count(row["team_abbr"])} for row in slate]
    return rows_of(upcoming_team_game_context, **{"next_games": ahead} | inputs, slate=slate, season=so_far)


def _on_clocks_of(row: Row) -> str | None:
    """As `games` stores it."""
    zone = row["venue_timezone"]
    return zone and f"{row['tip_at'].astimezone(ZoneInfo(zone)):%H:%M}"


def expected(day: int, *starters: list[Row]) -> list[dict[str, Any]]:
    """The fives that Boston at New York is expected to see, after those starts."""
    history = [row for rows in starters for row in rows]
    return rows_of(expected_starters, games=[game_row(Game("", on(day), "BOS", "NYK"))], starters=history)


def boston(day: int, *season: list[Row], **inputs: list[Row]) -> dict[str, Any]:
    return one(rows_on(day, *season, **inputs), team_abbr="BOS")


def columns(row: Row, *names: str) -> tuple:
    return tuple(row[name] for name in names)


TODAY = g(20, "BOS", "NYK")
