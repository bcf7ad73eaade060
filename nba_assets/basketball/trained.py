"""Trained model of points: which features it learns from and is asked with, each under a column of its own.

What training and scoring share. Where a feature's value comes from is the feature store's, how a model learns the
models'.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball.feature_names import NAMES, V3, known
from nba_assets.basketball.features.versions import VERSIONS

SYSTEM = "model"

FEATURE_VERSION = V3
FEATURES = NAMES[FEATURE_VERSION]
"""What it knows, in order."""

OF_AVAILABILITY = VERSIONS[FEATURE_VERSION].availability
"""Those that rest on injury reports."""


def feature_column(name: str) -> str:
    """Where a feature stands in a row that is given to a model."""
    return f"feature_{name}"


def spread_out(rows: ir.Table) -> ir.Table:
    """The features of rows of the store as columns; one that is a default, and so unknown, is NULL."""
    rows = rows.filter(rows.feature_version == FEATURE_VERSION)
    shown = {feature_column(name): value for name, value in known(rows, FEATURE_VERSION, *FEATURES).items()}
    return rows.select("player_lookup", "game_id", "game_date", "feature_quality_score", **shown)
