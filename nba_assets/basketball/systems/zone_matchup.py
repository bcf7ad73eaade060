"""Zone match-up: the season's average, moved by how well the opponent defends where he scores.

The formula of the reference pipeline, but that a better defence takes points away, 100 of fatigue is fresh,
and a zone that he never scores from does not count.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.systems.points import home_or_away, within

ZONES = {"pct_paint": 1.2, "pct_mid_range": 1.0, "pct_three": 1.1, "pct_free_throw": 0.8}
"""How far a defence reaches into each zone, by the feature that says how much of his game is there."""

PAR = 110
"""The defensive rating, points per 100 possessions, that moves nobody."""


def points(t: ir.Table) -> ir.FloatingValue:
    """Season average + zones + 0.4 pace; 0.8 at home and -0.8 away; -1.5 below 30 of fatigue, -0.8 below 50."""
    zones = sum((_zone(t[share], t.opponent_def_rating, reach) for share, reach in ZONES.items()), ibis.literal(0.0))
    return (
        t.points_avg_season
        + zones
        + 0.4 * t.pace_score
        + home_or_away(t, 0.8, -0.8)
        + ibis.cases((t.fatigue_score < 30, -1.5), (t.fatigue_score < 50, -0.8), else_=0.0)
    )


def _zone(share: ir.NumericValue, rating: ir.NumericValue, reach: float) -> ir.FloatingValue:
    """0.3 for each point that the opponent allows beyond par, times the zone's reach, 3 at most either way; whole for
    a share of 40 %, 0.7 of it from 20 %, 0.4 below."""
    score = within(0.3 * reach * (rating - PAR), -3, 3)
    return score * ibis.cases((share >= 0.4, 1.0), (share >= 0.2, 0.7), (share > 0, 0.4), else_=0.0)
