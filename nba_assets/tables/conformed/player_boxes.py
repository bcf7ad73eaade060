"""One player's line in one game, from the best source that has the game; who started; who was listed without playing.

Order: gamebook, NBA.com player box score, Ball Don't Lie (`spec/raw_tables.md` section 5; ESPN has no feed yet).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import metrics
from nba_assets.basketball.joins import first_source, latest
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.identity import (
    player_names,
    resolve,
    stamp_by_nba_id,
    stamp_by_pair,
    team,
    without_game,
)
from nba_assets.tables.raw.box_scores import bdl_player_boxscores, nbac_gamebook_player_stats, nbac_player_boxscores

_COUNTS = {
    "points": "points",
    "assists": "assists",
    "steals": "steals",
    "blocks": "blocks",
    "turnovers": "turnovers",
    "personal_fouls": "personal_fouls",
    "offensive_rebounds": "offensive_rebounds",
    "defensive_rebounds": "defensive_rebounds",
    "fg_makes": "field_goals_made",
    "fg_attempts": "field_goals_attempted",
    "three_pt_makes": "three_pointers_made",
    "three_pt_attempts": "three_pointers_attempted",
    "ft_makes": "free_throws_made",
    "ft_attempts": "free_throws_attempted",
}
"""Our names of the counting statistics, and the sources'."""

COUNTS = tuple(_COUNTS)


@view(
    gamebook=nbac_gamebook_player_stats,
    nbac=nbac_player_boxscores,
    bdl=bdl_player_boxscores,
    games=games,
    names=player_names,
)
def player_boxes(gamebook: ir.Table, nbac: ir.Table, bdl: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """A row is a player who appeared in a game, with minutes, counting statistics and the source used.

    A player whom nobody knows by any spelling has a NULL `player_lookup`, and the text found in
    `player_lookup_raw`. Ball Don't Lie lists everybody with zeros (R-8) and rounds minutes to whole ones: a row
    of it without a minute and without a single statistic did not play.
    """
    active = gamebook.filter(gamebook.player_status == "active")
    listed = stamp_by_pair(_line(bdl, "player_full_name", None), games)
    anything = ibis.or_(listed.minutes > 0, *[listed[name] > 0 for name in COUNTS])
    rows = first_source(
        ("game_id",),
        gamebook=_stamped(stamp_by_pair(_line(active, "player_name", "plus_minus"), games)),
        nbac_boxscore=_stamped(stamp_by_pair(_line(nbac, "player_full_name", "plus_minus"), games)),
        bdl=_stamped(listed.filter(anything)),
    )
    sides = games.select("game_id", "season_type", _home=games.home_team_abbr, _away=games.away_team_abbr)
    rows = resolve(rows, names).join(sides, "game_id")
    return rows.mutate(opponent_team_abbr=(rows.team_abbr == rows._home).ifelse(rows._away, rows._home)).drop(
        "_home", "_away"
    )


@view(gamebook=nbac_gamebook_player_stats, nbac=nbac_player_boxscores, bdl=bdl_player_boxscores, games=games)
def stray_boxes(gamebook: ir.Table, nbac: ir.Table, bdl: ir.Table, games: ir.Table) -> ir.Table:
    """A row is a raw box-score row whose date and teams are no game of the schedule: kept out, and counted."""
    sources = [
        rows.select("game_date", "home_team_abbr", "away_team_abbr", "player_lookup", source=ibis.literal(name))
        for name, rows in (("gamebook", gamebook), ("nbac_boxscore", nbac), ("bdl", bdl))
    ]
    return without_game(sources[0].union(*sources[1:]), games)


def _line(rows: ir.Table, name: str, plus_minus: str | None) -> ir.Table:
    """One source's rows under our names, duplicates of overlapping deliveries removed."""
    rows = latest(rows, ("game_date", "team_abbr", "player_lookup"))
    return rows.select(
        "game_date",
        "home_team_abbr",
        "away_team_abbr",
        team_abbr=team(rows.team_abbr),
        player_lookup=rows.player_lookup,
        player_full_name=rows[name],
        minutes=metrics.minutes(rows.minutes),
        plus_minus=rows[plus_minus] if plus_minus else ibis.null("int64"),
        **{ours: rows[theirs] for ours, theirs in _COUNTS.items()},
    )


def _stamped(rows: ir.Table) -> ir.Table:
    """A union needs one order of columns."""
    return rows.select(sorted(rows.columns))


@view(nbac=nbac_player_boxscores, games=games, names=player_names)
def starters(nbac: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """A row is a player whom NBA.com lists in a game, and whether he started it."""
    nbac = latest(nbac, ("nba_game_id", "team_abbr", "player_lookup"))
    rows = stamp_by_nba_id(nbac.select("nba_game_id", "team_abbr", "player_lookup", is_starter=nbac.starter), games)
    rows = resolve(rows, names)
    return rows.filter(rows.player_lookup.notnull()).select(
        "game_id", "game_date", "season_year", "team_abbr", "player_lookup", "is_starter"
    )


@view(gamebook=nbac_gamebook_player_stats, games=games, names=player_names)
def listed_players(gamebook: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """A row is a person on a game's sheet: `active` (played), `dnp` (dressed) or `inactive`, with the reason."""
    gamebook = latest(gamebook, ("game_date", "team_abbr", "player_lookup"))
    rows = stamp_by_pair(
        gamebook.select(
            "game_date",
            "home_team_abbr",
            "away_team_abbr",
            "player_lookup",
            "player_status",
            "dnp_reason",
            team_abbr=team(gamebook.team_abbr),
        ),
        games,
    )
    return resolve(rows, names)
