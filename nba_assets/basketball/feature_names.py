"""Feature versions of the feature store: the names of each version's features in their stored order.

For whoever reads features by name. Where their values come from is the feature store's.
"""

from __future__ import annotations

import ibis.expr.types as ir

V2 = "v2_corrected_25"

NAMES = {
    V2: (
        "points_avg_last_5",
        "points_avg_last_10",
        "points_avg_season",
        "points_std_last_10",
        "games_in_last_7_days",
        "fatigue_score",
        "shot_zone_mismatch_score",
        "pace_score",
        "usage_spike_score",
        "rest_advantage",
        "injury_risk",
        "recent_trend",
        "minutes_change",
        "opponent_def_rating",
        "opponent_pace",
        "home_away",
        "back_to_back",
        "playoff_game",
        "pct_paint",
        "pct_mid_range",
        "pct_three",
        "pct_free_throw",
        "team_pace",
        "team_off_rating",
        "team_win_pct",
    ),
}


def by_name(rows: ir.Table, version: str, *names: str) -> dict[str, ir.FloatingValue]:
    """Features of rows of one version as columns."""
    return {name: rows.features[NAMES[version].index(name)] for name in names}


def source(rows: ir.Table, version: str, name: str) -> ir.StringValue:
    """Where a feature's value comes from: `phase4`, `phase3`, `calculated` or `default`."""
    return rows.feature_sources[NAMES[version].index(name)]
