"""Games, each once, under its canonical id.

A row is a game of the date's schedule: both teams, tip, arena and stage, and the score once it is final. Home and away
come from the schedule and from nothing else. Dates are stored up to the slate; those further ahead are in the
schedule.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball.clock import eastern_time, local_time
from nba_assets.basketball.schedule import sides, with_home_arenas
from nba_assets.contracts.contract import Column
from nba_assets.contracts.kept_out import QUARANTINE, at_the_door
from nba_assets.contracts.read import same_day, view
from nba_assets.contracts.table import Check, conformed, holds
from nba_assets.tables.conformed.views.schedule import checked_schedule
from nba_assets.tables.raw.reference import team_locations
from nba_assets.tables.raw.schedule import nbac_schedule


def _of_no_place(rows: ir.Table, schedule: ir.Table) -> ir.Table:
    return schedule.filter(~schedule.is_placed).select("game_id", "game_date", "arena_name", "arena_city")


def _not_marked_neutral(rows: ir.Table, schedule: ir.Table) -> ir.Table:
    unmarked = schedule.filter((schedule.is_listed_neutral & ~schedule.is_neutral).fill_null(False))
    return unmarked.select("game_id", "game_date", "arena_name")


@conformed(
    step="slate",
    key=("game_id",),
    cluster_by=("game_date", "game_id"),
    reads={"schedule": same_day(checked_schedule), "quarantine": same_day(QUARANTINE)},
    columns=(
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("nba_game_id", "STRING", "the NBA's ten digits", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("season_type", "STRING", "regular, play_in, playoffs or cup_final", required=True),
        Column("playoff_round", "STRING", "round, in the playoffs only"),
        Column("away_team_abbr", "STRING", "visiting team", required=True),
        Column("home_team_abbr", "STRING", "home team; the designated one at a neutral site", required=True),
        Column("away_points", "INT64", "the visitors' score; NULL before the end", "points"),
        Column("home_points", "INT64", "the home team's score; NULL before the end", "points"),
        Column("tip_at", "TIMESTAMP", "tip-off", "UTC"),
        Column("tip_eastern", "STRING", "the same on Eastern clocks, YYYY-MM-DD HH:MM", "US Eastern"),
        Column("tip_local", "STRING", "the same on the arena's clocks, HH:MM; NULL where its zone is unknown"),
        Column("is_final", "BOOL", "played to its end", required=True),
        Column("is_postponed", "BOOL", "not played on this date", required=True),
        Column("is_primetime", "BOOL", "on national television; NULL where the schedule does not say"),
        Column("is_neutral", "BOOL", "in neither team's arena", required=True),
        Column("arena_name", "STRING", "arena"),
        Column("venue_latitude", "FLOAT64", "where it is played; NULL for an unlisted neutral arena", "degrees"),
        Column("venue_longitude", "FLOAT64", "where it is played", "degrees"),
        Column("venue_timezone", "STRING", "the arena's time zone"),
    ),
    checks=(
        holds(
            "final_games_have_a_winner",
            lambda t: ~t.is_final | (t.home_points != t.away_points).fill_null(False),
            "a finished game has two different scores",
        ),
        Check(
            "places_are_known",
            "a game is in its home team's arena, or in one listed for the season: else way and clocks are wrong",
            _of_no_place,
            "warn",
        ),
        Check(
            "neutral_sites_agree",
            "a game in an arena that is listed as neutral is marked so by the schedule",
            _not_marked_neutral,
            "warn",
        ),
        holds("two_teams", lambda t: t.home_team_abbr != t.away_team_abbr, "nobody plays himself"),
        *at_the_door(nbac_schedule),
    ),
)
def games(schedule: ir.Table) -> ir.Table:
    eastern = eastern_time(schedule.tip_at, schedule.game_date)
    local = local_time(schedule.tip_at, schedule.venue_timezone, schedule.game_date)
    return schedule.mutate(tip_eastern=eastern.strftime("%Y-%m-%d %H:%M"), tip_local=local.strftime("%H:%M"))


@view(games=games, locations=team_locations)
def team_games(games: ir.Table, locations: ir.Table) -> ir.Table:
    """A row is one team in one stored game: the game's columns from that team's side, and where its home arena is."""
    return with_home_arenas(sides(games), locations)
