"""Is it the same work? The reference's values beside our table's, for the columns that mean the same in both.

Where they differ by definition a column is left out, or rows are: Ball Don't Lie has whole minutes and 30 days of
games, ours seconds and a season; threes of games without play-by-play count in the reference's shot zones. What still
differs is players on court for less than half a minute, whom Ball Don't Lie has with no minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.peers.lake_views import create_views
from benchmarks.peers.reference import player_context, shot_zones
from benchmarks.peers.reference.over_dates import file_of
from nba_assets.contracts.table import Table
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.precompute.player_shot_zone_analysis import player_shot_zone_analysis
from nba_assets.warehouse.lake import Lake

ALWAYS = "true"
_ALL_ZONES = (
    "ours.zone_games_in_sample_10 = ours.games_in_sample_10 AND ours.zone_games_in_sample_20 = ours.games_in_sample_20"
)
_SAME_BOOK = "ours.current_points_line_source = theirs.current_points_line_source"

COLUMNS: Mapping[Table, tuple[str, Mapping[str, str]]] = {
    upcoming_player_game_context: (
        player_context.TABLE,
        {
            "team_abbr": ALWAYS,
            "home_game": ALWAYS,
            "player_status": ALWAYS,
            "has_prop_line": "ours.has_prop_line IS NOT NULL",
            "current_points_line": _SAME_BOOK,
            "days_rest": "ours.days_rest < 30 AND theirs.days_rest IS NOT NULL",
            "back_to_back": ALWAYS,
            "games_in_last_7_days": ALWAYS,
            "games_in_last_14_days": ALWAYS,
            "back_to_backs_last_14_days": ALWAYS,
            "points_avg_last_5": "theirs.l5_games_used = 5",
            "points_avg_last_10": "theirs.l10_games_used = 10",
            "game_spread": ALWAYS,
            "game_total": ALWAYS,
            "opponent_days_rest": "theirs.opponent_days_rest IS NOT NULL",
            "opponent_pace_last_10": ALWAYS,
            "opponent_def_rating_last_10": ALWAYS,
        },
    ),
    player_shot_zone_analysis: (
        shot_zones.TABLE,
        dict.fromkeys(
            (
                "games_in_sample_10",
                "games_in_sample_20",
                "total_shots_last_10",
                "paint_rate_last_10",
                "mid_range_rate_last_10",
                "three_pt_rate_last_10",
                "paint_pct_last_10",
                "mid_range_pct_last_10",
                "three_pt_pct_last_10",
                "paint_attempts_per_game",
                "paint_rate_last_20",
                "paint_pct_last_20",
                "assisted_rate_last_10",
                "primary_scoring_zone",
            ),
            _ALL_ZONES,
        ),
    ),
}
"""Our table, the reference's, and the columns to compare, each on the rows where it means the same."""


@dataclass(frozen=True)
class Agreement:
    """Of one column: rows that both have and that can be compared, and how many are the same."""

    table: str
    column: str
    rows: int
    same: int


def agreement(lake: Lake, into: Path, dates: Sequence[date]) -> list[Agreement]:
    """The reference's rows of `dates` below `into` beside ours in the lake. A number is the same up to its last digit,
    which Python rounds half to even. Nothing where we have built no table or the reference made no rows.
    """
    found: list[Agreement] = []
    for ours, (theirs, columns) in COLUMNS.items():
        files = [str(file) for day in dates if (file := file_of(into, theirs, day)).stat().st_size]
        if files and lake.files(ours, None):
            found += _compared(lake, ours, files, columns)
    return found


def _compared(lake: Lake, ours: Table, files: list[str], columns: Mapping[str, str]) -> list[Agreement]:
    same = ", ".join(
        f"count(*) FILTER ({where}), count(*) FILTER ({where} AND {_same(ours, name)})"
        for name, where in columns.items()
    )
    key = " AND ".join(f"ours.{name} = CAST(theirs.{name} AS {_text_or_date(ours, name)})" for name in ours.key)
    with duckdb.connect() as connection:
        create_views(connection, lake, [ours])
        counts = connection.execute(
            f"SELECT {same} FROM {ours.full_name} ours JOIN read_json(?, format = 'newline_delimited') theirs ON {key}",
            [files],
        ).fetchone()
    assert counts
    return [
        Agreement(ours.name, name, rows, equal)
        for name, rows, equal in zip(columns, counts[::2], counts[1::2], strict=True)
    ]


def _text_or_date(table: Table, name: str) -> str:
    return "DATE" if table.column(name).type == "DATE" else "VARCHAR"


def _same(table: Table, name: str) -> str:
    """SQL for: both are the same, or both unknown."""
    column = table.column(name)
    if column.type in ("STRING", "BOOL"):
        return f"CAST(ours.{name} AS VARCHAR) IS NOT DISTINCT FROM CAST(theirs.{name} AS VARCHAR)"
    close = f"abs(CAST(ours.{name} AS DOUBLE) - CAST(theirs.{name} AS DOUBLE)) < 1.01 * {10.0 ** -(column.scale or 0)}"
    exact = f"CAST(ours.{name} AS DOUBLE) = CAST(theirs.{name} AS DOUBLE)"
    both_null = f"ours.{name} IS NULL AND theirs.{name} IS NULL"
    return f"(({close if column.scale else exact}) IS TRUE OR ({both_null}))"
