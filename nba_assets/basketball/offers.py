"""Offers at the decision time: what each book offered on a player when a bet on him was decided, and what it closed at.

Functions of snapshots. The one rule that chooses among books is the market's; what is thought of a price is not said
here.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.history import PLAYER_DAY
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.market import chosen, decision_minutes, first_and_last

NO_BOOK = "none"
"""Stands for the book where none has an offer."""

_SOURCES = ("odds_api", "bettingpros")


def decided_at(tip_at: ir.TimestampValue) -> ir.TimestampValue:
    """When a game is bet on: `decision_minutes` before its tip."""
    return tip_at - ibis.interval(minutes=decision_minutes())


def offered(snapshots: ir.Table) -> ir.Table:
    """Each book's last line at the decision time; `chosen_book` is the one that stands for the market."""
    decided, told_at = decided_at(snapshots.tip_at), snapshots.told_at.coalesce(snapshots["at"])
    # What an offer opened at is told by a scrape of later: one of after the decision says nothing yet.
    known = snapshots.filter((snapshots["at"] <= decided) & (told_at <= decided))
    books = _books(known)
    books = books.mutate(tip_at=decided_at(books.tip_at)).alias("books_at_decision")
    return with_columns(_of_each_book(books), chosen(books, PLAYER_DAY, _SOURCES), PLAYER_DAY, chosen_book="book")


def closed(snapshots: ir.Table) -> ir.Table:
    """Each book's last line before the tip, of those that it showed after the decision time."""
    later = snapshots.filter(snapshots["at"] > decided_at(snapshots.tip_at))
    return _of_each_book(_books(later).alias("books_afterwards"))


def withdrawn(snapshots: ir.Table, players: ir.Table) -> ir.Table:
    """Whom a book has taken off its list before the tip: it was seen later with others of his game, and not with him.

    `players` have their `game_id`. Only captures of a whole game tell that he is gone; what BettingPros says of one man
    does not, but that the book moved his line later tells that he is there.
    """
    captured = snapshots.source == "odds_api"
    seen = snapshots.group_by(*PLAYER_DAY, "book").agg(
        last_at=snapshots["at"].max(), captured_at=snapshots["at"].max(where=captured)
    )
    seen = seen.filter(seen.captured_at.notnull())
    seen = with_columns(seen, players, PLAYER_DAY, "game_id").filter(lambda t: t.game_id.notnull())
    seen = seen.mutate(game_last_at=seen.captured_at.max().over(group_by=["game_id", "book"]))
    return seen.filter(seen.last_at < seen.game_last_at).select(*PLAYER_DAY, "book")


def _books(snapshots: ir.Table) -> ir.Table:
    return first_and_last(snapshots, (*PLAYER_DAY, "source"), "over_price", "under_price", "tip_at")


def _of_each_book(books: ir.Table) -> ir.Table:
    """A book that both sources show counts as the rule has it."""
    by = (*PLAYER_DAY, "of_book")
    return chosen(books.mutate(of_book=books.book), by, _SOURCES)
