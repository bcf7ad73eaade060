"""Golden games for possessions: a few plays each of BOS at home to NYK, and what is made of them."""

from __future__ import annotations

from typing import Any

from nba_assets.tables.conformed.court_time import court_time
from nba_assets.tables.conformed.plays import plays
from nba_assets.tables.conformed.possessions import possessions
from nba_assets_tests.given import MATCH, game_row
from nba_assets_tests.rows import Row, rows_of
from nba_assets_tests.tables.conformed.play_by_play import NAMES, bigdataball, other, rebound, shot

GAMES = [game_row(MATCH)]


def plays_of(events: list[Row], whole: bool = True) -> list[dict[str, Any]]:
    """Plays of BigDataBall's events."""
    made = rows_of(plays, bigdataball=events, games=GAMES, names=NAMES)
    return [row | {"is_whole": whole} for row in made]


def tables_of(events: list[Row]) -> dict[str, list[dict[str, Any]]]:
    """Plays and court time of BigDataBall's events."""
    return {"plays": plays_of(events), "court_time": rows_of(court_time, events=events, games=GAMES, names=NAMES)}


def possessions_of(*events: Row, at: dict[int, int] | None = None) -> list[dict[str, Any]]:
    """Of events ten seconds apart; `at` has the clocks of those that stand elsewhere, by their places."""
    rows = bigdataball(*events)
    for n, clock in (at or {}).items():
        rows[n]["game_clock_seconds"] = clock
    return rows_of(possessions, plays=plays_of(rows))


def told_of(rows: list[dict[str, Any]]) -> list[tuple]:
    return [(row["team_abbr"], row["ended_by"], row["points"]) for row in rows]


def same_clock(*events: Row) -> tuple[Row, ...]:
    return tuple(event | {"game_clock_seconds": 500} for event in events)


START, MISS, BOARD = other(), shot("tatum", made=False), rebound("towns", "defensive")
SUBSTITUTION = other("substitution", player_1_lookup="tatum")
LAST = ("NYK", "period", 0)
"""Who did not lose the ball has it when the period ends."""


def foul(player: str, kind: str) -> Row:
    return other("foul", event_subtype=kind, player_1_lookup=player)
