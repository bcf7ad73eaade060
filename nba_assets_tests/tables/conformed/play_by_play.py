"""Events of both play-by-play feeds, written as a few words each, of BOS at home to NYK.

An event's place in the list is its place in the game.
"""

from __future__ import annotations

from typing import Any

from nba_assets_tests.given import MATCH, named
from nba_assets_tests.rows import Row

HOME, AWAY = ("tatum", "brown", "white", "holiday", "horford"), ("brunson", "hart", "bridges", "anunoby", "towns")
NAMES = named(*HOME, *AWAY, "porzingis", "timhardawayjr", timhardaway="timhardawayjr")
TEAMS = {"game_date": MATCH.day, "home_team_abbr": "BOS", "away_team_abbr": "NYK"}


def shot(player: str, kind: str = "2PT", distance: float | None = 2.0, *, made: bool = True, **more: Any) -> Row:
    points = {"2PT": 2, "3PT": 3}[kind] if made else 0
    return {
        "event_type": "shot",
        "player_1_lookup": player,
        "shot_type": kind,
        "shot_distance": distance,
        "shot_made": made,
        "points_scored": points,
    } | more


def free_throw(player: str, trip: str, *, made: bool = True, **more: Any) -> Row:
    return {
        "event_type": "free throw",
        "event_subtype": f"free throw {trip}",
        "player_1_lookup": player,
        "points_scored": int(made),
    } | more


def rebound(player: str | None, kind: str, **more: Any) -> Row:
    return {"event_type": "rebound", "event_subtype": f"rebound {kind}", "player_1_lookup": player} | more


def turnover(player: str) -> Row:
    return {"event_type": "turnover", "player_1_lookup": player}


def other(kind: str = "start of period", **more: Any) -> Row:
    return {"event_type": kind} | more


def bigdataball(*events: Row) -> list[Row]:
    """Events in order; each ten seconds after the one before, in the first quarter, with both fives on court."""
    court = {f"home_player_{n}_lookup": name for n, name in enumerate(HOME, 1)}
    court |= {f"away_player_{n}_lookup": name for n, name in enumerate(AWAY, 1)}
    return [
        TEAMS
        | court
        | {
            "event_sequence": n,
            "period": 1,
            "game_clock_seconds": 720 - 10 * n,
            "player_1_team_abbr": _team(event.get("player_1_lookup")),
            "score_home": 0,
            "score_away": 0,
        }
        | event
        for n, event in enumerate(events)
    ]


def nbac(*events: tuple[str, str | None, dict[str, Any]]) -> list[Row]:
    """NBA.com's feed: action, player and the rest. Its home and away are random, so only its id counts."""
    swapped = {"game_date": MATCH.day, "home_team_abbr": "NYK", "away_team_abbr": "BOS", "nba_game_id": MATCH.nba_id}
    return [
        swapped
        | {
            "event_sequence": n,
            "period": 1,
            "game_clock_seconds": 720 - 10 * n,
            "action_type": action,
            "player_1_lookup": player,
            "player_1_team_abbr": _team(player),
        }
        | more
        for n, (action, player, more) in enumerate(events)
    ]


def numbers(rows: list[Row], *columns: str) -> list[Row]:
    """The rows with their places in the game as the events' numbers, by which tests name them."""
    return [row | {column: row[column] % 10_000 for column in columns} for row in rows]


def _team(player: str | None) -> str | None:
    return player and ("BOS" if player.lstrip("0123456789") in (*HOME, "timhardaway", "porzingis") else "NYK")
