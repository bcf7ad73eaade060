"""Load: a player's games, minutes and back-to-backs of the last 7 and 14 dates before a game.

Every game that he appeared in counts, an NBA Cup final included. A team's own load is with its travel.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball import history, metrics
from nba_assets.basketball.history import PLAYER_DAY
from nba_assets.basketball.joins import with_columns


def with_load(rows: ir.Table, players: ir.Table) -> ir.Table:
    """Games and minutes of the last 7 and 14 dates, zero for who did not play."""
    appeared = history.appeared(players).select(
        "player_lookup", "season_year", "game_date", "game_id", "seconds_played"
    )
    previous = appeared.game_date.lag().over(history.Before("player_lookup").in_order)
    appeared = appeared.mutate(gap=appeared.game_date.delta(previous, unit="day"))
    past = history.before(
        rows.select("player_lookup", "season_year", "game_date"), appeared, "player_lookup", within_days=14
    )
    week = past.past_days_ago <= 7
    load = past.group_by(*PLAYER_DAY).agg(
        games_in_last_7_days=week.sum(),
        games_in_last_14_days=past.count(),
        _seconds_7=past.past_seconds_played.sum(where=week),
        _seconds_14=past.past_seconds_played.sum(),
        back_to_backs_last_14_days=((past.past_gap == 1) & (past.past_days_ago < 14)).sum(),
    )
    rows = with_columns(rows, load, PLAYER_DAY, *(name for name in load.columns if name not in PLAYER_DAY))
    return rows.mutate(
        games_in_last_7_days=rows.games_in_last_7_days.fill_null(0),
        games_in_last_14_days=rows.games_in_last_14_days.fill_null(0),
        minutes_in_last_7_days=(rows._seconds_7.fill_null(0) / 60).round(),
        minutes_in_last_14_days=(rows._seconds_14.fill_null(0) / 60).round(),
        # Divided once: minutes a game of minutes would be rounded twice, and 22.35 a hair less.
        avg_minutes_per_game_last_7=metrics.ratio(rows._seconds_7, 60 * rows.games_in_last_7_days),
        back_to_backs_last_14_days=rows.back_to_backs_last_14_days.fill_null(0),
    ).drop("_seconds_7", "_seconds_14")
