"""Rules: recent form and hand-written steps for load, match-up, defence, venue, minutes and kinds of shots.

The reference pipeline's stand-in for a trained model, by its own formula: without the noise that it adds, with the
minutes and usage that it never got, and shares of shots in the percent that its rules are about.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.systems.points import form, home_or_away

BUSY = 28
"""Percent of usage from which on a man's pace counts more."""


def points(t: ir.Table) -> ir.FloatingValue:
    """0.35 last five + 0.40 last ten + 0.25 season, and all steps below; minutes and usage that are unknown add
    nothing."""
    return (
        form(t, 0.35, 0.40, 0.25)
        + _fatigue(t.fatigue_score)
        + _match_up(t)
        + _defence(t.opponent_def_rating)
        + (t.back_to_back == 1).ifelse(-2.5, 0.0)
        + home_or_away(t, 1.3, -0.6)
        + _minutes(t.minutes_avg_last_10)
        + _shots(t)
    )


def _fatigue(score: ir.NumericValue) -> ir.FloatingValue:
    return ibis.cases(
        (score < 40, -3.0), (score < 55, -2.0), (score < 70, -1.2), (score < 80, -0.5), (score > 90, 0.8), else_=0.0
    )


def _match_up(t: ir.Table) -> ir.FloatingValue:
    """0.35 zone, pace by 0.08 (0.12 of who is busy), usage by 0.30 (0.45 beyond 5 either way)."""
    pace = (t.usage_rate_last_10 > BUSY).fill_null(False).ifelse(0.12, 0.08)
    usage = (t.usage_spike_score.abs() > 5).ifelse(0.45, 0.30)
    return 0.35 * t.shot_zone_mismatch_score + pace * t.pace_score + usage * t.usage_spike_score


def _defence(rating: ir.NumericValue) -> ir.FloatingValue:
    return ibis.cases(
        (rating < 106, -2.0),
        (rating < 110, -1.2),
        (rating < 113, -0.5),
        (rating > 120, 1.5),
        (rating > 116, 0.8),
        else_=0.0,
    )


def _minutes(minutes: ir.NumericValue) -> ir.FloatingValue:
    return ibis.cases((minutes > 36, 0.8), (minutes >= 30, 0.4), (minutes < 25, -1.2), else_=0.0)


def _shots(t: ir.Table) -> ir.FloatingValue:
    """Up to 1.5 more for who lives in the paint against a weak defence, half a point less for a shooter against a
    strong one."""
    paint, rating = 100 * t.pct_paint, t.opponent_def_rating
    inside = ibis.least((paint - 40) / 10 * (rating - 110) / 5 * 0.4, 1.5)
    return ((paint > 40) & (rating > 110)).ifelse(inside, 0.0) + ((100 * t.pct_three > 40) & (rating < 110)).ifelse(
        -0.5, 0.0
    )
