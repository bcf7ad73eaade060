"""Possessions where something stops play that the league's count takes note of: golden games of BOS at home to NYK."""

from __future__ import annotations

import pytest

from nba_assets_tests.rows import Row
from nba_assets_tests.tables.conformed.golden_possessions import (
    BOARD,
    LAST,
    START,
    foul,
    possessions_of,
    same_clock,
    told_of,
)
from nba_assets_tests.tables.conformed.play_by_play import free_throw, other, rebound, shot


@pytest.mark.parametrize("stop", ["substitution", "timeout"])
def test_a_bonus_parted_from_its_basket_by_a_stop_is_a_possession_of_its_own(stop: str) -> None:
    """20211222 HOU at MIL, third quarter, 6:28: a substitution stands before the foul; the league counts both."""
    board = BOARD | {"game_clock_seconds": 490}
    parted = (shot("tatum"), other(stop, player_1_lookup="tatum"), foul("hart", "shooting"))
    for shooter in ("tatum", "brown"):
        made = possessions_of(START, *same_clock(*parted, free_throw(shooter, "1/1")))
        assert told_of(made) == [("BOS", "shot", 2), ("BOS", "free throw", 1), LAST]
    missed = possessions_of(START, *same_clock(*parted, free_throw("tatum", "1/1", made=False)), board)
    assert told_of(missed) == [("BOS", "shot", 2), ("BOS", "rebound", 0), LAST]
    late = (shot("tatum"), foul("hart", "shooting"), other(stop, player_1_lookup="tatum"))
    assert told_of(possessions_of(START, *same_clock(*late, free_throw("tatum", "1/1")))) == [
        ("BOS", "free throw", 3),
        LAST,
    ]


def test_a_teams_rebound_of_a_technical_ends_nothing() -> None:
    """20240313 BKN at ORL, second quarter, 11:50: nobody plays the ball after it."""
    dead = rebound(None, "defensive", player_1_team_abbr="NYK")
    missed = same_clock(foul("hart", "technical"), free_throw("tatum", "technical", made=False), dead)
    assert told_of(possessions_of(START, *missed, shot("tatum", game_clock_seconds=480))) == [("BOS", "shot", 2), LAST]


def period_after(*first: Row) -> list[tuple]:
    """BOS miss at the end of the first period, and what the second one begins with."""
    end = [START, shot("hart"), shot("tatum", made=False, game_clock_seconds=1)]
    return told_of(possessions_of(*end, *first))


def test_a_foul_before_the_start_of_a_period_that_the_other_team_starts() -> None:
    """20211203 CLE at WAS, third quarter: the league counts the possession that the half ended once more."""
    at_the_start = {"period": 2, "game_clock_seconds": 720}
    called = [foul("hart", "technical") | at_the_start, free_throw("tatum", "technical") | at_the_start]
    begins = other(**at_the_start)
    theirs, ours = shot("hart", period=2, game_clock_seconds=700), shot("tatum", period=2, game_clock_seconds=700)
    first = [("NYK", "shot", 2), ("BOS", "period", 0)]
    second = [("NYK", "shot", 2), ("BOS", "period", 0)]
    assert period_after(*called, begins, theirs) == [*first, ("BOS", "lost", 0), *second]
    assert period_after(called[0], begins, called[1], theirs) == [*first, ("BOS", "lost", 0), *second]
    assert period_after(begins, *called, theirs) == [*first, *second]
    assert period_after(*called, begins, ours) == [*first, ("BOS", "shot", 3), ("NYK", "period", 0)]
