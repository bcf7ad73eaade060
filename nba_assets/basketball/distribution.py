"""Distribution of a player's points, told by seven quantiles: probabilities at a line, CRPS and pinball loss.

Between two quantiles the distribution is taken as even, beyond the outer two as falling off exponentially, by the rate
between the outer two on that side. Points are whole numbers, so 24 stands for what lies from 23.5 to 24.5. Who makes
the quantiles is a system's business.
"""

from __future__ import annotations

import math

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.forecast import QUANTILE_COLUMNS, QUANTILES

LEVELS = dict(zip(QUANTILE_COLUMNS, QUANTILES, strict=True))

_CELLS = (0.0, 0.075, 0.175, 0.375, 0.625, 0.825, 0.925, 1.0)
"""Where the level of one quantile ends and that of the next begins: half way, and so what each weighs in the CRPS."""


def below(rows: ir.Table, points: ir.NumericValue) -> ir.FloatingValue:
    """The probability of fewer than `points`, which is no whole number; NULL without quantiles."""
    names, levels = list(LEVELS), list(LEVELS.values())
    at = [rows[name] for name in names]
    # From a tenth to a twentieth of the tail an exponential one needs ln 2 of its scale.
    low = (at[0] - points) / (at[1] - at[0]).nullif(0) * math.log(2)
    high = (points - at[-1]) / (at[-1] - at[-2]).nullif(0) * math.log(2)
    between = [
        (points >= at[n], levels[n] + (levels[n + 1] - levels[n]) * (points - at[n]) / (at[n + 1] - at[n]).nullif(0))
        for n in reversed(range(len(names) - 1))
    ]
    known = ibis.and_(*[value.notnull() for value in at])
    return ibis.cases(
        (~known | points.isnull(), ibis.null("float64")),
        (points < 0, 0.0),
        (points >= at[-1], 1 - levels[0] * (0 - high).exp().fill_null(0)),
        *between,
        else_=levels[0] * (0 - low).exp().fill_null(0),
    )


def with_probabilities(rows: ir.Table, line: str) -> ir.Table:
    """The rows with the probabilities that he scores more than the line, less, and just as much: none of it at a half.

    In steps, so that each value is written once.
    """
    rows = rows.mutate(_low=rows[line].ceil() - 0.5, _high=rows[line].floor() + 0.5)
    rows = rows.mutate(probability_under=below(rows, rows._low), _not_over=below(rows, rows._high))
    rows = rows.mutate(probability_over=1 - rows._not_over, probability_push=rows._not_over - rows.probability_under)
    return rows.drop("_low", "_high", "_not_over")


def pinball_loss(rows: ir.Table, points: ir.NumericValue) -> ir.FloatingValue:
    """The mean over the seven quantiles of how far each is off, weighed by its level; the smaller the better."""
    losses = _losses(rows, points)
    return sum(losses[1:], start=losses[0]) / len(losses)


def crps(rows: ir.Table, points: ir.NumericValue) -> ir.FloatingValue:
    """Continuous ranked probability score, in points: twice the pinball loss over all levels, of which each of the
    seven stands for those next to it. Of a distribution that is one number it is the absolute error."""
    ends = _CELLS
    weighed = [loss * (2 * (ends[n + 1] - ends[n])) for n, loss in enumerate(_losses(rows, points))]
    return sum(weighed[1:], start=weighed[0])


def _losses(rows: ir.Table, points: ir.NumericValue) -> list[ir.FloatingValue]:
    return [
        (points >= rows[name]).ifelse(level * (points - rows[name]), (1 - level) * (rows[name] - points))
        for name, level in LEVELS.items()
    ]
