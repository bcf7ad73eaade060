"""`make bench`: wall time, the engine's share, each table's part of it and peak memory of one date and of two seasons.

The runs are the commands themselves, as processes of their own, through Dagster's multiprocess executor with the
instance that `dagster_home/dagster.yaml` describes. The engine's time is the same queries and writes, failure records
and checks included, in one process without Dagster. On the real seasons where `../shared` is present, else on
simulated ones.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable

from nba_assets.raw.ingest import ingest
from nba_assets.raw.simulate import write
from nba_assets.registry import tables
from nba_assets.season import Window
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.build import build

HERE = Path(__file__).parent
TWO_SEASONS = Window(date(2021, 10, 19), date(2023, 4, 9))
ONE_DATE = Window(date(2022, 3, 16), date(2022, 3, 16))
SEED = 7


@dataclass(frozen=True)
class Result:
    """One work: wall seconds with Dagster, the engine's alone and by table, the largest process's peak memory."""

    work: str
    tables: int
    partitions: int
    wall_s: float
    engine_s: float
    peak_mib: int
    data: str
    by_table: dict[str, float]

    @property
    def share(self) -> float:
        return self.engine_s / self.wall_s


def measure(work: str, window: Window, command: Sequence[str], root: Path, data: str) -> Result:
    """Run `command` with a fresh Dagster instance, then the same work without Dagster."""
    home = root / "dagster_home"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(HERE.parent / "dagster_home", home, ignore=lambda _, names: set(names) - {"dagster.yaml"})
    environment = os.environ | {"NBA_LAKE": str(root / "lake"), "DAGSTER_HOME": str(home)}
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "nba_assets", *command], env=environment)
    memory = _PeakMemory(process.pid)
    if code := process.wait():
        raise SystemExit(f"nba {' '.join(command)} ended with {code}")
    wall = time.perf_counter() - started
    memory.stop()
    built = build(DuckDBWarehouse(Lake(root / "lake")), window)
    days = sum(part.days for part in window.by_season())
    return Result(
        work=work,
        tables=len(tables()),
        partitions=days * len(tables()),
        wall_s=round(wall, 1),
        engine_s=round(sum(table.seconds for table in built.values()), 1),
        peak_mib=memory.largest_mib,
        data=data,
        by_table={name: round(table.seconds, 2) for name, table in built.items()},
    )


class _PeakMemory:
    """Watches a process and all its descendants; the kernel keeps each one's peak."""

    def __init__(self, pid: int) -> None:
        self.largest_mib = 0
        self._pid, self._done = pid, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.2):
            for pid in _descendants(self._pid):
                self.largest_mib = max(self.largest_mib, _peak_mib(pid))


def _descendants(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(grandchild for child in children for grandchild in _descendants(int(child)))]


def _peak_mib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def prepare(shared: Path, root: Path) -> str:
    """Fill the lake from the real seasons, or from simulated ones; says which."""
    lake, raw = Lake(root / "lake"), shared / "raw"
    data = "real" if raw.is_dir() else "simulated"
    done = root / f"raw-{data}"
    if not done.exists():
        shutil.rmtree(root, ignore_errors=True)
        if data == "simulated":
            raw = root / "raw"
            for year in (2021, 2022):
                write(raw, year, SEED)
        ingest(raw, lake)
        done.touch()
    return data


def main(shared: Path, root: Path, windows: Sequence[Window] = (TWO_SEASONS, ONE_DATE)) -> list[Result]:
    """Measure a range and a date, and print what they took, in all and by table."""
    data = prepare(shared, root)
    (start, end), day = map(str, (windows[0].start, windows[0].end)), str(windows[1].start)
    results = [
        measure("two_seasons", windows[0], ["backfill", "--start", start, "--end", end], root, data),
        measure("one_date", windows[1], ["materialize", "--date", day], root, data),
    ]
    _show(results)
    return results


def _show(results: Sequence[Result]) -> None:
    heads = ("work", "data", "tables", "partitions", "wall s", "engine s", "engine's share", "peak MiB", "per s")
    shown = RichTable(*heads)
    for r in results:
        row = (r.work, r.data, r.tables, r.partitions, r.wall_s, r.engine_s, f"{r.share:.0%}", r.peak_mib)
        shown.add_row(*map(str, row), f"{r.partitions / r.wall_s:.0f}")
    by_table = RichTable("engine seconds of each table", *[head for r in results for head in (r.work, "share")])
    for table in tables():
        spent = [(r.by_table[table.name], r.engine_s) for r in results]
        by_table.add_row(table.name, *[text for s, of in spent for text in (f"{s:.2f}", f"{s / of:.0%}")])
    console = Console(width=120)
    console.print(shown)
    console.print(by_table)


def keep(results: Sequence[Result]) -> None:
    """Write the figures to `benchmarks/latest.json`."""
    kept = {"cores": os.cpu_count(), "results": [asdict(r) for r in results]}
    (HERE / "latest.json").write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    keep(main(Path(sys.argv[1]), Path(sys.argv[2])))
