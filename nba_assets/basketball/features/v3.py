"""The features of `v3`: the 25 of `v2_corrected_25`, then minutes, rates, role, market of the game, load and absences.

Each was kept for what it adds to a forecast of points over two seasons, tested on a third. No line of a player is among
them. What rests on injury reports stands together at the end, to be left out by name.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball import form, history, metrics
from nba_assets.basketball.features import v2
from nba_assets.basketball.features.feature import Feature, FeatureVersion, feature

PRIOR_MINUTES, PRIOR_RATE = 100, 0.45
"""Minutes of a usual scorer's points a minute that stand beside a man's own: a rate of few minutes says little."""

PLAYER_STATS: dict[str, history.Stat] = {
    "mean_points_20": form.mean_points(20),
    "minutes_1": form.mean_minutes(1),
    "minutes_3": form.mean_minutes(3),
    "minutes_5": form.mean_minutes(5),
    "points_sum": form.sum_of("points"),
    "seconds_sum": form.sum_of("seconds_played"),
    "seconds_sum_10": form.sum_of("seconds_played", 10),
}
"""Of his games before the day, beside what the 25 take."""


def _context(name: str, default: float, meaning: str, column: str = "") -> Feature:
    """A column of his upcoming context as it is."""
    return feature(name, default, meaning, phase3=lambda t: t[column or name])


def shrunken_rate(points: ir.NumericValue, seconds: ir.NumericValue) -> ir.FloatingValue:
    """Points a minute, drawn towards a usual scorer's by as much as `PRIOR_MINUTES` of his."""
    return (points + PRIOR_MINUTES * PRIOR_RATE) / (seconds / 60 + PRIOR_MINUTES)


_MINUTES = (
    _context("minutes_forecast", 18, "minutes to expect if he plays"),
    feature("minutes_last_game", 18, "minutes of his last game", calculated=lambda t: t.minutes_1),
    feature("minutes_avg_last_3", 18, "mean minutes of his last three games", calculated=lambda t: t.minutes_3),
    feature("minutes_avg_last_5", 18, "mean minutes of his last five games", calculated=lambda t: t.minutes_5),
    feature("minutes_avg_last_10", 18, "mean minutes of his last ten games", calculated=lambda t: t.minutes_10),
    feature("minutes_avg_season", 18, "mean minutes of his season", calculated=lambda t: t.minutes_season),
    _context("minutes_std_last_10", 6, "spread of his minutes, last ten games"),
)

_RATES = (
    feature("points_avg_last_20", 8, "mean points of his last 20 games", calculated=lambda t: t.mean_points_20),
    feature(
        "points_per_minute_season",
        PRIOR_RATE,
        "points a minute of his season, drawn towards a usual scorer's",
        calculated=lambda t: shrunken_rate(t.points_sum, t.seconds_sum),
    ),
    feature(
        "points_per_minute_last_10",
        PRIOR_RATE,
        "points a minute of his last ten games",
        calculated=lambda t: metrics.ratio(60 * t.points_sum_10, t.seconds_sum_10),
    ),
    _context("usage_rate_last_10", 18, "usage, pooled over his last ten games, in percent"),
    _context("usage_rate_season", 18, "usage, pooled over his season, in percent"),
)

_GAME = (
    _context("team_total", 113, "his team's points by the market", "implied_team_total"),
    _context("game_total", 226, "the game's points by the market"),
    _context("spread", 0, "his team's spread; negative is favoured", "game_spread"),
    feature("blowout_risk", 6, "points by which the market has one team win", phase3=lambda t: t.game_spread.abs()),
    _context("expected_game_pace", 99, "possessions of the game to expect, per 48 minutes"),
)

_LOAD = (
    _context("team_days_rest", 1, "his team's whole days since its last game"),
    _context("opponent_days_rest", 1, "the opponent's"),
    _context("days_absent", 0, "his days off beyond his team's"),
    _context("minutes_in_last_7_days", 60, "his minutes on the 7 dates before"),
    _context("travel_miles", 400, "his team's way to this game, in miles"),
)

_AVAILABILITY = (
    _context("projected_usage_rate", 18, "usage with that of teammates who are out spread, in percent"),
    _context("star_teammates_newly_out", 0, "stars out, each by the share of his last ten games that he played"),
)

VERSION = FeatureVersion(
    "v3",
    (*v2.FEATURES, *_MINUTES, *_RATES, *_GAME, *_LOAD, *_AVAILABILITY),
    availability=(*v2.VERSION.availability, *(feature.name for feature in _AVAILABILITY)),
)
