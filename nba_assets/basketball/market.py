"""Betting lines: each book's first and last, and the one line that is chosen among the books.

Functions of tables. Books' rows are stored as conformed tables; which of them counts is chosen here, once.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.joins import median, with_columns

PREFERRED_BOOKS = ("draftkings", "fanduel")
"""In this order; without either, the median of the books there are."""


def first_and_last(snapshots: ir.Table, by: tuple[str, ...], *prices: str) -> ir.Table:
    """Each book's latest `point` as `line` and its earliest as `opening`, with the times of both,
    `last_at` and `first_at`, and the `prices` of the latest. Snapshots without a point are none."""
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
        **{price: rows[price].max(where=newest) for price in prices},
    )


def preferred(books: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """One line for each `by`: of the first preferred book that has one, else the median of the books."""
    rank = books.book.cases(*[(b, n) for n, b in enumerate(PREFERRED_BOOKS)], else_=len(PREFERRED_BOOKS))
    ranked = books.mutate(_rank=rank)
    best = ranked.mutate(_best=ranked._rank.min().over(group_by=list(by)))
    rows = medians(best.filter(best._rank == best._best), by)
    return rows.select(*by, "line", "opening", book=books_named(rows.books, rows.one_book))


def medians(books: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """Medians of `line` and `opening` over the books of each `by`, how many there are, and one of their names."""
    line = median(books, by, "line")
    names = books.group_by(list(by)).agg(books=books.count(), one_book=books.book.min())
    rows = with_columns(line, median(books, by, "opening"), by, "opening")
    return with_columns(rows, names, by, "books", "one_book")


def books_named(books: ir.IntegerValue, one_book: ir.StringValue) -> ir.StringValue:
    """The book where there is one, `median of N books` where there are more."""
    return (books == 1).ifelse(one_book, "median of " + books.cast("string") + " books")
