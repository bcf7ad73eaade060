"""The trained model of player points of each month: what it learnt from, how good it was, and where its file is.

A row is one model, trained at the start of a month on every game before it that a player with features played; it
forecasts the games of that month. Its scores are of the last fifth of those games, predicted by trees and intervals
that knew the games before only. The model itself is a file under its SHA-256.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball import history
from nba_assets.basketball.trained import spread_out
from nba_assets.contracts.contract import Column
from nba_assets.contracts.measures import mean_of
from nba_assets.contracts.read import all_before
from nba_assets.contracts.table import OWES_NOTHING, holds, table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.precompute.ml_feature_store_v2 import ml_feature_store_v2

LARGEST_ERROR = 6.0
"""Points: a model that is further off knows nothing."""


@table(
    dataset="nba_predictions",
    partition_by="month",
    key=("model_id", "trained_to"),
    cluster_by=("model_id",),
    reads={"features": all_before(ml_feature_store_v2), "players": all_before(player_game_summary)},
    population=OWES_NOTHING,
    monthly=True,
    python="nba_assets.models.training:train",
    picture="nba_assets.audit.performance_plots:drawn_importance",
    measures=tuple(
        mean_of(name, watched=False)
        for name in ("mean_absolute_error", "pinball_loss", "within_50", "within_80", "rows_trained")
    ),
    columns=(
        Column("month", "DATE", "first day of the month whose games it forecasts", required=True),
        Column("model_id", "STRING", "the system, the market and the month", required=True),
        Column("trained_from", "DATE", "first date that it learnt from", required=True),
        Column("trained_to", "DATE", "last date that it learnt from", required=True),
        Column("dates_trained", "INT64", "dates that it learnt from", "dates", required=True),
        Column("rows_trained", "INT64", "player-games that it learnt from", "player-games", required=True),
        Column("feature_version", "STRING", "which features of the store", required=True),
        Column("features", "ARRAY<STRING>", "their names, in the order in which it takes them", required=True),
        Column("importance", "ARRAY<FLOAT64>", "of each, its share of what all gain for the middle", "0-1"),
        Column("libraries", "STRING", "what it was trained with, and which versions", required=True),
        Column("seed", "INT64", "that every draw follows from", "seed", required=True),
        Column("hyper_parameters", "STRING", "how its trees are grown, as JSON", required=True),
        Column("tested_from", "DATE", "first date that its scores are of; the last is trained_to", required=True),
        Column("rows_tested", "INT64", "player-games that its scores are of", "player-games", required=True),
        Column("mean_absolute_error", "DECIMAL(6,3)", "of the median", "points", required=True),
        Column("pinball_loss", "DECIMAL(6,3)", "mean over the seven quantiles", "points", required=True),
        Column("within_50", "DECIMAL(5,4)", "share of outcomes within the 50 % interval", "0-1", required=True),
        Column("within_80", "DECIMAL(5,4)", "share of outcomes within the 80 % interval", "0-1", required=True),
        Column("reliability_levels", "ARRAY<FLOAT64>", "the quantiles' levels", "0-1", required=True),
        Column("reliability_observed", "ARRAY<FLOAT64>", "of each, the outcomes below it", "0-1", required=True),
        Column("errors_behind", "INT64", "games, unseen, that its intervals rest on", "player-games", required=True),
        Column("artefact_sha256", "STRING", "of its file, and the folder of that", required=True),
        Column("artefact_bytes", "INT64", "of its file", "bytes", required=True),
    ),
    checks=(
        holds("trained_before_the_month", lambda t: t.trained_to < t.month, "it learnt from nothing in its month"),
        holds("one_share_a_feature", lambda t: t.features.length() == t.importance.length(), "names as many as shares"),
        holds("plausible", lambda t: t.mean_absolute_error.between(2, LARGEST_ERROR), "off by 2 to 6 points", "warn"),
        holds(
            "intervals_hold_what_they_say",
            lambda t: t.within_50.between(0.46, 0.54) & t.within_80.between(0.76, 0.84),
            "on games it had not seen, 46-54 % lie in the 50 % interval, 76-84 % in the 80 % one",
            "warn",
        ),
    ),
)
def player_points_models(features: ir.Table, players: ir.Table) -> ir.Table:
    """The games to learn from, in order of time."""
    known = spread_out(features)
    played = history.appeared(players)
    rows = known.inner_join(played.select("player_lookup", "game_id", "points"), ["player_lookup", "game_id"])
    return rows.order_by("game_date", "player_lookup")
