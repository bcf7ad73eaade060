"""Rows that a player's features are made of, and his row. The day is 20 December 2024; games are so many days ago."""

from __future__ import annotations

from functools import cache
from typing import Any

from nba_assets.tables.precompute.ml_feature_store_v2 import ml_feature_store_v2
from nba_assets_tests.given import COVERED, ago, played, upcoming
from nba_assets_tests.rows import Row, one, rows_of

NAMES = [
    *("points_avg_last_5", "points_avg_last_10", "points_avg_season", "points_std_last_10", "games_in_last_7_days"),
    *("fatigue_score", "shot_zone_mismatch_score", "pace_score", "usage_spike_score", "rest_advantage"),
    *("injury_risk", "recent_trend", "minutes_change", "opponent_def_rating", "opponent_pace"),
    *("home_away", "back_to_back", "playoff_game", "pct_paint", "pct_mid_range"),
    *("pct_three", "pct_free_throw", "team_pace", "team_off_rating", "team_win_pct"),
]
"""In the order of `spec/precompute_tables.md` 5.1."""

DEFAULTS = [10, 10, 10, 5, 3, 50, 0, 0, 0, 0, 0, 0, 0, 112, 100, 0, 0, 0, 0.41, 0.19, 0.4, 0.15, 100, 112, 0.5]
CALCULATED = [9, 10, 11, 12, 21, 24]
FROM_CONTEXT = [15, 16, 17]
WEIGHTS = {"phase4": 100, "calculated": 100, "phase3": 75, "default": 40}


def context(player: str = "brunson", **more: Any) -> Row:
    known = {"days_rest": 2, "team_days_rest": 2, "opponent_days_rest": 1, "star_teammates_out": 0}
    known |= {"games_in_last_7_days": 2}
    return upcoming(player, **known | more)


def cached(player: str = "brunson", days: int = 0, **more: Any) -> Row:
    """A row of `player_daily_cache`."""
    form = {
        "points_avg_last_5": 27.4,
        "points_avg_last_10": 26.1,
        "points_avg_season": 25.5,
        "points_std_last_10": 6.25,
        "games_in_last_7_days": 4,
        "minutes_avg_last_10": 36.0,
        "team_pace_last_10": 97.5,
        "team_off_rating_last_10": 118.2,
    }
    return {"player_lookup": player, "cache_date": ago(days)["game_date"]} | form | more


def factored(player: str = "brunson", days: int = 0, **more: Any) -> Row:
    """A row of `player_composite_factors`."""
    scores = {"fatigue_score": 80, "shot_zone_mismatch_score": 2.4, "pace_score": -1.5, "usage_spike_score": 0.6}
    return {"player_lookup": player, "game_date": ago(days)["game_date"]} | scores | more


def shooter(player: str = "brunson", days: int = 0, **more: Any) -> Row:
    """A row of `player_shot_zone_analysis`."""
    rates = {"paint_rate_last_10": 45.5, "mid_range_rate_last_10": 14.5, "three_pt_rate_last_10": 40.0}
    sample = {"zone_games_in_sample_10": 10, "total_shots_last_10": 200}
    return {"player_lookup": player, "analysis_date": ago(days)["game_date"]} | rates | sample | more


def defender(team: str = "BOS", days: int = 0, rating: float = 108.5, pace: float = 101.3) -> Row:
    """A row of `team_defense_zone_analysis`."""
    day = ago(days)["game_date"]
    return {"team_abbr": team, "analysis_date": day, "defensive_rating_last_15": rating, "opponent_pace": pace}


def team_game(days: int, won: bool = True, team: str = "NYK", **more: Any) -> Row:
    """A row of `team_offense_game_summary`."""
    return ago(days, team_abbr=team, win_flag=won, pace=96.0, offensive_rating=111.0) | more


POINTS = [30, 24, 27, 20, 22, 10]
"""Of his games, the latest first."""

GAMES = [played(days, points, ft_makes=6) for days, points in enumerate(POINTS, start=1)]
TEAM_GAMES = [team_game(days, won=days != 3) for days in range(1, 6)]


def inputs_of(**inputs: list[Row]) -> dict[str, list[Row]]:
    precomputed = {"cache": [cached()], "factors": [factored()], "player_zones": [shooter()]}
    own = {"context": [context()], "team_zones": [defender()], "players": GAMES, "offense": TEAM_GAMES}
    return {**COVERED, **precomputed, **own, **inputs}


NOTHING: dict[str, list[Row]] = {name: [] for name in ("cache", "factors", "player_zones", "team_zones")}
"""None of the tables of form has a row."""

NO_HISTORY: dict[str, list[Row]] = {"players": [], "offense": []}


def rows_with(version: str = "v2_corrected_25", /, **inputs: list[Row]) -> list[dict[str, Any]]:
    rows = rows_of(ml_feature_store_v2, **inputs_of(**inputs))
    return [row for row in rows if row["feature_version"] == version]


def brunson(**inputs: list[Row]) -> dict[str, Any]:
    return one(rows_with(**inputs), player_lookup="brunson")


@cache
def whole() -> dict[str, Any]:
    """His row with everything present."""
    return brunson()


def feature(row: Row, name: str) -> tuple[float, str]:
    """Its value and where it comes from."""
    nth = NAMES.index(name)
    assert row["feature_names"][nth] == name
    return row["features"][nth], row["feature_sources"][nth]


def score(row: Row) -> float:
    return sum(WEIGHTS[source] for source in row["feature_sources"]) / row["feature_count"]


def columns(row: Row, *names: str) -> tuple:
    return tuple(row[name] for name in names)
