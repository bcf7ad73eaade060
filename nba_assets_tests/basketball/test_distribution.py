"""Probabilities at a line and scores of seven quantiles, against what is worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.basketball import distribution
from nba_assets_tests.rows import Query, one

SCHEMA = ibis.schema({"line": "float64", "points": "float64"} | dict.fromkeys(distribution.LEVELS, "float64"))
SCORED = Query(
    lambda rows: distribution.with_probabilities(rows, "line").mutate(
        crps=distribution.crps(rows, rows.points), pinball=distribution.pinball_loss(rows, rows.points)
    ),
    {"rows": SCHEMA},
)
TWENTY = (8, 12, 16, 20, 24, 28, 32)
"""Quantiles 5 to 95 of a man of about 20 points."""


def scored(quantiles: Sequence[float | None], line: float | None, points: float | None = None) -> dict:
    return one(SCORED(rows=[dict(zip(distribution.LEVELS, quantiles, strict=True), line=line, points=points)]))


@pytest.mark.parametrize(
    ("line", "over", "under", "push"),
    [
        (20.5, 1 - (0.5 + 0.25 * 0.5 / 4), 0.5 + 0.25 * 0.5 / 4, 0),
        (20.0, 1 - (0.5 + 0.25 * 0.5 / 4), 0.5 - 0.25 * 0.5 / 4, 0.25 / 4),
        (26.0, 1 - (0.75 + 0.15 * 2.5 / 4), 0.75 + 0.15 * 1.5 / 4, 0.15 / 4),
        (30.5, 1 - (0.90 + 0.05 * 2.5 / 4), 0.90 + 0.05 * 2.5 / 4, 0),
        (36.5, 0.05 * 2 ** (-4.5 / 4), 1 - 0.05 * 2 ** (-4.5 / 4), 0),
        (3.5, 1 - 0.05 * 2 ** (-4.5 / 4), 0.05 * 2 ** (-4.5 / 4), 0),
    ],
    ids=["half", "whole", "between other quantiles", "between the last two", "above the last", "below the first"],
)
def test_probabilities_at_a_line(line: float, over: float, under: float, push: float) -> None:
    row = scored(TWENTY, line)
    told = [row[f"probability_{name}"] for name in ("over", "under", "push")]
    assert told == pytest.approx([over, under, push])


def test_nothing_is_known_without_quantiles_or_line() -> None:
    assert scored([None] * 7, 20.5)["probability_over"] is None
    assert scored(TWENTY, None)["probability_push"] is None


def test_a_sure_number_is_no_distribution_to_fall_over() -> None:
    row = scored([10] * 7, 10.5, 12)
    assert (row["probability_over"], row["probability_under"], row["crps"]) == (0, 1, 2)
    assert scored([0] * 7, 0.5)["probability_under"] == 1
    assert scored([9.5] * 7, 9.5)["probability_over"] is not None


def test_pinball_loss_and_crps_of_one_game() -> None:
    row = scored(TWENTY, 20.5, 26)
    losses = [0.05 * 18, 0.10 * 14, 0.25 * 10, 0.50 * 6, 0.75 * 2, 0.10 * 2, 0.05 * 6]
    assert row["pinball"] == pytest.approx(sum(losses) / 7)
    weights = (0.075, 0.1, 0.2, 0.25, 0.2, 0.1, 0.075)
    assert row["crps"] == pytest.approx(2 * sum(loss * weight for loss, weight in zip(losses, weights, strict=True)))
    assert scored(TWENTY, 20.5)["crps"] is None


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0, 60), min_size=7, max_size=7).map(sorted), st.integers(0, 100).map(lambda n: n / 2))
def test_over_under_and_push_are_all_there_is(quantiles: list[float], line: float) -> None:
    row = scored(quantiles, line)
    told = [row[f"probability_{name}"] for name in ("over", "under", "push")]
    assert math.isclose(sum(told), 1, abs_tol=1e-9)
    assert all(-1e-12 <= value <= 1 for value in told)
    assert line == math.floor(line) or abs(row["probability_push"]) < 1e-12
