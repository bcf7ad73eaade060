"""The moving average of three players, worked out by hand."""

from __future__ import annotations

import pytest

from nba_assets.basketball.systems.moving_average import points
from nba_assets_tests.basketball.systems.players import FRESH, STAR, TIRED, points_of


def test_three_players() -> None:
    """18.6 + 0.6 - 0.3 + 0.4 + 0.5; 10.8 - 1 - 1.5 - 0.9 + 0.6 - 0.5; 22.6 + 0.3 + 1.2 + 0.5."""
    assert points_of(points, [FRESH, TIRED, STAR]) == pytest.approx([19.8, 7.5, 24.6])


def test_who_is_tired_loses_points() -> None:
    scores = [100, 50, 49, 30, 29, 0]
    found = points_of(points, [FRESH | {"fatigue_score": score} for score in scores])
    assert [round(each - found[0], 6) for each in found] == [0, 0, -1, -1, -2.5, -2.5]
