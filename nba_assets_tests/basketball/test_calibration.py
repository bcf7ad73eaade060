"""Calibration against the market: which part of a distance is kept, of which lines, and what it leaves alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
import pytest

from nba_assets.basketball.calibration import USUAL, drawn_to_the_market
from nba_assets_tests.rows import Query, Row, one

DAY = date(2024, 3, 20)
NUMBERS = ("probability_over", "probability_under", "market_probability_over", "line_value")
LINES = {"system_id": "string", "market": "string", "game_date": "date", **dict.fromkeys(NUMBERS, "float64")}
PAST = ibis.schema({**LINES, "points": "int64"})
FOUND = Query(drawn_to_the_market, {"rows": ibis.schema(LINES), "past": PAST})


def line(over: float | None = 0.7, market: float | None = 0.5, push: float = 0.0, **more: Any) -> Row:
    under = None if over is None else 1 - push - over
    values = {"probability_over": over, "probability_under": under, "market_probability_over": market}
    return {"system_id": "rules", "market": "points", "game_date": DAY, "line_value": 20.5} | values | more


def before(points: int, lines: int, days: int = 1, **more: Any) -> list[Row]:
    return [line(points=points, game_date=DAY - timedelta(days=days), **more) for _ in range(lines)]


def kept(past: list[Row], **more: Any) -> dict[str, Any]:
    return one(FOUND(rows=[line(**more)], past=past))


def test_the_part_that_came_is_kept_beside_the_usual_one() -> None:
    """Of 200 lines 0.2 above the market 65 % came: of a distance of 0.2 there came 0.15. The usual 0.1 counts for 8."""
    past = before(30, 130) + before(10, 70)
    slope = (200 * 0.2 * 0.15 + 8 * 0.1) / (200 * 0.2 * 0.2 + 8)
    row = kept(past)
    assert (row["market"], row["line_slope"]) == ("points", pytest.approx(slope))
    assert row["probability_over"] == pytest.approx(0.5 + slope * 0.2)
    assert row["probability_under"] == pytest.approx(0.5 - slope * 0.2)


def test_products_count_in_hundred_millionths() -> None:
    """A distance of 0.00003 squared is none of them; half of it, by which each line came, is 1,500."""
    slope = kept(before(30, 500, over=0.50003))["line_slope"]
    assert slope == pytest.approx((500 * 1500e-8 + 8 * USUAL) / 8, rel=1e-10)


@pytest.mark.parametrize(("points", "slope"), [(30, 1.0), (10, 0.0)], ids=["always came", "never came"])
def test_never_more_than_all_of_it_or_less_than_nothing(points: int, slope: float) -> None:
    assert kept(before(points, 500))["line_slope"] == slope


@pytest.mark.parametrize(
    "past",
    [
        [],
        before(30, 500, days=0),
        before(30, 500, days=-1),
        before(30, 500, system_id="model"),
        before(20, 500, line_value=20.0),
        before(30, 500, over=None),
    ],
    ids=["none", "of the day", "later", "another system", "pushes", "without a probability"],
)
def test_lines_that_say_nothing_of_it_leave_the_usual_part(past: list[Row]) -> None:
    assert kept(past)["probability_over"] == pytest.approx(0.5 + USUAL * 0.2)


def test_drawn_to_both_prices_where_they_are_known_and_to_the_middle_without() -> None:
    assert kept([], market=0.6)["probability_over"] == pytest.approx(0.6 + USUAL * 0.1)
    assert kept([], market=None)["probability_over"] == pytest.approx(0.5 + USUAL * 0.2)


def test_a_push_stays_as_likely_and_what_is_unknown_unknown() -> None:
    row = kept([], over=0.54, push=0.1)
    assert row["probability_over"] == pytest.approx(0.9 * (0.5 + USUAL * 0.1))
    assert row["probability_over"] + row["probability_under"] == pytest.approx(0.9)
    row = kept(before(30, 500), over=None)
    assert (row["probability_over"], row["line_slope"]) == (None, None)
