"""The chosen line of a player's game, and of a team's game in each market. Views over the books' lines of a date."""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball.joins import first_source
from nba_assets.basketball.market import medians, preferred
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.game_lines import game_lines
from nba_assets.tables.conformed.prop_lines import prop_lines


@view(books=prop_lines)
def points_lines(books: ir.Table) -> ir.Table:
    """A row is a player's points line on a date: `line`, the last before the tip, and `opening`, the first.

    The Odds API first, BettingPros where it has nothing for the player. `book` is the book's name, or
    `median of N books`.
    """
    key = ("game_date", "player_lookup")
    known = books.filter(books.player_lookup.notnull())
    return first_source(
        key,
        odds_api=preferred(known.filter(known.source == "odds_api"), key),
        bettingpros=preferred(known.filter(known.source == "bettingpros"), key),
    )


@view(books=game_lines)
def team_lines(books: ir.Table) -> ir.Table:
    """A row is a market (`spread` or `total`) on one team's game before the tip, from several books' snapshots.

    A spread is signed for `team_abbr`: negative is favoured. `line`, `opening` and `book` are the preferred
    book's, `median_line` and `median_opening` those of all books; `captured_at` is the newest snapshot's time.
    """
    key = ("game_id", "team_abbr", "market")
    rows = preferred(books, key)
    middle = medians(books, key).select(
        median_line="line",
        median_opening="opening",
        books="books",
        one_book="one_book",
        **{f"_{name}": name for name in key},
    )
    newest = books.group_by(**{f"__{name}": name for name in key}).agg(captured_at=books.last_at.max())
    rows = rows.join(middle, [rows[name] == middle[f"_{name}"] for name in key])
    rows = rows.join(newest, [rows[name] == newest[f"__{name}"] for name in key])
    return rows.select(
        *key, "line", "opening", "book", "median_line", "median_opening", "books", "one_book", "captured_at"
    )
