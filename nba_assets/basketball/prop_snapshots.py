"""Snapshots of players' points lines: what a book offered on whom at which moment, from both sources in one form.

Functions of raw rows. Which snapshot counts, and which book, is the market's.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import as_lookup, folded, resolve, stamp_by_pair, team
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.schedule import from_both_sides


def of_both(odds_api: ir.Table, bettingpros: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """Every snapshot up to the tip: `source` says whose it is, `told_at` from when on anybody can have had it."""
    seen = captures(odds_api, games, names).mutate(source=ibis.literal("odds_api"))
    tips = seen.group_by("game_date", "player_lookup").agg(_seen_tip=seen.tip_at.min())
    offered = offers(bettingpros, games, names, tips).mutate(source=ibis.literal("bettingpros"))
    return seen.union(offered.select(seen.columns))


def told_simulated(snapshots: ir.Table, odds_api: ir.Table, bettingpros: ir.Table) -> ir.Table:
    """The same with `is_simulated`: of a date whose lines nobody ever offered, and money on which is none."""
    both = odds_api.select("game_date", "source_file_path").union(bettingpros.select("game_date", "source_file_path"))
    invented = both.filter(both.source_file_path.startswith("simulated/")).select("game_date").distinct()
    return with_columns(snapshots, invented, ("game_date",), found="is_simulated")


def captures(odds_api: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """The Odds API's captures up to the tip: the schedule's and, where the vendor's came sooner, the vendor's."""
    rows = with_moment(odds_api, games)
    rows = resolve(rows.mutate(player_lookup=_named(rows)), names)
    rows = rows.filter((rows.snapshot_timestamp <= rows.tip_at) & (rows.minutes_before_tipoff >= 0).fill_null(True))
    return rows.select(
        "game_date",
        "player_lookup",
        "data_hash",
        "tip_at",
        player_lookup_raw=_one_spelling(rows),
        book=rows.bookmaker.lower(),
        at=rows.snapshot_timestamp,
        told_at=rows.snapshot_timestamp,
        point=rows.points_line,
        over_price=rows.over_price_american,
        under_price=rows.under_price_american,
    )


def with_moment(odds_api: ir.Table, games: ir.Table) -> ir.Table:
    """Captures of games with the tip: the schedule's, and the vendor's where it has none."""
    tips = games.select(_game="game_id", _tip="tip_at")
    rows = stamp_by_pair(odds_api, games)
    rows = rows.join(tips, rows.game_id == tips._game)
    return rows.mutate(tip_at=rows._tip.coalesce(rows.game_start_time))


def _named(rows: ir.Table) -> ir.StringValue:
    """Whom a line is on: a printed name may stand in the place of the lookup, or alone."""
    return as_lookup(rows.player_lookup.coalesce(rows.player_name))


def _one_spelling(rows: ir.Table) -> ir.StringValue:
    """The spelling that stands for all that a known player has on a date; an unknown one's own."""
    of_player = rows.player_lookup_raw.min().over(group_by=["game_date", "player_lookup"])
    return rows.player_lookup.isnull().ifelse(rows.player_lookup_raw, of_player)


def offers(bettingpros: ir.Table, games: ir.Table, names: ir.Table, tips: ir.Table) -> ir.Table:
    """BettingPros' scrapes as captures, each of the moment its book last moved; and what the offer opened at.

    No later than the player's tip: of the game in which the other feed has him (`tips`), else of his team's. The feed's
    team may be stale or "FA": without a game, no later than the first tip of the date, since a later one might be after
    his own. A scrape of which the book has moved since the tip says nothing, not even what the offer opened at.
    """
    offered = bettingpros.mutate(player_lookup=_named(bettingpros), bet_side=folded(bettingpros.bet_side))
    active = offered.filter(offered.is_active)
    scrape = ("game_date", "player_lookup", "bookmaker", "source_file_path", "points_line")
    unders = (
        active.filter(active.bet_side == "under").group_by(*scrape).agg(under_price=lambda t: t.odds_american.max())
    )
    # The price of the other side counts with the same line only.
    offers = with_columns(active.filter(active.bet_side == "over"), unders, scrape, "under_price")
    offers = with_columns(with_tip(resolve(offers, names), games), tips, ("game_date", "player_lookup"), "_seen_tip")
    offers = offers.mutate(tip_at=offers._seen_tip.coalesce(offers.tip_at))
    # Before anything is taken over several rows of his: what came later must not even choose his spelling.
    offers = offers.filter(offers.bookmaker_last_update <= offers.tip_at)
    shared = ("game_date", "player_lookup", "data_hash", "tip_at")
    told = {
        "player_lookup_raw": _one_spelling(offers),
        "book": offers.bookmaker.lower(),
        "told_at": offers.bookmaker_last_update,
    }
    now = offers.select(
        *shared,
        "under_price",
        **told,
        at=offers.bookmaker_last_update,
        point=offers.points_line,
        over_price=offers.odds_american,
    )
    # The opening line is of the offer, at whatever book had it first: of the others it says nothing.
    opened = (offers.opening_book_id == offers.book_id) & (offers.opening_timestamp < offers.bookmaker_last_update)
    openings = offers.select(*shared, **told, at="opening_timestamp", point="opening_line", _opened=opened)
    openings = openings.filter(openings._opened.fill_null(False))
    unpriced = {name: ibis.null("int64") for name in ("over_price", "under_price")}
    return now.union(openings.mutate(**unpriced).select(now.columns))


def with_tip(offers: ir.Table, games: ir.Table) -> ir.Table:
    """The offers, each with the `tip_at` of the game of the player's team; of a team without one, the date's first
    tip."""
    tips = from_both_sides(games, lambda games, side, _: games.select("game_date", "tip_at", _team=f"{side}_team_abbr"))
    first = games.group_by("game_date").agg(_first_tip=games.tip_at.min())
    rows = offers.mutate(_team=team(offers.player_team))
    rows = with_columns(rows, tips, ("game_date", "_team"), _tip="tip_at")
    rows = with_columns(rows, first, ("game_date",), "_first_tip")
    return rows.mutate(tip_at=rows._tip.coalesce(rows._first_tip))
