"""What each team did with the ball in each finished game.

A row is one team in one game: totals, shot zones, possessions and the rates that follow from them.
Totals are NBA.com's, or the sum of the team's players where NBA.com has no row.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball import metrics
from nba_assets.basketball.box_checks import opposite_margins, two_rows_a_final_game
from nba_assets.basketball.population import of_finished_games
from nba_assets.basketball.possessions import ESTIMATED, with_possessions
from nba_assets.basketball.starting_five import with_absences
from nba_assets.basketball.zones import area_columns, points_in_paint, with_second_chances, with_zones, zone_counts
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.measures import mean_of
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import holds, table
from nba_assets.tables.conformed.expected_starters import expected_starters
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.listed_players import listed_players
from nba_assets.tables.conformed.team_boxes import team_boxes
from nba_assets.tables.conformed.views.possessions import possession_counts
from nba_assets.tables.conformed.views.schedule import team_schedule
from nba_assets.tables.conformed.views.shots import second_chances, shots


def _five_players_minutes(rows: ir.Table) -> ir.BooleanValue:
    minutes = 5 * (metrics.REGULATION_MINUTES + metrics.OVERTIME_MINUTES * rows.overtime_periods)
    return (rows.team_minutes - minutes).abs() < 1


def _paint_mid_three(rows: ir.Table) -> ir.BooleanValue:
    zones = rows.team_paint_attempts + rows.team_mid_range_attempts + rows.three_pt_attempts
    return (zones + rows.zone_unknown_attempts - rows.fg_attempts).abs() <= 1


@table(
    dataset="nba_analytics",
    partition_by="game_date",
    key=("game_id", "team_abbr"),
    cluster_by=("team_abbr", "game_date", "home_game"),
    reads={
        "games": same_day(games),
        "team_boxes": same_day(team_boxes),
        "possession_counts": same_day(possession_counts),
        "shots": same_day(shots),
        "second_chances": same_day(second_chances),
        "listed_players": same_day(listed_players),
        "expected_starters": same_day(expected_starters),
    },
    measures=(mean_of("offensive_rating"), mean_of("pace")),
    population=of_finished_games(same_day(team_schedule)),
    columns=(
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("nba_game_id", "STRING", "the NBA's ten digits", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("season_type", "STRING", "regular, play_in, playoffs or cup_final", required=True),
        Column("team_abbr", "STRING", "the team", required=True),
        Column("opponent_team_abbr", "STRING", "the other team", required=True),
        Column("points_scored", "INT64", "points", "points", required=True),
        Column("fg_makes", "INT64", "field goals made"),
        Column("fg_attempts", "INT64", "field goals attempted"),
        Column("three_pt_makes", "INT64", "three-pointers made"),
        Column("three_pt_attempts", "INT64", "three-pointers attempted"),
        Column("ft_makes", "INT64", "free throws made"),
        Column("ft_attempts", "INT64", "free throws attempted"),
        Column("offensive_rebounds", "INT64", "offensive rebounds of players"),
        Column("defensive_rebounds", "INT64", "defensive rebounds of players"),
        Column("rebounds", "INT64", "rebounds of players"),
        Column("assists", "INT64", "assists"),
        Column("turnovers", "INT64", "turnovers of players"),
        Column("personal_fouls", "INT64", "personal fouls"),
        Column("team_paint_attempts", "INT64", "two-point attempts from 8 ft or less; NULL without play-by-play"),
        Column("team_paint_makes", "INT64", "two-point makes from 8 ft or less"),
        Column("team_mid_range_attempts", "INT64", "two-point attempts from beyond 8 ft"),
        Column("team_mid_range_makes", "INT64", "two-point makes from beyond 8 ft"),
        Column("zone_unknown_attempts", "INT64", "two-point attempts of unknown distance"),
        Column(
            "points_in_paint_scored", "INT64", "2 x makes from 8 ft or less, a smaller area than the league's", "points"
        ),
        *area_columns(),
        Column("area_points_in_paint_scored", "INT64", "points in the paint as the league counts them", "points"),
        Column(
            "second_chance_points_scored",
            "INT64",
            "points in a possession after an own offensive rebound, the team's included",
            "points",
        ),
        Column("team_minutes", "INT64", "five times the game's length: 240, 25 more an overtime", "minutes"),
        Column("possessions", "DECIMAL(5,1)", "counted from play-by-play, else `possessions_estimated`"),
        Column("possessions_estimated", "DECIMAL(5,1)", "FGA + 0.44 FTA + TOV - OREB"),
        Column("possessions_source", "STRING", "play_by_play or estimate, of both teams of a game"),
        Column("offensive_rating", "DECIMAL(6,2)", "points per 100 possessions", "points per 100"),
        Column("pace", "DECIMAL(5,1)", "possessions per 48 minutes, mean of both teams", "per 48 minutes"),
        Column("ts_pct", "DECIMAL(5,3)", "true shooting: points / (2 (FGA + 0.44 FTA))", "0-1"),
        Column("home_game", "BOOL", "the schedule's designated home team, in a neutral game too", required=True),
        Column("neutral_site", "BOOL", "in neither team's arena", required=True),
        Column("win_flag", "BOOL", "scored more than the opponent", required=True),
        Column("margin_of_victory", "INT64", "points less the opponent's", "points", required=True),
        Column("overtime_periods", "INT64", "overtimes played"),
        Column("players_inactive", "INT64", "inactive on the game's sheet; NULL without a gamebook"),
        Column(
            "starters_inactive",
            "INT64",
            "of the five who started most in its last ten games, inactive; NULL before any, or without a gamebook",
        ),
        Column("primary_source_used", "STRING", "nbac_team_boxscore or player_sum", required=True),
        Column("shot_zones_source", "STRING", "bigdataball, nbac or both; NULL unless they have the whole game"),
    ),
    checks=(
        two_rows_a_final_game("team_abbr"),
        opposite_margins("team_abbr"),
        holds("minutes_fit_overtimes", _five_players_minutes, "team minutes are 5 (48 + 5 overtimes)"),
        holds(
            "zones_sum_to_attempts",
            _paint_mid_three,
            "zones and unknown add up to the attempts, give or take one",
            "warn",
        ),
        holds(
            "plausible",
            lambda t: t.points_scored.between(50, 200) & t.possessions.between(70, 150) & t.pace.between(70, 130),
            "points 50 to 200, possessions 70 to 150, pace 70 to 130",
            "warn",
        ),
    ),
    tiers="gold by NBA.com's box score of teams, silver as the sum of its players'",
)
def team_offense_game_summary(
    team_boxes: ir.Table,
    possession_counts: ir.Table,
    shots: ir.Table,
    second_chances: ir.Table,
    listed_players: ir.Table,
    expected_starters: ir.Table,
) -> ir.Table:
    rows = with_possessions(team_boxes, possession_counts)
    rows = with_zones(rows, shots, zone_counts(shots, "game_id", "team_abbr"), team_abbr="team_abbr")
    rows = with_second_chances(rows, second_chances, "team_abbr", "second_chance_points_scored")
    rows = with_absences(rows, listed_players, expected_starters)
    return rows.mutate(
        points_scored=rows.points,
        rebounds=rows.offensive_rebounds + rows.defensive_rebounds,
        team_paint_attempts=rows.paint_attempts,
        team_paint_makes=rows.paint_makes,
        team_mid_range_attempts=rows.mid_range_attempts,
        team_mid_range_makes=rows.mid_range_makes,
        zone_unknown_attempts=rows.unknown_attempts,
        points_in_paint_scored=2 * rows.paint_makes,
        area_points_in_paint_scored=points_in_paint(rows),
        possessions=rows.own_possessions,
        offensive_rating=metrics.rating(rows.points, rows.own_possessions),
        pace=metrics.pace(rows.own_possessions, rows.opponent_possessions, rows.team_minutes),
        ts_pct=metrics.true_shooting_pct(rows.points, rows.fg_attempts, rows.ft_attempts),
        win_flag=rows.points > rows.opponent_points,
        margin_of_victory=rows.points - rows.opponent_points,
        overtime_periods=metrics.overtime_periods(rows.team_minutes),
        primary_source_used=rows.source,
        quality_tier=(rows.source == "nbac_team_boxscore").ifelse(quality.GOLD, quality.SILVER),
        quality_issues=quality.issues(
            {
                "backup_source_used": rows.source != "nbac_team_boxscore",
                "reconstructed": rows.source != "nbac_team_boxscore",
                "shot_zones_unavailable": rows.shot_zones_source.isnull(),
                "shot_areas_unavailable": rows.area_restricted_attempts.isnull(),
                "gamebook_unavailable": rows.players_inactive.isnull(),
                "possessions_estimated": rows.possessions_source == ESTIMATED,
            }
        ),
    )
