"""Recommendations: what a system's probabilities say about a price that a book offers.

A side is worth a bet where its probability is above what the price pays even at by a margin, a setting. Nothing here
knows how the probability came about.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.market import bet_margin, expected_value, implied_probability

OVER, UNDER, PASS, NO_LINE = "OVER", "UNDER", "PASS", "NO_LINE"

NO_PRICE, NO_DISTRIBUTION, NO_EDGE, EDGE = "no_price", "no_distribution", "no_edge", "edge"


def of_the_decided(one: ir.FloatingValue, other: ir.FloatingValue) -> ir.FloatingValue:
    """The probability of one side where the bet is decided: a push gives the stake back."""
    return one / (one + other).nullif(0)


def recommended(rows: ir.Table) -> ir.Table:
    """The rows with the side of the better edge, that edge, its price and worth, a recommendation and the reason.

    A system without a probability passes; where a line has no price there is nothing to recommend, and a number that
    is no price, such as 0, is none.
    """
    over = of_the_decided(rows.probability_over, rows.probability_under)
    rows = rows.mutate(
        confidence=ibis.greatest(over, 1 - over),
        _even_over=implied_probability(rows.over_price),
        _even_under=implied_probability(rows.under_price),
    )
    rows = rows.mutate(
        _over=over - rows._even_over,
        _under=1 - over - rows._even_under,
        _unpriced=rows._even_over.isnull() & rows._even_under.isnull(),
    ).drop("_even_over", "_even_under")
    # In steps, so that each value is written once.
    rows = rows.mutate(_is_over=(rows._over >= rows._under).fill_null(rows._under.isnull()))
    is_over = rows._is_over
    rows = rows.mutate(
        side=is_over.ifelse(OVER, UNDER),
        edge=is_over.ifelse(rows._over, rows._under),
        price=is_over.ifelse(rows.over_price, rows.under_price),
        _win=is_over.ifelse(rows.probability_over, rows.probability_under),
        _lose=is_over.ifelse(rows.probability_under, rows.probability_over),
    )
    known = rows.edge.notnull()
    rows = rows.mutate(
        side=known.ifelse(rows.side, None),
        price=known.ifelse(rows.price, None),
        expected_value=expected_value(rows._win, rows._lose, rows.price),
    ).drop("_over", "_under", "_is_over", "_win", "_lose")
    worth_it = (rows.edge > bet_margin() / 100).fill_null(False)
    cases = (
        (rows.line_value.isnull(), NO_LINE, NO_LINE.lower()),
        (rows._unpriced, None, NO_PRICE),
        (rows.confidence.isnull(), PASS, NO_DISTRIBUTION),
        (worth_it, rows.side, EDGE),
    )
    return rows.mutate(
        recommendation=ibis.cases(
            *((when, ibis.null("string") if then is None else then) for when, then, _ in cases), else_=PASS
        ),
        recommendation_reason=ibis.cases(*((when, why) for when, _, why in cases), else_=NO_EDGE),
    ).drop("_unpriced")
