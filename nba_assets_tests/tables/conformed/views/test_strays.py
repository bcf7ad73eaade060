"""Raw rows of no game of the schedule, told apart: checks count them, and no table has them."""

from __future__ import annotations

from datetime import date

from nba_assets.tables.conformed.player_boxes import player_boxes
from nba_assets.tables.conformed.views.strays import stray_boxes, stray_game_lines, stray_prop_lines
from nba_assets_tests.given import MATCH, game_row
from nba_assets_tests.rows import rows_of, told
from nba_assets_tests.tables.conformed.captures import lines, prop
from nba_assets_tests.tables.conformed.sheets import bdl, nbac, sheet

GAMES = [game_row(MATCH)]


def test_box_scores_of_no_game() -> None:
    stray = {"home_team_abbr": "LAL"}
    rows = rows_of(
        stray_boxes,
        gamebook=[sheet("tatum"), sheet("brown", **stray)],
        nbac=[nbac("white", game_date=date(2024, 11, 7))],
        bdl=[bdl("hart"), bdl("towns", home_team_abbr=None)],
        games=GAMES,
    )
    assert told(rows, "player_lookup", "source") == [
        ("brown", "gamebook"),
        ("towns", "bdl"),
        ("white", "nbac_boxscore"),
    ]
    assert rows_of(player_boxes, gamebook=[sheet("brown", **stray)], games=GAMES) == []


def test_spreads_and_totals_of_no_game() -> None:
    stray = [row | {"home_team_abbr": "LAL"} for row in lines("fanduel", 17, total=221.5)]
    rows = rows_of(stray_game_lines, lines=[*stray, *lines("fanduel", 17, total=221.5)], games=GAMES)
    assert told(rows, "game_date", "home_team_abbr", "away_team_abbr") == [(MATCH.day, "LAL", "BOS")] * 2


def test_points_lines_of_no_game() -> None:
    props = [prop("draftkings", 12, 22.5), prop("draftkings", 11, 22.5, away_team_abbr="LAL")]
    rows = rows_of(stray_prop_lines, lines=props, games=GAMES)
    assert told(rows, "game_date", "home_team_abbr", "away_team_abbr") == [(MATCH.day, "NYK", "LAL")]
