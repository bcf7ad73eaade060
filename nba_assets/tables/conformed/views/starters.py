"""Starters, as NBA.com's box score lists them: a date of them for a summary, a season for who is expected to start."""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball.identity import resolve, stamp_by_nba_id
from nba_assets.basketball.joins import latest
from nba_assets.basketball.placement import finished
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.views.player_names import player_names
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.raw.box_scores import nbac_player_boxscores


@view(nbac=nbac_player_boxscores, games=schedule, names=player_names)
def starters(nbac: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """A row is a player whom NBA.com lists in a game, and whether he started it."""
    nbac = latest(nbac, ("nba_game_id", "team_abbr", "player_lookup"))
    rows = stamp_by_nba_id(
        nbac.select("nba_game_id", "team_abbr", "player_lookup", is_starter=nbac.starter), finished(games)
    )
    rows = resolve(rows, names)
    return rows.filter(rows.player_lookup.notnull()).select(
        "game_id", "game_date", "season_year", "team_abbr", "player_lookup", "is_starter"
    )
