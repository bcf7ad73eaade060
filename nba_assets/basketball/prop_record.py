"""A player's record against tonight's points line: what his games of the season would have been by it.

Functions of tables. Which line is tonight's is the market's.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import history, metrics
from nba_assets.basketball.history import PLAYER_DAY
from nba_assets.basketball.joins import with_columns
from nba_assets.contracts.contract import Column

SHARE_COLUMNS = tuple(
    Column(
        f"over_line_share_{games}",
        "DECIMAL(5,3)",
        f"share of {which} above today's line; an equal one counts as a game and not as above",
        "0-1",
    )
    for games, which in (
        ("last_10", "his last ten games, or as many as there are,"),
        ("last_20", "his last twenty games, or as many as there are,"),
        ("season", "his games of the season"),
    )
)
"""NULL without a line or before his first game; how many games there are, the counts beside the averages say."""


def with_record(rows: ir.Table, players: ir.Table) -> ir.Table:
    """Latest games in a row above, or below, today's line, and the share of games above it.

    NULL without a line; before the first game streaks are zero and shares NULL.
    """
    lined = rows.filter(rows.current_points_line.notnull())
    games = history.counted(players).select("player_lookup", "season_year", "game_date", "game_id", "points")
    games = games.mutate(nth=ibis.row_number().over(history.Before("player_lookup").in_order))
    past = history.before(
        lined.select("player_lookup", "season_year", "game_date", "current_points_line"), games, "player_lookup"
    )
    past = past.mutate(
        _over=past.past_points > past.current_points_line, _under=past.past_points < past.current_points_line
    )
    latest = past.group_by(*PLAYER_DAY).agg(
        _latest_over=past.past_nth.max(where=past._over),
        _latest_under=past.past_nth.max(where=past._under),
        _games=past.count(),
    )
    past = with_columns(past, latest, PLAYER_DAY, "_latest_over", "_latest_under", "_games")
    record = past.group_by(*PLAYER_DAY).agg(
        prop_over_streak=(past._over & (past._latest_under.isnull() | (past.past_nth > past._latest_under))).sum(),
        prop_under_streak=(past._under & (past._latest_over.isnull() | (past.past_nth > past._latest_over))).sum(),
        over_line_share_last_10=_share_over(past, 10),
        over_line_share_last_20=_share_over(past, 20),
        over_line_share_season=_share_over(past),
    )
    names = [name for name in record.columns if name not in PLAYER_DAY]
    rows = with_columns(rows, record, PLAYER_DAY, *names)
    lined = rows.current_points_line.notnull()
    return rows.mutate(
        prop_over_streak=lined.ifelse(rows.prop_over_streak.fill_null(0), ibis.null("int64")),
        prop_under_streak=lined.ifelse(rows.prop_under_streak.fill_null(0), ibis.null("int64")),
    )


def _share_over(past: ir.Table, games: int | None = None) -> ir.FloatingValue:
    """Of the latest `games`, else of all; games are numbered from zero, so the last has one less than there are."""
    among = past.past_nth.notnull() if games is None else past.past_nth >= past._games - games
    return metrics.ratio((past._over & among).sum(), among.sum())
