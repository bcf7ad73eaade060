"""The real data that is kept beside the repository, for the slow tests that read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from nba_assets.contracts.calendar import Window

SHARED = Path(__file__).parents[2] / "shared"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"real data is not there: {SHARED}")

BOTH_SEASONS = Window(date(2021, 10, 19), date(2023, 4, 9))


def raw_seasons(shared: Path) -> list[str]:
    """The folders of raw seasons, oldest first: `raw` with the first two, then `raw_2023-24` and so on."""
    return [folder.name for folder in sorted(shared.glob("raw*")) if folder.is_dir()]


@contextmanager
def views_of(lake: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that knows every table of a lake by its bare name."""
    with duckdb.connect() as connection:
        for folder in lake.glob("*/*"):
            if folder.is_dir() and any(folder.glob("**/*.parquet")):
                files = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = false)"
                connection.execute(f"CREATE VIEW {folder.name} AS FROM {files}")
        yield connection


def raw_rows(table: str, where: str, raw: str = "raw") -> list[dict[str, Any]]:
    """Rows of a real raw table, such as `nba_raw.nbac_schedule`."""
    files = SHARED / raw / table.replace(".", "/") / "*.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.sql(f"FROM read_parquet('{files}') WHERE {where}").to_arrow_table().to_pylist()
