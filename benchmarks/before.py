"""`make bench-before BASE=<revision>`: what a date and the full history take now, and what they took at a revision.

Both on one machine, in turns, over the same raw data, each in a lake of its own, through the commands that people type.
The earlier code runs in the environment of today. `before.json` keeps the seconds.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.bench import REAL, SIMULATED, TEN, make_home, prepare

HERE = Path(__file__).parent
RAW = ("nba_raw", "nba_static", "nba_reference")


@dataclass(frozen=True)
class Side:
    """One state of the code, with a lake and an instance of its own."""

    name: str
    code: Path
    root: Path

    def run(self, *command: str) -> float:
        """Seconds of a command, which must succeed."""
        environment = os.environ | {
            "PYTHONPATH": str(self.code),
            "NBA_LAKE": str(self.root / "lake"),
            "DAGSTER_HOME": str(self.root / "dagster_home"),
        }
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "nba_assets", *command], env=environment, cwd=self.code, capture_output=True
        )
        if done.returncode:
            raise SystemExit(f"{self.name}: nba {' '.join(command)}\n{done.stdout.decode()}{done.stderr.decode()}")
        return time.perf_counter() - started

    def prepare(self, raw: Path) -> None:
        """An empty lake over the raw data, and an instance with this code's own settings."""
        shutil.rmtree(self.root, ignore_errors=True)
        (self.root / "lake").mkdir(parents=True)
        for dataset in RAW:
            (self.root / "lake" / dataset).symlink_to(raw / dataset)
        make_home(self.root / "dagster_home", self.code)


def checked_out(revision: str, place: Path) -> Path:
    """The code of a revision, in a folder of its own."""
    shutil.rmtree(place, ignore_errors=True)
    subprocess.run(["git", "clone", "-q", str(HERE.parent), str(place)], check=True)
    subprocess.run(["git", "checkout", "-q", revision], cwd=place, check=True)
    return place


def main(revision: str, shared: Path, place: Path, dates: int) -> None:
    works, raw = (REAL, shared / "raw") if (shared / "raw").is_dir() else (SIMULATED, Path())
    prepare(works, raw, place / works.data)
    history, date = works.windows["full_history"], works.windows["one_date"]
    range_ = ["backfill", "--start", str(history.start), "--end", str(history.end), "--force"]
    day = ["materialize", "--date", str(date.start)]
    ten = ["--tables", ",".join(table.name for table in TEN)]
    root = place / "before"
    sides = [
        Side(revision, checked_out(revision, root / "code"), root / "old"),
        Side("now", HERE.parent, root / "new"),
    ]
    taken: dict[str, dict[str, list[float]]] = {}
    for side in sides:
        side.prepare((place / works.data / "lake").resolve())
        side.run(*day)  # compiles the queries
        side.prepare((place / works.data / "lake").resolve())
    for side in sides:
        taken.setdefault("history", {})[side.name] = [side.run(*range_)]
    for _ in range(dates):
        for side in sides:
            taken.setdefault("a date", {}).setdefault(side.name, []).append(side.run(*day))
    taken["history, ten tables, conformed good"] = {"now": [sides[1].run(*range_, *ten)]}
    taken["a date, ten tables, conformed good"] = {"now": [sides[1].run(*day, *ten) for _ in range(dates)]}
    _show(works.data, revision, taken)


def _show(data: str, revision: str, taken: dict[str, dict[str, list[float]]]) -> None:
    shown = RichTable("work", "data", f"{revision} s", "now s", "now / before", "runs")
    for work, of in taken.items():
        old = statistics.median(of.get(revision) or taken[work.split(",")[0]][revision])
        new = statistics.median(of["now"])
        shown.add_row(work, data, f"{old:.1f}", f"{new:.1f}", f"{new / old:.2f}", str(len(of["now"])))
    Console(width=140).print(shown)
    kept = {"data": data, "revision": revision, "cores": os.cpu_count(), "seconds": taken}
    (HERE / "before.json").write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]).resolve(), int(sys.argv[4]))
