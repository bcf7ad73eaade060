"""The rules' points of three players, worked out by hand."""

from __future__ import annotations

import pytest

from nba_assets.basketball.systems.rules import points
from nba_assets_tests.basketball.systems.players import FRESH, STAR, TIRED, points_of


def test_three_players() -> None:
    """7 + 7.2 + 4 + 0.7 - 0.12 + 0.3 + 1.3 + 0.8 + 0.2; 3.5 + 4.8 + 2.75 - 2 - 1.05 + 0.16 - 2 - 2.5 - 0.6 + 0.4 - 0.5;
    8.4 + 8.8 + 5 + 0.8 + 0.08 + 0.9 + 1.5 + 1.3 + 1.5."""
    assert points_of(points, [FRESH, TIRED, STAR]) == pytest.approx([21.38, 2.96, 28.28])


def test_the_same_player_twice_is_the_same_number() -> None:
    assert len(set(points_of(points, [FRESH] * 10))) == 1


def test_kinds_of_shots_count_against_the_defence_they_suit() -> None:
    """A weak one is nothing to who is not in the paint, nor a strong one to who is; of shooters the other way round."""
    paint, three, neither = {"pct_paint": 0.5}, {"pct_paint": 0, "pct_three": 0.5}, {"pct_paint": 0, "pct_three": 0.3}
    against = {109: [0, -0.5, 0], 110: [0, 0, 0], 111: [0.08, 0, 0]}
    for rating, told in against.items():
        team = FRESH | {"pct_three": 0, "opponent_def_rating": rating}
        found = points_of(points, [team | his for his in (paint, three, neither)])
        assert [round(each - found[2], 6) for each in found] == told


def test_pace_is_worth_more_to_whoever_is_busier_than_28() -> None:
    paces = [FRESH | {"usage_rate_last_10": usage, "pace_score": pace} for usage in (28, 28.1, None) for pace in (0, 1)]
    found = points_of(points, paces)
    assert [round(fast - even, 6) for even, fast in zip(found[::2], found[1::2], strict=True)] == [0.08, 0.12, 0.08]


def test_steps_of_the_defence() -> None:
    """Of a player without a kind of shot that suits either."""
    steps = {
        105.9: -2.0,
        106: -1.2,
        109.9: -1.2,
        110: -0.5,
        112.9: -0.5,
        113: 0,
        116: 0,
        116.1: 0.8,
        120: 0.8,
        120.1: 1.5,
    }
    plain = FRESH | {"pct_paint": 0, "pct_three": 0.3}
    found = points_of(points, [plain | {"opponent_def_rating": rating} for rating in (113, *steps)])
    assert [round(each - found[0], 6) for each in found[1:]] == list(steps.values())


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("fatigue_score", {39: -3.0, 40: -2.0, 55: -1.2, 70: -0.5, 80: 0, 90: 0, 91: 0.8}),
        ("minutes_avg_last_10", {24.9: -1.2, 25: 0, 29.9: 0, 30: 0.4, 36: 0.4, 36.1: 0.8}),
    ],
)
def test_steps(name: str, steps: dict[float, float]) -> None:
    zero = next(value for value, step in steps.items() if step == 0)
    found = points_of(points, [FRESH | {name: value} for value in (zero, *steps)])
    assert [round(each - found[0], 6) for each in found[1:]] == list(steps.values())
