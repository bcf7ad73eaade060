"""Stray rows: raw rows that have no place, mostly of no game of the schedule. No table has them; checks count them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import team, without_game
from nba_assets.basketball.placement import left_out_by_nba_id, left_out_by_pair
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.raw.box_scores import (
    bdl_player_boxscores,
    nbac_gamebook_player_stats,
    nbac_player_boxscores,
    nbac_team_boxscore,
)
from nba_assets.tables.raw.market import odds_api_game_lines, odds_api_player_points_props
from nba_assets.tables.raw.play_by_play import bigdataball_play_by_play, nbac_play_by_play


@view(gamebook=nbac_gamebook_player_stats, nbac=nbac_player_boxscores, bdl=bdl_player_boxscores, games=schedule)
def stray_boxes(gamebook: ir.Table, nbac: ir.Table, bdl: ir.Table, games: ir.Table) -> ir.Table:
    """A row is a raw box-score row that has no place, with `why`: no game, not final, another team's player."""
    sources = [
        rows.select(
            "game_date",
            "home_team_abbr",
            "away_team_abbr",
            "player_lookup",
            team_abbr=team(rows.team_abbr),
            source=ibis.literal(name),
        )
        for name, rows in (("gamebook", gamebook), ("nbac_boxscore", nbac), ("bdl", bdl))
    ]
    return left_out_by_pair(sources[0].union(*sources[1:]), games, "player_lookup")


@view(box=nbac_team_boxscore, games=schedule)
def stray_team_boxes(box: ir.Table, games: ir.Table) -> ir.Table:
    """A row is a team's raw totals that have no place, with `why`."""
    rows = box.select("game_date", "nba_game_id", "team_abbr", source=ibis.literal("nbac_team_boxscore"))
    return left_out_by_nba_id(rows, games)


@view(bigdataball=bigdataball_play_by_play, nbac=nbac_play_by_play, games=schedule)
def stray_plays(bigdataball: ir.Table, nbac: ir.Table, games: ir.Table) -> ir.Table:
    """A row is a raw event that has no place, with `why`."""
    by_pair = bigdataball.select(
        "game_date",
        "home_team_abbr",
        "away_team_abbr",
        team_abbr=team(bigdataball.player_1_team_abbr),
        source=ibis.literal("bigdataball"),
    )
    by_id = nbac.select(
        "game_date", "nba_game_id", team_abbr=team(nbac.player_1_team_abbr), source=ibis.literal("nbac")
    )
    return left_out_by_pair(by_pair, games).union(left_out_by_nba_id(by_id, games))


@view(lines=odds_api_game_lines, games=schedule)
def stray_game_lines(lines: ir.Table, games: ir.Table) -> ir.Table:
    """A row is a spread or total of no game of the schedule."""
    return without_game(_teams(lines), games)


@view(lines=odds_api_player_points_props, games=schedule)
def stray_prop_lines(lines: ir.Table, games: ir.Table) -> ir.Table:
    """A row is a points line of no game of the schedule."""
    return without_game(_teams(lines), games)


def _teams(lines: ir.Table) -> ir.Table:
    return lines.select("game_date", "home_team_abbr", "away_team_abbr", "snapshot_timestamp")
