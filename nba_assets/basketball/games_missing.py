"""Games missing from the summaries: finished before a date, part of the season's averages, and without a row there.

How many there are for a team and for a player, and what that does to the quality of a row whose averages lack them.
A day of history that was never built is another matter, and a step's to say.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import history
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.table import holds

CODE, LEAGUE_CODE = "games_missing", "league_games_missing"
"""The first lowers a row's tier. The second does not: one game of hundreds moves an average of the league by little."""

LOWERED = f"; one lower by `{CODE}`"
"""What `lowered` does, in words."""

SIDE = ("game_id", "team_abbr")

OF_PLAYER = Column(
    "games_missing",
    "INT64",
    "finished games of the season, of the team he was with, that no player of it has a summary of",
    "games",
    required=True,
)

OF_LEAGUE = Column(
    "league_games_missing",
    "INT64",
    "finished games of the season, of all teams, that the summaries lack, and the league's averages with them",
    "games",
    required=True,
)

CHECK = holds(
    "no_games_missing",
    lambda rows: ~rows.quality_issues.contains(CODE),
    "the summaries have all finished games of the season that the row's averages are of",
    "warn",
)


def with_games_missing_of_team(rows: ir.Table, results: ir.Table, *summaries: ir.Table) -> ir.Table:
    """`rows` with `games_missing`: finished games of `team_abbr` before the day that one of `summaries` lacks."""
    return _counted(rows, _missing_of_any(results, *summaries), "team_abbr")


def with_games_missing_of_league(rows: ir.Table, results: ir.Table, *summaries: ir.Table) -> ir.Table:
    """`rows` with `league_games_missing`: of all teams, a game once."""
    games = _missing_of_any(results, *summaries).select("season_year", "game_date", "game_id").distinct()
    league = ibis.literal("all teams")
    rows, games = rows.mutate(_league=league), games.mutate(_league=league)
    return _counted(rows, games, "_league", "league_games_missing").drop("_league")


def with_games_missing_of_player(rows: ir.Table, results: ir.Table, players: ir.Table) -> ir.Table:
    """`rows` with `games_missing`: finished games before the day that no player of the team has a row of, where it is
    the team of his latest game before; from his first game on also those of its team before that.

    A game that others of his team have rows of and he has not is one he sat out, and is not missing.
    """
    missing = _missing(results, players).select("season_year", "team_abbr", _day="game_date", _game="game_id")
    games = history.counted(players)
    in_order = history.Before("player_lookup").in_order
    games = games.select(
        "player_lookup",
        "season_year",
        "team_abbr",
        "game_date",
        _is_first=games.game_date.lag().over(in_order).isnull(),
        _next=games.game_date.lead().over(in_order),
    )
    his = games.inner_join(missing, ["season_year", "team_abbr"])
    after = his._day > his.game_date
    his = his.filter(his._is_first | after, (his._day <= his._next).fill_null(True))
    his = his.select("player_lookup", "season_year", game_date=after.ifelse(his._day, his.game_date), game_id="_game")
    return _counted(rows, his, "player_lookup")


def lack_games(rows: ir.Table) -> ir.BooleanValue:
    """Whether his own averages, his team's or the opponent's, as a player's context counts them, lack a game."""
    own, team, opponent = rows.games_missing, rows.team_games_missing, rows.opponent_games_missing
    return own.fill_null(0) + team.fill_null(0) + opponent.fill_null(0) > 0


def lowered(tier: ir.StringValue, where: ir.BooleanValue) -> ir.StringValue:
    """The tier, one lower where games are missing."""
    return where.ifelse((tier == quality.GOLD).ifelse(quality.SILVER, quality.BRONZE), tier)


def _missing_of_any(results: ir.Table, *summaries: ir.Table) -> ir.Table:
    missing, *more = [_missing(results, summary) for summary in summaries]
    for others in more:
        missing = missing.union(others, distinct=True)
    return missing


def _missing(results: ir.Table, summary: ir.Table) -> ir.Table:
    final = history.counted(results.filter(results.is_final))
    seen = summary.select(*SIDE).distinct()
    return final.anti_join(seen, SIDE).select("season_year", "game_date", *SIDE)


def _counted(rows: ir.Table, missing: ir.Table, entity: str, name: str = "games_missing") -> ir.Table:
    rows = history.as_of(rows, missing, entity, **{name: lambda g, before: g.count().over(before.season)})
    return rows.mutate(**{name: rows[name].fill_null(0)})
