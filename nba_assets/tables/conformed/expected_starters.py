"""Expected starters: the five that each team of the slate is expected to start, from who started before.

A row is one of up to five players of a team that plays on the date, those who started most in its last ten games and
have played for no other team since. What the coach announced is not known here. A team without a game this season has
no rows.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball.schedule import teams_of
from nba_assets.basketball.starting_five import projected_starters
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day, season_history
from nba_assets.contracts.table import Check, conformed
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.conformed.views.starters import starters


def _more_than_five(rows: ir.Table) -> ir.Table:
    teams = rows.group_by("game_date", "team_abbr").agg(players=rows.count())
    return teams.filter(teams.players > 5)


@conformed(
    step="slate",
    key=("game_date", "team_abbr", "player_lookup"),
    cluster_by=("game_date", "team_abbr"),
    reads={"games": same_day(schedule), "starters": season_history(starters)},
    columns=(
        Column("game_date", "DATE", "Eastern date of the upcoming game", required=True),
        Column("team_abbr", "STRING", "the team", required=True),
        Column("player_lookup", "STRING", "canonical player expected to start", required=True),
        Column("starts", "INT64", "how often he started in the team's last ten games", "count", required=True),
        Column("last_start", "DATE", "when he last did", required=True),
    ),
    checks=(Check("at_most_five", "no team starts more than five", _more_than_five),),
)
def expected_starters(games: ir.Table, starters: ir.Table) -> ir.Table:
    return projected_starters(teams_of(games), starters)
