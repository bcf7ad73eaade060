"""Tables built in this process, without Dagster: for tests of what is in them, and for the engine's own time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nba_assets.raw.ingest import ingest
from nba_assets.registry import tables
from nba_assets.season import Window
from nba_assets.statements import inputs_in, statements
from nba_assets.table import Table
from nba_assets.warehouse.base import Written
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

TIMEOUT_SECONDS = 600.0


def build(warehouse: DuckDBWarehouse, window: Window, only: Sequence[Table] | None = None) -> dict[str, list[Written]]:
    """Replace the partitions of `window`, each table after those it reads; what each season's query did, by table."""
    return {
        table.name: [
            warehouse.replace(
                table,
                statements(table, warehouse.dialect).rows_in(part),
                inputs_in(table, part),
                part.dates(),
                TIMEOUT_SECONDS,
            )
            for part in window.by_season()
        ]
        for table in only or tables()
    }


def lake_of(raw: Path, root: Path, window: Window) -> DuckDBWarehouse:
    """A lake under `root` with `raw` ingested and all tables built for `window`, unless it is there already."""
    warehouse = DuckDBWarehouse(Lake(root))
    done = root / f"built-{window}"
    if not done.exists():
        ingest(raw, warehouse.lake)
        build(warehouse, window)
        done.touch()
    return warehouse
