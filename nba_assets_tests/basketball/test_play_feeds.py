"""Seconds left of a period, an event's place in its game, and which feed tells the whole of a game."""

from __future__ import annotations

import ibis
import pytest

from nba_assets.basketball.play_feeds import best_feed, place, seconds_left
from nba_assets_tests.rows import Query, Row, told, values_of

WHEN = ibis.schema(dict.fromkeys(("period", "clock", "printed", "number"), "int64"))
PLACES = Query(lambda events: events.select("number", place=place(events)).order_by("number"), {"events": WHEN})

FEED = ibis.schema({"game_id": "string", "team_abbr": "string", "points": "int64", **WHEN})
GAMES = ibis.schema(
    dict.fromkeys(("game_id", "home_team_abbr", "away_team_abbr"), "string")
    | dict.fromkeys(("home_points", "away_points"), "int64")
)
BEST = Query(best_feed, {"games": GAMES, "first": FEED, "second": FEED})


@pytest.mark.parametrize(
    ("period", "clock", "elapsed", "left"),
    [
        (1, 700, 20, 700),
        (4, 0, 2880, 0),
        (5, 300, 2880, 300),
        (6, 100, 3380, 100),
        (6, None, 3380, 100),
        (1, 20, 20, 700),
        (5, 100, 2980, 200),
        (1, 20, 21, 700),
        (1, 20, 22, None),
        (1, 701, 20, 701),
        (1, 702, 20, None),
        (1, 300, 120, None),
        (2, None, 740, 700),
        (1, 700, None, 700),
        (5, 301, None, None),
        (1, None, None, None),
    ],
)
def test_seconds_left(period: int, clock: int | None, elapsed: int | None, left: int | None) -> None:
    """A clock that counts up is turned round, one that fits neither way is none; a second is rounding."""
    assert values_of(seconds_left, "int64 int64 int64", (period, clock, elapsed)) == [left]


@pytest.mark.parametrize(
    ("period", "clock", "printed", "where"),
    [
        (1, 720, 30, 1000),
        (1, 0, None, 1720),
        (2, 720, None, 2000),
        (1, None, 700, 1020),
        (1, None, None, 1999),
        (1, -400, None, 1999),
        (1, 800, None, 1000),
        (5, 300, None, 5000),
        (None, None, None, 999),
    ],
)
def test_a_place_is_the_period_the_seconds_played_and_the_number(
    period: int | None, clock: int | None, printed: int | None, where: int
) -> None:
    """Of an unknown clock it is the last of its period, and none lies in another period."""
    event = {"period": period, "clock": clock, "printed": printed, "number": 7}
    assert PLACES(events=[event]) == [{"number": 7, "place": where * 10_000 + 7}]


def by_period(**points: tuple[int | None, ...]) -> list[Row]:
    """A feed's events, one a period: what a team scored from the first on."""
    return [
        {"game_id": "g", "team_abbr": team, "points": scored, "period": period, "clock": 0, "number": period}
        for team, by_period in points.items()
        for period, scored in enumerate(by_period, 1)
    ]


GAME = {"game_id": "g", "home_team_abbr": "BOS", "away_team_abbr": "NYK", "home_points": 10, "away_points": 8}
WHOLE = by_period(BOS=(4, 2, 2, 2), NYK=(2, 2, 2, 2))


def best(first: list[Row], second: list[Row], game: Row = GAME) -> list[tuple]:
    rows = BEST(games=[game], first=first, second=second)
    return sorted({*told(rows, "source", "period", "is_whole")}, key=str)


def test_the_feed_with_all_periods_and_the_final_score_tells_the_game() -> None:
    whole = [("second", period, True) for period in (1, 2, 3, 4)]
    assert best(by_period(BOS=(4, 2, 2, 1), NYK=(2, 2, 2, 2)), WHOLE) == whole, "a point is missing"
    assert best(by_period(BOS=(4, 2, 2, 2), NYK=(2, 2, 2, 3)), WHOLE) == whole, "a point too many"
    assert best(by_period(BOS=(6, 2, 2), NYK=(4, 2, 2)), WHOLE) == whole, "a period is missing"
    assert best([*WHOLE, *WHOLE], WHOLE) == whole, "told twice"
    assert best(WHOLE, WHOLE) == [("first", period, True) for period in (1, 2, 3, 4)]


def test_where_no_score_is_known_the_first_feed_tells_the_periods_that_it_has() -> None:
    unknown = GAME | {"home_points": None, "away_points": None}
    assert best(by_period(BOS=(4, 2), NYK=(2, 2)), WHOLE, unknown) == [
        ("first", 1, None),
        ("first", 2, None),
        ("second", 3, None),
        ("second", 4, None),
    ]


def test_an_event_of_no_known_period_does_not_stand_for_the_one_that_is_missing() -> None:
    stray = [row | {"period": None, "points": 0} for row in by_period(BOS=(0,))]
    assert best([*by_period(BOS=(6, 2, 2), NYK=(4, 2, 2)), *stray], WHOLE) == [
        ("second", period, True) for period in (1, 2, 3, 4)
    ]


def test_points_of_a_period_are_added_up() -> None:
    halves = [row | {"points": row["points"] // 2} for row in WHOLE if row["points"] > 1]
    assert best([*halves, *halves], []) == [("first", period, True) for period in (1, 2, 3, 4)]
