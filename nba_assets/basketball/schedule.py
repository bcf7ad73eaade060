"""Schedules: season types, where a game is played, and a game as its two teams see it.

Functions of tables of games. Rest and travel are computed from them in the team's context.
"""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import folded
from nba_assets.basketball.joins import with_columns

REGULAR = "002"
SEASON_TYPES = {REGULAR: "regular", "004": "playoffs", "005": "play_in", "006": "cup_final"}
"""By the first three digits of the NBA's game id; the schedule's own flags overlap."""

FINAL = 3
"""The schedule's status of a game that is over."""

PLACE = ("latitude", "longitude", "timezone")


def teams_in(game_code: ir.StringValue) -> tuple[ir.StringValue, ir.StringValue]:
    """The away and the home team of the schedule's `YYYYMMDD/AWYHOM`, whose order is to be trusted."""
    return game_code.right(6).left(3), game_code.right(3)


def canonical_id(day: ir.DateValue, away: ir.StringValue, home: ir.StringValue) -> ir.StringValue:
    """`YYYYMMDD_AWAY_HOME`."""
    return day.strftime("%Y%m%d") + "_" + away + "_" + home


def with_arenas(rows: ir.Table, locations: ir.Table, venues: ir.Table) -> ir.Table:
    """Games with `venue_latitude`, `venue_longitude` and `venue_timezone`: of a listed extra venue by its arena's name,
    else of the home team's arena; a neutral game in an unlisted arena has no known place."""
    rows = rows.mutate(_season=_label(rows.season_year))
    at_home, listed = {f"_home_{name}": name for name in PLACE}, {f"_listed_{name}": name for name in PLACE}
    rows = with_columns(rows, locations, _HOME, **at_home)
    rows = with_columns(rows, venues, _LISTED, **listed)

    def place(name: str) -> ir.Value:
        return rows[f"_listed_{name}"].coalesce((~rows.is_neutral).ifelse(rows[f"_home_{name}"], None))

    return rows.mutate(**{f"venue_{name}": place(name) for name in PLACE}).drop("_season", *at_home, *listed)


_HOME = {"home_team_abbr": "team_abbr", "_season": "season"}
_LISTED = {"arena_name": "arena_name", "_season": "season"}


def with_places_told(rows: ir.Table, locations: ir.Table, venues: ir.Table) -> ir.Table:
    """Such games with `is_placed`, whether each is played where it is placed, as far as the names of arenas and cities
    tell: an arena that is neither listed nor the home team's, in another city, is not. `is_listed_neutral` is what the
    list says, else NULL."""
    rows = rows.mutate(_season=_label(rows.season_year))
    rows = with_columns(rows, locations, _HOME, _home_arena="arena_name", _home_city="city")
    rows = with_columns(rows, venues, _LISTED, _latitude="latitude", is_listed_neutral="neutral_site_flag")
    other_arena = folded(rows.arena_name) != folded(rows._home_arena)
    elsewhere = other_arena & (folded(rows.arena_city) != folded(rows._home_city))
    is_placed = rows.venue_latitude.notnull() & (rows._latitude.notnull() | ~elsewhere.fill_null(False))
    return rows.mutate(is_placed=is_placed).drop("_season", "_home_arena", "_home_city", "_latitude")


def sides(games: ir.Table) -> ir.Table:
    """Each game from both teams' side: `team_abbr`, `opponent_team_abbr` and their points.

    `home_game` is the schedule's: one team is the designated home team of a neutral game, too.
    """
    return from_both_sides(
        games,
        lambda games, side, other: games.mutate(
            team_abbr=games[f"{side}_team_abbr"],
            opponent_team_abbr=games[f"{other}_team_abbr"],
            points=games[f"{side}_points"],
            opponent_points=games[f"{other}_points"],
            home_game=ibis.literal(side == "home"),
        ),
    ).drop("home_team_abbr", "away_team_abbr", "home_points", "away_points")


def with_home_arenas(sides: ir.Table, locations: ir.Table) -> ir.Table:
    """Teams' games with where the team's own arena is: `arena_latitude`, `arena_longitude`, `arena_timezone`."""
    rows = sides.mutate(_season=_label(sides.season_year))
    arena = {f"arena_{name}": name for name in PLACE}
    return with_columns(rows, locations, {"team_abbr": "team_abbr", "_season": "season"}, **arena).drop("_season")


def teams_of(games: ir.Table) -> ir.Table:
    """The teams that play, each once a date: `game_date`, `season_year`, `team_abbr`. A postponed game is none."""
    return from_both_sides(
        games.filter(~games.is_postponed),
        lambda games, side, _: games.select("game_date", "season_year", team_abbr=f"{side}_team_abbr"),
    ).distinct()


def from_both_sides(games: ir.Table, seen: Callable[[ir.Table, str, str], ir.Table]) -> ir.Table:
    """Games as they are `seen` from the home team's side and from the visitors': it is given these, a side, the other.

    A team that plays itself has no side: there would be two, and of whatever is joined to them more.
    """
    games = games.filter(games.home_team_abbr != games.away_team_abbr)
    return seen(games, "home", "away").union(seen(games, "away", "home"))


def with_opponents(rows: ir.Table, **columns: str) -> ir.Table:
    """Rows of both teams of each game with columns of the opponent's row, under names of their own."""
    return with_columns(rows, rows, {"game_id": "game_id", "opponent_team_abbr": "team_abbr"}, **columns)


def _label(season_year: ir.IntegerValue) -> ir.StringValue:
    """As the static tables name seasons: 2024 is 2024-25."""
    next_year = ((season_year + 1) % 100).cast("string").lpad(2, "0")
    return season_year.cast("string") + "-" + next_year
