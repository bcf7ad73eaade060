"""What counting possessions costs beside all else: CPU seconds of each conformed table and of the ten, of the dates
given, `python -m benchmarks.counting LAKE START END`.

Built in this process, without Dagster and without a look at checks, in a copy of the lake: nothing of it changes.
Who was on court meanwhile is part of the players' summaries, and so of the ten.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.bench import TEN
from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import Window
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.build import build_rows

COUNTING = ("plays", "possessions")


def cpu_seconds(work: Callable[[], object]) -> float:
    """Of this process, its threads and the system on its behalf."""
    started = time.process_time()
    work()
    return time.process_time() - started


def main(lake: Path, window: Window) -> None:
    """Build every table after those it reads and print what each has taken. All it reads must be in the lake."""
    for table in tables():
        statements(table, DuckDBWarehouse.dialect)  # compiling them is no part of it
    with tempfile.TemporaryDirectory(dir=lake.parent) as scratch:
        copied = shutil.copytree(lake, Path(scratch) / "lake", copy_function=os.link)
        warehouse = DuckDBWarehouse(Lake(copied))
        taken = {table.name: cpu_seconds(lambda t=table: build_rows(warehouse, window, [t])) for table in tables()}
    whole = sum(taken.values())
    conformed = [table.name for table in tables() if table not in TEN]
    shown = RichTable("table", "CPU s", "share")
    for name in sorted(conformed, key=lambda name: -taken[name]):
        shown.add_row(name, f"{taken[name]:.1f}", f"{taken[name] / whole:.1%}")
    ten = sum(taken[table.name] for table in TEN)
    shown.add_row("the others", f"{ten:.1f}", f"{ten / whole:.1%}", end_section=True)
    counting = sum(taken[name] for name in COUNTING)
    shown.add_row(f"counting: {', '.join(COUNTING)}", f"{counting:.1f}", f"{counting / whole:.1%}")
    Console().print(shown)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Window(date.fromisoformat(sys.argv[2]), date.fromisoformat(sys.argv[3])))
