"""The probability that a player gets on court: how often those who stood like him did, earlier this season.

He stands as he is listed (questionable, probable, available), and who is not listed as his role: a bench player sits
out more nights than a star. Reports that were put together afterwards know a little of who played.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball import history

LEAST_LISTED = 50
"""Fewer earlier games of players who stood like him say too little."""


def standing(rows: ir.Table) -> ir.StringValue:
    """What his chance to play goes by: his status on the report, else his role."""
    return rows.player_status.coalesce(rows.role)


def probability_plays(rows: ir.Table, players: ir.Table, days: ir.Table) -> ir.Table:
    """For each day and standing the share of those before it who played, NULL on fewer than 50.

    `rows` are player-games with the `points` of those played; games without any result say nothing.
    """
    rows = rows.semi_join(history.appeared(players), "game_id")
    past = rows.group_by(_since=rows.game_date, standing=standing(rows)).agg(
        listed=rows.count(), played=rows.points.count()
    )
    days = days.select("game_date").distinct()
    joined = days.inner_join(past, days.game_date > past._since)
    found = joined.group_by("game_date", "standing").agg(listed=joined.listed.sum(), played=joined.played.sum())
    found = found.filter(found.listed >= LEAST_LISTED)
    return found.mutate(probability_plays=found.played / found.listed)
