"""Features as columns: for each feature version a view with a column a feature, the closing line and what came of it.

A feature is NULL where the stored array holds a default. Features are those of the feature store, of before the game;
the line is the one on offer at the tip; `points` alone is of after it, NULL until then. No formula belongs here.
"""

from __future__ import annotations

from functools import cache

import ibis.expr.types as ir

from nba_assets.basketball.feature_names import known
from nba_assets.basketball.features.feature import FeatureVersion
from nba_assets.basketball.features.versions import VERSIONS
from nba_assets.contracts.contract import Column
from nba_assets.contracts.reading_view import ReadingView
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.precompute.ml_feature_store_v2 import ml_feature_store_v2

KEPT = (
    *("player_lookup", "universal_player_id", "game_date", "game_id", "opponent_team_abbr", "is_home", "days_rest"),
    *("feature_version", "default_count", "feature_quality_score", "quality_tier"),
)
"""Columns of the feature store that stand beside the features; one that has a feature's name gives way to it."""

LABEL = Column("points", "INT64", "points he scored in this game; NULL before it, and if he did not play", "points")
LINE = Column("closing_points_line", "DECIMAL(4,1)", "his points line at the tip; NULL where no book had one", "points")


@cache
def wide_views() -> tuple[ReadingView, ...]:
    """One a feature version."""
    return tuple(map(_view, VERSIONS.values()))


def _view(version: FeatureVersion) -> ReadingView:
    kept = tuple(ml_feature_store_v2.column(name) for name in KEPT if name not in version.names)

    def build(features: ir.Table, context: ir.Table, results: ir.Table) -> ir.Table:
        rows = features.filter(features.feature_version == version.name)
        rows = rows.select(*[column.name for column in kept], **known(rows, version.name, *version.names))
        lines = context.select("player_lookup", "game_id", **{LINE.name: context.current_points_line})
        labels = results.select("player_lookup", "game_id", LABEL.name)
        for beside in (lines, labels):
            rows = rows.left_join(beside, ["player_lookup", "game_id"]).drop("player_lookup_right", "game_id_right")
        return rows

    return ReadingView(
        dataset=ml_feature_store_v2.dataset,
        name=f"ml_feature_store_{version.name.partition('_')[0]}_wide",
        description=f"A row is a player before a game, as in {ml_feature_store_v2.name} under {version.name}: a column"
        " for each feature, NULL where it is a default, beside his closing line and the points he then scored.",
        columns=(
            *kept,
            *(Column(f.name, "FLOAT64", f.meaning, f.unit) for f in version.features),
            LINE,
            LABEL,
        ),
        key=("player_lookup", "game_id"),
        partition_by=ml_feature_store_v2.partition_by,
        inputs={
            "features": ml_feature_store_v2,
            "context": upcoming_player_game_context,
            "results": player_game_summary,
        },
        build=build,
    )
