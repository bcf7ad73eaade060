"""Scores by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nba_assets.models.scores import scores

RISING = [2.0, 4.0, 6.0, 10.0, 14.0, 18.0, 20.0]


def test_three_games_by_hand() -> None:
    found = scores(np.array([10.0, 16.0, 1.0]), np.array([RISING] * 3))
    assert found.games == 3
    assert found.error == pytest.approx((0 + 6 + 9) / 3)
    assert found.within_50 == pytest.approx(1 / 3)
    assert found.within_80 == pytest.approx(2 / 3)
    assert found.below[0] == pytest.approx(1 / 3)
    assert found.below[-1] == 1
    # Of 10 points: 0.05 * 8 + 0.1 * 6 + 0.25 * 4 below the median, and as much above it.
    assert scores(np.array([10.0]), np.array([RISING])).pinball == pytest.approx(2 * (0.4 + 0.6 + 1.0) / 7, abs=0.06)


def test_nothing_has_no_score() -> None:
    with pytest.raises(ValueError, match="no game"):
        scores(np.zeros(0), np.zeros((0, 7)))
