"""Betting lines: which line stands for a market, of which book, at which price.

Functions of tables and odds arithmetic. Books' rows are stored as conformed tables; which of them counts is chosen
here, once, for all tables. A line is one that a book offered: nothing is averaged.
"""

from __future__ import annotations

import os
import re
from functools import cache

import ibis
import ibis.expr.types as ir

from nba_assets.contracts.contract import Column
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.settings import whole_number
from nba_assets.contracts.table import Check, holds

BOOKS_VARIABLE, HOURS_VARIABLE = "NBA_PREFERRED_BOOKS", "NBA_FRESH_HOURS"
DECISION_VARIABLE, MARGIN_VARIABLE = "NBA_DECISION_MINUTES", "NBA_BET_MARGIN"
"""The settings of the rules: part of the query, and so of the code version of each table that shows a line."""


@cache
def preferred_books() -> tuple[str, ...]:
    """In this order; without any of them, the consensus of the books there are. Raises BadInput for what is no name."""
    names = os.environ.get(BOOKS_VARIABLE)
    if names is None:
        return ("draftkings", "fanduel")
    books = tuple(name.strip() for name in names.split(",") if name.strip())
    for book in books:
        if not re.fullmatch(r"[a-z0-9_]+", book):
            raise BadInput(f"{BOOKS_VARIABLE}: {book!r} is no book; write names as draftkings,fanduel")
    return books


@cache
def fresh_hours() -> int:
    """A line last seen within so many hours before the tip is on offer at the tip; an older one may be gone. Two lines
    seen within so many hours of each other stood side by side. Raises BadInput for what is no number of hours."""
    return whole_number(HOURS_VARIABLE, 3, "number of hours from 1 to 240", most=240)


@cache
def decision_minutes() -> int:
    """So many minutes before its tip a game is bet on: later snapshots are not known. Raises BadInput."""
    return whole_number(DECISION_VARIABLE, 60, "number of minutes from 1 to 1440", most=1440)


@cache
def bet_margin() -> int:
    """So many percentage points a side's probability must be above what its price pays even at. Raises BadInput."""
    return whole_number(MARGIN_VARIABLE, 3, "number of percentage points from 0 to 50", least=0, most=50)


def settings() -> tuple[object, ...]:
    """All that the environment has to say about lines."""
    return preferred_books(), fresh_hours(), decision_minutes(), bet_margin()


def first_and_last(snapshots: ir.Table, by: tuple[str, ...], *values: str) -> ir.Table:
    """Each book's latest `point` as `line` and its earliest as `opening`, with the times of both,
    `last_at` and `first_at`, and the `values` of the latest. Snapshots without a point are none."""
    key = [*by, "book"]
    snapshots = snapshots.filter(snapshots.point.notnull())
    oldest_first = ibis.window(group_by=key, order_by=["at", "data_hash"])
    newest_first = ibis.window(group_by=key, order_by=[ibis.desc("at"), "data_hash"])
    rows = snapshots.mutate(
        _from_start=ibis.row_number().over(oldest_first), _from_end=ibis.row_number().over(newest_first)
    )
    newest = rows._from_end == 0
    return rows.group_by(key).agg(
        line=rows.point.max(where=newest),
        opening=rows.point.max(where=rows._from_start == 0),
        last_at=rows["at"].max(),
        first_at=rows["at"].min(),
        **{value: rows[value].max(where=newest) for value in values},
    )


def lines_are_halves() -> Check:
    """The check of each table of lines that no book's line is anything but a whole number or a half."""
    return holds(
        "lines_are_halves",
        lambda books: _is_half(books.line) & _is_half(books.opening),
        "a line, the first and the last, is a whole number or a half: no other is ever chosen",
        "warn",
    )


def _is_half(line: ir.FloatingValue) -> ir.BooleanValue:
    return line * 2 == (line * 2).round()


def chosen(books: ir.Table, by: tuple[str, ...], sources: tuple[str, ...] = ()) -> ir.Table:
    """The line of each `by` (a game and market), of one book.

    Among the books seen in the last `fresh_hours` before the tip the first of the preferred ones, else their
    consensus: the line that most of them offer, of equal ones the one nearest the mean of all. Where no book was seen
    so late, those of the newest capture, in the same way. Of several books that offer the consensus, and of lines that
    are equal in all this, the one that states both prices, then the newest, then the first by name. `sources`, best
    first, says whose books count where the rows are of several: the first that has any of those.

    `opening` is the same book's first line, `movement` the way from it, NULL where the book was seen once only.
    `books`, `lowest` and `highest` are of the books that it was chosen among.
    """
    rows = _best(_on_offer(books.filter(_is_half(books.line)), by, sources), by)
    return rows.select(
        *by,
        "line",
        "opening",
        "book",
        "books",
        "lowest",
        "highest",
        over_price=rows.over_price.round().cast("int64"),
        under_price=rows.under_price.round().cast("int64"),
        movement=(rows.first_at < rows.last_at).ifelse(rows.line - rows.opening, ibis.null("float64")),
        over_probability=no_vig(rows.over_price, rows.under_price),
        seen_at=rows.last_at,
        age_minutes=(rows._age / 60).floor().cast("int64"),
    )


def _best(rows: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """The row that is chosen of each `by`: how many `books` it was among, and their `lowest` and `highest` line."""
    every = {"group_by": list(by)}
    # BigQuery partitions by no fraction.
    rows = rows.mutate(_halves=(rows.line * 2).round().cast("int64"))
    rows = rows.mutate(
        books=rows.count().over(**every),
        lowest=rows.line.min().over(**every),
        highest=rows.line.max().over(**every),
        _sum=rows.line.sum().over(**every),
        _offering=rows.count().over(group_by=[*by, "_halves"]),
    )
    best_first = ibis.window(
        **every,
        order_by=[
            _place(rows.book, preferred_books()),
            ibis.desc(rows._offering),
            # The distance from the mean, times the books: a quotient would tell equals apart by its rounding.
            (rows.line * rows.books - rows._sum).abs(),
            (rows.over_price + rows.under_price).isnull(),
            ibis.desc(rows.last_at),
            rows.book,
        ],
    )
    return rows.mutate(_nth=ibis.row_number().over(best_first)).filter(lambda t: t._nth == 0)


def _on_offer(books: ir.Table, by: tuple[str, ...], sources: tuple[str, ...]) -> ir.Table:
    """The books that a line is chosen among, with the `_age` of what was seen last, in seconds before the tip."""
    age = books.tip_at.epoch_seconds() - books.last_at.epoch_seconds()
    stale = (age <= 3600 * fresh_hours()).ifelse(0, age)
    order = stale * (len(sources) + 1) + _place(books.source, sources) if sources else stale
    rows = books.mutate(_age=age, _order=order)
    rows = rows.mutate(_first=rows._order.min().over(group_by=list(by)))
    return rows.filter(rows._order == rows._first)


def _place(name: ir.StringValue, order: tuple[str, ...]) -> ir.IntegerValue:
    return name.cases(*[(known, n) for n, known in enumerate(order)], else_=len(order)) if order else ibis.literal(0)


def american(price: ir.NumericValue) -> ir.FloatingValue:
    """Decimal odds as American ones, not rounded: 1.9091 is -110. NULL where it is no price."""
    return ibis.cases((price >= 2, 100 * (price - 1)), (price > 1, -100 / (price - 1)))


def implied_probability(price: ir.NumericValue) -> ir.FloatingValue:
    """What American odds pay even at, the book's margin included. NULL where it is no price."""
    return ibis.cases((price >= 100, 100 / (price + 100)), (price <= -100, price / (price - 100)))


def decimal_price(price: ir.NumericValue) -> ir.FloatingValue:
    """American odds as what a stake of one comes back as: -110 is 1.909. NULL where it is no price."""
    return 1 / implied_probability(price)


def overround(over: ir.NumericValue, under: ir.NumericValue) -> ir.FloatingValue:
    """What the implied probabilities of both sides add up to beyond one: the book's margin."""
    return implied_probability(over) + implied_probability(under) - 1


def expected_value(win: ir.FloatingValue, lose: ir.FloatingValue, price: ir.NumericValue) -> ir.FloatingValue:
    """Of a stake of one at American odds; what neither wins nor loses comes back."""
    return win * (decimal_price(price) - 1) - lose


def profit(outcome: ir.StringValue, price: ir.NumericValue) -> ir.FloatingValue:
    """Of a stake of one at American odds, by the outcome of the bet: NULL where there was none."""
    return outcome.cases(("win", decimal_price(price) - 1), ("loss", -1.0), ("push", 0.0), ("void", 0.0))


def no_vig(over: ir.NumericValue, under: ir.NumericValue) -> ir.FloatingValue:
    """The probability of the over less the book's margin, which is taken from both sides in proportion."""
    return implied_probability(over) / (implied_probability(over) + implied_probability(under))


def implied_team_total(
    spread: ir.NumericValue, total: ir.NumericValue, spread_at: ir.TimestampValue, total_at: ir.TimestampValue
) -> ir.FloatingValue:
    """(total - spread) / 2, with the team's own spread; NULL unless both lines were seen close to each other."""
    apart = (spread_at.epoch_seconds() - total_at.epoch_seconds()).abs()
    return (apart <= 3600 * fresh_hours()).ifelse((total - spread) / 2, ibis.null("float64"))


_OF_A_LINE = {
    "over_price": ("INT64", "American odds"),
    "under_price": ("INT64", "American odds"),
    "over_probability": ("DECIMAL(5,4)", "0-1"),
    "books": ("INT64", "books"),
    "lowest": ("DECIMAL(5,1)", "points"),
    "highest": ("DECIMAL(5,1)", "points"),
    "seen_at": ("TIMESTAMP", "UTC"),
    "age_minutes": ("INT64", "minutes"),
}
_SPREADS_NAMES = {
    "over_price": "price",
    "under_price": "opponent_price",
    "over_probability": "cover_probability",
}


def offer_names(market: str) -> dict[str, str]:
    """A table's columns of a chosen line beside the line itself, ours to those of `chosen`.

    `market` is `points_line`, `spread` or `total`. A spread has its team's price for the over's.
    """
    renamed = _SPREADS_NAMES if market == "spread" else {}
    return {f"{market}_{renamed.get(name, name)}": name for name in _OF_A_LINE}


def offer_columns(market: str) -> tuple[Column, ...]:
    """The same as a contract's columns."""
    spread = market == "spread"
    meanings = {
        "over_price": "price of the team's spread with the chosen line"
        if spread
        else "price of the chosen line's over",
        "under_price": "price of the opponent's at the same moment" if spread else "price of its under",
        "over_probability": f"of {'covering' if spread else 'the over'} by the two prices, the book's margin taken "
        "from both in proportion",
        "books": "among which it was chosen: those seen in the last 3 hours before the tip (a setting), else those of "
        "the newest capture",
        "lowest": "lowest line of those books",
        "highest": "highest line of those books",
        "seen_at": "when the chosen line was last seen before the tip",
        "age_minutes": "the same, in whole minutes before the tip",
    }
    return tuple(
        Column(ours, _OF_A_LINE[name][0], meanings[name], _OF_A_LINE[name][1])
        for ours, name in offer_names(market).items()
    )
