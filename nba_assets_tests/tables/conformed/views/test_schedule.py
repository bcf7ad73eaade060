"""The schedule's rows as games, past and future: their id, kind, venue, and whether they were played."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from nba_assets.tables.conformed.views.schedule import (
    announced_games,
    checked_schedule,
    placed_schedule,
    placed_team_schedule,
    schedule,
    season_starts,
    team_schedule,
)
from nba_assets_tests.given import MATCH, PLACES, game_row, location, scheduled
from nba_assets_tests.rows import one, rows_of, told

LOCATIONS = [location(team) for team in PLACES]
PARIS = {"arena_name": "Accor Arena", "season": "2024-25", "latitude": 48.8, "longitude": 2.4}
VENUES = [PARIS | {"timezone": "Europe/Paris"}]
NEXT = replace(MATCH, nba_id="0022400103", score=None)


def game(**changes: Any) -> dict[str, Any]:
    return one(rows_of(schedule, raw=[scheduled(MATCH, **changes)]))


def placed(**changes: Any) -> dict[str, Any]:
    return one(rows_of(placed_schedule, games=[game_row(MATCH, **changes)], locations=LOCATIONS, venues=VENUES))


def test_a_final_game() -> None:
    row = game()
    assert row["game_id"] == "20241108_NYK_BOS"
    assert row["nba_game_id"] == "0022400101"
    assert (row["away_team_abbr"], row["away_points"]) == ("NYK", 100)
    assert (row["home_team_abbr"], row["home_points"]) == ("BOS", 110)
    assert (row["is_final"], row["is_postponed"], row["is_neutral"]) == (True, False, False)


def test_only_what_is_known_to_be_final_is_finished() -> None:
    raw = [scheduled(MATCH), scheduled(NEXT), scheduled(replace(NEXT, nba_id="0022400104"), game_status=None)]
    assert [row["is_final"] for row in rows_of(schedule, raw=raw)].count(True) == 1


def test_away_and_home_come_from_the_game_code() -> None:
    """The tricode columns follow the feed's array order in some seasons."""
    row = game(home_team_tricode="NYK", away_team_tricode="BOS")
    assert (row["away_team_abbr"], row["home_team_abbr"]) == ("NYK", "BOS")


@pytest.mark.parametrize(
    ("nba_id", "season_type"),
    [
        ("0022400101", "regular"),
        ("0042400101", "playoffs"),
        ("0052400101", "play_in"),
        ("0062400001", "cup_final"),
    ],
)
def test_the_nba_ids_prefix_is_the_season_type(nba_id: str, season_type: str) -> None:
    """The flags of the schedule overlap."""
    assert game(game_id=nba_id, is_regular_season=True, is_playoffs=True)["season_type"] == season_type


@pytest.mark.parametrize("nba_id", ["0012400001", "0032400001"], ids=["pre-season", "All-Star"])
def test_pre_season_and_all_star_games_are_left_out(nba_id: str) -> None:
    assert rows_of(schedule, raw=[scheduled(MATCH, game_id=nba_id)]) == []


@pytest.mark.parametrize(
    ("status", "words", "read_on", "is_postponed"),
    [
        (1, "7:30 pm ET", date(2024, 11, 7), False),
        (1, "7:30 pm ET", date(2024, 11, 9), False),
        (1, "7:30 pm ET", date(2024, 11, 10), True),
        (2, "Q3 4:10", date(2024, 11, 9), False),
        (1, "PPD", date(2024, 11, 8), True),
        (1, "Postponed", date(2024, 11, 1), True),
        (1, "Cancelled", date(2024, 11, 1), True),
        (1, None, date(2024, 11, 8), False),
        (3, "Final", date(2025, 3, 1), False),
        (3, "Final (was PPD)", date(2025, 3, 1), False),
    ],
)
def test_postponed(status: int, words: str | None, read_on: date, is_postponed: bool) -> None:
    """Marked so, or still not final two days later: the source keeps such a game "scheduled"."""
    read_at = datetime(read_on.year, read_on.month, read_on.day, 9, tzinfo=UTC)
    row = game(game_status=status, game_status_text=words, processed_at=read_at)
    assert (row["is_postponed"], row["is_final"]) == (is_postponed, status == 3)


def test_a_game_is_played_in_the_home_teams_arena() -> None:
    row = placed()
    assert (row["venue_latitude"], row["venue_longitude"], row["venue_timezone"]) == PLACES["BOS"]


def test_a_neutral_game_in_a_listed_venue_is_played_there() -> None:
    row = placed(is_neutral=True, arena_name="Accor Arena")
    assert (row["is_neutral"], row["venue_latitude"], row["venue_timezone"]) == (True, 48.8, "Europe/Paris")


def test_a_moved_home_game_is_played_in_its_venue() -> None:
    row = placed(arena_name="Accor Arena")
    assert (row["is_neutral"], row["venue_longitude"]) == (False, 2.4)


def test_a_neutral_game_in_an_unlisted_venue_has_no_known_place() -> None:
    row = placed(is_neutral=True, arena_name="Nowhere Dome")
    assert (row["venue_latitude"], row["venue_longitude"], row["venue_timezone"]) == (None, None, None)


def checked(home: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The game with what names tell of its place."""
    places = {"locations": [home], "venues": [VENUES[0] | {"neutral_site_flag": True}]}
    placed = rows_of(placed_schedule, games=[game_row(MATCH, **changes)], **places)
    return one(rows_of(checked_schedule, games=placed, **places))


@pytest.mark.parametrize(
    ("arena", "city", "is_placed"),
    [
        ("TD Garden", "Boston", True),
        ("FleetCenter", "boston ", True),  # an old name, or a new one that the list of arenas has not
        ("TD Garden", "Suburb", True),
        ("Accor Arena", "Paris", True),
        ("Moody Center", "Austin", False),
        ("Moody Center", None, True),
        (None, None, True),
    ],
)
def test_whether_a_game_is_where_it_is_placed(arena: str | None, city: str | None, is_placed: bool) -> None:
    """An arena that nobody lists, in another city than the home team's."""
    garden = LOCATIONS[0] | {"arena_name": "TD Garden", "city": "Boston"}
    row = checked(garden, arena_name=arena, arena_city=city)
    assert row["is_placed"] is is_placed
    assert row["is_listed_neutral"] is (True if arena == "Accor Arena" else None)


def test_a_season_without_a_list_of_arenas_places_no_game() -> None:
    row = checked(location("BOS", "2023-24"))
    assert (row["venue_timezone"], row["is_placed"]) == (None, False)


def test_a_venue_counts_in_its_own_season() -> None:
    rows = rows_of(
        placed_schedule,
        games=[game_row(MATCH, is_neutral=True, arena_name="Accor Arena")],
        venues=[row | {"season": "2023-24"} for row in VENUES],
    )
    assert one(rows)["venue_latitude"] is None


def test_a_missing_flag_means_not_neutral() -> None:
    assert game(neutral_site_flag=None)["is_neutral"] is False


def test_both_teams_of_a_game() -> None:
    rows = rows_of(team_schedule, games=[game_row(MATCH)])
    assert told(rows, "team_abbr", "opponent_team_abbr", "points", "opponent_points", "home_game") == [
        ("BOS", "NYK", 110, 100, True),
        ("NYK", "BOS", 100, 110, False),
    ]


def test_a_team_that_plays_itself_has_no_side() -> None:
    """It had two, and so its context four rows, eight, ... of one key each: 64 and 4,096 in a lake of a month."""
    itself = game_row(MATCH, away_team_abbr="BOS")
    assert rows_of(team_schedule, games=[itself]) == []
    assert rows_of(announced_games, games=[itself], editions=[]) == []


def test_nobody_is_at_home_in_a_neutral_game() -> None:
    rows = rows_of(team_schedule, games=[game_row(MATCH, is_neutral=True)])
    assert told(rows, "team_abbr", "home_game", "is_neutral") == [("BOS", True, True), ("NYK", False, True)]


def test_both_teams_have_an_arena_of_their_own() -> None:
    rows = rows_of(placed_team_schedule, games=[game_row(MATCH)], locations=LOCATIONS)
    assert told(rows, "team_abbr", "arena_latitude") == [(team, PLACES[team][0]) for team in ("BOS", "NYK")]


def test_a_team_without_a_listed_arena_keeps_its_games() -> None:
    rows = rows_of(placed_team_schedule, games=[game_row(NEXT)])
    assert told(rows, "team_abbr", "points", "arena_latitude") == [("BOS", None, None), ("NYK", None, None)]


def test_the_ids_of_future_dates_are_settled_too() -> None:
    """The whole season is one question; a game to come has its id, and no score."""
    coming = [replace(NEXT, nba_id=f"00224002{n:02}", day=MATCH.day + timedelta(days=n)) for n in (1, 60, 150)]
    rows = rows_of(schedule, raw=[scheduled(MATCH), *map(scheduled, coming)])
    assert told(rows, "game_id", "is_final", "home_points", "season_year") == [
        ("20241108_NYK_BOS", True, 110, 2024),
        ("20241109_NYK_BOS", False, None, 2024),
        ("20250107_NYK_BOS", False, None, 2024),
        ("20250407_NYK_BOS", False, None, 2024),
    ]
    assert not any(row["is_postponed"] for row in rows)


def test_a_season_starts_with_its_first_regular_game() -> None:
    """Each season by itself; a game of another kind starts none."""
    opening = date(2024, 10, 22)
    days = [opening + timedelta(days=3), opening]
    rows = [game_row(replace(MATCH, day=day)) for day in days]
    rows += [game_row(replace(MATCH, day=date(2025, 10, 21)))]
    rows += [game_row(replace(MATCH, day=opening - timedelta(days=9)), season_type="cup_final")]
    assert told(rows_of(season_starts, games=rows), "season_year", "starts_on") == [
        (2024, opening),
        (2025, date(2025, 10, 21)),
    ]
