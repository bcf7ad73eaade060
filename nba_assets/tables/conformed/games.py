"""One game and one team's game, from the schedule: who meets whom, when, where, and how it ended.

The schedule is the only source of home and away. Travel and rest are computed from it in the team context.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.contracts.calendar import season_label
from nba_assets.contracts.read import view
from nba_assets.tables.raw.reference import extra_venues, team_locations
from nba_assets.tables.raw.schedule import nbac_schedule

SEASON_TYPES = {"002": "regular", "004": "playoffs", "005": "play_in", "006": "cup_final"}
"""By the first three digits of the NBA's game id; the schedule's own flags overlap (R-6)."""

FINAL = 3


@view(schedule=nbac_schedule, locations=team_locations, venues=extra_venues)
def games(schedule: ir.Table, locations: ir.Table, venues: ir.Table) -> ir.Table:
    """A row is a game of the schedule, played or to be played, under its canonical id `YYYYMMDD_AWAY_HOME`.

    Pre-season and All-Star games are left out. The venue is a listed extra venue by its arena's name, else the
    home team's arena; a neutral game in an unlisted arena has no known place.
    """
    away, home = schedule.game_code.substr(9, 3), schedule.game_code.substr(12, 3)
    rows = schedule.select(
        game_id=schedule.game_date.strftime("%Y%m%d") + "_" + away + "_" + home,
        nba_game_id=schedule.game_id,
        game_date=schedule.game_date,
        season_year=schedule.season_year,
        season_type=schedule.game_id.substr(0, 3).cases(*SEASON_TYPES.items(), else_=ibis.null("string")),
        away_team_abbr=away,
        home_team_abbr=home,
        away_points=schedule.away_team_score,
        home_points=schedule.home_team_score,
        tip_at=schedule.game_date_est,
        is_final=(schedule.game_status == FINAL).fill_null(False),
        is_postponed=_postponed(schedule),
        is_primetime=schedule.is_primetime,
        is_neutral=schedule.neutral_site_flag.fill_null(False),
        arena_name=schedule.arena_name,
    )
    rows = rows.filter(rows.season_type.notnull())
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


def _label(season_year: ir.IntegerValue) -> ir.StringValue:
    return season_year.cases(*[(year, season_label(year)) for year in range(2021, 2036)])


def _postponed(schedule: ir.Table) -> ir.BooleanValue:
    """Not played on its date: marked so, or still not final in a schedule that was read two days later or more.

    The source stores no postponed status (R-7), and such a game stays "scheduled" for ever.
    """
    stale = schedule.processed_at.date().delta(schedule.game_date, unit="day") >= 2
    marked = schedule.game_status_text.upper().re_search("PPD|POSTPONED|CANCEL").fill_null(False)
    return (schedule.game_status != FINAL).fill_null(True) & (stale | marked).fill_null(False)


@view(games=games, locations=team_locations)
def team_games(games: ir.Table, locations: ir.Table) -> ir.Table:
    """A row is one team in one game: the game's columns from that team's side, and where its home arena is.

    `home_game` is FALSE for both teams of a neutral game.
    """
    sides = [
        games.mutate(
            team_abbr=games[f"{side}_team_abbr"],
            opponent_team_abbr=games[f"{other}_team_abbr"],
            points=games[f"{side}_points"],
            opponent_points=games[f"{other}_points"],
            home_game=ibis.literal(side == "home") & ~games.is_neutral,
        )
        for side, other in (("home", "away"), ("away", "home"))
    ]
    rows = sides[0].union(sides[1]).drop("home_team_abbr", "away_team_abbr", "home_points", "away_points")
    arenas = locations.select(
        _team=locations.team_abbr,
        _season=locations.season,
        arena_latitude=locations.latitude,
        arena_longitude=locations.longitude,
        arena_timezone=locations.timezone,
    )
    joined = rows.left_join(arenas, [rows.team_abbr == arenas._team, _label(rows.season_year) == arenas._season])
    return joined.drop("_team", "_season")


@view(games=games)
def season_starts(games: ir.Table) -> ir.Table:
    """A row is a season: its first date with a regular game, `starts_on`."""
    regular = games.filter(games.season_type == "regular")
    return regular.group_by("season_year").agg(starts_on=regular.game_date.min())
