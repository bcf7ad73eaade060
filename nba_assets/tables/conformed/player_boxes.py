"""Players' box scores, one line a player and game, from the best source that has the game.

A row is a player who appeared in a game, with minutes, counting statistics and the source used: the gamebook, else
NBA.com's player box score, else Ball Don't Lie. Whom nobody knows by any spelling has a NULL `player_lookup`: he
counts for his team and is in no table of players.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import metrics
from nba_assets.basketball.box_checks import counts_from_zero, makes_within_attempts, points_add_up
from nba_assets.basketball.box_scores import COUNTS, SOURCES_NAMES
from nba_assets.basketball.identity import folded, of_its_teams, resolve, stamp_by_pair, team
from nba_assets.basketball.joins import first_source, in_order, latest, with_columns
from nba_assets.basketball.placement import finished, placement_checks
from nba_assets.basketball.population import LEAST_PLAYERS, of_finished_games
from nba_assets.contracts.contract import Column
from nba_assets.contracts.kept_out import QUARANTINE, at_the_door, kept_out
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import Check, conformed, holds
from nba_assets.tables.conformed.views.player_names import player_names
from nba_assets.tables.conformed.views.schedule import schedule, team_schedule
from nba_assets.tables.conformed.views.starters import starters
from nba_assets.tables.conformed.views.strays import stray_boxes
from nba_assets.tables.raw.box_scores import bdl_player_boxscores, nbac_gamebook_player_stats, nbac_player_boxscores

STATUSES = ("active", "dnp", "inactive")
"""What the gamebook says of a player: played, dressed without playing, or neither."""


def _of_unknown_status(rows: ir.Table, gamebook: ir.Table) -> ir.Table:
    return gamebook.filter(~folded(gamebook.player_status).isin(STATUSES))


def _of_two_men(rows: ir.Table, names: ir.Table) -> ir.Table:
    """Rows under a lookup that the registry gives to several, or that two teams had on one date."""
    rows = rows.select("game_id", "game_date", "team_abbr", "player_lookup", "player_lookup_raw")
    several = rows.semi_join(names.filter(names.bearers > 1), "player_lookup")
    teams = rows.group_by("game_date", "player_lookup_raw").agg(_teams=rows.team_abbr.nunique())
    twice = rows.semi_join(teams.filter(teams._teams > 1), ["game_date", "player_lookup_raw"])
    return several.union(twice, distinct=True)


@conformed(
    step="box_scores",
    key=("game_id", "team_abbr", "player_lookup_raw"),
    cluster_by=("game_date", "player_lookup", "team_abbr"),
    reads={
        "gamebook": same_day(nbac_gamebook_player_stats),
        "nbac": same_day(nbac_player_boxscores),
        "bdl": same_day(bdl_player_boxscores),
        "games": same_day(schedule),
        "names": same_day(player_names),
        "starters": same_day(starters),
        "strays": same_day(stray_boxes),
        "quarantine": same_day(QUARANTINE),
    },
    population=of_finished_games(same_day(team_schedule), LEAST_PLAYERS),
    columns=(
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("season_type", "STRING", "regular, play_in, playoffs or cup_final", required=True),
        Column("team_abbr", "STRING", "his team in this game", required=True),
        Column("opponent_team_abbr", "STRING", "the other team", required=True),
        Column("player_lookup", "STRING", "canonical player; NULL if nobody by that spelling is known"),
        Column("player_lookup_raw", "STRING", "his spelling in the source", required=True),
        Column("universal_player_id", "STRING", "registry id"),
        Column("player_full_name", "STRING", "display name"),
        Column("is_starter", "BOOL", "NBA.com lists him as a starter; NULL where it does not list him"),
        Column("minutes", "FLOAT64", "time on court; whole minutes from Ball Don't Lie", "minutes"),
        Column("plus_minus", "INT64", "score while on court; NULL from Ball Don't Lie", "points"),
        Column("points", "INT64", "points", "points"),
        Column("assists", "INT64", "assists", "count"),
        Column("steals", "INT64", "steals", "count"),
        Column("blocks", "INT64", "blocks", "count"),
        Column("turnovers", "INT64", "turnovers", "count"),
        Column("personal_fouls", "INT64", "personal fouls", "count"),
        Column("offensive_rebounds", "INT64", "offensive rebounds", "count"),
        Column("defensive_rebounds", "INT64", "defensive rebounds", "count"),
        Column("fg_makes", "INT64", "field goals made", "count"),
        Column("fg_attempts", "INT64", "field goals attempted", "count"),
        Column("three_pt_makes", "INT64", "three-pointers made", "count"),
        Column("three_pt_attempts", "INT64", "three-pointers attempted", "count"),
        Column("ft_makes", "INT64", "free throws made", "count"),
        Column("ft_attempts", "INT64", "free throws attempted", "count"),
        Column("source", "STRING", "gamebook, nbac_boxscore or bdl", required=True),
    ),
    checks=(
        counts_from_zero(),
        makes_within_attempts("fg", "three_pt", "ft"),
        points_add_up("points"),
        *placement_checks("boxes"),
        holds(
            "players_are_known",
            lambda t: t.player_lookup.notnull(),
            "every name in the box scores is in the registry or an alias",
            "warn",
        ),
        Check(
            "names_are_of_one_man",
            "no name is of two in the registry, nor in two teams' boxes of a date: all rows of it are one man's",
            _of_two_men,
            "warn",
        ),
        kept_out(
            "statuses_are_known",
            "of an unknown status",
            _of_unknown_status,
            f"every status in the gamebook is one of {', '.join(STATUSES)}",
        ),
        holds(
            "who_played_has_minutes",
            lambda t: t.minutes.notnull() | ~ibis.or_(*[(t[name] > 0).fill_null(False) for name in COUNTS]),
            "who has a line of statistics has minutes",
        ),
        *at_the_door(nbac_gamebook_player_stats, nbac_player_boxscores, bdl_player_boxscores),
    ),
)
def player_boxes(
    gamebook: ir.Table, nbac: ir.Table, bdl: ir.Table, games: ir.Table, names: ir.Table, starters: ir.Table
) -> ir.Table:
    games = finished(games)
    active = gamebook.filter(folded(gamebook.player_status) == "active")
    # Ball Don't Lie lists everybody with zeros and rounds minutes to whole ones: a row of it without a minute and
    # without a single statistic did not play.
    listed = stamp_by_pair(_line(bdl, "player_full_name", None), games)
    anything = ibis.or_(listed.minutes > 0, *[listed[name] > 0 for name in COUNTS])
    rows = first_source(
        ("game_id",),
        gamebook=in_order(stamp_by_pair(_line(active, "player_name", "plus_minus", "minutes_decimal"), games)),
        nbac_boxscore=in_order(stamp_by_pair(_line(nbac, "player_full_name", "plus_minus"), games)),
        bdl=in_order(listed.filter(anything)),
    )
    sides = games.select("game_id", "season_type", "home_team_abbr", "away_team_abbr")
    rows = of_its_teams(rows.join(sides, "game_id"))
    at_home = rows.team_abbr == rows.home_team_abbr
    rows = resolve(rows.mutate(opponent_team_abbr=at_home.ifelse(rows.away_team_abbr, rows.home_team_abbr)), names)
    return with_columns(rows, starters, ("game_id", "player_lookup"), "is_starter")


def _line(rows: ir.Table, name: str, plus_minus: str | None, second: str | None = None) -> ir.Table:
    """One source's rows under our names, duplicates of overlapping deliveries removed.

    `second` is the column with the minutes where the clock does not say them.
    """
    rows = latest(rows, ("game_date", "team_abbr", "player_lookup"))
    minutes = metrics.plausible_minutes(metrics.minutes(rows.minutes))
    return rows.select(
        "game_date",
        "home_team_abbr",
        "away_team_abbr",
        team_abbr=team(rows.team_abbr),
        player_lookup=rows.player_lookup,
        player_full_name=rows[name],
        minutes=minutes if second is None else minutes.coalesce(metrics.plausible_minutes(rows[second])),
        plus_minus=rows[plus_minus] if plus_minus else ibis.null("int64"),
        **{ours: rows[theirs] for ours, theirs in SOURCES_NAMES.items()},
    )
