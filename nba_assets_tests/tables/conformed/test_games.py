"""Games as they are stored: the schedule's of the date, with the tip on Eastern clocks; and a game's two sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from nba_assets.tables.conformed.games import games, team_games
from nba_assets_tests.given import MATCH, PLACES, eastern, location, placed_game_row
from nba_assets_tests.rows import one, rows_of, told

LOCATIONS = [location(team) for team in PLACES]
NEXT = replace(MATCH, nba_id="0022400103", score=None)


def stored(**changes: Any) -> dict[str, Any]:
    return one(rows_of(games, schedule=[placed_game_row(MATCH, **changes)]))


def test_a_game_is_stored_as_the_schedule_has_it() -> None:
    row, scheduled = stored(), placed_game_row(MATCH)
    assert {name: row[name] for name in scheduled} == scheduled


def test_the_tip_on_eastern_clocks() -> None:
    """Summer time ends on 3 November 2024; a tip after midnight in UTC is of the evening before."""
    assert stored()["tip_eastern"] == "2024-11-08 19:30"
    assert stored(game_date=date(2024, 10, 30), tip_at=eastern(date(2024, 10, 30), 19.5))["tip_eastern"] == (
        "2024-10-30 20:30"
    )
    assert stored(tip_at=None)["tip_eastern"] is None


def test_the_tip_on_the_arenas_clocks() -> None:
    """NULL where its zone is unknown."""
    zones = ("America/New_York", "America/Denver", "Europe/Paris", None)
    assert [stored(venue_timezone=zone)["tip_local"] for zone in zones] == ["19:30", "17:30", "01:30", None]


def test_both_teams_of_a_game() -> None:
    rows = rows_of(team_games, games=[placed_game_row(MATCH)], locations=LOCATIONS)
    shared = ("team_abbr", "opponent_team_abbr", "points", "opponent_points", "home_game", "arena_latitude")
    assert told(rows, *shared) == [
        ("BOS", "NYK", 110, 100, True, PLACES["BOS"][0]),
        ("NYK", "BOS", 100, 110, False, PLACES["NYK"][0]),
    ]


def test_nobody_is_at_home_in_a_neutral_game() -> None:
    rows = rows_of(team_games, games=[placed_game_row(MATCH, is_neutral=True)], locations=LOCATIONS)
    assert told(rows, "team_abbr", "home_game", "is_neutral") == [("BOS", True, True), ("NYK", False, True)]


def test_a_team_without_a_listed_arena_keeps_its_games() -> None:
    rows = rows_of(team_games, games=[placed_game_row(NEXT)])
    assert told(rows, "team_abbr", "points", "arena_latitude") == [("BOS", None, None), ("NYK", None, None)]
