"""Rows that forecasts are made of: a player's features, context and cache of some days before 20 December 2024."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nba_assets.basketball.feature_names import NAMES, V2
from nba_assets.tables.predictions.player_points_forecasts import player_points_forecasts
from nba_assets_tests.given import COVERED, ago, played, upcoming
from nba_assets_tests.rows import Row, rows_of

USUAL = {
    "points_avg_last_5": 20.0,
    "points_avg_last_10": 18.0,
    "points_avg_season": 16.0,
    "fatigue_score": 80.0,
    "opponent_def_rating": 112.0,
    "home_away": 1.0,
    "pct_paint": 0.45,
    "pct_mid_range": 0.15,
    "pct_three": 0.4,
    "pct_free_throw": 0.2,
}


def featured(days: int = 0, player: str = "brunson", quality: float = 95.0, known: bool = True, **more: float) -> Row:
    """A row of features: those given, the usual ones, and 0."""
    values = USUAL | more
    game = {name: row for name, row in ago(days).items() if name in ("game_id", "game_date")}
    return game | {
        "player_lookup": player,
        "universal_player_id": f"{player}_001",
        "feature_version": V2,
        "features": [float(values.get(name, 0)) for name in NAMES[V2]],
        "feature_sources": ["phase4" if known else "default" for _ in NAMES[V2]],
        "feature_quality_score": quality,
        "opponent_team_abbr": "BOS",
        "is_home": True,
        "days_rest": 1,
    }


def cached(days: int = 0, player: str = "brunson", minutes: float = 37.0, usage: float | None = 30.0) -> Row:
    day = ago(days)["game_date"]
    return {"player_lookup": player, "cache_date": day, "minutes_avg_last_10": minutes, "usage_rate_last_10": usage}


def slate(of: Iterable[str] = ("brunson",), days: Iterable[int] = (), **inputs: list[Row]) -> dict[str, list[Row]]:
    """What the forecasts of the day read: players `of` it, upcoming then and on `days` before, when they played."""
    every = [(day, player) for day in (0, *days) for player in of]
    given = {
        "context": [upcoming(player, days=day, minutes_forecast=34.0) for day, player in every],
        "features": [featured(day, player) for day, player in every],
        "cache": [cached(day, player) for day, player in every],
        "players": [played(day, 20, player) for day, player in every if day],
    }
    return {**COVERED, **given, **inputs}


def forecasts_of(**inputs: Any) -> list[dict[str, Any]]:
    return rows_of(player_points_forecasts, **{name: rows for name, rows in inputs.items() if name != "availability"})
