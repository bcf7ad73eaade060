"""Schedules: season types, where a game is played, and a game as its two teams see it.

Functions of tables of games. Rest and travel are computed from them in the team's context.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

SEASON_TYPES = {"002": "regular", "004": "playoffs", "005": "play_in", "006": "cup_final"}
"""By the first three digits of the NBA's game id; the schedule's own flags overlap (R-6)."""

FINAL = 3
"""The schedule's status of a game that is over."""


def with_arenas(rows: ir.Table, locations: ir.Table, venues: ir.Table) -> ir.Table:
    """Games with `venue_latitude`, `venue_longitude` and `venue_timezone`: of a listed extra venue by its arena's name,
    else of the home team's arena; a neutral game in an unlisted arena has no known place."""
    home_arena = locations.select(
        _team=locations.team_abbr,
        _season=locations.season,
        _latitude=locations.latitude,
        _longitude=locations.longitude,
        _timezone=locations.timezone,
    )
    season = _label(rows.season_year)
    rows = rows.left_join(home_arena, [rows.home_team_abbr == home_arena._team, season == home_arena._season])
    elsewhere = venues.select(
        _arena=venues.arena_name,
        _arena_season=venues.season,
        _venue_latitude=venues.latitude,
        _venue_longitude=venues.longitude,
        _venue_timezone=venues.timezone,
    )
    rows = rows.left_join(
        elsewhere, [rows.arena_name == elsewhere._arena, _label(rows.season_year) == elsewhere._arena_season]
    )
    at_home = ~rows.is_neutral
    return rows.mutate(
        venue_latitude=rows._venue_latitude.coalesce(at_home.ifelse(rows._latitude, None)),
        venue_longitude=rows._venue_longitude.coalesce(at_home.ifelse(rows._longitude, None)),
        venue_timezone=rows._venue_timezone.coalesce(at_home.ifelse(rows._timezone, None)),
    ).drop(*(name for name in rows.columns if name.startswith("_")))


def sides(games: ir.Table, locations: ir.Table) -> ir.Table:
    """Each game from both teams' side: `team_abbr`, `opponent_team_abbr`, their points, and where the team's arena is.

    `home_game` is FALSE for both teams of a neutral game.
    """
    both = [
        games.mutate(
            team_abbr=games[f"{side}_team_abbr"],
            opponent_team_abbr=games[f"{other}_team_abbr"],
            points=games[f"{side}_points"],
            opponent_points=games[f"{other}_points"],
            home_game=ibis.literal(side == "home") & ~games.is_neutral,
        )
        for side, other in (("home", "away"), ("away", "home"))
    ]
    rows = both[0].union(both[1]).drop("home_team_abbr", "away_team_abbr", "home_points", "away_points")
    arenas = locations.select(
        _team=locations.team_abbr,
        _season=locations.season,
        arena_latitude=locations.latitude,
        arena_longitude=locations.longitude,
        arena_timezone=locations.timezone,
    )
    joined = rows.left_join(arenas, [rows.team_abbr == arenas._team, _label(rows.season_year) == arenas._season])
    return joined.drop("_team", "_season")


def teams_of(games: ir.Table) -> ir.Table:
    """The teams that play, each once a date: `game_date`, `season_year`, `team_abbr`. A postponed game is none."""
    games = games.filter(~games.is_postponed)
    both = [games.select("game_date", "season_year", team_abbr=f"{side}_team_abbr") for side in ("home", "away")]
    return both[0].union(both[1]).distinct()


def _label(season_year: ir.IntegerValue) -> ir.StringValue:
    """As the static tables name seasons: 2024 is 2024-25."""
    next_year = ((season_year + 1) % 100).cast("string").lpad(2, "0")
    return season_year.cast("string") + "-" + next_year
