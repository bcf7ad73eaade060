"""`player_shot_zone_analysis` of one date: all players with ten games before it, one after the other.

Makes all columns of `spec/precompute_tables.md` section 2 that carry anything, from player game rows that our own run
left in the lake. Not made: failure records, source counters, completeness. Two defects of the reference are left out
because no values could be compared with them: the date's own games and the NBA Cup final are not in the history. That
threes of games without play-by-play are counted is left in; such rows are not compared.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from benchmarks.peers.reference.frames import Row, ask, hashed, ratio, sample_quality

TABLE, DAY = "nba_precompute.player_shot_zone_analysis", "analysis_date"

_DEPENDENCY = """
SELECT count(*) AS row_count, max(game_date) AS newest FROM nba_analytics.player_game_summary
WHERE game_date BETWEEN {day} - 30 AND {day} - 1
"""

_GAMES = """
SELECT player_lookup, universal_player_id, game_date, game_id, fg_makes, three_pt_makes, three_pt_attempts,
    paint_makes, paint_attempts, mid_range_makes, mid_range_attempts, assisted_fg_makes, unassisted_fg_makes
FROM nba_analytics.player_game_summary
WHERE game_date BETWEEN {season} AND {day} - 1 AND season_type <> 'cup_final'
    AND (seconds_played > 0 OR fg_attempts > 0)
QUALIFY row_number() OVER (PARTITION BY player_lookup ORDER BY game_date DESC, game_id DESC) <= 20
ORDER BY player_lookup, game_date DESC, game_id DESC
"""

_ZONES = ("paint", "mid_range", "three_pt")


def rows_of(connection: duckdb.DuckDBPyConnection, day: date) -> list[Row]:
    """The date's rows. None where there is nothing to read: the reference fails such a date."""
    if not ask(connection, _DEPENDENCY, day)["row_count"].iloc[0]:
        return []
    games = ask(connection, _GAMES, day)
    return [hashed(_row(player, his, day)) for player, his in games.groupby("player_lookup") if len(his) >= 10]


def _row(player: str, games: pd.DataFrame, day: date) -> Row:
    ten, twenty = games.head(10), games.head(20)
    attempts = {zone: ten[f"{zone}_attempts"].sum() for zone in _ZONES}
    makes = {zone: ten[f"{zone}_makes"].sum() for zone in _ZONES}
    shots = sum(attempts.values())
    fg_makes = ten["fg_makes"].sum() if shots else 0
    row: Row = {
        "player_lookup": player,
        "universal_player_id": games["universal_player_id"].iloc[0],
        "analysis_date": str(day),
        "total_shots_last_10": int(shots) or None,
        "games_in_sample_10": len(ten),
        "games_in_sample_20": len(twenty),
        "sample_quality_10": sample_quality(len(ten), 10),
        "sample_quality_20": sample_quality(len(twenty), 20),
        "assisted_rate_last_10": ratio(100 * ten["assisted_fg_makes"].sum(), fg_makes, 2),
        "unassisted_rate_last_10": ratio(100 * ten["unassisted_fg_makes"].sum(), fg_makes, 2),
        "data_quality_tier": "high",
    }
    for zone in _ZONES:
        row[f"{zone}_rate_last_10"] = ratio(100 * attempts[zone], shots, 2)
        row[f"{zone}_pct_last_10"] = ratio(makes[zone], attempts[zone], 3)
        row[f"{zone}_attempts_per_game"] = ratio(attempts[zone], len(ten), 1)
    return row | _trend(twenty) | {"primary_scoring_zone": _primary(row)}


def _trend(games: pd.DataFrame) -> Row:
    """The paint over twenty games, from fifteen on."""
    if len(games) < 15:
        return {"paint_rate_last_20": None, "paint_pct_last_20": None}
    paint = games["paint_attempts"].sum()
    shots = sum(games[f"{zone}_attempts"].sum() for zone in _ZONES)
    return {
        "paint_rate_last_20": ratio(100 * paint, shots, 2),
        "paint_pct_last_20": ratio(games["paint_makes"].sum(), paint, 3),
    }


def _primary(row: Row) -> str | None:
    if row["paint_rate_last_10"] is None:
        return None
    if row["paint_rate_last_10"] >= 40:
        return "paint"
    if row["three_pt_rate_last_10"] >= 40:
        return "perimeter"
    return "mid_range" if row["mid_range_rate_last_10"] >= 35 else "balanced"
