"""Second chances and the points of the fourth quarter, from stored plays."""

from __future__ import annotations

from typing import Any

from nba_assets.tables.conformed.plays import plays
from nba_assets.tables.conformed.views.shots import fourth_quarter_points, second_chances, shots
from nba_assets_tests.given import MATCH, game_row
from nba_assets_tests.rows import Row, rows_of, told
from nba_assets_tests.tables.conformed.play_by_play import (
    NAMES,
    bigdataball,
    free_throw,
    other,
    rebound,
    shot,
    turnover,
)


def plays_of(*events: Row, whole: bool = True) -> list[dict[str, Any]]:
    rows = rows_of(plays, bigdataball=bigdataball(*events), games=[game_row(MATCH)], names=NAMES)
    return [row | {"is_whole": whole} for row in rows]


def test_shots_are_plays_and_nothing_else_is() -> None:
    played = plays_of(shot("tatum"), free_throw("tatum", "1/1"), rebound("towns", "defensive"), turnover("towns"))
    assert told(rows_of(shots, plays=played), "player_lookup", "zone", "made") == [("tatum", "paint", True)]


def test_half_a_game_has_no_second_chances() -> None:
    """They are unknown: none of its teams has a row."""
    played = plays_of(shot("tatum", made=False), rebound("brown", "offensive"), shot("brown"), whole=False)
    assert rows_of(second_chances, plays=played) == []


def second_chance(*events: Row) -> dict[str, int]:
    rows = rows_of(second_chances, plays=plays_of(*events))
    return {row["team_abbr"]: row["points"] for row in rows}


def test_second_chances() -> None:
    """Points after the own rebound, none before it, and none in the next possession."""
    miss, board = shot("tatum", made=False), rebound("brown", "offensive")
    assert second_chance(miss, board, shot("brown")) == {"BOS": 2}
    assert second_chance(miss, board, miss, board, shot("white", "3PT", 25.0)) == {"BOS": 3}
    assert second_chance(miss, board, shot("brown"), shot("brunson"), shot("tatum")) == {"BOS": 2, "NYK": 0}
    assert second_chance(miss, rebound("towns", "defensive"), shot("brunson"), shot("tatum")) == {"BOS": 0, "NYK": 0}
    assert second_chance(miss, board, turnover("brown"), shot("brunson"), shot("tatum")) == {"BOS": 0, "NYK": 0}
    assert second_chance(miss, board, other(), shot("brown")) == {"BOS": 0}


def test_second_chances_at_the_line() -> None:
    board = rebound("brown", "offensive")
    trip = [free_throw("brown", "1/2"), free_throw("brown", "2/2"), shot("tatum")]
    assert second_chance(shot("tatum", made=False), board, *trip) == {"BOS": 2}
    missed = [free_throw("brown", "1/2"), free_throw("brown", "2/2", made=False), board, shot("brown")]
    assert second_chance(*missed) == {"BOS": 2}
    assert second_chance(shot("tatum", made=False), board, *missed) == {"BOS": 3}, "what is between two rebounds counts"


def test_an_and_one_ends_with_its_free_throw() -> None:
    miss, board = shot("tatum", made=False), rebound("brown", "offensive")
    basket = shot("brown", game_clock_seconds=695), free_throw("brown", "1/1", game_clock_seconds=695)
    assert second_chance(miss, board, *basket, shot("tatum")) == {"BOS": 3}


def test_a_rebound_of_nobody_is_filler_between_free_throws() -> None:
    filler = rebound(None, "offensive", player_1_team_abbr="BOS")
    trip = [free_throw("tatum", "1/2", made=False), filler, free_throw("tatum", "2/2")]
    assert second_chance(*trip) == {"BOS": 0}


def test_a_teams_rebound_gives_a_second_chance() -> None:
    """The ball went over the line off a defender: nobody is credited, and the team goes on all the same."""
    boards = rebound(None, "offensive", player_1_team_abbr="BOS")
    assert second_chance(shot("tatum", made=False), boards, shot("brown")) == {"BOS": 2}
    last = [free_throw("tatum", "1/2"), free_throw("tatum", "2/2", made=False), boards, shot("brown", "3PT", 25.0)]
    assert second_chance(*last) == {"BOS": 3}
    technical = [free_throw("brown", "technical", made=False), boards, shot("tatum")]
    assert second_chance(*technical) == {"BOS": 0}, "after a technical's the ball is whose it was"


def test_a_technical_ends_no_second_chance() -> None:
    """Whoever is credited with its rebound: the possession goes on, as where possessions are counted."""
    miss, board = shot("tatum", made=False), rebound("brown", "offensive")
    dead = rebound(None, "defensive", player_1_team_abbr="BOS", game_clock_seconds=690)
    technical = free_throw("brunson", "technical", made=False, game_clock_seconds=690)
    assert second_chance(miss, board, technical, dead, shot("white")) == {"BOS": 2, "NYK": 0}


def test_fourth_quarter_points() -> None:
    late = {"period": 4}
    played = plays_of(
        shot("tatum"),
        shot("tatum", "3PT", **late),
        free_throw("tatum", "1/2", **late),
        shot("timhardaway", made=False, **late),
        shot("newcomer", **late),
        shot("brown", period=5),
    )
    rows = rows_of(fourth_quarter_points, plays=played)
    assert told(rows, "game_id", "player_lookup", "points") == [
        (MATCH.id, "tatum", 4),
        (MATCH.id, "timhardawayjr", 0),
    ]
