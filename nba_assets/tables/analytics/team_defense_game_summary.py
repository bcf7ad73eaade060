"""What each team allowed in each finished game.

A row is one defending team in one game: the opponent's totals, shot zones and rates as "allowed", and the team's own
blocks, steals and rebounds. `defensive_rating` is exactly the opponent's `offensive_rating`.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball import metrics
from nba_assets.basketball.box_checks import makes_within_attempts, opposite_margins, two_rows_a_final_game
from nba_assets.basketball.population import of_finished_games
from nba_assets.basketball.possessions import ESTIMATED, with_possessions
from nba_assets.basketball.starting_five import with_absences
from nba_assets.basketball.zones import (
    AREA_COUNTS,
    area_columns,
    points_in_paint,
    with_second_chances,
    with_zones,
    zone_counts,
)
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import holds, table
from nba_assets.tables.conformed.expected_starters import expected_starters
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.listed_players import listed_players
from nba_assets.tables.conformed.team_boxes import team_boxes
from nba_assets.tables.conformed.views.possessions import possession_counts
from nba_assets.tables.conformed.views.schedule import team_schedule
from nba_assets.tables.conformed.views.shots import second_chances, shots


@table(
    dataset="nba_analytics",
    partition_by="game_date",
    key=("game_id", "defending_team_abbr"),
    cluster_by=("defending_team_abbr", "game_date"),
    reads={
        "games": same_day(games),
        "team_boxes": same_day(team_boxes),
        "possession_counts": same_day(possession_counts),
        "shots": same_day(shots),
        "second_chances": same_day(second_chances),
        "listed_players": same_day(listed_players),
        "expected_starters": same_day(expected_starters),
    },
    population=of_finished_games(same_day(team_schedule), team="defending_team_abbr"),
    columns=(
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("season_type", "STRING", "regular, play_in, playoffs or cup_final", required=True),
        Column("defending_team_abbr", "STRING", "the team that defended", required=True),
        Column("opponent_team_abbr", "STRING", "the team that attacked", required=True),
        Column("points_allowed", "INT64", "the opponent's points", "points", required=True),
        Column("opp_fg_makes", "INT64", "the opponent's field goals made"),
        Column("opp_fg_attempts", "INT64", "attempted"),
        Column("opp_three_pt_makes", "INT64", "the opponent's three-pointers made"),
        Column("opp_three_pt_attempts", "INT64", "attempted"),
        Column("opp_ft_makes", "INT64", "the opponent's free throws made"),
        Column("opp_ft_attempts", "INT64", "attempted"),
        Column("opp_rebounds", "INT64", "the opponent's rebounds"),
        Column("opp_assists", "INT64", "the opponent's assists"),
        Column("turnovers_forced", "INT64", "the opponent's turnovers"),
        Column("fouls_committed", "INT64", "own personal fouls"),
        Column(
            "opp_paint_attempts", "INT64", "two-point attempts from 8 ft or less allowed; NULL without play-by-play"
        ),
        Column("opp_paint_makes", "INT64", "two-point makes from 8 ft or less allowed"),
        Column("opp_mid_range_attempts", "INT64", "two-point attempts from beyond 8 ft allowed"),
        Column("opp_mid_range_makes", "INT64", "two-point makes from beyond 8 ft allowed"),
        Column("opp_zone_unknown_attempts", "INT64", "two-point attempts of unknown distance allowed"),
        Column(
            "points_in_paint_allowed",
            "INT64",
            "2 x makes from 8 ft or less, a smaller area than the league's",
            "points",
        ),
        Column("mid_range_points_allowed", "INT64", "2 x makes of two-pointers from beyond 8 ft allowed", "points"),
        *area_columns("opp_", " allowed"),
        Column("area_points_in_paint_allowed", "INT64", "points in the paint allowed, as the league counts", "points"),
        Column("three_pt_points_allowed", "INT64", "3 x three-pointers allowed, from the box score", "points"),
        Column(
            "second_chance_points_allowed",
            "INT64",
            "points allowed in a possession after an offensive rebound, the team's included",
            "points",
        ),
        Column("blocks_paint", "INT64", "own blocks of two-pointers from 8 ft or less; NULL without play-by-play"),
        Column("blocks_mid_range", "INT64", "own blocks of two-pointers from beyond 8 ft"),
        Column("blocks_three_pt", "INT64", "own blocks of three-pointers"),
        Column("steals", "INT64", "own steals"),
        Column("defensive_rebounds", "INT64", "own defensive rebounds"),
        Column(
            "defensive_rating", "DECIMAL(6,2)", "points allowed per 100 of the opponent's possessions", "points per 100"
        ),
        Column(
            "opponent_pace",
            "DECIMAL(5,1)",
            "the game's pace: possessions per 48 minutes, mean of both",
            "per 48 minutes",
        ),
        Column("possessions_source", "STRING", "play_by_play where the two figures are counted, or estimate"),
        Column("opponent_ts_pct", "DECIMAL(5,3)", "the opponent's true shooting", "0-1"),
        Column("home_game", "BOOL", "the schedule's designated home team, in a neutral game too", required=True),
        Column("neutral_site", "BOOL", "in neither team's arena", required=True),
        Column("win_flag", "BOOL", "scored more than the opponent", required=True),
        Column("margin_of_victory", "INT64", "own points less those allowed", "points", required=True),
        Column("overtime_periods", "INT64", "overtimes played"),
        Column("players_inactive", "INT64", "own players inactive on the game's sheet; NULL without a gamebook"),
        Column(
            "starters_inactive",
            "INT64",
            "of the five who started most in its last ten games, inactive; NULL before any, or without a gamebook",
        ),
        Column(
            "primary_source_used", "STRING", "nbac_team_boxscore or player_sum, of the opponent's totals", required=True
        ),
        Column("shot_zones_source", "STRING", "bigdataball, nbac or both; NULL unless they have the whole game"),
    ),
    checks=(
        two_rows_a_final_game("defending_team_abbr"),
        opposite_margins("defending_team_abbr"),
        makes_within_attempts("fg", "three_pt", "ft", prefix="opp_"),
        holds(
            "zones_sum_to_attempts",
            lambda t: (
                (
                    t.opp_paint_attempts
                    + t.opp_mid_range_attempts
                    + t.opp_three_pt_attempts
                    + t.opp_zone_unknown_attempts
                    - t.opp_fg_attempts
                ).abs()
                <= 1
            ),
            "zones and unknown add up to the attempts allowed, give or take one",
            "warn",
        ),
        holds(
            "plausible",
            lambda t: t.points_allowed.between(50, 200) & t.defensive_rating.between(60, 170),
            "points allowed 50 to 200, defensive rating 60 to 170",
            "warn",
        ),
    ),
    tiers="gold by NBA.com's box score of teams, silver as the sum of the opponent's players'",
)
def team_defense_game_summary(
    team_boxes: ir.Table,
    possession_counts: ir.Table,
    shots: ir.Table,
    second_chances: ir.Table,
    listed_players: ir.Table,
    expected_starters: ir.Table,
) -> ir.Table:
    rows = _defender_with_attack(with_possessions(team_boxes, possession_counts))
    allowed = zone_counts(shots, "game_id", "defending_team_abbr")
    rows = with_zones(rows, shots, allowed, defending_team_abbr="team_abbr")
    rows = with_second_chances(rows, second_chances, "opponent_team_abbr", "second_chance_points_allowed")
    rows = with_absences(rows, listed_players, expected_starters)
    return rows.mutate(
        defending_team_abbr=rows.team_abbr,
        points_allowed=rows.opp_points,
        opp_rebounds=rows.opp_offensive_rebounds + rows.opp_defensive_rebounds,
        turnovers_forced=rows.opp_turnovers,
        fouls_committed=rows.personal_fouls,
        opp_paint_attempts=rows.paint_attempts,
        opp_paint_makes=rows.paint_makes,
        opp_mid_range_attempts=rows.mid_range_attempts,
        opp_mid_range_makes=rows.mid_range_makes,
        opp_zone_unknown_attempts=rows.unknown_attempts,
        points_in_paint_allowed=2 * rows.paint_makes,
        area_points_in_paint_allowed=points_in_paint(rows),
        **{f"opp_{name}": rows[name] for name in AREA_COUNTS},
        mid_range_points_allowed=2 * rows.mid_range_makes,
        three_pt_points_allowed=3 * rows.opp_three_pt_makes,
        blocks_paint=rows.paint_blocked,
        blocks_mid_range=rows.mid_range_blocked,
        blocks_three_pt=rows.three_blocked,
        defensive_rating=metrics.rating(rows.opp_points, rows.opponent_possessions),
        opponent_pace=metrics.pace(rows.opponent_possessions, rows.own_possessions, rows.team_minutes),
        opponent_ts_pct=metrics.true_shooting_pct(rows.opp_points, rows.opp_fg_attempts, rows.opp_ft_attempts),
        win_flag=rows.points > rows.opp_points,
        margin_of_victory=rows.points - rows.opp_points,
        overtime_periods=metrics.overtime_periods(rows.team_minutes),
        primary_source_used=rows.opp_source,
        quality_tier=(rows.opp_source == "nbac_team_boxscore").ifelse(quality.GOLD, quality.SILVER),
        quality_issues=quality.issues(
            {
                "backup_source_used": rows.opp_source != "nbac_team_boxscore",
                "reconstructed": rows.opp_source != "nbac_team_boxscore",
                "shot_zones_unavailable": rows.shot_zones_source.isnull(),
                "shot_areas_unavailable": rows.area_restricted_attempts.isnull(),
                "gamebook_unavailable": rows.players_inactive.isnull(),
                "possessions_estimated": rows.possessions_source == ESTIMATED,
                "missing_defensive_actions": rows.steals.isnull() | rows.defensive_rebounds.isnull(),
            }
        ),
    )


_ATTACK = (
    "points",
    "fg_makes",
    "fg_attempts",
    "three_pt_makes",
    "three_pt_attempts",
    "ft_makes",
    "ft_attempts",
    "offensive_rebounds",
    "defensive_rebounds",
    "assists",
    "turnovers",
    "source",
)


def _defender_with_attack(boxes: ir.Table) -> ir.Table:
    """Each team's own row with the opponent's totals under `opp_`; a game with one row only has no defence to tell."""
    attack = boxes.select(
        _game=boxes.game_id, _attacker=boxes.team_abbr, **{f"opp_{name}": boxes[name] for name in _ATTACK}
    )
    return boxes.join(attack, [("game_id", "_game"), ("opponent_team_abbr", "_attacker")]).drop("_game", "_attacker")
