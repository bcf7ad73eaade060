"""The reference's back-fill: one script a table, in each a pool of threads over dates.

A date's rows go to one file of JSON lines, where the reference starts a load job.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from types import ModuleType

import duckdb

from benchmarks.peers.lake_views import create_views
from benchmarks.peers.reference import player_context, shot_zones
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.warehouse.lake import Lake

THREADS = 15

TABLES: tuple[ModuleType, ...] = (player_context, shot_zones)

READ = (*RAW_TABLES, player_game_summary, team_offense_game_summary, team_defense_game_summary)


def seconds(lake: Lake, dates: Sequence[date], into: Path) -> dict[str, float]:
    """Wall seconds of each table over `dates`, results below `into`: one after the other, as the scripts of its two
    phases are run.
    """
    with duckdb.connect() as connection:
        create_views(connection, lake, READ)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET parquet_metadata_cache = true")
        return {table.TABLE: _one_table(connection, table, dates, into) for table in TABLES}


def file_of(into: Path, table: str, day: date) -> Path:
    """Where a date's rows are."""
    return into / table.replace(".", "/") / f"{day}.json"


def _one_table(connection: duckdb.DuckDBPyConnection, table: ModuleType, dates: Sequence[date], into: Path) -> float:
    def one_date(day: date) -> None:
        with connection.cursor() as cursor:
            rows = table.rows_of(cursor, day)
        file = file_of(into, table.TABLE, day)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))

    started = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one_date, dates))
    return time.perf_counter() - started
