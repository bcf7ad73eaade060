"""Points lines of players, one row a book: first and last snapshot before the tip, and the prices.

A row is a book's line on a player's points on a date. The Odds API's snapshots and BettingPros' offers stand beside
each other, told apart by `source`; a live line is no forecast, so what was seen after the tip never counts. Whom
nobody knows by any spelling has a NULL `player_lookup`.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import resolve, stamp_by_pair, team
from nba_assets.basketball.joins import latest, with_columns
from nba_assets.basketball.market import first_and_last
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import Check, conformed, holds
from nba_assets.tables.conformed.views.player_names import player_names
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.conformed.views.strays import stray_prop_lines
from nba_assets.tables.raw.market import bettingpros_player_points_props, odds_api_player_points_props


def _of_no_game(rows: ir.Table, strays: ir.Table) -> ir.Table:
    return strays


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
    },
    columns=(
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("player_lookup", "STRING", "canonical player; NULL if nobody by that spelling is known"),
        Column("player_lookup_raw", "STRING", "his spelling in the source", required=True),
        Column("source", "STRING", "odds_api or bettingpros", required=True),
        Column("book", "STRING", "the book, in lower case", required=True),
        Column("line", "FLOAT64", "its last line before the tip", "points"),
        Column("opening", "FLOAT64", "its first; of BettingPros, the first of the offer at whatever book", "points"),
        Column("over_price", "INT64", "price of the over with the last line", "American odds"),
        Column("under_price", "INT64", "price of the under with it", "American odds"),
        Column("last_at", "TIMESTAMP", "when the last line was seen", "UTC"),
        Column("first_at", "TIMESTAMP", "when the first was", "UTC"),
    ),
    checks=(
        Check("lines_match_the_schedule", "every points line is of a game of the schedule", _of_no_game, "warn"),
        holds(
            "players_are_known",
            lambda t: t.player_lookup.notnull(),
            "every name in the lines is in the registry or an alias",
            "warn",
        ),
        holds(
            "first_before_last",
            lambda t: (t.source != "odds_api") | (t.first_at <= t.last_at),
            "no book ends before it begins",
        ),
    ),
)
def prop_lines(odds_api: ir.Table, bettingpros: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    captured = resolve(stamp_by_pair(odds_api.filter(odds_api.minutes_before_tipoff >= 0), games), names)
    snapshots = captured.select(
        "game_date",
        "player_lookup",
        "data_hash",
        player_lookup_raw=_one_spelling(captured),
        book=captured.bookmaker.lower(),
        at=captured.snapshot_timestamp,
        point=captured.points_line,
        over_price=captured.over_price_american,
        under_price=captured.under_price_american,
    )
    by = ("game_date", "player_lookup", "player_lookup_raw")
    seen = first_and_last(snapshots, by, "over_price", "under_price").mutate(source=ibis.literal("odds_api"))
    offered = _offers(bettingpros, games, names).mutate(source=ibis.literal("bettingpros"))
    return seen.union(offered.select(seen.columns))


def _one_spelling(rows: ir.Table) -> ir.StringValue:
    """The spelling that stands for all that a known player has on a date; an unknown one's own."""
    of_player = rows.player_lookup_raw.min().over(group_by=["game_date", "player_lookup"])
    return rows.player_lookup.isnull().ifelse(rows.player_lookup_raw, of_player)


def _offers(bettingpros: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """BettingPros' current and opening lines, updated no later than the tip of the player's team.

    The feed's team may be stale or "FA"; then no later than the last tip of the date.
    """
    tips = games.select("game_date", "tip_at", _team=games.home_team_abbr).union(
        games.select("game_date", "tip_at", _team=games.away_team_abbr)
    )
    tips = tips.select(_date=tips.game_date, _team=tips._team, _tip=tips.tip_at)
    last_tips = games.group_by(_day="game_date").agg(_last_tip=games.tip_at.max())
    key = ("game_date", "player_lookup", "bookmaker")
    active = bettingpros.filter(bettingpros.is_active)
    unders = latest(active.filter(active.bet_side == "under"), key)
    offers = latest(active.filter(active.bet_side == "over"), key)
    # The price of the other side counts with the same line only.
    offers = with_columns(offers, unders, (*key, "points_line"), under_price="odds_american")
    offers = resolve(offers, names)
    offers = offers.left_join(tips, [offers.game_date == tips._date, team(offers.player_team) == tips._team])
    offers = offers.join(last_tips, offers.game_date == last_tips._day)
    offers = offers.filter(offers.bookmaker_last_update <= offers._tip.coalesce(offers._last_tip))
    return offers.select(
        "game_date",
        "player_lookup",
        "player_lookup_raw",
        "under_price",
        book=offers.bookmaker.lower(),
        line=offers.points_line,
        opening=offers.opening_line,
        over_price=offers.odds_american,
        last_at=offers.bookmaker_last_update,
        first_at=offers.opening_timestamp,
    )
