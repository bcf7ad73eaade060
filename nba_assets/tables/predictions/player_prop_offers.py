"""What each book offered on a player's points when a bet on him was decided, and where its line closed.

A row is a player who is predicted, his game and a book: its last line at the decision time, 60 minutes before the tip
(a setting), with both prices; and its last before the tip, where it was seen after the decision. `is_chosen` marks the
book that the one rule for lines chooses. Only lines that a book offered are here: nothing is estimated.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball import offers
from nba_assets.basketball.history import PLAYER_DAY
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.market import overround
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import OWES_NOTHING, Check, holds, table
from nba_assets.tables.conformed.views.market import prop_snapshots
from nba_assets.tables.predictions.player_points_forecasts import player_points_forecasts


def _not_one_chosen(rows: ir.Table) -> ir.Table:
    chosen = rows.group_by("game_id", "player_lookup", "game_date").agg(chosen=rows.is_chosen.ifelse(1, 0).sum())
    return chosen.filter(chosen.chosen != 1)


@table(
    dataset="nba_predictions",
    partition_by="game_date",
    key=("game_id", "player_lookup", "book"),
    cluster_by=("player_lookup", "book", "game_date"),
    reads={"snapshots": same_day(prop_snapshots), "forecasts": same_day(player_points_forecasts)},
    population=OWES_NOTHING,
    columns=(
        Column("player_lookup", "STRING", "canonical player", required=True),
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column(
            "book",
            "STRING",
            "the book, in lower case; of one in both feeds The Odds API's line, a feed's own consensus is one",
            required=True,
        ),
        Column("is_chosen", "BOOL", "the one that stands for the market", required=True),
        Column("line_value", "DECIMAL(4,1)", "its line at the decision time", "points", required=True),
        Column("line_seen_at", "TIMESTAMP", "when that was last seen by then", "UTC", required=True),
        Column("over_price", "INT64", "price of the over with it", "American odds"),
        Column("under_price", "INT64", "price of the under", "American odds"),
        Column("overround", "DECIMAL(6,4)", "implied probabilities of both prices less 1: the book's margin", "share"),
        Column("market_probability_over", "DECIMAL(5,4)", "of the over by both prices, less the margin", "0-1"),
        Column("closing_line", "DECIMAL(4,1)", "its last line before the tip, if seen after the decision", "points"),
        Column("closing_over_price", "INT64", "price of the over with that", "American odds"),
        Column("closing_under_price", "INT64", "price of the under", "American odds"),
        Column("closing_seen_at", "TIMESTAMP", "when that was last seen", "UTC"),
        Column("is_withdrawn", "BOOL", "seen later with others of his game and not with him", required=True),
        Column("is_simulated", "BOOL", "nobody ever offered it", required=True),
    ),
    checks=(
        Check("one_book_is_chosen", "of the books of a player's game one stands for the market", _not_one_chosen),
        holds(
            "closing_is_later", lambda t: t.closing_seen_at > t.line_seen_at, "no line closes before it is decided on"
        ),
    ),
)
def player_prop_offers(snapshots: ir.Table, forecasts: ir.Table) -> ir.Table:
    players = forecasts.select(*PLAYER_DAY, "game_id").distinct()
    by = (*PLAYER_DAY, "of_book")
    rows = offers.offered(snapshots)
    closing = {
        "closing_line": "line",
        "closing_over_price": "over_price",
        "closing_under_price": "under_price",
        "closing_seen_at": "seen_at",
    }
    rows = with_columns(rows, offers.closed(snapshots), by, **closing)
    rows = with_columns(rows, players, PLAYER_DAY, "game_id").filter(lambda t: t.game_id.notnull())
    gone = offers.withdrawn(snapshots, players)
    rows = with_columns(rows, gone, (*PLAYER_DAY, "book"), found="is_withdrawn")
    invented = snapshots.filter(snapshots.is_simulated).select("game_date").distinct()
    rows = with_columns(rows, invented, ("game_date",), found="is_simulated")
    return rows.mutate(
        is_chosen=rows.book == rows.chosen_book,
        line_value=rows.line,
        line_seen_at=rows.seen_at,
        overround=overround(rows.over_price, rows.under_price),
        market_probability_over=rows.over_probability,
    )
