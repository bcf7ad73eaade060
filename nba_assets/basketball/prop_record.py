"""A player's record against tonight's points line: what his games of the season would have been by it.

Functions of tables. Which line is tonight's is the market's.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import history
from nba_assets.basketball.joins import with_columns

PLAYER_DAY = ("player_lookup", "game_date")


def with_streaks(rows: ir.Table, players: ir.Table) -> ir.Table:
    """Latest games in a row above, or below, today's line; NULL without a line, and zero before the first game."""
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
        _latest_over=past.past_nth.max(where=past._over), _latest_under=past.past_nth.max(where=past._under)
    )
    past = with_columns(past, latest, PLAYER_DAY, "_latest_over", "_latest_under")
    streaks = past.group_by(*PLAYER_DAY).agg(
        prop_over_streak=(past._over & (past._latest_under.isnull() | (past.past_nth > past._latest_under))).sum(),
        prop_under_streak=(past._under & (past._latest_over.isnull() | (past.past_nth > past._latest_over))).sum(),
    )
    rows = with_columns(rows, streaks, PLAYER_DAY, "prop_over_streak", "prop_under_streak")
    lined = rows.current_points_line.notnull()
    return rows.mutate(
        prop_over_streak=lined.ifelse(rows.prop_over_streak.fill_null(0), ibis.null("int64")),
        prop_under_streak=lined.ifelse(rows.prop_under_streak.fill_null(0), ibis.null("int64")),
    )
