"""Tables built in this process, without Dagster: for tests of what is in them, and for the engine's own time."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nba_assets.checks import checks_of
from nba_assets.failures import failures_of
from nba_assets.raw.ingest import ingest
from nba_assets.registry import tables
from nba_assets.season import Window
from nba_assets.statements import inputs_in, statements
from nba_assets.table import Table
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True)
class Built:
    """One table's build: its seconds, and how many rows break each check that is broken, by name and severity."""

    seconds: float
    broken: dict[str, int]


def build(warehouse: DuckDBWarehouse, window: Window, only: Sequence[Table] | None = None) -> dict[str, Built]:
    """Replace the partitions of `window`, each table after those it reads: all queries of a step, season by season."""
    return {table.name: _build(warehouse, window, table) for table in only or tables()}


def _build(warehouse: DuckDBWarehouse, window: Window, table: Table) -> Built:
    started = time.perf_counter()
    broken: dict[str, int] = {}
    for part in window.by_season():
        for check, rows in _build_part(warehouse, part, table):
            broken[check] = broken.get(check, 0) + rows
    return Built(time.perf_counter() - started, broken)


def _build_part(warehouse: DuckDBWarehouse, part: Window, table: Table) -> list[tuple[str, int]]:
    """As `asset.py` does it, in the same order."""
    sql, inputs, days = statements(table, warehouse.dialect), inputs_in(table, part), part.dates()
    written = warehouse.replace(table, sql.rows_in(part), inputs, days, TIMEOUT_SECONDS)
    if records := failures_of(table):
        warehouse.replace(records, sql.failed_in(part), inputs, days, TIMEOUT_SECONDS)
    if sql.skipped and not all(written.rows.values()):
        warehouse.fetch(sql.skipped_in(part), inputs, TIMEOUT_SECONDS)
    found = warehouse.fetch(sql.broken_in(part), inputs, TIMEOUT_SECONDS).to_pylist()
    checks = checks_of(table)
    return [(f"{checks[row['check']].name} ({checks[row['check']].severity})", row["broken"]) for row in found]


def lake_of(raw: Path, root: Path, window: Window) -> DuckDBWarehouse:
    """A lake under `root` with `raw` ingested and all tables built for `window`, unless it is there already."""
    warehouse = DuckDBWarehouse(Lake(root))
    done = _marker(warehouse, window)
    if not done.exists():
        ingest(raw, warehouse.lake)
        built = build(warehouse, window)
        done.write_text(json.dumps({table: part.broken for table, part in built.items()}, indent=2))
    return warehouse


def broken_in(warehouse: DuckDBWarehouse, window: Window) -> dict[str, dict[str, int]]:
    """How many rows broke each check of each table when `lake_of` built the lake."""
    return json.loads(_marker(warehouse, window).read_text())


def _marker(warehouse: DuckDBWarehouse, window: Window) -> Path:
    """The file that says `window` is built."""
    return warehouse.lake.root / f"built-{window}"
