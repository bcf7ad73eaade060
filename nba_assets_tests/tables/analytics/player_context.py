"""Rows that a player's context is made of. The day is 20 November 2024, Boston at New York; the player is Tatum.

His games are written as `played(day of November, points)`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets_tests.given import eastern
from nba_assets_tests.rows import Row, one, rows_of

GAME_ID = "20241120_BOS_NYK"
TODAY = {"game_date": date(2024, 11, 20), "season_year": 2024}


def on(day: int) -> date:
    return date(2024, 10, 31) + timedelta(days=day)


def slate(**boston: Any) -> list[Row]:
    """The two rows of `upcoming_team_game_context`."""
    game = TODAY | {"game_id": GAME_ID, "season_type": "regular", "season_phase": "early", "neutral_site": False}
    return [
        game | {"team_abbr": "BOS", "opponent_team_abbr": "NYK", "home_game": False} | boston,
        game | {"team_abbr": "NYK", "opponent_team_abbr": "BOS", "home_game": True},
    ]


def on_roster(player: str, team: str = "BOS", **more: Any) -> Row:
    """A row of `rosters`."""
    who = {"team_abbr": team, "player_lookup": player, "universal_player_id": f"{player}_001"}
    return TODAY | who | {"since": on(1)} | more


def played(day: int, points: int = 20, player: str = "tatum", minutes: float = 36.0, **more: Any) -> Row:
    """A row of `player_game_summary`."""
    return {
        "player_lookup": player,
        "game_id": f"{on(day):%Y%m%d}_PHI_BOS",
        "game_date": on(day),
        "season_year": 2024,
        "season_type": "regular",
        "team_abbr": "BOS",
        "points": points,
        "seconds_played": round(60 * minutes),
        "minutes_played": minutes,
    } | more


def rows_with(*players: Row, **inputs: list[Row]) -> list[dict[str, Any]]:
    given = {"slate": slate(), "rosters": [on_roster("tatum")], "players": list(players)}
    return rows_of(upcoming_player_game_context, **given | inputs)


def tatum(*players: Row, **inputs: list[Row]) -> dict[str, Any]:
    return one(rows_with(*players, **inputs), player_lookup="tatum")


def columns(row: Row, *names: str) -> tuple:
    return tuple(row[name] for name in names)


def status(player: str, said: str, team: str = "BOS") -> Row:
    return {
        "game_id": GAME_ID,
        "game_date": on(20),
        "team_abbr": team,
        "player_lookup": player,
        "player_status": said,
        "injury_report": "Knee",
    }


def lined(value: float = 20.0, movement: float | None = 1.5) -> list[Row]:
    """A row of `points_lines`."""
    return [
        {
            "game_date": on(20),
            "player_lookup": "tatum",
            "line": value,
            "opening": value - (movement or 0),
            "movement": movement,
            "book": "fanduel",
            "over_price": -120,
            "under_price": 100,
            "over_probability": 0.52174,
            "books": 4,
            "lowest": value - 1,
            "highest": value + 0.5,
            "seen_at": eastern(on(20), 18),
            "age_minutes": 75,
        }
    ]
