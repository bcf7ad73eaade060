"""The NBA Cup final in columns: what counts it and what does not, said in each column's meaning.

It was played: rest, travel, load and fatigue count it. It is no game of the season: averages and records do not count
it, as the league does not. Which games count is history's; here is only how a column says so.
"""

from __future__ import annotations

from dataclasses import replace

from nba_assets.contracts.contract import Column

COUNTED, LEFT_OUT = "; the Cup final counts", "; the Cup final left out"


LOAD = (
    "team_days_rest",
    "days_since_last_game",
    "team_back_to_back",
    "games_in_last_7_days",
    "games_in_last_14_days",
    "travel_miles",
    "time_zone_changes",
    "consecutive_road_games",
    "miles_traveled_last_14_days",
    "time_zones_crossed_last_14_days",
    "days_rest",
    "back_to_back",
    "days_rest_before_last_game",
    "days_since_2_plus_days_rest",
    "minutes_in_last_7_days",
    "minutes_in_last_14_days",
    "avg_minutes_per_game_last_7",
    "back_to_backs_last_14_days",
    "opponent_days_rest",
    "next_game_days_rest",
    "opponent_next_game_days_rest",
    "games_in_next_7_days",
    "opponent_games_in_next_7_days",
    "fatigue_score",
)
"""Rest, travel, load and fatigue, by the names that all tables call them."""

FORM = (
    "game_number_in_season",
    "team_win_streak_entering",
    "team_loss_streak_entering",
    "season_win_pct",
    "next_opponent_win_pct",
    "last_game_margin",
    "last_game_result",
    "points_avg_last_5",
    "points_avg_last_10",
    "l5_games_used",
    "l10_games_used",
    "prop_over_streak",
    "prop_under_streak",
    "avg_usage_rate_last_7_games",
    "projected_usage_rate",
    "projected_usage_games_age",
    "shooting_pct_decline_last_5",
    "fourth_quarter_minutes_last_7",
    "clutch_minutes_last_7_games",
    "late_minutes_games_last_7",
    "fourth_quarter_production_last_7",
    "late_points_games_last_7",
    "pace_differential",
    "opponent_pace_last_10",
    "opponent_def_rating_last_10",
    "opponent_ft_rate_allowed",
    "points_avg_season",
    "points_std_last_10",
    "minutes_avg_last_10",
    "usage_rate_last_10",
    "ts_pct_last_10",
    "games_played_season",
    "player_usage_rate_season",
    "team_pace_last_10",
    "team_off_rating_last_10",
    "assisted_rate_last_10",
    "paint_rate_last_10",
    "mid_range_rate_last_10",
    "three_pt_rate_last_10",
    "total_shots_last_10",
    "games_in_sample_10",
    "games_in_sample_20",
    "zone_games_in_sample_10",
    "zone_games_in_sample_20",
    "paint_pct_last_10",
    "mid_range_pct_last_10",
    "three_pt_pct_last_10",
    "paint_attempts_per_game",
    "mid_range_attempts_per_game",
    "three_pt_attempts_per_game",
    "paint_rate_last_20",
    "paint_pct_last_20",
    "unassisted_rate_last_10",
    "paint_pct_allowed_last_15",
    "paint_attempts_allowed_per_game",
    "paint_points_allowed_per_game",
    "paint_blocks_per_game",
    "paint_defense_vs_league_avg",
    "mid_range_pct_allowed_last_15",
    "mid_range_attempts_allowed_per_game",
    "mid_range_blocks_per_game",
    "mid_range_defense_vs_league_avg",
    "three_pt_pct_allowed_last_15",
    "three_pt_attempts_allowed_per_game",
    "three_pt_blocks_per_game",
    "three_pt_defense_vs_league_avg",
    "defensive_rating_last_15",
    "opponent_points_per_game",
    "games_in_sample",
    "zone_games_in_sample",
)
"""Averages, records and what else is of the games that the league counts."""


def said_of(*columns: Column) -> tuple[Column, ...]:
    """The columns, those that count the Cup final, or leave it out, with that in their meaning."""
    ends = dict.fromkeys(LOAD, COUNTED) | dict.fromkeys(FORM, LEFT_OUT)
    return tuple(replace(column, meaning=column.meaning + ends.get(column.name, "")) for column in columns)
