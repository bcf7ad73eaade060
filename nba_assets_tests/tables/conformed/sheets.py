"""Rows of the three box scores, as their feeds deliver them, of BOS at home to NYK."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from nba_assets_tests.given import MATCH
from nba_assets_tests.rows import Row


def line(player: str, points: int = 10, minutes: str | None = "30:00", team: str = "BOS", **more: Any) -> Row:
    """A player's row in MATCH, as all three box scores have it."""
    row = {
        "game_date": MATCH.day,
        "home_team_abbr": "BOS",
        "away_team_abbr": "NYK",
        "team_abbr": team,
        "player_lookup": player,
        "points": points,
        "minutes": minutes,
        "processed_at": datetime(2024, 11, 9, 9, tzinfo=UTC),
        "data_hash": "a",
    }
    return row | more


def sheet(player: str, points: int = 10, status: str = "active", **more: Any) -> Row:
    return line(player, points, player_status=status, player_name=player.title(), **more)


def bdl(player: str, points: int = 10, minutes: str | None = "30", **more: Any) -> Row:
    return line(player, points, minutes, player_full_name=player.title(), **more)


def nbac(player: str, points: int = 10, *, starter: bool | None = None, **more: Any) -> Row:
    return line(player, points, player_full_name=player.title(), nba_game_id=MATCH.nba_id, starter=starter, **more)
