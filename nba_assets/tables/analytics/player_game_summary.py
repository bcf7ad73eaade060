"""One clean line for every player who appeared in a finished game.

A row is one player in one game: box score, efficiency, shot profile, and how his points stood against the betting
line. Box scores come from the gamebook, else NBA.com's player box score, else Ball Don't Lie, game by game.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import metrics
from nba_assets.basketball.box_checks import makes_within_attempts
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.market import offer_columns, offer_names
from nba_assets.basketball.play_feeds import PERIOD_SECONDS
from nba_assets.basketball.population import LEAST_PLAYERS, of_finished_games
from nba_assets.basketball.zones import area_columns, with_zones, zone_counts
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.measures import Measure, mean_of, share_without
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import Check, holds, table
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.player_boxes import player_boxes
from nba_assets.tables.conformed.views.court import first_fives, late_minutes
from nba_assets.tables.conformed.views.market import points_lines
from nba_assets.tables.conformed.views.possessions import on_court
from nba_assets.tables.conformed.views.schedule import team_schedule
from nba_assets.tables.conformed.views.shots import fourth_quarter_points, shots

MOST_PLAYERS = 18
"""A side of a game. The fewest suffice: Oklahoma City played three games of 2022 and 2023 with six men."""

USAGE_MINUTES = 5
"""Played by those whose usage tells of a day."""


def _more_than_five_late(rows: ir.Table) -> ir.Table:
    sides = rows.group_by("game_id", "game_date", "team_abbr").agg(seconds=rows.fourth_quarter_seconds.sum())
    return sides.filter(sides.seconds > 5 * PERIOD_SECONDS)


PLAYER, TEAM = ("game_id", "player_lookup"), ("game_id", "team_abbr")


def _thin_games(rows: ir.Table, games: ir.Table) -> ir.Table:
    final = games.filter(games.is_final).select("game_id", "game_date")
    sides = rows.group_by("game_id", "team_abbr").agg(players=rows.count())
    full = (
        sides.filter(sides.players.between(LEAST_PLAYERS, MOST_PLAYERS))
        .group_by("game_id")
        .agg(sides=lambda t: t.count())
    )
    counted = with_columns(final, full, ("game_id",), "sides")
    return counted.filter(counted.sides.fill_null(0) != 2)


@table(
    dataset="nba_analytics",
    partition_by="game_date",
    key=("game_id", "player_lookup"),
    cluster_by=("universal_player_id", "player_lookup", "team_abbr", "game_date"),
    reads={
        "games": same_day(games),
        "player_boxes": same_day(player_boxes),
        "shots": same_day(shots),
        "first_fives": same_day(first_fives),
        "late_minutes": same_day(late_minutes),
        "fourth_quarter_points": same_day(fourth_quarter_points),
        "on_court": same_day(on_court),
        "prop_lines": same_day(points_lines),
        "team_offense": same_day(team_offense_game_summary),
    },
    measures=(
        mean_of("points"),
        mean_of("minutes_played"),
        Measure(
            "mean_usage_rate",
            # A shot in a second on the court is a usage of a thousand per cent, and no news of the day.
            lambda rows: (rows.minutes_played >= USAGE_MINUTES).ifelse(rows.usage_rate.cast("float64"), None).mean(),
            watched=True,
        ),
        share_without("points_line"),
    ),
    population=of_finished_games(same_day(team_schedule), LEAST_PLAYERS),
    columns=(
        Column("player_lookup", "STRING", "canonical player", required=True),
        Column("universal_player_id", "STRING", "registry id", required=True),
        Column("player_full_name", "STRING", "display name"),
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("season_type", "STRING", "regular, play_in, playoffs or cup_final", required=True),
        Column("team_abbr", "STRING", "his team in this game", required=True),
        Column("opponent_team_abbr", "STRING", "the other team", required=True),
        Column("home_game", "BOOL", "his team is the designated home team, in a neutral game too"),
        Column("neutral_site", "BOOL", "in neither team's arena"),
        Column("points", "INT64", "points", "points", required=True),
        Column("assists", "INT64", "assists"),
        Column("offensive_rebounds", "INT64", "offensive rebounds"),
        Column("defensive_rebounds", "INT64", "defensive rebounds"),
        Column("rebounds", "INT64", "offensive and defensive rebounds"),
        Column("steals", "INT64", "steals"),
        Column("blocks", "INT64", "blocks"),
        Column("turnovers", "INT64", "turnovers"),
        Column("personal_fouls", "INT64", "personal fouls"),
        Column("fg_makes", "INT64", "field goals made"),
        Column("fg_attempts", "INT64", "field goals attempted"),
        Column("three_pt_makes", "INT64", "three-pointers made"),
        Column("three_pt_attempts", "INT64", "three-pointers attempted"),
        Column("ft_makes", "INT64", "free throws made"),
        Column("ft_attempts", "INT64", "free throws attempted"),
        Column("minutes_played", "DECIMAL(5,1)", "`seconds_played`, rounded once", "minutes"),
        Column(
            "seconds_played",
            "INT64",
            "time on court; a game is played when it is above zero; whole minutes from Ball Don't Lie",
            "seconds",
        ),
        Column("plus_minus", "INT64", "score while on court; NULL from Ball Don't Lie", "points"),
        Column("paint_attempts", "INT64", "two-point attempts from 8 ft or less; NULL without play-by-play"),
        Column("paint_makes", "INT64", "two-point makes from 8 ft or less"),
        Column("mid_range_attempts", "INT64", "two-point attempts from beyond 8 ft"),
        Column("mid_range_makes", "INT64", "two-point makes from beyond 8 ft"),
        Column("zone_unknown_attempts", "INT64", "two-point attempts of unknown distance"),
        *area_columns(),
        Column("assisted_fg_makes", "INT64", "field goals made from a pass; NULL without play-by-play"),
        Column("unassisted_fg_makes", "INT64", "field goals made without"),
        Column("and1_count", "INT64", "made shots with a free throw on top"),
        Column("paint_blocks", "INT64", "blocks of two-pointers from 8 ft or less; NULL without play-by-play"),
        Column("mid_range_blocks", "INT64", "blocks of two-pointers from beyond 8 ft"),
        Column("three_pt_blocks", "INT64", "blocks of three-pointers"),
        Column("fourth_quarter_points", "INT64", "points in the fourth quarter; NULL without play-by-play", "points"),
        Column(
            "fourth_quarter_minutes",
            "DECIMAL(4,1)",
            "time on court in the fourth quarter; NULL without line-ups",
            "minutes",
        ),
        Column("fourth_quarter_seconds", "INT64", "the same exactly", "seconds"),
        Column(
            "clutch_minutes",
            "DECIMAL(4,1)",
            "of the last 5:00 of the fourth quarter or overtime within 5 points",
            "minutes",
        ),
        Column("clutch_seconds", "INT64", "the same exactly", "seconds"),
        Column(
            "plays_used",
            "DECIMAL(5,2)",
            "FGA + 0.44 FTA + TOV: the team's plays that he ended; NULL for no time",
            "plays",
        ),
        Column(
            "team_plays_on_court", "DECIMAL(9,5)", "the team's plays while he was, by his share of the time", "plays"
        ),
        Column("usage_rate", "DECIMAL(7,2)", "plays used of those; over games it is pooled, not averaged", "percent"),
        Column(
            "on_court_possessions",
            "INT64",
            "his team's while he was on court; NULL unless the ten are known throughout",
        ),
        Column("on_court_possessions_against", "INT64", "the opponent's meanwhile"),
        Column(
            "on_court_points_for",
            "INT64",
            "his team's points meanwhile; he is on court who was when the clock stopped",
            "points",
        ),
        Column("on_court_points_against", "INT64", "the opponent's", "points"),
        Column(
            "usage_rate_on_court",
            "DECIMAL(5,2)",
            "his share of the possessions that a player of his team used meanwhile, by the last shot, trip or turnover",
            "percent",
        ),
        Column("ts_pct", "DECIMAL(5,3)", "true shooting: points / (2 (FGA + 0.44 FTA))", "0-1"),
        Column("efg_pct", "DECIMAL(5,3)", "effective field goals: (FGM + 0.5 3PM) / FGA", "0-1"),
        Column("starter_flag", "BOOL", "started: NBA.com's list, else the first five on court"),
        Column("win_flag", "BOOL", "his team won"),
        Column("points_line", "DECIMAL(4,1)", "his points line before the tip, chosen as in the context", "points"),
        Column("points_line_source", "STRING", "the book whose line it is"),
        Column("opening_line", "DECIMAL(4,1)", "first line of the same book", "points"),
        Column("opening_line_source", "STRING", "the same book"),
        Column("line_movement", "DECIMAL(4,1)", "closing less opening; NULL if the book was seen once only", "points"),
        *offer_columns("points_line"),
        Column("over_under_result", "STRING", "OVER, UNDER or PUSH"),
        Column("margin", "DECIMAL(6,2)", "points less the line", "points"),
        Column("primary_source_used", "STRING", "gamebook, nbac_boxscore or bdl", required=True),
        Column("shot_zones_source", "STRING", "bigdataball, nbac or both; NULL unless they have the whole game"),
    ),
    checks=(
        Check("players_in_every_final_game", "each finished game has 5 to 18 players a side", _thin_games),
        holds(
            "late_time_within_the_game",
            lambda t: (
                (t.fourth_quarter_seconds <= PERIOD_SECONDS)
                & (t.fourth_quarter_seconds <= t.seconds_played + (t.primary_source_used == "bdl").ifelse(60, 1))
            ),
            "nobody plays more of the fourth quarter than it lasts, nor than he played; minutes may be whole ones",
        ),
        Check("five_a_side_late", "a side plays five times the fourth quarter", _more_than_five_late),
        makes_within_attempts("paint", "mid_range"),
        holds(
            "zones_sum_to_attempts",
            lambda t: (
                (
                    t.paint_attempts
                    + t.mid_range_attempts
                    + t.three_pt_attempts
                    + t.zone_unknown_attempts
                    - t.fg_attempts
                ).abs()
                <= 1
            ),
            "zones and unknown add up to the attempts, give or take one",
            "warn",
        ),
        holds(
            "makes_are_assisted_or_not",
            lambda t: t.assisted_fg_makes + t.unassisted_fg_makes == t.fg_makes,
            "assisted and unassisted makes are all makes",
            "warn",
        ),
        holds(
            "plausible",
            lambda t: (t.points <= 100) & (t.minutes_played <= 70) & (t.fg_attempts <= 60),
            "points to 100, minutes to 70, attempts to 60",
            "warn",
        ),
    ),
    tiers="gold by the official gamebook, silver by another box score",
)
def player_game_summary(
    player_boxes: ir.Table,
    shots: ir.Table,
    first_fives: ir.Table,
    late_minutes: ir.Table,
    fourth_quarter_points: ir.Table,
    on_court: ir.Table,
    prop_lines: ir.Table,
    team_offense: ir.Table,
) -> ir.Table:
    known = player_boxes.filter(player_boxes.player_lookup.notnull())
    rows = _with_team(known, team_offense)
    rows = _with_shots(rows, shots)
    rows = _with_time(rows, late_minutes, fourth_quarter_points)
    rows = _with_possessions(rows, on_court)
    rows = _with_start(rows, first_fives)
    rows = _with_usage(_with_line(rows, prop_lines))
    return rows.mutate(
        rebounds=rows.offensive_rebounds + rows.defensive_rebounds,
        minutes_played=rows.seconds_played / 60,
        zone_unknown_attempts=rows.unknown_attempts,
        assisted_fg_makes=rows.assisted_makes,
        unassisted_fg_makes=rows.unassisted_makes,
        and1_count=rows.and_ones,
        usage_rate=metrics.usage_rate(rows.plays_used, rows.team_plays_on_court),
        ts_pct=metrics.true_shooting_pct(rows.points, rows.fg_attempts, rows.ft_attempts),
        efg_pct=metrics.effective_fg_pct(rows.fg_makes, rows.three_pt_makes, rows.fg_attempts),
        over_under_result=metrics.prop_result(rows.points, rows.points_line),
        margin=rows.points - rows.points_line,
        primary_source_used=rows.source,
        quality_tier=(rows.source == "gamebook").ifelse(quality.GOLD, quality.SILVER),
        quality_issues=quality.issues(
            {
                "backup_source_used": rows.source != "gamebook",
                "whole_minutes": rows.source == "bdl",
                "shot_zones_unavailable": rows.shot_zones_source.isnull(),
                "shot_areas_unavailable": rows.area_restricted_attempts.isnull(),
                "late_minutes_unavailable": rows.fourth_quarter_seconds.isnull() | rows.clutch_seconds.isnull(),
                "line_ups_unavailable": rows.on_court_possessions.isnull(),
                "team_totals_unavailable": rows.team_minutes.isnull(),
            }
        ),
    )


def _with_team(rows: ir.Table, team_offense: ir.Table) -> ir.Table:
    return with_columns(
        rows,
        team_offense,
        TEAM,
        "home_game",
        "neutral_site",
        "win_flag",
        "team_minutes",
        team_fg_attempts="fg_attempts",
        team_ft_attempts="ft_attempts",
        team_turnovers="turnovers",
    )


def _with_usage(rows: ir.Table) -> ir.Table:
    """His plays and the team's meanwhile, both or neither, so that sums over games are of the same ones."""
    seconds = (rows.minutes * 60).round().cast("int64")
    own = metrics.plays_used(rows.fg_attempts, rows.ft_attempts, rows.turnovers)
    team = metrics.plays_used(rows.team_fg_attempts, rows.team_ft_attempts, rows.team_turnovers)
    meanwhile = metrics.plays_on_court(team, seconds, rows.team_minutes)
    return rows.mutate(
        seconds_played=seconds,
        plays_used=meanwhile.notnull().ifelse(own, ibis.null("float64")),
        team_plays_on_court=own.notnull().ifelse(meanwhile, ibis.null("float64")),
    )


def _with_shots(rows: ir.Table, shots: ir.Table) -> ir.Table:
    """Zones of his own shots, and of those he blocked, whether he shot himself or not."""
    rows = with_zones(rows, shots, zone_counts(shots, "game_id", "player_lookup"), player_lookup="player_lookup")
    blocked = zone_counts(shots.filter(shots.blocked_by.notnull()), "game_id", "blocked_by")
    blocks = {
        "paint_blocks": "paint_attempts",
        "mid_range_blocks": "mid_range_attempts",
        "three_pt_blocks": "three_attempts",
    }
    rows = with_columns(rows, blocked, {"game_id": "game_id", "player_lookup": "blocked_by"}, **blocks)
    covered = rows.shot_zones_source.notnull()
    return rows.mutate(**{name: covered.ifelse(rows[name].fill_null(0), ibis.null("int64")) for name in blocks})


def _with_time(rows: ir.Table, late_minutes: ir.Table, fourth_quarter_points: ir.Table) -> ir.Table:
    """Late time on court and points: zero for who sat out where the sources cover his team, else NULL."""
    timed = late_minutes.select(*TEAM, "late_periods").distinct()
    rows = with_columns(rows, timed, TEAM, "late_periods", found="_is_timed")
    late = ("fourth_quarter_seconds", "clutch_seconds")
    rows = with_columns(rows, late_minutes, PLAYER, *late)
    rows = rows.mutate(**{name: rows._is_timed.ifelse(rows[name].fill_null(0), ibis.null("int64")) for name in late})
    periods = 1 + metrics.overtime_periods(rows.team_minutes)
    rows = rows.mutate(clutch_seconds=(rows.late_periods < periods).fill_null(False).ifelse(None, rows.clutch_seconds))
    rows = with_columns(rows, fourth_quarter_points, PLAYER, fourth_quarter_points="points")
    return rows.mutate(
        fourth_quarter_minutes=rows.fourth_quarter_seconds / 60,
        clutch_minutes=rows.clutch_seconds / 60,
        fourth_quarter_points=rows.shot_zones_source.notnull().ifelse(
            rows.fourth_quarter_points.fill_null(0), ibis.null("int64")
        ),
    ).drop("_is_timed", "late_periods")


_ON_COURT = (
    "on_court_possessions",
    "on_court_possessions_against",
    "on_court_points_for",
    "on_court_points_against",
)


def _with_possessions(rows: ir.Table, on_court: ir.Table) -> ir.Table:
    """Possessions while he was on court: zero for who was in none where his team's line-ups are known, else NULL."""
    rows = with_columns(rows, on_court.select(*TEAM).distinct(), TEAM, found="_is_counted")
    rows = with_columns(rows, on_court, PLAYER, *_ON_COURT, _used="used", _used_on_court="used_on_court")
    share = metrics.ratio(100 * rows._used, rows._used_on_court)
    counts = {name: rows._is_counted.ifelse(rows[name].fill_null(0), ibis.null("int64")) for name in _ON_COURT}
    return rows.mutate(**counts, usage_rate_on_court=share).drop("_is_counted", "_used", "_used_on_court")


def _with_start(rows: ir.Table, first_fives: ir.Table) -> ir.Table:
    rows = with_columns(rows, first_fives.select(*PLAYER).distinct(), PLAYER, found="_opened")
    rows = with_columns(rows, first_fives.select(*TEAM).distinct(), TEAM, found="_is_seen")
    opened = rows._is_seen.ifelse(rows._opened, ibis.null("boolean"))
    return rows.mutate(starter_flag=rows.is_starter.coalesce(opened)).drop("_opened", "_is_seen")


def _with_line(rows: ir.Table, prop_lines: ir.Table) -> ir.Table:
    rows = with_columns(
        rows,
        prop_lines,
        ("game_date", "player_lookup"),
        points_line="line",
        points_line_source="book",
        opening_line="opening",
        line_movement="movement",
        **offer_names("points_line"),
    )
    return rows.mutate(opening_line_source=rows.opening_line.notnull().ifelse(rows.points_line_source, None))
