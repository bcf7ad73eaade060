"""Performance of systems: what graded predictions add up to, and the figures that follow from the sums.

Sums first, so that a day, a month and a slice are figured alike: sums of sums are sums. The interval of a profit takes
each date's bets together as one draw, since a night's games share their luck. Which rows are summed is a table's, or
who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import grading, history
from nba_assets.basketball.betting import NO_LINE, OVER, PASS, UNDER
from nba_assets.basketball.metrics import ratio
from nba_assets.contracts.contract import Column

HIGH_CONFIDENCE, LOW_CONFIDENCE = 0.70, 0.55
"""From the first on confidence is high, below the second low."""

LEAST_DATES = 3
"""On fewer dates with bets nothing is said of how far a profit may be luck."""

Of = Callable[[ir.Table], ir.Value]


def _count(condition: Callable[[ir.Table], ir.BooleanValue]) -> Of:
    return lambda rows: condition(rows).fill_null(False).ifelse(1, 0).sum().cast("int64")


def _total(column: str, where: Callable[[ir.Table], ir.BooleanValue] | None = None) -> Of:
    def of(rows: ir.Table) -> ir.Value:
        value = rows[column].cast("float64")
        value = value if where is None else where(rows).fill_null(False).ifelse(value, None)
        return history.total(value).fill_null(0)

    return of


def _bet(outcome: str, side: str | None = None, least: float = 0.0) -> Of:
    def of(rows: ir.Table) -> ir.BooleanValue:
        found = rows.outcome == outcome
        found = found if side is None else found & (rows.recommendation == side)
        return found & (rows.confidence >= least) if least else found

    return _count(of)


def _both(rows: ir.Table) -> ir.BooleanValue:
    return rows.brier_score.notnull() & rows.market_brier_score.notnull()


def _lined(rows: ir.Table) -> ir.BooleanValue:
    return rows.line_error.notnull()


SUMS: Mapping[str, Of] = {
    "predictions_count": lambda rows: rows.count(),
    "played_count": _count(lambda t: t.absolute_error.notnull()),
    "did_not_play_count": _count(lambda t: t.absolute_error.isnull()),
    "lined_count": _count(_lined),
    "no_line_count": _count(lambda t: t.recommendation == NO_LINE),
    "no_price_count": _count(lambda t: t.recommendation.isnull()),
    "pass_count": _count(lambda t: t.recommendation == PASS),
    "recommendations_count": _count(lambda t: t.recommendation.isin([OVER, UNDER])),
    "win_count": _bet("win"),
    "loss_count": _bet("loss"),
    "push_count": _bet("push"),
    "void_count": _bet("void"),
    "over_win_count": _bet("win", OVER),
    "over_loss_count": _bet("loss", OVER),
    "under_win_count": _bet("win", UNDER),
    "under_loss_count": _bet("loss", UNDER),
    "high_confidence_win_count": _bet("win", least=HIGH_CONFIDENCE),
    "high_confidence_loss_count": _bet("loss", least=HIGH_CONFIDENCE),
    "simulated_bets_count": _count(lambda t: t.outcome.notnull() & t.is_simulated),
    "within_3_count": _count(lambda t: t.within_3_points),
    "within_5_count": _count(lambda t: t.within_5_points),
    "interval_count": _count(lambda t: t.within_50_pct.notnull()),
    "within_50_count": _count(lambda t: t.within_50_pct),
    "within_80_count": _count(lambda t: t.within_80_pct),
    "brier_count": _count(lambda t: t.brier_score.notnull()),
    "priced_brier_count": _count(_both),
    "confidence_count": _count(lambda t: t.confidence.notnull()),
    "closing_count": _count(lambda t: t.closing_line_value.notnull()),
    "absolute_error_sum": _total("absolute_error"),
    "signed_error_sum": _total("signed_error"),
    "lined_error_sum": _total("absolute_error", _lined),
    "line_error_sum": _total("line_error"),
    "crps_sum": _total("crps"),
    "pinball_sum": _total("pinball_loss"),
    "brier_sum": _total("brier_score"),
    "priced_brier_sum": _total("brier_score", _both),
    "market_brier_sum": _total("market_brier_score", _both),
    "confidence_sum": _total("confidence"),
    "closing_sum": _total("closing_line_value"),
    "profit": _total("profit"),
}
"""What is summed up of graded rows: counts, and sums of what may have decimals."""

_COUNTS = tuple(name for name in SUMS if name.endswith("_count"))
_MONEY = ("bet_dates", "profit_squares", "profit_bets", "bets_squares")
"""Of dates: how many have bets, and sums of a date's profit squared, times its bets, and of its bets squared."""


def by_day(rows: ir.Table, *by: str) -> ir.Table:
    """The sums of graded rows for each date and `by`."""
    sums = rows.group_by("game_date", *by).agg(**{name: of(rows) for name, of in SUMS.items()})
    bets = settled_bets(sums)
    return sums.mutate(
        bet_dates=(bets > 0).ifelse(1, 0),
        profit_squares=sums.profit * sums.profit,
        profit_bets=sums.profit * bets,
        bets_squares=bets * bets,
    )


def summed(days: ir.Table, *by: str) -> ir.Table:
    """Sums of the sums of dates, for each `by`."""
    whole = {name: days[name].sum().cast("int64") for name in (*_COUNTS, "bet_dates", "bets_squares")}
    others = [name for name in (*SUMS, *_MONEY) if name not in whole]
    return days.group_by(*by).agg(**whole, **{name: history.total(days[name]) for name in others})


def settled_bets(sums: ir.Table) -> ir.IntegerValue:
    """How many bets were won, lost or given back."""
    return sums.win_count + sums.loss_count + sums.push_count


def figures(sums: ir.Table) -> ir.Table:
    """The sums with every figure that follows from them."""
    decided, bets = sums.win_count + sums.loss_count, settled_bets(sums)
    sums = sums.mutate(bets_count=bets, decided_count=decided)
    sums = sums.mutate(
        win_rate=ratio(sums.win_count, decided),
        over_win_rate=ratio(sums.over_win_count, sums.over_win_count + sums.over_loss_count),
        under_win_rate=ratio(sums.under_win_count, sums.under_win_count + sums.under_loss_count),
        high_confidence_win_rate=ratio(
            sums.high_confidence_win_count, sums.high_confidence_win_count + sums.high_confidence_loss_count
        ),
        mae=ratio(sums.absolute_error_sum, sums.played_count),
        bias=ratio(sums.signed_error_sum, sums.played_count),
        mae_lined=ratio(sums.lined_error_sum, sums.lined_count),
        line_mae=ratio(sums.line_error_sum, sums.lined_count),
        within_3_pct=100 * ratio(sums.within_3_count, sums.played_count),
        within_5_pct=100 * ratio(sums.within_5_count, sums.played_count),
        within_50_pct=100 * ratio(sums.within_50_count, sums.interval_count),
        within_80_pct=100 * ratio(sums.within_80_count, sums.interval_count),
        crps=ratio(sums.crps_sum, sums.interval_count),
        pinball_loss=ratio(sums.pinball_sum, sums.interval_count),
        brier_score=ratio(sums.brier_sum, sums.brier_count),
        priced_brier_score=ratio(sums.priced_brier_sum, sums.priced_brier_count),
        market_brier_score=ratio(sums.market_brier_sum, sums.priced_brier_count),
        avg_confidence=ratio(sums.confidence_sum, sums.confidence_count),
        closing_line_value=ratio(sums.closing_sum, sums.closing_count),
        profit_per_bet=ratio(sums.profit, bets),
    )
    return sums.mutate(**_interval(sums))


def _interval(sums: ir.Table) -> dict[str, ir.FloatingValue]:
    """95 % of profit per bet: dates as clusters, by Student's t on one degree of freedom less than there are dates."""
    dates, mean = sums.bet_dates, sums.profit_per_bet
    squares = sums.profit_squares - 2 * mean * sums.profit_bets + mean * mean * sums.bets_squares
    enough = dates >= LEAST_DATES
    spread = (squares.clip(lower=0) * dates / (dates - 1).nullif(0)).sqrt() / sums.bets_count.nullif(0)
    reach = enough.ifelse(students_t((dates - 1).nullif(0)) * spread, None)
    return {"profit_per_bet_low": mean - reach, "profit_per_bet_high": mean + reach}


def students_t(freedom: Any) -> Any:
    """The quantile 0.975 of Student's t, by Cornish and Fisher's expansion: within 1 % from 2 degrees of freedom on.

    Of a number, or of a column without zeros. Abramowitz and Stegun, 26.7.5.
    """
    z = 1.959964
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    found = 0.0
    for term in reversed(terms):
        found = (found + term) / freedom
    return z + found


_TOLD = {
    "predictions_count": "graded rows, one of a player and game",
    "played_count": "of them, of players who played",
    "did_not_play_count": "of players who did not, or whose game did not take place",
    "lined_count": "of players who played, those with a line",
    "no_line_count": "NO_LINE: no book offered anything",
    "no_price_count": "with a line and without a price",
    "pass_count": "PASS: no edge above the margin",
    "recommendations_count": "OVER or UNDER",
    "win_count": "bets won",
    "loss_count": "bets lost",
    "push_count": "bets that ended on the line",
    "void_count": "bets that were void",
    "over_win_count": "overs won",
    "over_loss_count": "overs lost",
    "under_win_count": "unders won",
    "under_loss_count": "unders lost",
    "high_confidence_win_count": f"bets won with a confidence of {HIGH_CONFIDENCE} or more",
    "high_confidence_loss_count": "such bets lost",
    "simulated_bets_count": "bets on lines that nobody ever offered: their profit is no money",
}

_RATES = {
    "win_rate": ("DECIMAL(5,4)", "wins of wins and losses; pushes and voids are neither", "0-1"),
    "over_win_rate": ("DECIMAL(5,4)", "the same of overs", "0-1"),
    "under_win_rate": ("DECIMAL(5,4)", "of unders", "0-1"),
    "high_confidence_win_rate": ("DECIMAL(5,4)", "of bets of high confidence", "0-1"),
    "mae": ("DECIMAL(6,4)", "mean absolute error of those who played", "points"),
    "bias": ("DECIMAL(6,4)", "mean of predicted less actual points", "points"),
    "mae_lined": ("DECIMAL(6,4)", "mean absolute error of those with a line", "points"),
    "line_mae": ("DECIMAL(6,4)", "the line's own, of the same", "points"),
    "within_3_pct": ("DECIMAL(5,2)", "off by 3 points at most, of those who played", "percent"),
    "within_5_pct": ("DECIMAL(5,2)", "off by 5 points at most", "percent"),
    "within_50_pct": (
        "DECIMAL(5,2)",
        "between the quantiles 25 and 75, of those with quantiles: 50 is right",
        "percent",
    ),
    "within_80_pct": ("DECIMAL(5,2)", "between the quantiles 10 and 90: 80 is right", "percent"),
    "crps": ("DECIMAL(7,4)", "mean continuous ranked probability score", "points"),
    "pinball_loss": ("DECIMAL(7,4)", "mean pinball loss", "points"),
    "brier_score": ("DECIMAL(7,6)", "mean Brier score of P(over)", ""),
    "priced_brier_score": ("DECIMAL(7,6)", "the same where both sides have a price", ""),
    "market_brier_score": ("DECIMAL(7,6)", "of both prices' probability, of the same rows", ""),
    "avg_confidence": ("DECIMAL(5,4)", "mean confidence", "0-1"),
    "closing_line_value": ("DECIMAL(6,3)", "mean move of the line towards the picks until the close", "points"),
    "profit": ("DECIMAL(10,4)", "of all bets, a stake of one each", "stakes"),
    "profit_per_bet": ("DECIMAL(8,5)", "of a bet that was not void", "stakes"),
}

COLUMNS = (
    *(Column(name, "INT64", meaning, required=True) for name, meaning in _TOLD.items()),
    *(Column(name, type_, meaning, unit) for name, (type_, meaning, unit) in _RATES.items()),
)

INTERVAL_COLUMNS = (
    Column("bet_dates", "INT64", "dates with bets, of which the interval is", "dates", required=True),
    Column("profit_per_bet_low", "DECIMAL(8,5)", "low end of its 95 % interval, dates as wholes", "stakes"),
    Column("profit_per_bet_high", "DECIMAL(8,5)", "high end: an interval that holds 0 shows no edge", "stakes"),
)


def tier(confidence: ir.FloatingValue) -> ir.StringValue:
    """high, medium or low; NULL without a probability."""
    return ibis.cases(
        (confidence >= HIGH_CONFIDENCE, "high"), (confidence >= LOW_CONFIDENCE, "medium"), (confidence >= 0, "low")
    )


SLICES: Mapping[str, Callable[[ir.Table], ir.StringValue]] = {
    "all": lambda rows: ibis.literal("all"),
    "player": lambda rows: rows.player_lookup,
    "confidence": lambda rows: tier(rows.confidence),
    "venue": lambda rows: rows.is_home.ifelse("home", "away"),
    "side": lambda rows: rows.recommendation.isin([OVER, UNDER]).ifelse(rows.recommendation.lower(), None),
    "role": lambda rows: rows.role,
}
"""The ways that performance is cut: by what, and which part a row is of; NULL is of none."""

LEAST_DECIDED = 5
"""A player's record on fewer decided bets says nothing."""


def sliced(rows: ir.Table, *ways: str) -> ir.Table:
    """The graded rows once for each way of cutting them, or some of the ways, with `slice_by` and `slice`."""
    first, *others = (rows.mutate(slice_by=ibis.literal(by), slice=SLICES[by](rows)) for by in ways or SLICES)
    for other in others:
        first = first.union(other)
    return first.filter(first["slice"].notnull())


def over_all_dates(rows: ir.Table, way: str) -> ir.Table:
    """The figures of each system and part, cut one way, over all dates together."""
    by = ("market", "system_id", "slice_by", "slice")
    return figures(summed(by_day(sliced(rows, way), *by), *by)).order_by(list(by))


def profits(rows: ir.Table) -> ir.Table:
    """Bets and profit of each system and date, in order."""
    days = by_day(rows, "system_id")
    days = days.mutate(bets_count=settled_bets(days))
    return days.select("game_date", "system_id", "bets_count", "profit").order_by("system_id", "game_date")


def reliability(rows: ir.Table) -> ir.Table:
    """By system and tenth of P(over): rows, their mean probability, and the share of them that went over."""
    rows = rows.filter(rows.went_over.notnull() & rows.probability_over.notnull())
    rows = rows.mutate(tenth=grading.decile(rows.probability_over), over=rows.went_over.ifelse(1.0, 0.0))
    bins = rows.group_by("system_id", "tenth").agg(
        rows_count=rows.count(), probability=history.mean(rows.probability_over), share_over=history.mean(rows.over)
    )
    return bins.order_by("system_id", "tenth")
