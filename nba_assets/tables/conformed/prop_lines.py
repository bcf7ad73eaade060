"""Points lines of players, one row a book: first and last snapshot before the tip, and the prices.

A row is a book's line on a player's points on a date. The Odds API's snapshots and BettingPros' offers stand beside
each other, told apart by `source`; a live line is no forecast, so what was seen after the tip never counts. Whom
nobody knows by any spelling has a NULL `player_lookup`.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import folded
from nba_assets.basketball.market import first_and_last, lines_are_halves
from nba_assets.basketball.placement import of_a_game
from nba_assets.basketball.prop_snapshots import of_both, with_moment, with_tip
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
    seen = with_moment(odds_api, games)
    seen = seen.filter(
        seen.points_line.isnull() | seen.bookmaker.isnull() | seen.snapshot_timestamp.isnull() | seen.tip_at.isnull()
    )
    offers = with_tip(bettingpros, games)
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
        Column(
            "player_lookup_raw",
            "STRING",
            "his spelling in the source; of several on a date, the first by the alphabet",
            required=True,
        ),
        Column("source", "STRING", "odds_api or bettingpros", required=True),
        Column("book", "STRING", "the book, in lower case; a feed's own consensus of books is one", required=True),
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
    snapshots = of_both(odds_api, bettingpros, games, names)
    by = ("game_date", "player_lookup", "player_lookup_raw", "source")
    return first_and_last(snapshots, by, "over_price", "under_price", "tip_at")
