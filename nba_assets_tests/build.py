"""Tables built in this process, without Dagster: for tests of what is in them, and for the engine's own time."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nba_assets.audit.game_days import Calendar
from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.checks import checks_of
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import tables
from nba_assets.warehouse.build import build_part
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake

TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True)
class Built:
    """One table's build: its seconds, and how many rows break each check that is broken, by name and severity."""

    seconds: float
    broken: dict[str, int]


def build(warehouse: DuckDBWarehouse, window: Window, only: Sequence[Table] | None = None) -> dict[str, Built]:
    """Replace the partitions of `window`, each table after those it reads: all queries of a step, season by season,
    for all dates but days off."""
    return {table.name: _build(warehouse, window, table) for table in only or tables()}


def _build(warehouse: DuckDBWarehouse, window: Window, table: Table) -> Built:
    started = time.perf_counter()
    severity = {check.name: check.severity for check in checks_of(table)}
    broken: Counter[str] = Counter()
    calendar = Calendar.of(warehouse)
    with warehouse.session(TIMEOUT_SECONDS) as session:
        for season in window.by_season():
            if not (days := calendar.wanted([table], season.dates())[table]):
                continue
            part = build_part(session, table, statements(table, warehouse.dialect), season, days)
            for check, by_day in part.broken.items():
                broken[f"{check} ({severity[check]})"] += sum(by_day.values())
    return Built(time.perf_counter() - started, dict(broken))


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
