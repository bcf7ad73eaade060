"""Moving average: recent form with small steps for fatigue, match-up, rest and venue.

The formula of the reference pipeline, but that 100 of fatigue is fresh: who is tired loses points.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.systems.points import form, home_or_away


def points(t: ir.Table) -> ir.FloatingValue:
    """0.5 last five + 0.3 last ten + 0.2 season; -2.5 below 30 of fatigue, -1 below 50; -1.5 on a back-to-back;
    0.3 zone match-up, 0.3 pace, 0.4 usage; 0.5 at home and -0.5 away."""
    return (
        form(t, 0.5, 0.3, 0.2)
        + ibis.cases((t.fatigue_score < 30, -2.5), (t.fatigue_score < 50, -1.0), else_=0.0)
        + (t.back_to_back == 1).ifelse(-1.5, 0.0)
        + 0.3 * t.shot_zone_mismatch_score
        + 0.3 * t.pace_score
        + 0.4 * t.usage_spike_score
        + home_or_away(t, 0.5, -0.5)
    )
