"""Grading rules: how a prediction stood against what happened, settled by rule.

Functions of a row's values. Which games can be graded, and where the actual points come from, is a table's business.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.betting import OVER, UNDER, of_the_decided

WIN, LOSS, PUSH, VOID = "win", "loss", "push", "void"


def outcome(
    recommendation: ir.StringValue,
    points: ir.NumericValue,
    line: ir.NumericValue,
    is_void: ir.BooleanValue,
) -> ir.StringValue:
    """Of a bet: `void` where he did not play or the line was withdrawn, `push` on the line, else `win` or `loss`.

    Nothing but OVER and UNDER is a bet.
    """
    over = points > line
    return ibis.cases(
        (~recommendation.isin([OVER, UNDER]).fill_null(False), ibis.null("string")),
        (is_void, VOID),
        (points == line, PUSH),
        (over == (recommendation == OVER), WIN),
        (points.notnull() & line.notnull(), LOSS),
    )


def went_over(points: ir.NumericValue, line: ir.NumericValue) -> ir.FloatingValue:
    """1 where he scored more than the line, 0 where less, NULL where just as much, or unknown."""
    return ibis.cases((points > line, 1.0), (points < line, 0.0))


def brier(over: ir.FloatingValue, under: ir.FloatingValue, happened: ir.FloatingValue) -> ir.FloatingValue:
    """The squared distance of the probability of the over, where decided, from what happened: 0 is best, 1 worst."""
    return (of_the_decided(over, under) - happened) ** 2


def closing_value(recommendation: ir.StringValue, line: ir.NumericValue, closing: ir.NumericValue) -> ir.FloatingValue:
    """How far the line moved to the close, in points, positive towards the pick: who had the over at 20.5 and sees
    21.5 got it a point cheaper."""
    return ibis.cases((recommendation == OVER, closing - line), (recommendation == UNDER, line - closing))


def decile(confidence: ir.FloatingValue) -> ir.IntegerValue:
    """1 to 10: the tenth of the way from 0 to 1 that a probability lies in."""
    return ((confidence * 10).floor() + 1).clip(upper=10).cast("int64")
