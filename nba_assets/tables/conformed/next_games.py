"""Next games: what follows each team's game of the date, as far as it was certain before that game.

A row is a team in a game of the date. A future game counts only if its stage was settled before the date and, in a
series, if it is played whoever wins tonight; so nothing here tells who does. What came before is in the teams' context.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball import history
from nba_assets.basketball.certainty import LIMIT, counting
from nba_assets.basketball.joins import newest, with_columns
from nba_assets.basketball.schedule import REGULAR
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day, season_history, whole_season
from nba_assets.contracts.table import conformed
from nba_assets.tables.conformed.views.schedule import announced_games, team_schedule

SIDE = ("game_id", "team_abbr")


@conformed(
    step="pregame",
    key=SIDE,
    cluster_by=("game_date", "game_id", "team_abbr"),
    reads={
        "slate": same_day(team_schedule),
        "announced": whole_season(announced_games),
        "results": season_history(team_schedule),
    },
    columns=(
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date of the game", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("team_abbr", "STRING", "the team", required=True),
        Column("next_game_id", "STRING", f"its next game, NULL without one, {LIMIT}"),
        Column("next_game_date", "DATE", f"date of that game, {LIMIT}"),
        Column("next_opponent_team_abbr", "STRING", f"whom it meets then, {LIMIT}"),
        Column("next_opponent_win_pct", "FLOAT64", f"that team's wins per game before this date, {LIMIT}", "0-1"),
        Column("next_game_is_primetime", "BOOL", f"national television; NULL where nobody says so, {LIMIT}"),
        Column("games_in_next_7_days", "INT64", f"games on the 7 dates after, {LIMIT}", "games", required=True),
        Column(
            "season_games",
            "INT64",
            f"games of its regular season, those of before and tonight's too, {LIMIT}",
            "games",
            required=True,
        ),
    ),
)
def next_games(slate: ir.Table, announced: ir.Table, results: ir.Table) -> ir.Table:
    days = slate.filter(~slate.is_postponed).select("game_id", "game_date", "season_year", "team_abbr", "tip_at")
    season = counting(days, announced)
    season = season.mutate(_days_ahead=season.next_game_date.delta(season.game_date, unit="day"))
    # By the NBA's ids: one that will be off, which nobody knew, keeps its own on its new date.
    number = season.next_nba_game_id
    regular = season.group_by(*SIDE).agg(season_games=number.nunique(where=number.left(3) == REGULAR))
    coming = season.filter(season._days_ahead > 0)
    week = coming.group_by(*SIDE).agg(games_in_next_7_days=(coming._days_ahead <= 7).sum())
    following = newest(coming.mutate(_soon=-coming._days_ahead), SIDE, ("_soon",), ties=("next_game_id",))
    rows = with_columns(days.drop("tip_at"), week, SIDE, "games_in_next_7_days")
    columns = ("next_game_id", "next_game_date", "next_opponent_team_abbr")
    rows = with_columns(rows, following, SIDE, *columns, next_game_is_primetime="next_is_primetime")
    rows = _with_record(rows, results)
    rows = with_columns(rows, regular, SIDE, "season_games")
    return rows.mutate(**{name: rows[name].fill_null(0) for name in ("games_in_next_7_days", "season_games")})


def _with_record(rows: ir.Table, results: ir.Table) -> ir.Table:
    """The next opponent's share of wins before the date, from counted games that are final."""
    final = history.counted(results.filter(results.is_final))
    final = final.mutate(won=(final.points > final.opponent_points).ifelse(1.0, 0.0))
    following = rows.select("season_year", "game_date", team_abbr="next_opponent_team_abbr")
    record = history.as_of(
        following.filter(following.team_abbr.notnull()).distinct(),
        final,
        "team_abbr",
        next_opponent_win_pct=lambda g, before: g.won.mean().over(before.season),
    )
    keys = {"season_year": "season_year", "game_date": "game_date", "next_opponent_team_abbr": "team_abbr"}
    return with_columns(rows, record, keys, "next_opponent_win_pct")
