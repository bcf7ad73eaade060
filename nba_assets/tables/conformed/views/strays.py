"""Stray rows: raw rows of no game of the schedule. Kept out of every table, and counted by checks."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import without_game
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.raw.box_scores import bdl_player_boxscores, nbac_gamebook_player_stats, nbac_player_boxscores
from nba_assets.tables.raw.market import odds_api_game_lines, odds_api_player_points_props


@view(gamebook=nbac_gamebook_player_stats, nbac=nbac_player_boxscores, bdl=bdl_player_boxscores, games=schedule)
def stray_boxes(gamebook: ir.Table, nbac: ir.Table, bdl: ir.Table, games: ir.Table) -> ir.Table:
    """A row is a raw box-score row of no game of the schedule."""
    sources = [
        rows.select("game_date", "home_team_abbr", "away_team_abbr", "player_lookup", source=ibis.literal(name))
        for name, rows in (("gamebook", gamebook), ("nbac_boxscore", nbac), ("bdl", bdl))
    ]
    return without_game(sources[0].union(*sources[1:]), games)


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
