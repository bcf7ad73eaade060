"""Rosters: who is on each team of the slate.

A row is a player on the latest roster, up to the date, of a team that plays on it. Each team has its own latest
snapshot; one date for all would find the few teams that changed that day (U6). A player on two teams' rosters belongs
to the newer one, whether that team plays on the date or not. A snapshot of the date itself counts if it was taken
before noon, ahead of any tip; a later one counts from the day after.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball.rosters import age_on, on_roster
from nba_assets.basketball.schedule import teams_of
from nba_assets.contracts.contract import Column
from nba_assets.contracts.kept_out import QUARANTINE, at_the_door, kept_out
from nba_assets.contracts.read import same_day, season_to_date
from nba_assets.contracts.table import conformed
from nba_assets.tables.conformed.views.roster_snapshots import roster_snapshots, unknown_on_rosters
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.raw.availability import espn_team_rosters


def _nobody_knows(rows: ir.Table, unknown: ir.Table) -> ir.Table:
    return unknown.mutate(game_date=unknown.roster_date)


@conformed(
    step="pregame",
    key=("game_date", "team_abbr", "player_lookup"),
    cluster_by=("game_date", "team_abbr", "player_lookup"),
    reads={
        "games": same_day(schedule),
        "snapshots": season_to_date(roster_snapshots),
        "unknown": season_to_date(unknown_on_rosters),
        "quarantine": same_day(QUARANTINE),
    },
    columns=(
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("team_abbr", "STRING", "the team", required=True),
        Column("player_lookup", "STRING", "canonical player", required=True),
        Column("universal_player_id", "STRING", "registry id"),
        Column("player_full_name", "STRING", "display name"),
        Column("position", "STRING", "position on that roster, such as PG or SG-PG"),
        Column(
            "age", "INT64", "on the date, by birth date; else the roster's own, one for the season, of its end", "years"
        ),
        Column("birth_date", "DATE", "date of birth, once any roster of the season has told it"),
        Column("since", "DATE", "from when on the roster counts", required=True),
    ),
    checks=(
        kept_out(
            "players_are_known",
            "nobody by that name is known",
            _nobody_knows,
            "every name on a roster of the date is in the registry or an alias",
        ),
        *at_the_door(espn_team_rosters),
    ),
)
def rosters(games: ir.Table, snapshots: ir.Table) -> ir.Table:
    rows = on_roster(teams_of(games), snapshots)
    return rows.mutate(age=age_on(rows.game_date, rows.birth_date, rows.age))
