"""Features that are calculated from a player's games and his context: each formula at its edges."""

from __future__ import annotations

from nba_assets.basketball.features import v2
from nba_assets_tests.given import played
from nba_assets_tests.rows import values_of
from nba_assets_tests.tables.precompute.features import (
    brunson,
    cached,
    context,
    feature,
)


def test_rest_advantage() -> None:
    """Over the opponent's real rest, two days at most."""
    rests = [(0, 2), (2, 1), (1, 1), (0, 5), (6, 1), (None, 1), (1, None)]
    assert values_of(v2.rest_advantage, "int64 int64", *rests) == [-2, 1, 0, -2, 2, None, None]
    absent = context(days_rest=145, team_days_rest=0, opponent_days_rest=1)
    assert feature(brunson(context=[absent]), "rest_advantage") == (-1, "calculated"), "his absence is no rest"
    assert feature(brunson(context=[context(opponent_days_rest=None)]), "rest_advantage") == (0, "default")


def test_injury_risk() -> None:
    """Unlisted is fit where a report covers the game, and unknown where none does."""
    said = ["available", "Probable", "questionable", "DOUBTFUL", "out", "rested", None]
    risks = values_of(v2.injury_risk, "string boolean", *[(status, True) for status in said])
    assert risks == [0, 1, 2, 3, 3, 0, 0]
    assert values_of(v2.injury_risk, "string boolean", ("questionable", False), (None, False)) == [2, None]
    doubtful = brunson(context=[context(player_status="doubtful", star_teammates_out=None)])
    assert feature(doubtful, "injury_risk") == (3, "calculated")
    assert feature(brunson(context=[context(star_teammates_out=None)]), "injury_risk") == (0, "default")


def test_improving_is_positive() -> None:
    """Three games after two of twenty points; the latest first."""
    latest = {(25, 25, 25): 2, (24, 25, 25): 1, (22, 22, 22): 1, (21, 22, 22): 0, (20, 20, 20): 0}
    latest |= {(19, 18, 18): 0, (18, 18, 18): -1, (15, 15, 15): -2, (0, 0, 90): 2}
    games = [(*three, 20, 20) for three in latest]
    trends = values_of(lambda *points: v2.in_steps(v2.points_rise(list(points)), 2, 5), " ".join(["int64"] * 5), *games)
    assert trends == list(latest.values())


def test_the_trend_is_of_five_games() -> None:
    games = [played(days, points) for days, points in enumerate([15, 15, 15, 20, 20, 90], start=1)]
    assert feature(brunson(players=games), "recent_trend") == (-2, "calculated")
    assert feature(brunson(players=games[:4]), "recent_trend") == (0, "default")


def test_minutes_change() -> None:
    pairs = [(36, 30), (33, 30), (32, 30), (27, 30), (24, 30), (0, 30), (None, 30), (30, None), (30, 0)]
    found = values_of(lambda *minutes: v2.in_steps(v2.minutes_rise(*minutes), 0.1, 0.2), "float64 float64", *pairs)
    assert found == [2, 1, 0, -1, -2, None, None, None, None]


def test_minutes_change_is_of_his_games_unrounded() -> None:
    """Ten games of 30 minutes after ten of 20: a mean of 25, and a fifth more. 32.98 after a mean of 30 are not a tenth
    more, though the cache, rounded, says 33."""

    def change(last_10: int, before: int) -> tuple:
        games = [played(days, seconds_played=last_10 if days <= 10 else before) for days in range(1, 21)]
        return feature(brunson(players=games, cache=[cached(minutes_avg_last_10=33.0)]), "minutes_change")

    assert change(1800, 1200) == (2, "calculated")
    assert change(1979, 1621) == (0, "calculated")
    assert feature(brunson(players=[]), "minutes_change") == (0, "default")


def test_free_throw_share() -> None:
    cases = [(30, 100, 10), (80, 100, 10), (0, 100, 5), (30, 100, 4), (0, 0, 10), (None, 100, 10)]
    found = values_of(v2.free_throw_share, "int64 int64 int64", *cases)
    assert found == [0.3, 0.5, 0, None, None, None]


def test_free_throws_are_of_ten_games() -> None:
    games = [played(days, 20, ft_makes=5 if days <= 10 else 20) for days in range(1, 15)]
    assert feature(brunson(players=games), "pct_free_throw") == (0.25, "calculated")
    assert feature(brunson(players=games[:4]), "pct_free_throw") == (0.15, "default")
