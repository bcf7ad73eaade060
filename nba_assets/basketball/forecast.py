"""Forecasts: what a system expects a player to score, as columns that rules and trained models share.

Columns, checks, roles, and how good a row is. How a system comes to its number is the system's; how a distribution
follows from past errors stands apart.
"""

from __future__ import annotations

from itertools import pairwise

import ibis
import ibis.expr.types as ir

from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.table import holds

POINTS = "points"
"""The one market so far."""

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


def column_of(level: float) -> str:
    """`quantile_05` of 0.05."""
    return f"quantile_{round(100 * level):02d}"


QUANTILE_COLUMNS = tuple(column_of(level) for level in QUANTILES)
DISTRIBUTION = ("median", "standard_deviation", *QUANTILE_COLUMNS)
"""All known or all NULL."""

ROLES = {"30+": 30, "20-29.9": 20, "10-19.9": 10, "under 10": 0}
"""Roles by season average before the date, with the least of each."""

LEAST_QUALITY, GOOD_QUALITY = 50, 70
"""Of `feature_quality_score`: nobody is predicted below the first, and below the second it is said."""

TIERS = f"bronze with a feature_quality_score below {GOOD_QUALITY}, else silver without a distribution, else gold"

KEY = ("player_lookup", "game_id", "market", "system_id")
CLUSTER_BY = ("player_lookup", "system_id", "game_date")

COLUMNS = (
    Column("player_lookup", "STRING", "canonical player", required=True),
    Column("universal_player_id", "STRING", "registry id", required=True),
    Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
    Column("game_date", "DATE", "Eastern date", required=True),
    Column("market", "STRING", "what is forecast: points", required=True),
    Column("system_id", "STRING", "whose forecast it is", required=True),
    Column("team_abbr", "STRING", "his team by the latest roster", required=True),
    Column("opponent_team_abbr", "STRING", "the other team", required=True),
    Column("is_home", "BOOL", "his is the designated home team; in a neutral game too", required=True),
    Column("season_points_avg", "DECIMAL(6,3)", "mean points of his games this season before the date", "points"),
    Column("role", "STRING", f"by that mean: {', '.join(ROLES)}; NULL before his first game"),
    Column("mean", "DECIMAL(6,3)", "points that the system expects if he plays", "points", required=True),
    Column("median", "DECIMAL(6,3)", "of the distribution; NULL where there is none", "points"),
    Column("standard_deviation", "DECIMAL(6,3)", "of the distribution; NULL where there is none", "points"),
    *(
        Column(name, "DECIMAL(6,3)", f"{level:.0%} of outcomes are expected below; NULL where unknown", "points")
        for name, level in zip(QUANTILE_COLUMNS, QUANTILES, strict=True)
    ),
    Column("errors_behind", "INT64", "past errors that the distribution rests on", "forecasts", required=True),
    Column("minutes_forecast", "DECIMAL(5,1)", "minutes to expect if he plays; NULL before his first game", "minutes"),
    Column("probability_plays", "DECIMAL(5,4)", "that he gets on court; NULL where too little is known", "0-1"),
    Column("feature_version", "STRING", "the features it is made of", required=True),
    Column("trained_to", "DATE", "last date that a trained model learnt from; NULL of rules"),
)

CHECKS = (
    holds(
        "quantiles_increase",
        lambda t: ibis.and_(*[t[low] <= t[high] for low, high in pairwise(QUANTILE_COLUMNS)]),
        "no quantile is below the one before it",
    ),
    holds(
        "distribution_is_whole",
        lambda t: ibis.and_(*[t[name].isnull() == t.quantile_50.isnull() for name in DISTRIBUTION]),
        "median, standard deviation and all quantiles are known, or none is",
    ),
    holds(
        "trained_before_the_date",
        lambda t: t.trained_to < t.game_date,
        "no model learnt from the date that it forecasts, or a later one",
    ),
    holds("plausible", lambda t: t["mean"].between(0, 60), "points from 0 to 60", "warn"),
)


def role(season_points_avg: ir.NumericValue) -> ir.StringValue:
    """30+, 20-29.9, 10-19.9 or under 10 points a game; NULL where that is unknown."""
    return ibis.cases(*[(season_points_avg >= least, name) for name, least in ROLES.items()])


def rated(rows: ir.Table) -> ir.Table:
    """The rows with how good they are, by their distribution and `feature_quality_score`."""
    return rated_by(rows, rows.feature_quality_score < GOOD_QUALITY)


def rated_by(rows: ir.Table, low: ir.BooleanValue) -> ir.Table:
    """The same, where `low` says whose features are poor."""
    unknown = rows.quantile_50.isnull()
    return rows.mutate(
        quality_tier=ibis.cases((low, quality.BRONZE), (unknown, quality.SILVER), else_=quality.GOLD),
        quality_issues=quality.issues(
            {
                "low_feature_quality": low,
                "no_distribution": unknown,
                "minutes_unknown": rows.minutes_forecast.isnull(),
            }
        ),
    )
