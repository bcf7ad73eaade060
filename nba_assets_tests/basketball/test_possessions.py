"""Which plays end a possession, and whose: events as no feed writes them, in the words that the count asks for."""

from __future__ import annotations

from typing import Any

import ibis
import pytest

from nba_assets.basketball.possessions import keeps_the_ball, with_endings, with_possessions
from nba_assets_tests.rows import Query, Row, told, values_of

A, B = "BOS", "NYK"
EVENT = {"team_abbr": A, "spelling": "tatum", "made": False, "is_offensive": False} | dict.fromkeys(
    ("single", "last_of_trip", "technical", "shooting", "keeps_ball"), False
)
TEXT, FLAG = ("game_id", "kind", "team_abbr", "other_team_abbr", "spelling"), tuple(EVENT)[2:]
SCHEMA = ibis.schema(
    dict.fromkeys(TEXT, "string")
    | dict.fromkeys(FLAG, "boolean")
    | dict.fromkeys(("period", "clock", "sequence"), "int64")
)
KEY = dict.fromkeys(("game_id", "team_abbr"), "string")
BOX = ("points", "fg_attempts", "ft_attempts", "turnovers", "offensive_rebounds")
RATED = Query(
    with_possessions,
    {
        "boxes": ibis.schema(KEY | {"opponent_team_abbr": "string"} | dict.fromkeys(BOX, "int64")),
        "counts": ibis.schema(KEY | {"possessions": "int64"}),
    },
)
ENDINGS = Query(lambda events: with_endings(events).order_by("sequence"), {"events": SCHEMA})


def event(kind: str, team: str = A, **more: Any) -> Row:
    return EVENT | {"kind": kind, "team_abbr": team} | more


def throw(team: str = A, **more: Any) -> Row:
    return event("free throw", team, made=True, last_of_trip=True, **more)


def ends_of(*events: Row, apart: int = 10, period: int | None = 1) -> list[tuple[str | None, int | None]]:
    """`ends_possession_of` and `lost_at` of each play; events are some seconds apart, from 700 on."""
    rows = []
    for n, row in enumerate(events):
        clock = 700 - apart * n
        moment = {"game_id": "g", "period": period, "clock": clock, "sequence": (1000 + 720 - clock) * 10_000 + n}
        rows.append(row | moment | {"other_team_abbr": B if row["team_abbr"] == A else A})
    return [(row["ends_possession_of"], row["lost_at"]) for row in ENDINGS(events=rows)]


BASKET, MISS = event("shot", made=True), event("shot")
BOARD, OWN_BOARD = event("rebound", B), event("rebound", is_offensive=True)


@pytest.mark.parametrize(
    ("play", "ended"),
    [
        (BASKET, A),
        (MISS, None),
        (BOARD, A),
        (OWN_BOARD, None),
        (event("turnover"), A),
        (throw(), A),
        (throw() | {"made": False}, None),
        (throw() | {"last_of_trip": False}, None),
        (event("free throw", made=True, technical=True), None),
        (event("start of period"), None),
    ],
)
def test_a_play_by_itself(play: Row, ended: str | None) -> None:
    assert ends_of(play) == [(ended, None)]


def test_stops_are_no_plays() -> None:
    assert ends_of(*(event(kind) for kind in ("foul", "violation", "timeout", "substitution", "jump ball"))) == []


@pytest.mark.parametrize(("period", "lost_at"), [(1, None), (2, 690), (None, None)])
def test_a_foul_before_the_start_of_a_period(period: int | None, lost_at: int | None) -> None:
    """Nothing is lost before the first, nor before one that nobody knows the number of."""
    assert ends_of(event("foul", B), event("start of period"), period=period) == [(None, lost_at)]


def test_kept_free_throws() -> None:
    kept = throw(keeps_ball=True)
    assert [end for end, _ in ends_of(kept, BASKET)] == [None, A], "the ball is kept"
    assert [end for end, _ in ends_of(kept, event("timeout"), BASKET)] == [A, A], "something stops play"
    assert ends_of(kept) == [(A, None)], "the period ends"
    assert ends_of(kept, event("foul", B), BASKET) == [(A, None), (A, 690)], "the other team's possession is lost at it"
    assert ends_of(kept, event("foul", B, shooting=True), throw()) == [(None, None), (A, None)]


def test_a_basket_and_a_foul_at_its_clock_that_keeps_the_ball_are_one_possession() -> None:
    kept = throw(spelling="brown", keeps_ball=True)
    assert [end for end, _ in ends_of(BASKET, kept, apart=0)] == [A, None], "nobody plays on"
    assert [end for end, _ in ends_of(BASKET, kept, event("turnover", B), apart=0)] == [A, None, B]
    assert [end for end, _ in ends_of(BASKET, kept, MISS, BASKET, apart=0)] == [None, None, None, A]
    first = kept | {"last_of_trip": False, "made": False}
    assert [end for end, _ in ends_of(BASKET, first, OWN_BOARD, kept, BASKET, apart=0)] == [None] * 4 + [A]
    assert [end for end, _ in ends_of(BASKET, kept, BASKET)] == [A, None, A], "at another clock"


def test_a_rebound_entered_late_does_not_part_a_basket_from_its_bonus() -> None:
    bonus = event("free throw", single=True, last_of_trip=True)
    late = event("rebound", A)
    assert [end for end, _ in ends_of(BASKET, late, bonus, BOARD, apart=0)] == [None, B, None, A]


def test_what_is_told_twice() -> None:
    nobody = event("rebound", B, spelling=None)
    assert [end for end, _ in ends_of(MISS, BOARD, nobody)] == [None, A, None]
    assert [end for end, _ in ends_of(BASKET, throw())] == [A, None], "a bonus at another moment"
    assert [end for end, _ in ends_of(BASKET, event("turnover"), apart=0)] == [A, None], "a lane violation"


def test_who_lost_the_ball_without_a_play() -> None:
    assert ends_of(BASKET, event("jump ball"), BASKET) == [(A, None), (A, 690)]
    assert ends_of(BASKET, event("shot", B, made=True), BASKET) == [(A, None), (B, None), (A, None)]
    assert ends_of(BASKET, event("jump ball"), MISS, OWN_BOARD) == [(A, None), (None, 690), (None, None)], "to the end"
    assert ends_of(BASKET, event("shot", B), BASKET) == [(A, None), (None, None), (A, 690)]


def test_of_free_throws_that_keep_the_ball_the_last_counts() -> None:
    """A whistle between them is before it, so the other team lost nothing."""
    last = throw(keeps_ball=True)
    first = last | {"last_of_trip": False}
    assert ends_of(BASKET, first, event("foul", B), last, BASKET)[-1] == (A, None)


def test_words_that_keep_the_ball() -> None:
    words = ("flagrant type 1", "clear-path", "away from play", "transition take", "shooting", None)
    assert values_of(keeps_the_ball, "string", *words) == [True, True, True, True, False, False]


def test_a_game_is_counted_if_both_of_its_teams_are_and_else_estimated() -> None:
    """Of 80 attempts, 25 free throws at 0.44, 10 turnovers and 8 offensive rebounds, 93; without a box, NULL."""
    boxes = [
        {"game_id": game, "team_abbr": team, "opponent_team_abbr": other, **dict(zip(BOX, box, strict=True))}
        for game in ("both", "one", "alone", "no box")
        for team, other, points in ((A, B, 110), (B, A, 99))
        for box in [(points, *([None] * 4 if game == "no box" else (80, 25, 10, 8)))]
        if (game, team) != ("alone", B)
    ]
    counted = (("both", A, 101), ("both", B, 100), ("one", A, 101), ("alone", A, 101))
    counts = [dict(zip((*KEY, "possessions"), row, strict=True)) for row in counted]
    told_of = ("own_possessions", "opponent_possessions", "possessions_source", "opponent_points")
    assert told(RATED(boxes=boxes, counts=counts), *KEY, *told_of) == [
        ("both", A, 101, 100, "play_by_play", 99),
        ("both", B, 100, 101, "play_by_play", 110),
        ("no box", A, None, None, None, 99),
        ("no box", B, None, None, None, 110),
        ("one", A, 93, 93, "estimate", 99),
        ("one", B, 93, 93, "estimate", 110),
    ]
