"""Terms that the rule-based systems share: steps of a score, a weighted mean of form, home or away.

What one system alone makes of a feature is its own. Features of a match-up stand for nothing unknown: a default says
nothing for or against him.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

MOST = 60
"""No rule expects more points than that."""


def within(value: ir.NumericValue, least: float, most: float) -> ir.NumericValue:
    """A number that is known, moved to the nearest bound; Ibis's `clip` writes it five times for the sake of NULL."""
    return ibis.least(ibis.greatest(value, float(least)), float(most))


def form(t: ir.Table, last_5: float, last_10: float, season: float) -> ir.FloatingValue:
    """Mean points of the last five games, the last ten and the season, weighted."""
    return last_5 * t.points_avg_last_5 + last_10 * t.points_avg_last_10 + season * t.points_avg_season


def home_or_away(t: ir.Table, home: float, away: float) -> ir.FloatingValue:
    """The one number for who plays at home, the other for who does not."""
    return (t.home_away == 1).ifelse(home, away)
