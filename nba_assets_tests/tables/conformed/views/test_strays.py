"""Raw rows of no game of the schedule, told apart: checks count them, and no table has them."""

from __future__ import annotations

from datetime import date

from nba_assets.basketball.placement import ANOTHER_TEAM, NO_GAME, NOT_FINAL
from nba_assets.tables.conformed.player_boxes import player_boxes
from nba_assets.tables.conformed.views.strays import (
    stray_boxes,
    stray_game_lines,
    stray_plays,
    stray_prop_lines,
    stray_team_boxes,
)
from nba_assets_tests.given import MATCH, game_row
from nba_assets_tests.rows import rows_of, told
from nba_assets_tests.tables.conformed.captures import lines, prop
from nba_assets_tests.tables.conformed.play_by_play import bigdataball, other, shot
from nba_assets_tests.tables.conformed.play_by_play import nbac as nbac_events
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


def test_box_scores_of_a_game_under_way_and_of_another_team() -> None:
    """A visitor's row in a game that is not over is of the game, first of all."""
    rows = [sheet("tatum"), sheet("jokic", team_abbr="DEN")]
    live = [game_row(MATCH, is_final=False)]
    assert told(rows_of(stray_boxes, gamebook=rows, games=GAMES), "player_lookup", "why") == [("jokic", ANOTHER_TEAM)]
    assert told(rows_of(stray_boxes, gamebook=rows, games=live), "player_lookup", "why") == [
        ("jokic", NOT_FINAL),
        ("tatum", NOT_FINAL),
    ]


def test_totals_and_events_without_a_place() -> None:
    totals = {"game_date": MATCH.day, "nba_game_id": MATCH.nba_id, "team_abbr": "BOS"}
    box = [totals, totals | {"team_abbr": "DEN"}, totals | {"nba_game_id": "0022400999"}]
    assert told(rows_of(stray_team_boxes, box=box, games=GAMES), "team_abbr", "why") == [
        ("BOS", NO_GAME),
        ("DEN", ANOTHER_TEAM),
    ]
    events = bigdataball(shot("tatum"), shot("jokic", player_1_team_abbr="DEN"), other(home_team_abbr="LAL"))
    feed = nbac_events(("2pt", "brown", {}), ("2pt", "jokic", {"player_1_team_abbr": "DEN"}))
    rows = rows_of(stray_plays, bigdataball=events, nbac=feed, games=GAMES)
    assert told(rows, "source", "team_abbr", "why") == [
        ("bigdataball", None, NO_GAME),
        ("bigdataball", "DEN", ANOTHER_TEAM),
        ("nbac", "DEN", ANOTHER_TEAM),
    ]


def test_spreads_and_totals_of_no_game() -> None:
    stray = [row | {"home_team_abbr": "LAL"} for row in lines("fanduel", 17, total=221.5)]
    rows = rows_of(stray_game_lines, lines=[*stray, *lines("fanduel", 17, total=221.5)], games=GAMES)
    assert told(rows, "game_date", "home_team_abbr", "away_team_abbr") == [(MATCH.day, "LAL", "BOS")] * 2


def test_points_lines_of_no_game() -> None:
    props = [prop("draftkings", 12, 22.5), prop("draftkings", 11, 22.5, away_team_abbr="LAL")]
    rows = rows_of(stray_prop_lines, lines=props, games=GAMES)
    assert told(rows, "game_date", "home_team_abbr", "away_team_abbr") == [(MATCH.day, "NYK", "LAL")]
