"""Game sheets: who was listed in a game, and who of them did not play.

A row is a person on a game's official gamebook: `active` (played), `dnp` (dressed) or `inactive`, with the reason.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball.identity import folded, of_its_teams, resolve, stamp_by_pair, team
from nba_assets.basketball.joins import latest
from nba_assets.basketball.placement import finished
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import conformed
from nba_assets.tables.conformed.views.player_names import player_names
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.raw.box_scores import nbac_gamebook_player_stats


@conformed(
    step="box_scores",
    key=("game_id", "team_abbr", "player_lookup_raw"),
    cluster_by=("game_date", "team_abbr", "player_lookup"),
    reads={
        "gamebook": same_day(nbac_gamebook_player_stats),
        "games": same_day(schedule),
        "names": same_day(player_names),
    },
    columns=(
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("team_abbr", "STRING", "his team in this game", required=True),
        Column("player_lookup", "STRING", "canonical player; NULL if nobody by that spelling is known"),
        Column("player_lookup_raw", "STRING", "his spelling in the source", required=True),
        Column("universal_player_id", "STRING", "registry id"),
        Column("player_status", "STRING", "active (played), dnp (dressed) or inactive", required=True),
        Column("dnp_reason", "STRING", "published words for not playing, such as Did Not Dress"),
    ),
)
def listed_players(gamebook: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    gamebook = latest(gamebook, ("game_date", "team_abbr", "player_lookup"))
    rows = stamp_by_pair(
        gamebook.select(
            "game_date",
            "home_team_abbr",
            "away_team_abbr",
            "player_lookup",
            "dnp_reason",
            player_status=folded(gamebook.player_status),
            team_abbr=team(gamebook.team_abbr),
        ),
        finished(games),
    )
    sides = games.select("game_id", "home_team_abbr", "away_team_abbr")
    return resolve(of_its_teams(rows.join(sides, "game_id")), names)
