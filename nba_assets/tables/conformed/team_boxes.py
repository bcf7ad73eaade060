"""Teams' totals, one row a team and game.

A row is a team in a finished game: NBA.com's totals, or the sum of its players where NBA.com has no row;
`team_minutes` is 240 in regulation and 25 more an overtime. Home and away come from the schedule; the source's own are
array order.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import metrics
from nba_assets.basketball.box_checks import counts_from_zero, makes_within_attempts, points_add_up
from nba_assets.basketball.box_scores import COUNTS
from nba_assets.basketball.identity import stamp_by_nba_id
from nba_assets.basketball.joins import first_source, latest
from nba_assets.basketball.placement import finished, placement_checks
from nba_assets.basketball.population import of_finished_games
from nba_assets.contracts.contract import Column
from nba_assets.contracts.kept_out import QUARANTINE, at_the_door
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import Check, conformed
from nba_assets.tables.conformed.player_boxes import player_boxes
from nba_assets.tables.conformed.views.schedule import schedule, team_schedule
from nba_assets.tables.conformed.views.strays import stray_team_boxes
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


def _unequal_points(rows: ir.Table, players: ir.Table) -> ir.Table:
    summed = players.group_by(_game="game_id", _team="team_abbr").agg(_points=players.points.sum())
    joined = rows.join(summed, [("game_id", "_game"), ("team_abbr", "_team")])
    return joined.filter(joined.points != joined._points)


def _other_length(rows: ir.Table, players: ir.Table) -> ir.Table:
    """Teams whose players' minutes, of all who played, make a game of another length."""
    summed = players.group_by(_game="game_id", _team="team_abbr").agg(
        _minutes=_whole_game_minutes(players.minutes.sum()), _unknown=players.minutes.isnull().sum()
    )
    joined = rows.join(summed.filter(summed._unknown == 0), [("game_id", "_game"), ("team_abbr", "_team")])
    return joined.filter(joined.team_minutes != joined._minutes)


@conformed(
    step="box_scores",
    key=("game_id", "team_abbr"),
    cluster_by=("game_date", "team_abbr"),
    reads={
        "box": same_day(nbac_team_boxscore),
        "players": same_day(player_boxes),
        "games": same_day(schedule),
        "strays": same_day(stray_team_boxes),
        "quarantine": same_day(QUARANTINE),
    },
    population=of_finished_games(same_day(team_schedule)),
    columns=(
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("nba_game_id", "STRING", "the NBA's ten digits", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("season_type", "STRING", "regular, play_in, playoffs or cup_final", required=True),
        Column("team_abbr", "STRING", "the team", required=True),
        Column("opponent_team_abbr", "STRING", "the other team", required=True),
        Column("home_game", "BOOL", "the schedule's designated home team, in a neutral game too", required=True),
        Column("neutral_site", "BOOL", "in neither team's arena", required=True),
        Column("team_minutes", "FLOAT64", "five times the game's length: 240, 25 more an overtime", "minutes"),
        Column("points", "INT64", "points", "points"),
        Column("assists", "INT64", "assists", "count"),
        Column("steals", "INT64", "steals", "count"),
        Column("blocks", "INT64", "blocks", "count"),
        Column("turnovers", "INT64", "turnovers of players", "count"),
        Column("personal_fouls", "INT64", "personal fouls", "count"),
        Column("offensive_rebounds", "INT64", "offensive rebounds of players", "count"),
        Column("defensive_rebounds", "INT64", "defensive rebounds of players", "count"),
        Column("fg_makes", "INT64", "field goals made", "count"),
        Column("fg_attempts", "INT64", "field goals attempted", "count"),
        Column("three_pt_makes", "INT64", "three-pointers made", "count"),
        Column("three_pt_attempts", "INT64", "three-pointers attempted", "count"),
        Column("ft_makes", "INT64", "free throws made", "count"),
        Column("ft_attempts", "INT64", "free throws attempted", "count"),
        Column("source", "STRING", "nbac_team_boxscore or player_sum", required=True),
    ),
    checks=(
        counts_from_zero(),
        makes_within_attempts("fg", "three_pt", "ft"),
        points_add_up("points"),
        *placement_checks("totals"),
        Check("points_sum_to_team", "players' points add up to the team's", _unequal_points),
        Check("minutes_sum_to_team", "players' minutes make a game of the team's length", _other_length),
        Check(
            "official_totals",
            "totals are NBA.com's, not the sum of the players",
            lambda rows: rows.filter(rows.source != "nbac_team_boxscore"),
            "warn",
        ),
        *at_the_door(nbac_team_boxscore),
    ),
)
def team_boxes(box: ir.Table, players: ir.Table, games: ir.Table) -> ir.Table:
    games = finished(games)
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
        home_game=at_home,
        neutral_site=rows.is_neutral,
    ).drop("home_team_abbr", "away_team_abbr", "is_neutral")
