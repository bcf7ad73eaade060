"""The five a team is expected to start, from who started before; and how many of a sheet's inactive are of them.

What the coach announced is not known here.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.history import before
from nba_assets.basketball.joins import with_columns

LOOK_BACK_GAMES = 10


def projected_starters(days: ir.Table, starters: ir.Table) -> ir.Table:
    """Up to five rows for each team's day: `team_abbr`, `game_date` and the `player_lookup` expected to start.

    Ties go to whoever started more recently. Who has played for another team since then is not expected back. A team
    without a game this season has no rows.
    """
    starts = starters.filter(starters.is_starter)
    nights = starts.select("team_abbr", "season_year", "game_date").distinct()
    pairs = before(days.select("team_abbr", "season_year", "game_date"), nights, "team_abbr")
    latest_first = ibis.window(group_by=["team_abbr", "game_date"], order_by=ibis.desc("past_game_date"))
    pairs = pairs.mutate(_games_ago=ibis.dense_rank().over(latest_first))
    recent = pairs.filter(pairs._games_ago < LOOK_BACK_GAMES).select("team_abbr", "game_date", "past_game_date")
    five = starts.select(_team="team_abbr", _date="game_date", _starter="player_lookup")
    started = recent.inner_join(five, [("team_abbr", "_team"), ("past_game_date", "_date")])
    counted = started.group_by("team_abbr", "game_date", player_lookup="_starter").agg(
        starts=started.count(), latest=started.past_game_date.max()
    )
    counted = _without_who_left(counted, starters)
    most_first = ibis.window(
        group_by=["team_abbr", "game_date"],
        order_by=[ibis.desc("starts"), ibis.desc("latest"), "player_lookup"],
    )
    ranked = counted.mutate(_nth=ibis.row_number().over(most_first))
    five = ranked.filter(ranked._nth < 5)
    return five.select("team_abbr", "game_date", "player_lookup", "starts", last_start="latest")


def _without_who_left(counted: ir.Table, starters: ir.Table) -> ir.Table:
    """Traded or waived, he would hold a place in the five of his former team until ten games have passed."""
    since = starters.select(_elsewhere="team_abbr", _date="game_date", _player="player_lookup").distinct()
    return counted.anti_join(
        since,
        [
            counted.player_lookup == since._player,
            counted.team_abbr != since._elsewhere,
            counted.latest < since._date,
            counted.game_date > since._date,
        ],
    )


def with_absences(rows: ir.Table, listed_players: ir.Table, expected: ir.Table) -> ir.Table:
    """Team-game `rows` with `players_inactive` and `starters_inactive`, from the game's sheet.

    NULL without a sheet; of starters, also NULL for a team's first game, when nobody is known to start.
    """
    listed = with_columns(
        listed_players, expected, ("team_abbr", "game_date", "player_lookup"), found="is_expected_to_start"
    )
    inactive = listed.player_status == "inactive"
    sheet = listed.group_by("game_id", "team_abbr").agg(
        players_inactive=inactive.sum(), starters_inactive=(inactive & listed.is_expected_to_start).sum()
    )
    fives = expected.select("team_abbr", "game_date").distinct()
    rows = with_columns(rows, sheet, ("game_id", "team_abbr"), "players_inactive", "starters_inactive")
    rows = with_columns(rows, fives, ("team_abbr", "game_date"), found="_has_five")
    counted = rows._has_five.ifelse(rows.starters_inactive, ibis.null("int64"))
    return rows.mutate(starters_inactive=counted).drop("_has_five")
