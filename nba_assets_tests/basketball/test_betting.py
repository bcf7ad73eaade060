"""What is recommended at which probability and price."""

from __future__ import annotations

from typing import Any

import ibis
import pytest

from nba_assets.basketball.betting import recommended
from nba_assets_tests.rows import Query, one

PRICED = ibis.schema(
    {
        "line_value": "float64",
        "over_price": "int64",
        "under_price": "int64",
        "probability_over": "float64",
        "probability_under": "float64",
    }
)
RECOMMENDED = Query(recommended, {"rows": PRICED})


def at(over: float | None, push: float = 0.0, **prices: int | None) -> dict[str, Any]:
    row = {"line_value": 20.5, "over_price": -110, "under_price": -110} | prices
    known = over is not None
    row |= {"probability_over": over, "probability_under": 1 - over - push if known else None}
    return one(RECOMMENDED(rows=[row]))


@pytest.mark.parametrize(
    ("over", "recommendation", "reason"),
    [
        (0.56, "OVER", "edge"),
        (0.55, "PASS", "no_edge"),
        (0.45, "PASS", "no_edge"),
        (0.44, "UNDER", "edge"),
        (None, "PASS", "no_distribution"),
    ],
)
def test_a_bet_needs_three_points_more_than_the_price_pays_even_at(
    over: float | None, recommendation: str, reason: str
) -> None:
    """-110 pays even at 52.38 %."""
    row = at(over)
    assert (row["recommendation"], row["recommendation_reason"]) == (recommendation, reason)


def test_worth_of_a_bet() -> None:
    row = at(0.60, over_price=120)
    assert (row["side"], row["price"], row["confidence"]) == ("OVER", 120, pytest.approx(0.60))
    assert row["edge"] == pytest.approx(0.60 - 100 / 220)
    assert row["expected_value"] == pytest.approx(0.60 * 1.2 - 0.40)


def test_a_push_gives_the_stake_back() -> None:
    """Of 0.50 over, 0.40 under and 0.10 on the line: 5 of 9 decided bets are won."""
    row = at(0.50, push=0.10)
    assert row["confidence"] == pytest.approx(5 / 9)
    assert (row["recommendation"], row["expected_value"]) == ("OVER", pytest.approx(0.50 * 100 / 110 - 0.40))


def test_one_price_is_enough_for_its_own_side() -> None:
    assert at(0.60, under_price=None)["recommendation"] == "OVER"
    assert at(0.40, under_price=None)["recommendation"] == "PASS"
    assert at(0.40, over_price=None)["side"] == "UNDER"


def test_without_a_price_the_probability_stays_and_nothing_is_recommended() -> None:
    row = at(0.60, over_price=None, under_price=None)
    assert (row["recommendation"], row["recommendation_reason"], row["price"]) == (None, "no_price", None)
    assert row["confidence"] == pytest.approx(0.60)


@pytest.mark.parametrize("none", [0, 99, -99])
def test_a_number_that_is_no_price_is_none(none: int) -> None:
    row = at(0.60, over_price=none, under_price=none)
    assert (row["recommendation"], row["recommendation_reason"], row["price"]) == (None, "no_price", None)
    assert at(0.40, over_price=none)["recommendation"] == "UNDER"
    assert at(0.60, over_price=100, under_price=-100)["recommendation"] == "OVER"


def test_without_a_line_there_is_none() -> None:
    row = at(None, line_value=None, over_price=None, under_price=None)
    assert (row["recommendation"], row["recommendation_reason"]) == ("NO_LINE", "no_line")
