"""Who is on a game's sheet: active, dressed or inactive, and why."""

from __future__ import annotations

from nba_assets.tables.conformed.listed_players import listed_players
from nba_assets_tests.given import MATCH, game_row, named
from nba_assets_tests.rows import rows_of, told
from nba_assets_tests.tables.conformed.sheets import sheet

GAMES = [game_row(MATCH)]
NAMES = named("tatum", "brown", "brunson")


def test_listed_players() -> None:
    rows = rows_of(
        listed_players,
        gamebook=[
            sheet("tatum"),
            sheet("brown", None, "dnp", dnp_reason="Coach's Decision"),
            sheet("brunson", None, "inactive", team="NY", dnp_reason="Left Ankle Sprain"),
        ],
        games=GAMES,
        names=NAMES,
    )
    assert told(rows, "player_lookup", "team_abbr", "player_status", "dnp_reason") == [
        ("brown", "BOS", "dnp", "Coach's Decision"),
        ("brunson", "NYK", "inactive", "Left Ankle Sprain"),
        ("tatum", "BOS", "active", None),
    ]


def test_a_person_delivered_twice_is_listed_once() -> None:
    """Two rows would be two players inactive."""
    rows = rows_of(listed_players, gamebook=[sheet("brown", None, "inactive")] * 2, games=GAMES, names=NAMES)
    assert told(rows, "player_lookup") == [("brown",)]


def test_an_unknown_person_is_listed_unnamed() -> None:
    """He may be inactive all the same."""
    rows = rows_of(listed_players, gamebook=[sheet("newcomer", None, "inactive")], games=GAMES, names=NAMES)
    assert told(rows, "player_lookup", "player_lookup_raw", "player_status") == [(None, "newcomer", "inactive")]


def test_the_sheet_of_no_game_is_left_out() -> None:
    assert rows_of(listed_players, gamebook=[sheet("brown", home_team_abbr="LAL")], games=GAMES, names=NAMES) == []
