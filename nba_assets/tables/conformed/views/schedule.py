"""The schedule: all games of a season, past and future, under their canonical ids; and a team's side of each.

The one place where ids are settled, for all dates. Rest, travel and the next game come from it; what a game's night
looked like is stored with the games.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.certainty import NEVER, settled
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.schedule import (
    FINAL,
    REGULAR,
    SEASON_TYPES,
    canonical_id,
    from_both_sides,
    sides,
    teams_in,
    with_arenas,
    with_home_arenas,
    with_places_told,
)
from nba_assets.contracts.read import view, whole_season
from nba_assets.tables.raw.reference import extra_venues, team_locations
from nba_assets.tables.raw.schedule import nbac_schedule, nbac_schedule_editions


@view(raw=nbac_schedule)
def schedule(raw: ir.Table) -> ir.Table:
    """A row is a game of the schedule, played or to be played, under its canonical id `YYYYMMDD_AWAY_HOME`.

    Pre-season and All-Star games are left out. Where a game is played is told by `placed_schedule`.
    """
    away, home = teams_in(raw.game_code)
    is_final = (raw.game_status == FINAL).fill_null(False)
    rows = raw.select(
        game_id=canonical_id(raw.game_date, away, home),
        nba_game_id=raw.game_id,
        game_date=raw.game_date,
        season_year=raw.season_year,
        season_type=raw.game_id.left(3).cases(*SEASON_TYPES.items(), else_=ibis.null("string")),
        playoff_round=raw.playoff_round,
        away_team_abbr=away,
        home_team_abbr=home,
        away_points=is_final.ifelse(raw.away_team_score, None),
        home_points=is_final.ifelse(raw.home_team_score, None),
        tip_at=raw.game_date_est,
        is_final=is_final,
        is_postponed=_postponed(raw),
        read_at=raw.processed_at,
        is_primetime=raw.is_primetime,
        is_neutral=raw.neutral_site_flag.fill_null(False),
        arena_name=raw.arena_name,
        arena_city=raw.arena_city,
    )
    return rows.filter(rows.season_type.notnull())


def _postponed(raw: ir.Table) -> ir.BooleanValue:
    """Not played on its date: marked so, or still not final in a schedule that was read two days later or more.

    The source stores no postponed status, and such a game stays "scheduled" for ever.
    """
    stale = raw.processed_at.date().delta(raw.game_date, unit="day") >= 2
    marked = raw.game_status_text.upper().re_search("PPD|POSTPONED|CANCEL").fill_null(False)
    return (raw.game_status != FINAL).fill_null(True) & (stale | marked).fill_null(False)


@view(games=schedule, locations=team_locations, venues=extra_venues)
def placed_schedule(games: ir.Table, locations: ir.Table, venues: ir.Table) -> ir.Table:
    """The same with the place of each game: the listed extra venue of its arena's name, else the home team's arena.

    A neutral game in an unlisted arena has no known place.
    """
    return with_arenas(games, locations, venues)


@view(games=placed_schedule, locations=team_locations, venues=extra_venues)
def checked_schedule(games: ir.Table, locations: ir.Table, venues: ir.Table) -> ir.Table:
    """The same, and whether names tell that a game is elsewhere (`is_placed`) or on neutral ground."""
    return with_places_told(games, locations, venues)


@view(games=schedule)
def team_schedule(games: ir.Table) -> ir.Table:
    """A row is one team in one game of the schedule, past or future."""
    return sides(games)


@view(games=placed_schedule, locations=team_locations)
def placed_team_schedule(games: ir.Table, locations: ir.Table) -> ir.Table:
    """The same with the place of the game, and where the team's home arena is."""
    return with_home_arenas(sides(games), locations)


@view(games=schedule)
def season_starts(games: ir.Table) -> ir.Table:
    """A row is a season: its first date with a regular game, `starts_on`."""
    regular = games.filter(games.season_type == "regular")
    return regular.group_by("season_year").agg(starts_on=regular.game_date.min())


@view(games=whole_season(schedule), editions=nbac_schedule_editions)
def announced_games(games: ir.Table, editions: ir.Table) -> ir.Table:
    """A row is a team's game as it was announced: for whom it counts as a future game, and from when.

    It is certain for a date after `settled_on`, or for all where that is NULL, and stood in the schedule from
    `known_from` until `known_until`, NULL without an end. From the first edition that was kept of its season on, the
    one of the moment counts; before it, and where none was, the last. A game that is postponed was announced until it
    was read to be so.
    """
    settling = settled(games)
    now = games.filter(~games.is_postponed | games.read_at.notnull())
    now = now.select(
        "season_year",
        "nba_game_id",
        "game_date",
        "is_primetime",
        "away_team_abbr",
        "home_team_abbr",
        known_until=now.is_postponed.ifelse(now.read_at, None),
    )
    then = _announced_then(editions, now)
    rows = with_columns(then, settling, ("season_year", "nba_game_id"), "settled_on", found="_is_settled")
    # A game that was never needed is in no schedule any more; of the regular season none depends on another.
    unneeded = ~rows._is_settled & (rows.nba_game_id.left(3) != REGULAR)
    rows = rows.mutate(settled_on=unneeded.ifelse(NEVER, rows.settled_on))
    return from_both_sides(
        rows,
        lambda rows, side, other: rows.select(
            "season_year",
            "nba_game_id",
            "game_date",
            "is_primetime",
            "settled_on",
            "known_from",
            "known_until",
            game_id=canonical_id(rows.game_date, rows.away_team_abbr, rows.home_team_abbr),
            team_abbr=rows[f"{side}_team_abbr"],
            opponent_team_abbr=rows[f"{other}_team_abbr"],
        ),
    )


def _announced_then(editions: ir.Table, now: ir.Table) -> ir.Table:
    """The last edition's games and those of before, each with `known_from` and `known_until`."""
    of_season = ibis.window(group_by="season_year")
    kept = editions.mutate(_kept_since=editions.first_seen.min().over(of_season))
    kept = kept.mutate(known_from=(kept.first_seen > kept._kept_since).ifelse(kept.first_seen, None))
    standing = kept.filter(kept.withdrawn_at.isnull()).rename(nba_game_id="game_id")
    keys = ("season_year", "nba_game_id", "game_date")
    now = with_columns(now, standing, keys, "known_from", "_kept_since")
    before_any = now.filter(now.known_from.notnull())
    gone = kept.filter(kept.withdrawn_at.notnull())
    away, home = teams_in(gone.game_code)
    gone = gone.select(
        "season_year",
        "game_date",
        "is_primetime",
        nba_game_id="game_id",
        away_team_abbr=away,
        home_team_abbr=home,
        known_from="first_seen",
        known_until="withdrawn_at",
    )
    before_any = before_any.mutate(known_from=ibis.null(gone.known_from.type()), known_until=before_any._kept_since)
    standing = now.drop("_kept_since")
    return standing.union(before_any.select(standing.columns)).union(gone.select(standing.columns))
