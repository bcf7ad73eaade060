"""Points lines of players, one row a book: first and last snapshot before the tip, and the prices.

A row is a book's line on a player's points on a date. The Odds API's snapshots and BettingPros' offers stand beside
each other, told apart by `source`; a live line is no forecast, so what was seen after the tip never counts. Whom
nobody knows by any spelling has a NULL `player_lookup`.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import as_lookup, folded, resolve, stamp_by_pair, team
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.market import first_and_last, lines_are_halves
from nba_assets.basketball.placement import of_a_game
from nba_assets.basketball.schedule import from_both_sides
from nba_assets.contracts.contract import Column
from nba_assets.contracts.kept_out import QUARANTINE, at_the_door, kept_out
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import conformed, holds
from nba_assets.tables.conformed.views.player_names import player_names
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.conformed.views.strays import stray_prop_lines
from nba_assets.tables.raw.market import bettingpros_player_points_props, odds_api_player_points_props


def _not_placed(rows: ir.Table, odds_api: ir.Table, bettingpros: ir.Table, games: ir.Table) -> ir.Table:
    """Lines without a point, a moment or a tip to compare it with, and offers of no side or of unknown standing."""
    told = ("game_date", "player_lookup", "bookmaker", "points_line")
    seen = _with_moment(odds_api, games)
    seen = seen.filter(
        seen.points_line.isnull() | seen.bookmaker.isnull() | seen.snapshot_timestamp.isnull() | seen.tip_at.isnull()
    )
    offers = _with_tip(bettingpros, games)
    known = folded(offers.bet_side).isin(["over", "under"]) & offers.is_active.notnull()
    known = known & offers.points_line.notnull() & offers.bookmaker.notnull()
    known = known & offers.bookmaker_last_update.notnull() & offers.tip_at.notnull()
    offers = offers.filter(~known.fill_null(False))
    return seen.select(*told, source=ibis.literal("odds_api")).union(
        offers.select(*told, source=ibis.literal("bettingpros"))
    )


@conformed(
    step="props",
    key=("game_date", "source", "book", "player_lookup_raw"),
    cluster_by=("game_date", "player_lookup", "book"),
    reads={
        "odds_api": same_day(odds_api_player_points_props),
        "bettingpros": same_day(bettingpros_player_points_props),
        "games": same_day(schedule),
        "names": same_day(player_names),
        "strays": same_day(stray_prop_lines),
        "quarantine": same_day(QUARANTINE),
    },
    columns=(
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("player_lookup", "STRING", "canonical player; NULL if nobody by that spelling is known"),
        Column("player_lookup_raw", "STRING", "his spelling in the source", required=True),
        Column("source", "STRING", "odds_api or bettingpros", required=True),
        Column("book", "STRING", "the book, in lower case", required=True),
        Column("line", "FLOAT64", "its last line before the tip", "points"),
        Column("opening", "FLOAT64", "its first; of BettingPros' opening line only at the book that opened", "points"),
        Column("over_price", "INT64", "price of the over with the last line", "American odds"),
        Column("under_price", "INT64", "price of the under with it", "American odds"),
        Column("last_at", "TIMESTAMP", "when the last line was seen; of BettingPros, when the book last moved", "UTC"),
        Column("first_at", "TIMESTAMP", "when the first was", "UTC"),
        Column("tip_at", "TIMESTAMP", "tip-off by the schedule, after which no line counts", "UTC"),
    ),
    checks=(
        of_a_game("points line"),
        kept_out(
            "lines_can_be_placed",
            "without a line, a book, a side or a moment before the tip",
            _not_placed,
            "every points line has a point, a book, a side and a moment",
        ),
        holds(
            "players_are_known",
            lambda t: t.player_lookup.notnull(),
            "every name in the lines is in the registry or an alias",
            "warn",
        ),
        holds("first_before_last", lambda t: t.first_at <= t.last_at, "no book ends before it begins"),
        lines_are_halves(),
        *at_the_door(odds_api_player_points_props, bettingpros_player_points_props),
    ),
)
def prop_lines(odds_api: ir.Table, bettingpros: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    seen = _captures(odds_api, games, names).mutate(source=ibis.literal("odds_api"))
    offered = _offers(bettingpros, games, names).mutate(source=ibis.literal("bettingpros"))
    snapshots = seen.union(offered.select(seen.columns))
    by = ("game_date", "player_lookup", "player_lookup_raw", "source")
    return first_and_last(snapshots, by, "over_price", "under_price", "tip_at")


def _captures(odds_api: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """The Odds API's captures up to the tip: the schedule's and, where the vendor's came sooner, the vendor's."""
    rows = _with_moment(odds_api, games)
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
        point=rows.points_line,
        over_price=rows.over_price_american,
        under_price=rows.under_price_american,
    )


def _with_moment(odds_api: ir.Table, games: ir.Table) -> ir.Table:
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


def _offers(bettingpros: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """BettingPros' scrapes as captures, each of the moment its book last moved; and what the offer opened at.

    No later than the tip of the player's team. The feed's team may be stale or "FA": then no later than the first tip
    of the date, since a later one might be after his own.
    """
    offered = bettingpros.mutate(player_lookup=_named(bettingpros), bet_side=folded(bettingpros.bet_side))
    active = offered.filter(offered.is_active)
    scrape = ("game_date", "player_lookup", "bookmaker", "source_file_path", "points_line")
    unders = (
        active.filter(active.bet_side == "under").group_by(*scrape).agg(under_price=lambda t: t.odds_american.max())
    )
    # The price of the other side counts with the same line only.
    offers = with_columns(active.filter(active.bet_side == "over"), unders, scrape, "under_price")
    offers = _with_tip(resolve(offers, names), games)
    shared = ("game_date", "player_lookup", "data_hash", "tip_at")
    spelled = {"player_lookup_raw": _one_spelling(offers), "book": offers.bookmaker.lower()}
    now = offers.select(
        *shared,
        "under_price",
        **spelled,
        at=offers.bookmaker_last_update,
        point=offers.points_line,
        over_price=offers.odds_american,
    )
    # The opening line is of the offer, at whatever book had it first: of the others it says nothing.
    opened = (offers.opening_book_id == offers.book_id) & (offers.opening_timestamp < offers.bookmaker_last_update)
    openings = offers.select(*shared, **spelled, at="opening_timestamp", point="opening_line", _opened=opened)
    openings = openings.filter(openings._opened.fill_null(False))
    unpriced = {name: ibis.null("int64") for name in ("over_price", "under_price")}
    snapshots = now.union(openings.mutate(**unpriced).select(now.columns))
    return snapshots.filter(snapshots["at"] <= snapshots.tip_at)


def _with_tip(offers: ir.Table, games: ir.Table) -> ir.Table:
    tips = from_both_sides(lambda side, _: games.select("game_date", "tip_at", _team=f"{side}_team_abbr"))
    first = games.group_by("game_date").agg(_first_tip=games.tip_at.min())
    rows = offers.mutate(_team=team(offers.player_team))
    rows = with_columns(rows, tips, ("game_date", "_team"), _tip="tip_at")
    rows = with_columns(rows, first, ("game_date",), "_first_tip")
    return rows.mutate(tip_at=rows._tip.coalesce(rows._first_tip))
