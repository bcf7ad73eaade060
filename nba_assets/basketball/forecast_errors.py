"""Distributions from past errors: how far a system was off, for players of a role, before a date.

For systems that give one number. A model that gives a distribution of its own needs none of this.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.forecast import QUANTILES, column_of

LEAST_ERRORS = 200
"""Fewer say too little of a spread."""

BIN = 50
"""Hundredths of a point: errors are counted in steps of half a point, and a quantile lies evenly within its step."""

_GROUP = ("game_date", "system_id", "role")


def distributions(forecasts: ir.Table, days: ir.Table) -> ir.Table:
    """For each day, system and role with 200 errors before it: how many, their standard deviation and quantiles.

    `forecasts` have `game_date`, `system_id`, `role`, `mean`, and `points`, NULL where he did not play. An error is
    points less mean. Whole hundredths are added up, so that every engine finds the same digits.
    """
    counts = _before(_counts(forecasts), days)
    of_group = {"group_by": list(_GROUP)}
    upwards = ibis.window(**of_group, order_by="bin", preceding=None, following=0)
    rows = counts.mutate(
        in_all=counts.errors.sum().over(**of_group),
        sum_of_all=counts.total.sum().over(**of_group),
        squares_of_all=counts.squares.sum().over(**of_group),
        until=counts.errors.sum().over(upwards),
    )
    rows = rows.filter(rows.in_all >= LEAST_ERRORS)
    squared = rows.in_all * rows.squares_of_all - rows.sum_of_all * rows.sum_of_all
    spread = squared / (rows.in_all * (rows.in_all - 1))
    rows = rows.mutate(spread=spread.sqrt() / 100)
    return rows.group_by(list(_GROUP)).agg(
        errors_behind=rows.in_all.max(),
        standard_deviation=rows.spread.max(),
        **{column_of(level): _quantile(rows, level) for level in QUANTILES},
    )


def _counts(forecasts: ir.Table) -> ir.Table:
    """Errors by date, system, role and step."""
    past = forecasts.filter(forecasts.points.notnull())
    past = past.mutate(error=(100 * (past.points - past["mean"])).round().cast("int64"))
    past = past.mutate(bin=(past.error / BIN).floor().cast("int64"))
    return past.group_by([*_GROUP, "bin"]).agg(
        errors=past.count(), total=past.error.sum(), squares=(past.error * past.error).sum()
    )


def _before(counts: ir.Table, days: ir.Table) -> ir.Table:
    """The same of all dates before each of the days."""
    days, past = days.select("game_date").distinct(), counts.rename(_since="game_date")
    joined = days.inner_join(past, days.game_date > past._since)
    return joined.group_by([*_GROUP, "bin"]).agg(
        errors=joined.errors.sum(), total=joined.total.sum(), squares=joined.squares.sum()
    )


def _quantile(rows: ir.Table, level: float) -> ir.FloatingValue:
    """Where a share `level` of the errors lies below, in points."""
    wanted, below = level * rows.in_all, rows.until - rows.errors
    here = (below < wanted) & (wanted <= rows.until)
    return ((BIN * (rows.bin + (wanted - below) / rows.errors)) / 100).max(where=here)
