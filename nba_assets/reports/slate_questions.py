"""Questions that a slate's page asks: its bets, games, who is out, each player's form, zones, last games, forecasts.

Each but the bets can be asked of the whole date, as the report does, or of one game of it, as is shown under a panel;
the rows of the game are the same.
"""

from __future__ import annotations

from datetime import date, timedelta

from nba_assets.contracts.calendar import Window, season_year
from nba_assets.reports.question import Question, literal

LAST_GAMES = 20
"""So many of a player's last games are drawn beside his line."""

GAMES = """
SELECT c.game_id, c.team_abbr, c.opponent_team_abbr, c.home_game, c.neutral_site, g.tip_eastern, g.arena_name,
  c.game_spread, c.spread_movement, c.game_total, c.total_movement, c.implied_team_total, c.season_win_pct,
  c.team_days_rest, c.games_in_last_7_days, c.travel_miles, c.time_zone_changes, c.expected_game_pace,
  c.players_out_count, c.starters_out_count, c.quality_tier
FROM nba_analytics.upcoming_team_game_context AS c
LEFT JOIN nba_conformed.games AS g ON g.game_date = {day} AND g.game_id = c.game_id
WHERE c.game_date = {day}{of_game}
ORDER BY g.tip_at, c.game_id, c.home_game"""

OUT = """
SELECT c.game_id, c.team_abbr, COALESCE(r.player_full_name, c.player_lookup_raw) AS player, c.player_status,
  c.injury_report, c.published_eastern, s.games, s.minutes_a_game, s.points_a_game
FROM nba_conformed.availability AS c
LEFT JOIN nba_conformed.rosters AS r
  ON r.game_date = {day} AND r.team_abbr = c.team_abbr AND r.player_lookup = c.player_lookup
LEFT JOIN (
  SELECT player_lookup, COUNT(*) AS games, ROUND(AVG(CAST(minutes_played AS DOUBLE)), 1) AS minutes_a_game,
    ROUND(AVG(CAST(points AS DOUBLE)), 1) AS points_a_game
  FROM nba_analytics.player_game_summary
  WHERE game_date BETWEEN {season} AND {eve} AND seconds_played > 0 AND season_type <> 'cup_final'
  GROUP BY player_lookup
) AS s ON s.player_lookup = c.player_lookup
WHERE c.game_date = {day}{of_game} AND c.player_status IN ('out', 'doubtful', 'questionable')
ORDER BY c.game_id, c.team_abbr, c.player_status, COALESCE(s.minutes_a_game, 0) DESC, player"""

FORM = """
SELECT c.game_id, c.team_abbr, c.player_lookup, c.player_full_name, c.position, c.player_status,
  c.points_avg_last_5, c.points_avg_last_10, c.points_avg_season, c.points_std_last_10,
  c.minutes_avg_last_5, c.minutes_avg_season, c.minutes_forecast,
  c.usage_rate_last_10, c.projected_usage_rate, c.projected_usage_rate - c.usage_rate_last_10 AS usage_change,
  c.star_teammates_newly_out, c.has_prop_line, c.current_points_line, c.current_points_line_source, c.line_movement,
  c.points_line_over_probability, c.over_line_share_last_10, c.over_line_share_last_20, c.days_rest,
  f.fatigue_score, f.shot_zone_mismatch_score, f.pace_score, f.usage_spike_score, f.total_composite_adjustment,
  f.unknown_factors, c.quality_tier
FROM nba_analytics.upcoming_player_game_context AS c
LEFT JOIN nba_precompute.player_composite_factors AS f
  ON f.game_date = {day} AND f.player_lookup = c.player_lookup AND f.game_id = c.game_id
WHERE c.game_date = {day}{of_game}
ORDER BY c.game_id, c.team_abbr, COALESCE(c.points_avg_season, -1) DESC, c.player_lookup"""

ZONES = """
SELECT c.game_id, c.team_abbr, c.player_lookup, z.primary_scoring_zone, z.total_shots_last_10,
  z.paint_rate_last_10, z.paint_pct_last_10, d.paint_defense_vs_league_avg,
  z.mid_range_rate_last_10, z.mid_range_pct_last_10, d.mid_range_defense_vs_league_avg,
  z.three_pt_rate_last_10, z.three_pt_pct_last_10, d.three_pt_defense_vs_league_avg
FROM nba_analytics.upcoming_player_game_context AS c
JOIN nba_precompute.player_shot_zone_analysis AS z ON z.analysis_date = {day} AND z.player_lookup = c.player_lookup
LEFT JOIN nba_precompute.team_defense_zone_analysis AS d
  ON d.analysis_date = {day} AND d.team_abbr = c.opponent_team_abbr
WHERE c.game_date = {day}{of_game}
ORDER BY c.game_id, c.team_abbr, c.player_lookup"""

POINTS = """
SELECT c.game_id, c.team_abbr, c.player_lookup, s.game_date, s.points
FROM nba_analytics.upcoming_player_game_context AS c
JOIN nba_analytics.player_game_summary AS s
  ON s.game_date BETWEEN {season} AND {eve} AND s.player_lookup = c.player_lookup
WHERE c.game_date = {day}{of_game} AND s.seconds_played > 0 AND s.season_type <> 'cup_final'
QUALIFY ROW_NUMBER() OVER (PARTITION BY c.player_lookup ORDER BY s.game_date DESC) <= {games}
ORDER BY c.game_id, c.team_abbr, c.player_lookup, s.game_date"""

FORECASTS = """
SELECT c.game_id, c.team_abbr, c.player_lookup, c.system_id, ROUND(c.predicted_points, 1) AS predicted_points,
  c.quantile_10, c.quantile_50, c.quantile_90, c.book, c.line_value, c.over_price, c.under_price, c.is_simulated,
  c.probability_over, c.edge, c.recommendation
FROM nba_predictions.player_prop_predictions AS c
WHERE c.game_date = {day}{of_game} AND c.is_graded
ORDER BY c.game_id, c.team_abbr, c.player_lookup, c.system_id"""

BETS = """
SELECT c.game_id, c.team_abbr, c.player_lookup, n.player_full_name, n.player_status, c.recommendation, c.line_value,
  c.book, c.price, c.edge, ROUND(c.predicted_points, 1) AS predicted_points, c.quantile_10, c.quantile_90,
  CASE c.recommendation WHEN 'OVER' THEN c.probability_over ELSE c.probability_under END
    / (c.probability_over + c.probability_under) AS probability_decided
FROM nba_predictions.player_prop_predictions AS c
LEFT JOIN nba_analytics.upcoming_player_game_context AS n
  ON n.game_date = {day} AND n.player_lookup = c.player_lookup AND n.game_id = c.game_id
WHERE c.game_date = {day} AND c.is_graded AND c.system_id = {system} AND c.recommendation IN ('OVER', 'UNDER')
ORDER BY c.edge DESC, c.player_lookup"""
"""Of the whole date, by one system; `probability_decided` is that of the side, pushes left out."""

_QUESTIONS = {"games": GAMES, "out": OUT, "form": FORM, "zones": ZONES, "points": POINTS, "forecasts": FORECASTS}

PANELS = tuple(_QUESTIONS)

_OF_THE_DAY = (
    "games",
    "availability",
    "rosters",
    "upcoming_team_game_context",
    "upcoming_player_game_context",
    "player_composite_factors",
    "player_shot_zone_analysis",
    "team_defense_zone_analysis",
    "player_prop_predictions",
)


def slate_question(name: str, day: date, game_id: str | None = None) -> Question:
    """One of `PANELS`, of a date or of a game of it."""
    return _asked(_QUESTIONS[name], day, of_game=f" AND c.game_id = {literal(game_id)}" if game_id else "")


def bets_question(day: date, system: str) -> Question:
    """What a system recommends on a date, the best edge first."""
    return _asked(BETS, day, system=literal(system))


def _asked(sql: str, day: date, **values: str) -> Question:
    season, eve = Window.season(season_year(day)).start, day - timedelta(days=1)
    days = {"day": f"DATE '{day}'", "season": f"DATE '{season}'", "eve": f"DATE '{eve}'"}
    sql = sql.format(**days, games=LAST_GAMES, **values)
    dates = {table: Window(day, day) for table in _OF_THE_DAY} | {"player_game_summary": Window(season, eve)}
    named = {word.rpartition(".")[2] for word in sql.split() if word.startswith("nba_")}
    return Question(sql.strip(), {table: dates[table] for table in named})
