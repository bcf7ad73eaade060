"""`make bench`: what a date, a season and the full history take: conformed tables and ten, and the ten where the
conformed ones are good.

| column | what |
|---|---|
| wall s | the command as a process of its own, through Dagster's multiprocess executor and our `dagster.yaml` |
| engine s | the same queries, checks, failure records and writes in one process without Dagster |
| orchestration s | wall less engine: process starts, events, history; below zero where steps at once save more |
| floor s | only the queries that make the rows, in one process (`peers/bare_queries.py`) |
| wall / floor | the budget: at most 1.6 of a history with its conformed tables, 3 of a date |
| peak MiB | of the largest process |

On simulated seasons, which anyone can repeat, and on the real ones where `../shared` is; `latest.json` keeps both,
the simulated ones as `results`, the real ones as `real`.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.bill import print_bills
from benchmarks.memory import PeakMemory
from benchmarks.peers import bare_queries
from nba_assets.audit.game_days import Calendar
from nba_assets.contracts.calendar import Window, season_label
from nba_assets.contracts.failures import RECORDS
from nba_assets.contracts.table import Table
from nba_assets.orchestration.slates import is_conformed
from nba_assets.simulate import write
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.build import build

HERE = Path(__file__).parent
SEED = 7
RUNS = {"full_history": 1, "one_season": 1, "one_date": 3}
"""How often each work's command is run, the history first: it fills the lake."""


@dataclass(frozen=True)
class Works:
    """What is measured on one lake: the dates of each work, and the seasons that must be there."""

    data: str
    seasons: tuple[int, ...]
    windows: dict[str, Window]


SIMULATED = Works(
    "simulated",
    (2021, 2022, 2023, 2024, 2025),
    {
        "full_history": Window(date(2021, 10, 19), date(2026, 1, 3)),
        "one_season": Window(date(2024, 10, 22), date(2025, 6, 30)),
        "one_date": Window(date(2025, 3, 14), date(2025, 3, 14)),
    },
)
REAL = Works(
    "real",
    (2021, 2022),
    {
        "full_history": Window(date(2021, 10, 19), date(2023, 4, 9)),
        "one_season": Window(date(2021, 10, 19), date(2022, 6, 16)),
        "one_date": Window(date(2022, 3, 16), date(2022, 3, 16)),
    },
)


@dataclass(frozen=True)
class Result:
    """One work on some tables: seconds, and the engine's by table. `runs` is how many `wall_s` is the median of."""

    work: str
    tables: int
    partitions: int
    wall_s: float
    engine_s: float
    floor_s: float
    peak_mib: int
    runs: int
    data: str
    by_table: dict[str, float]

    @property
    def of_floor(self) -> float:
        """Wall seconds by those of the bare queries."""
        return self.wall_s / self.floor_s


TEN = tuple(table for table in tables() if not is_conformed(table))


def measure(works: Works, work: str, root: Path, runs: int) -> list[Result]:
    """Run the command `runs` times for all tables, each with a fresh Dagster instance, and for the ten, whose conformed
    tables the last one knows; then the same work without Dagster and its bare queries, both once."""
    window, lake = works.windows[work], Lake(root / "lake")
    taken = {of: [_run(window, of, root, fresh=of is tables()) for _ in range(runs)] for of in (tables(), TEN)}
    engine = {name: table.seconds for name, table in build(DuckDBWarehouse(lake), window).items()}
    floor = bare_queries.by_table(lake, window)
    wanted = Calendar.of(DuckDBWarehouse(lake)).wanted(tables(), window.dates())
    return [
        Result(
            work=work,
            tables=len(of),
            partitions=sum(len(wanted[table]) for table in of),
            wall_s=round(statistics.median(wall for wall, _ in measured), 1),
            engine_s=round(sum(engine[table.name] for table in of), 1),
            floor_s=round(sum(floor[table.name] for table in of), 1),
            peak_mib=max(peak for _, peak in measured),
            runs=runs,
            data=works.data,
            by_table={table.name: round(engine[table.name], 2) for table in of},
        )
        for of, measured in taken.items()
    ]


def _run(window: Window, only: Sequence[Table], root: Path, *, fresh: bool) -> tuple[float, int]:
    """Seconds of the command, and the peak memory of its largest process in MiB."""
    home = root / "dagster_home"
    if fresh:
        shutil.rmtree(home, ignore_errors=True)
        make_home(home, HERE.parent)
    environment = os.environ | {"NBA_LAKE": str(root / "lake"), "DAGSTER_HOME": str(home)}
    named = ["--tables", ",".join(table.name for table in only)]
    range_ = ["backfill", "--start", str(window.start), "--end", str(window.end), "--force"]
    command = ["materialize", "--date", str(window.start)] if window.days == 1 else range_
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "nba_assets", *command, *named], env=environment)
    memory = PeakMemory(process.pid)
    if code := process.wait():
        raise SystemExit(f"nba {' '.join(command)} ended with {code}")
    return time.perf_counter() - started, memory.stop()


def make_home(home: Path, code: Path) -> None:
    """A DAGSTER_HOME with nothing in it but the settings of some code."""
    shutil.copytree(code / "dagster_home", home, ignore=lambda _, names: set(names) - {"dagster.yaml"})


def prepare(works: Works, raw: Path, root: Path) -> None:
    """Fill the lake with the raw seasons, unless it is filled already."""
    done = root / "raw-is-in"
    if done.exists():
        return
    shutil.rmtree(root, ignore_errors=True)
    if works is REAL:
        ingest(raw, Lake(root / "lake"))
    else:
        with ProcessPoolExecutor() as pool:
            list(pool.map(_simulate, [root] * len(works.seasons), works.seasons))
        for year in works.seasons:
            ingest(root / "raw" / season_label(year), Lake(root / "lake"))
        shutil.rmtree(root / "raw")
    done.touch()


def _simulate(root: Path, year: int) -> None:
    write(root / "raw" / season_label(year), year, SEED)


def main(works: Works, raw: Path, root: Path) -> None:
    """Measure all works, print and keep what they took, in all and by table, as each is there; then what BigQuery
    would be sent for a date and a season, and the bill.

    The history starts without any of our tables in the lake, the season and the date with all of them.
    """
    prepare(works, raw, root)
    for made in (*tables(), RECORDS):
        shutil.rmtree(root / "lake" / made.dataset, ignore_errors=True)
    results: list[Result] = []
    for work, runs in RUNS.items():
        results += measure(works, work, root, runs)
        keep(works, results)
        _show(results)
    print_bills(Lake(root / "lake"), [works.windows["one_date"], works.windows["one_season"]], works.data)


def _show(results: Sequence[Result]) -> None:
    heads = ("work", "data", "tables", "partitions", "wall s", "engine s", "orchestration s", "floor s", "wall / floor")
    shown = RichTable(*heads, "peak MiB", "partitions/s")
    for r in results:
        orchestration = round(r.wall_s - r.engine_s, 1)
        seconds = (r.wall_s, r.engine_s, orchestration, r.floor_s, f"{r.of_floor:.2f}")
        shown.add_row(
            *map(str, (r.work, r.data, r.tables, r.partitions, *seconds, r.peak_mib, f"{r.partitions / r.wall_s:.0f}"))
        )
    all_tables = [r for r in results if r.tables == len(tables())]
    by_table = RichTable("engine seconds of each table", *[r.work for r in all_tables])
    for table in tables():
        by_table.add_row(table.name, *[f"{r.by_table[table.name]:.2f}" for r in all_tables])
    console = Console(width=140)
    console.print(shown)
    console.print(by_table)


def keep(works: Works, results: Sequence[Result]) -> None:
    """Write the figures to `latest.json`, beside what else it holds."""
    file = HERE / "latest.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    key = "results" if works is SIMULATED else works.data
    kept |= {"cores": os.cpu_count(), key: [asdict(r) for r in results]}
    file.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    shared, place = Path(sys.argv[1]), Path(sys.argv[2]).resolve()
    main(SIMULATED, Path(), place / "simulated")
    if (shared / "raw").is_dir():
        main(REAL, shared / "raw", place / "real")
