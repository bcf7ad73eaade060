"""Win, loss, push and void; and how far a line moved towards a pick."""

from __future__ import annotations

import pytest

from nba_assets.basketball import grading
from nba_assets_tests.rows import values_of


def test_outcomes_of_bets() -> None:
    bets = [
        ("OVER", 21.0, 20.5, False),
        ("OVER", 20.0, 20.5, False),
        ("UNDER", 20.0, 20.5, False),
        ("UNDER", 21.0, 20.5, False),
        ("OVER", 20.0, 20.0, False),
        ("UNDER", 20.0, 20.0, False),
        ("OVER", None, 20.5, True),
        ("UNDER", 3.0, 20.5, True),
        ("PASS", 21.0, 20.5, False),
        ("NO_LINE", 21.0, None, False),
        (None, 21.0, 20.5, True),
    ]
    outcomes = values_of(grading.outcome, "string float64 float64 boolean", *bets)
    assert outcomes == ["win", "loss", "win", "loss", "push", "push", "void", "void", None, None, None]


def test_what_went_over() -> None:
    lines = [(21.0, 20.5), (20.0, 20.5), (20.0, 20.0), (None, 20.5), (21.0, None)]
    assert values_of(grading.went_over, "float64 float64", *lines) == [1, 0, None, None, None]


def test_the_brier_score_is_of_what_is_decided() -> None:
    scores = values_of(grading.brier, "float64 float64 float64", (0.5, 0.4, 1.0), (0.5, 0.4, 0.0), (0.5, 0.4, None))
    assert scores == [pytest.approx((5 / 9 - 1) ** 2), pytest.approx((5 / 9) ** 2), None]


def test_closing_line_value_is_towards_the_pick() -> None:
    moves = [("OVER", 20.5, 21.5), ("UNDER", 20.5, 21.5), ("UNDER", 20.5, None), ("PASS", 20.5, 21.5)]
    assert values_of(grading.closing_value, "string float64 float64", *moves) == [1, -1, None, None]


def test_deciles() -> None:
    assert values_of(grading.decile, "float64", 0.0, 0.5, 0.59, 0.6, 1.0, None) == [1, 6, 6, 7, 10, None]
