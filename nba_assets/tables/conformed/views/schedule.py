"""The schedule: all games of a season, past and future, under their canonical ids; and a team's side of each.

The one place where ids are settled, for all dates. Rest, travel and the next game come from it; what a game's night
looked like is stored with the games.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.schedule import FINAL, SEASON_TYPES, sides, with_arenas
from nba_assets.contracts.read import view
from nba_assets.tables.raw.reference import extra_venues, team_locations
from nba_assets.tables.raw.schedule import nbac_schedule


@view(raw=nbac_schedule, locations=team_locations, venues=extra_venues)
def schedule(raw: ir.Table, locations: ir.Table, venues: ir.Table) -> ir.Table:
    """A row is a game of the schedule, played or to be played, under its canonical id `YYYYMMDD_AWAY_HOME`.

    Pre-season and All-Star games are left out. The venue is a listed extra venue by its arena's name, else the
    home team's arena; a neutral game in an unlisted arena has no known place.
    """
    away, home = raw.game_code.right(6).left(3), raw.game_code.right(3)
    rows = raw.select(
        game_id=raw.game_date.strftime("%Y%m%d") + "_" + away + "_" + home,
        nba_game_id=raw.game_id,
        game_date=raw.game_date,
        season_year=raw.season_year,
        season_type=raw.game_id.left(3).cases(*SEASON_TYPES.items(), else_=ibis.null("string")),
        playoff_round=raw.playoff_round,
        away_team_abbr=away,
        home_team_abbr=home,
        away_points=raw.away_team_score,
        home_points=raw.home_team_score,
        tip_at=raw.game_date_est,
        is_final=(raw.game_status == FINAL).fill_null(False),
        is_postponed=_postponed(raw),
        is_primetime=raw.is_primetime,
        is_neutral=raw.neutral_site_flag.fill_null(False),
        arena_name=raw.arena_name,
    )
    return with_arenas(rows.filter(rows.season_type.notnull()), locations, venues)


def _postponed(raw: ir.Table) -> ir.BooleanValue:
    """Not played on its date: marked so, or still not final in a schedule that was read two days later or more.

    The source stores no postponed status (R-7), and such a game stays "scheduled" for ever.
    """
    stale = raw.processed_at.date().delta(raw.game_date, unit="day") >= 2
    marked = raw.game_status_text.upper().re_search("PPD|POSTPONED|CANCEL").fill_null(False)
    return (raw.game_status != FINAL).fill_null(True) & (stale | marked).fill_null(False)


@view(games=schedule, locations=team_locations)
def team_schedule(games: ir.Table, locations: ir.Table) -> ir.Table:
    """A row is one team in one game of the schedule, past or future, with where its home arena is."""
    return sides(games, locations)


@view(games=schedule)
def season_starts(games: ir.Table) -> ir.Table:
    """A row is a season: its first date with a regular game, `starts_on`."""
    regular = games.filter(games.season_type == "regular")
    return regular.group_by("season_year").agg(starts_on=regular.game_date.min())
