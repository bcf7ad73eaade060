"""Calibration against the market: of what a system says beyond the lines, the part that came true of late.

A line knows what no system here does. How far the probabilities of a system lay from the market's is held against what
happened, over the lines of the season before a date, and that part of the distance is kept. Where lines and their
outcomes come from is a table's business.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.betting import of_the_decided
from nba_assets.basketball.grading import went_over
from nba_assets.basketball.joins import with_columns

USUAL, WEIGHT = 0.1, 8.0
"""The part that came of what rules said over the lines of 2021-22 and 2022-23 (-0.03 to 0.15), and how much it counts
beside a season's own lines: as the squared distances of 550 that lie twelve points of a hundred off, or 1,000 nine."""

EVEN = 0.5
"""A line without both prices is taken as one that stands in the middle."""

_SCALE = 10**8
"""Products count in hundred-millionths: whole numbers add up to the same on every engine."""


def drawn_to_the_market(rows: ir.Table, past: ir.Table) -> ir.Table:
    """The rows with the probabilities that are left, and `line_slope`, the part of the distance that is kept.

    Both have `probability_over`, `probability_under` and `market_probability_over`, one row of `past` a line with its
    `points`; of those before its date a row knows. The probability of a push stays. NULL stays NULL.
    """
    rows = with_columns(rows, _slopes(past, rows), ("game_date", "system_id"), _slope="line_slope")
    known = rows.probability_over.notnull()
    rows = rows.mutate(line_slope=known.ifelse(rows._slope.fill_null(USUAL), None), _market=_market(rows))
    rows = rows.mutate(
        _left=rows._market + rows.line_slope * (_decided(rows) - rows._market),
        _both=rows.probability_over + rows.probability_under,
    )
    rows = rows.mutate(probability_over=rows._both * rows._left, probability_under=rows._both * (1 - rows._left))
    return rows.drop("_slope", "_market", "_left", "_both")


def _slopes(past: ir.Table, rows: ir.Table) -> ir.Table:
    """For each date and system how what came rose with the distance, by least squares through no distance at all."""
    came = went_over(past.points, past.line_value)
    past = past.mutate(apart=_decided(past) - _market(past), came=came - _market(past))
    past = past.filter(past.apart.notnull() & past.came.notnull())
    sums = past.group_by("system_id", _since="game_date").agg(
        products=_whole(past.apart * past.came).sum(), squares=_whole(past.apart * past.apart).sum()
    )
    days = rows.select("game_date").distinct()
    joined = days.inner_join(sums, days.game_date > sums._since)
    found = joined.group_by("game_date", "system_id").agg(products=joined.products.sum(), squares=joined.squares.sum())
    slope = (found.products / _SCALE + WEIGHT * USUAL) / (found.squares / _SCALE + WEIGHT)
    return found.mutate(line_slope=ibis.least(ibis.greatest(slope, 0.0), 1.0))


def _whole(value: ir.FloatingValue) -> ir.IntegerValue:
    return (_SCALE * value).round().cast("int64")


def _market(rows: ir.Table) -> ir.FloatingValue:
    return rows.market_probability_over.fill_null(EVEN)


def _decided(rows: ir.Table) -> ir.FloatingValue:
    return of_the_decided(rows.probability_over, rows.probability_under)
