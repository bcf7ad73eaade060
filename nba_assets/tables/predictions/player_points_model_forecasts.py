"""What the trained model expects each player to score in his next game, before any line is looked at.

A row is one player in one scheduled game: everybody whom the systems by rules forecast, by the model of the month,
which learnt from the months before only. A date whose month has no model has no rows. Columns are those of the
forecasts by rules; mean, median and quantiles are the model's own.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import forecast
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.trained import FEATURE_VERSION, FEATURES, SYSTEM, feature_column, spread_out
from nba_assets.contracts import quality
from nba_assets.contracts.measures import mean_of
from nba_assets.contracts.read import its_month, same_day
from nba_assets.contracts.table import Owed, Population, table
from nba_assets.tables.monthly.player_points_models import player_points_models
from nba_assets.tables.precompute.ml_feature_store_v2 import ml_feature_store_v2
from nba_assets.tables.predictions.player_points_forecasts import player_points_forecasts

OF_RULES = (
    *("player_lookup", "universal_player_id", "game_id", "game_date", "market", "team_abbr", "opponent_team_abbr"),
    *("is_home", "season_points_avg", "role", "minutes_forecast", "probability_plays"),
)
"""What the systems by rules say of him, all the same."""


def _eligible(forecasts: ir.Table, models: ir.Table) -> ir.Table:
    """Whoever is forecast by rules in a month with a model, and the model."""
    rows = forecasts.select(*OF_RULES).distinct()
    rows = rows.mutate(month=rows.game_date.truncate("M"))
    of_model = models.select("month", "trained_to", "errors_behind", "artefact_sha256", known_version="feature_version")
    rows = rows.inner_join(of_model, "month")
    return rows.filter(rows.trained_to < rows.game_date)


def _skipped(forecasts: ir.Table, models: ir.Table) -> ir.Table:
    days = forecasts.select("game_date").distinct()
    with_model = _eligible(forecasts, models).select("game_date").distinct()
    return days.anti_join(with_model, "game_date").mutate(reason=ibis.literal("no model of the month"))


@table(
    dataset="nba_predictions",
    partition_by="game_date",
    key=forecast.KEY,
    cluster_by=forecast.CLUSTER_BY,
    reads={
        "forecasts": same_day(player_points_forecasts),
        "features": same_day(ml_feature_store_v2),
        "models": its_month(player_points_models),
    },
    measures=(mean_of("mean"),),
    population=Population(owed=(Owed("player_lookup", _eligible),), due=_eligible, skipped=_skipped, exact=True),
    columns=forecast.COLUMNS,
    checks=forecast.CHECKS,
    python="nba_assets.models.scoring:score",
    tiers=forecast.TIERS,
)
def player_points_model_forecasts(forecasts: ir.Table, features: ir.Table, models: ir.Table) -> ir.Table:
    """Each of them with his features, what is known of him, and the model to ask."""
    rows = _eligible(forecasts, models)
    known, shown = spread_out(features), map(feature_column, FEATURES)
    rows = with_columns(
        rows, known, ("player_lookup", "game_id"), *shown, "feature_quality_score", found="has_features"
    )
    low, unknown = rows.feature_quality_score < forecast.GOOD_QUALITY, rows.minutes_forecast.isnull()
    return rows.mutate(
        system_id=ibis.literal(SYSTEM),
        feature_version=ibis.literal(FEATURE_VERSION),
        quality_tier=low.ifelse(quality.BRONZE, quality.GOLD),
        quality_issues=quality.issues({"low_feature_quality": low, "minutes_unknown": unknown}),
    )
