"""Zone match-ups of three players, worked out by hand; and which way a defence moves them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.basketball.systems.zone_matchup import points
from nba_assets_tests.basketball.systems.players import FRESH, STAR, TIRED, points_of

SHARES = ("pct_paint", "pct_mid_range", "pct_three", "pct_free_throw")


def test_three_players() -> None:
    """16 + (1.8 + 0.4 x 1.5 + 1.65 + 0.7 x 1.2) - 0.4 + 0.8; 11 - (0.7 x 1.8 + 0.7 x 1.5 + 1.65 + 0.7 x 1.2) + 0.8
    - 0.8 - 0.8; and 20 + (3 + 0 + 0.7 x 3 + 0.4 x 2.64) + 0.4 + 0.8, in which a zone is worth three points at most."""
    assert points_of(points, [FRESH, TIRED]) == pytest.approx([21.29, 5.4])
    assert points_of(points, [STAR]) == pytest.approx([27.356])


def test_who_is_tired_and_who_is_very_tired() -> None:
    """Below 50 a player scores 0.8 less, below 30 1.5."""
    found = points_of(points, [FRESH | {"fatigue_score": score} for score in (50, 49, 30, 29)])
    assert [found[0] - value for value in found] == pytest.approx([0, 0.8, 0.8, 1.5])


def test_a_zone_that_he_never_scores_from_does_not_count() -> None:
    nowhere = dict.fromkeys(SHARES, 0)
    alike, weak = (FRESH | nowhere | {"opponent_def_rating": rating} for rating in (110, 125))
    assert len(set(points_of(points, [alike, weak]))) == 1


shares = st.floats(0, 1)
ratings = st.floats(90, 130)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(shares, shares, shares, shares, ratings, ratings), min_size=1, max_size=40))
def test_a_better_defence_never_raises_it(cases: list[tuple[float, ...]]) -> None:
    """Fewer points allowed are a better defence."""
    better, worse = [], []
    for *of_zones, a, b in cases:
        player = FRESH | dict(zip(SHARES, of_zones, strict=True))
        better.append(player | {"opponent_def_rating": min(a, b)})
        worse.append(player | {"opponent_def_rating": max(a, b)})
    found = points_of(points, better + worse)
    assert all(low <= high + 1e-9 for low, high in zip(found[: len(cases)], found[len(cases) :], strict=True))
