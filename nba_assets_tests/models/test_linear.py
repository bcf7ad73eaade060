"""A line through games: its slope, what is unknown, what is far off."""

from __future__ import annotations

import numpy as np
import pytest

from nba_assets.models.linear import FARTHEST, PENALTY, Linear

RNG = np.random.default_rng(11)


def games(count: int) -> np.ndarray:
    """Three features: two of which something depends, and one of which nothing is ever known."""
    return np.column_stack([RNG.normal(10, 2, count), RNG.normal(0, 5, count), np.full(count, np.nan)])


def test_the_slope_is_found_and_drawn_to_none_by_the_penalty() -> None:
    seen = games(3_000)
    found = Linear.of(seen, 4 + 2 * seen[:, 0] - seen[:, 1])
    drawn = 3_000 / (3_000 + PENALTY)
    assert found.weights == pytest.approx([2 * 2 * drawn, -5 * drawn, 0], abs=0.15)
    asked = np.array([[10.0, 0.0, 7.0], [12.0, 0.0, 7.0]])
    assert np.diff(found.says(asked)) == pytest.approx([4 * drawn], abs=0.15)
    assert found.says(asked)[0] == pytest.approx(24, abs=0.2)


def test_one_weight_by_hand() -> None:
    """Four games, half at each end: 4 games beside a penalty of 300 leave 4/304 of the slope."""
    found = Linear.of(np.array([[1.0], [1.0], [3.0], [3.0]]), np.array([5.0, 5.0, 9.0, 9.0]))
    assert (found.means, found.deviations, found.constant) == ([2.0], [1.0], 7.0)
    assert found.weights == pytest.approx([2 * 4 / (4 + PENALTY)], abs=1e-9)


def test_what_is_unknown_is_the_median_and_what_is_far_off_no_farther_than_far() -> None:
    seen = np.array([[0.0], [1.0], [1.0], [6.0], [np.nan]])
    found = Linear.of(seen, np.array([0.0, 1.0, 1.0, 6.0, 1.0]))
    assert found.says(np.array([[np.nan]])) == pytest.approx(found.says(np.array([[1.0]])))
    edge = found.means[0] + FARTHEST * found.deviations[0]
    assert found.says(np.array([[1e6]])) == pytest.approx(found.says(np.array([[edge]])))
