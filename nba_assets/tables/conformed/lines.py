"""One points line for a player's game, and a book's spread and total for a team's game, all from before the tip.

A live line is no forecast: snapshots after tip-off never count. Opening and current always come from the same books.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.joins import first_source, latest, median
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.identity import player_names, resolve, stamp_by_pair, team, without_game
from nba_assets.tables.raw.market import (
    bettingpros_player_points_props,
    odds_api_game_lines,
    odds_api_player_points_props,
)

PREFERRED_BOOKS = ("draftkings", "fanduel")
"""In this order; without either, the median of the books there are."""


@view(
    odds_api=odds_api_player_points_props,
    bettingpros=bettingpros_player_points_props,
    games=games,
    names=player_names,
)
def prop_lines(odds_api: ir.Table, bettingpros: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """A row is a player's points line on a date: `line`, the last before the tip, and `opening`, the first.

    The Odds API first, BettingPros where it has nothing for the player. `book` is the book's name, or
    `median of N books`.
    """
    key = ("game_date", "player_lookup")
    captured = resolve(stamp_by_pair(odds_api.filter(odds_api.minutes_before_tipoff >= 0), games), names)
    snapshots = captured.select(
        *key,
        "data_hash",
        book=captured.bookmaker.lower(),
        at=captured.snapshot_timestamp,
        point=captured.points_line,
    )
    rows = first_source(
        key,
        odds_api=_preferred(_first_and_last(snapshots, key), key),
        bettingpros=_preferred(_offers(bettingpros, games, names), key),
    )
    return rows.filter(rows.player_lookup.notnull())


def _offers(bettingpros: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """BettingPros' current and opening lines, updated no later than the tip of the player's team.

    The feed's team may be stale or "FA"; then no later than the last tip of the date.
    """
    tips = games.select("game_date", "tip_at", _team=games.home_team_abbr).union(
        games.select("game_date", "tip_at", _team=games.away_team_abbr)
    )
    tips = tips.select(_date=tips.game_date, _team=tips._team, _tip=tips.tip_at)
    last_tips = games.group_by(_day="game_date").agg(_last_tip=games.tip_at.max())
    offers = bettingpros.filter((bettingpros.bet_side == "over") & bettingpros.is_active)
    offers = resolve(latest(offers, ("game_date", "player_lookup", "bookmaker")), names)
    offers = offers.left_join(tips, [offers.game_date == tips._date, team(offers.player_team) == tips._team])
    offers = offers.join(last_tips, offers.game_date == last_tips._day)
    offers = offers.filter(offers.bookmaker_last_update <= offers._tip.coalesce(offers._last_tip))
    return offers.select(
        "game_date",
        "player_lookup",
        book=offers.bookmaker.lower(),
        line=offers.points_line,
        opening=offers.opening_line,
    )


@view(lines=odds_api_game_lines, games=games)
def team_lines(lines: ir.Table, games: ir.Table) -> ir.Table:
    """A row is a market (`spread` or `total`) on one team's game before the tip, from several books' snapshots.

    A spread is signed for `team_abbr`: negative is favoured. `line`, `opening` and `book` are the preferred
    book's, `median_line` and `median_opening` those of all books; `captured_at` is the newest snapshot's time.
    """
    key = ("game_id", "team_abbr", "market")
    snapshots = _team_snapshots(lines, games)
    books = _first_and_last(snapshots, key)
    preferred = _preferred(books, key)
    middle = _medians(books, key).select(
        median_line="line",
        median_opening="opening",
        books="books",
        one_book="one_book",
        **{f"_{name}": name for name in key},
    )
    newest = snapshots.group_by(**{f"__{name}": name for name in key}).agg(captured_at=snapshots["at"].max())
    rows = preferred.join(middle, [preferred[name] == middle[f"_{name}"] for name in key])
    rows = rows.join(newest, [rows[name] == newest[f"__{name}"] for name in key])
    return rows.select(
        *key, "line", "opening", "book", "median_line", "median_opening", "books", "one_book", "captured_at"
    )


@view(lines=odds_api_game_lines, props=odds_api_player_points_props, games=games)
def stray_lines(lines: ir.Table, props: ir.Table, games: ir.Table) -> ir.Table:
    """A row is a betting line whose date and teams are no game of the schedule: kept out, and counted."""
    both = [
        rows.select("game_date", "home_team_abbr", "away_team_abbr", "snapshot_timestamp") for rows in (lines, props)
    ]
    return without_game(both[0].union(both[1]), games)


def _team_snapshots(lines: ir.Table, games: ir.Table) -> ir.Table:
    """Pre-tip snapshots as one row for each team: spreads by the team they name, totals for both teams.

    The feed's home and away may be swapped, so a spread belongs to the team its outcome names.
    """
    named = lines.mutate(
        named_team=ibis.cases(
            (lines.outcome_name == lines.home_team, team(lines.home_team_abbr)),
            (lines.outcome_name == lines.away_team, team(lines.away_team_abbr)),
        )
    ).drop("home_team", "away_team")
    tips = games.select(
        _tip_game=games.game_id, tip_at=games.tip_at, home=games.home_team_abbr, away=games.away_team_abbr
    )
    rows = stamp_by_pair(named, games)
    rows = rows.join(tips, rows.game_id == tips._tip_game)
    rows = rows.filter(rows.snapshot_timestamp <= rows.tip_at)
    spreads = rows.filter((rows.market_key == "spreads") & rows.named_team.notnull())
    totals = rows.filter((rows.market_key == "totals") & (rows.outcome_name == "Over"))
    parts = [
        part.select(
            "game_id",
            "data_hash",
            team_abbr=part[side],
            market=ibis.literal(market),
            book=part.bookmaker_key.lower(),
            at=part.snapshot_timestamp,
            point=part.outcome_point,
        )
        for part, side, market in (
            (spreads, "named_team", "spread"),
            (totals, "home", "total"),
            (totals, "away", "total"),
        )
    ]
    return parts[0].union(*parts[1:])


def _first_and_last(snapshots: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """Each book's latest point as `line` and its earliest as `opening`."""
    key = [*by, "book"]
    snapshots = snapshots.filter(snapshots.point.notnull())
    oldest_first = ibis.window(group_by=key, order_by=["at", "data_hash"])
    newest_first = ibis.window(group_by=key, order_by=[ibis.desc("at"), "data_hash"])
    rows = snapshots.mutate(
        _from_start=ibis.row_number().over(oldest_first), _from_end=ibis.row_number().over(newest_first)
    )
    return rows.group_by(key).agg(
        line=rows.point.max(where=rows._from_end == 0), opening=rows.point.max(where=rows._from_start == 0)
    )


def _preferred(books: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """One line for each `by`: of the first preferred book that has one, else the median of the books."""
    rank = books.book.cases(*[(b, n) for n, b in enumerate(PREFERRED_BOOKS)], else_=len(PREFERRED_BOOKS))
    ranked = books.mutate(_rank=rank)
    best = ranked.mutate(_best=ranked._rank.min().over(group_by=list(by)))
    rows = _medians(best.filter(best._rank == best._best), by)
    return rows.select(*by, "line", "opening", book=books_named(rows.books, rows.one_book))


def _medians(books: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """Medians of `line` and `opening` over the books of each `by`, how many there are, and one of their names."""
    line = median(books, by, "line")
    opening = median(books, by, "opening").rename({f"_{name}": name for name in by})
    names = books.group_by(**{f"__{name}": name for name in by}).agg(books=books.count(), one_book=books.book.min())
    rows = line.left_join(opening, [line[name] == opening[f"_{name}"] for name in by])
    rows = rows.join(names, [rows[name] == names[f"__{name}"] for name in by])
    return rows.select(*by, "line", "opening", "books", "one_book")


def books_named(books: ir.IntegerValue, one_book: ir.StringValue) -> ir.StringValue:
    """The book where there is one, `median of N books` where there are more."""
    return (books == 1).ifelse(one_book, "median of " + books.cast("string") + " books")
