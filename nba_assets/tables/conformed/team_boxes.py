"""One team's totals in one game: NBA.com's, or the sum of its players where NBA.com has no row.

Only totals: ratings and rates are the tables'.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import metrics
from nba_assets.basketball.joins import first_source, latest
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.identity import stamp_by_nba_id
from nba_assets.tables.conformed.player_boxes import COUNTS, player_boxes
from nba_assets.tables.raw.box_scores import nbac_team_boxscore

_OFFICIAL = {
    "points": "points",
    "assists": "assists",
    "steals": "steals",
    "blocks": "blocks",
    "turnovers": "turnovers",
    "personal_fouls": "personal_fouls",
    "offensive_rebounds": "offensive_rebounds",
    "defensive_rebounds": "defensive_rebounds",
    "fg_makes": "fg_made",
    "fg_attempts": "fg_attempted",
    "three_pt_makes": "three_pt_made",
    "three_pt_attempts": "three_pt_attempted",
    "ft_makes": "ft_made",
    "ft_attempts": "ft_attempted",
}

FEWEST_PLAYERS = 5
"""A sum over fewer player rows is no team total."""


@view(box=nbac_team_boxscore, players=player_boxes, games=games)
def team_boxes(box: ir.Table, players: ir.Table, games: ir.Table) -> ir.Table:
    """A row is a team in a finished game: totals, `team_minutes` (240 in regulation, 25 more an overtime), source.

    Home and away come from the schedule; the source's own are array order (R-1).
    """
    official = stamp_by_nba_id(latest(box, ("nba_game_id", "team_abbr")), games)
    official = official.select(
        "game_id",
        "team_abbr",
        own_minutes=metrics.minutes(official.minutes),
        **{ours: official[theirs] for ours, theirs in _OFFICIAL.items()},
    )
    summed = players.group_by("game_id", "team_abbr").agg(
        own_minutes=_whole_game_minutes(players.minutes.sum()),
        **{name: players[name].sum() for name in COUNTS},
        _players=players.count(),
    )
    summed = summed.filter(summed._players >= FEWEST_PLAYERS).drop("_players")
    rows = first_source(
        ("game_id", "team_abbr"), nbac_team_boxscore=official, player_sum=summed.select(official.columns)
    )
    # A game has one length, and an official row of either team knows it best.
    official_minutes = ibis.ifelse(rows.source == "nbac_team_boxscore", rows.own_minutes, ibis.null("float64"))
    rows = rows.mutate(
        team_minutes=ibis.coalesce(
            official_minutes.max().over(group_by="game_id"), rows.own_minutes.max().over(group_by="game_id")
        )
    ).drop("own_minutes")
    return _with_game(rows, games)


def _whole_game_minutes(minutes: ir.NumericValue) -> ir.NumericValue:
    """Summed player minutes, which may be rounded one by one, as the length of a game: 240, 265, 290 ..."""
    overtimes = ibis.greatest(metrics.overtime_periods(minutes), 0)
    return (5 * metrics.REGULATION_MINUTES + 5 * metrics.OVERTIME_MINUTES * overtimes).cast("float64")


def _with_game(rows: ir.Table, games: ir.Table) -> ir.Table:
    """Add the game's own columns and the opponent. Only teams of the game are kept."""
    rows = rows.join(
        games.select(
            "game_id",
            "nba_game_id",
            "game_date",
            "season_year",
            "season_type",
            "home_team_abbr",
            "away_team_abbr",
            "is_neutral",
        ),
        "game_id",
    )
    at_home = rows.team_abbr == rows.home_team_abbr
    rows = rows.filter(at_home | (rows.team_abbr == rows.away_team_abbr))
    return rows.mutate(
        opponent_team_abbr=at_home.ifelse(rows.away_team_abbr, rows.home_team_abbr),
        home_game=at_home & ~rows.is_neutral,
    ).drop("home_team_abbr", "away_team_abbr", "is_neutral")
