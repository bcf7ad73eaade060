"""`make bench-patches`: what each patch and plug-in is worth, in CPU seconds of a whole command and all its processes.

Two works on a simulated lake, two tables each: a date, and a range of days of which the last have no games. So the
bookkeeping, which is what patches are about, has a larger share than in a real range: a gain that is small here is
smaller there. In each block every work runs once as it is and once without each patch, in an order of its own; the two
of a block are a pair. A gain is (without - with) / without, its interval that of the mean of the pairs.

| column | what |
|---|---|
| CPU s | user and system seconds of the command and of every process it started, the fork server and its steps too |
| gain | mean over the pairs, and the 95 % interval of that mean |
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from nba_assets.orchestration.dagster_patches.switches import NAMES, WITHOUT
from nba_assets.simulate import write
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake

HERE = Path(__file__).parent
TABLES = "team_offense_game_summary,team_defense_game_summary"
WORKS = {
    "day": ["materialize", "--date", "2024-11-15", "--tables", TABLES],
    "range": ["backfill", "--start", "2024-10-22", "--end", "2025-06-18", "--force", "--tables", TABLES],
}
SEASON, SEED, DAYS = 2024, 7, 28

MEASURED = [name for name in NAMES if name != "run_health"]
"""All but what has a function and takes no time."""

STUDENT = {11: 2.201, 12: 2.179, 13: 2.160, 14: 2.145, 15: 2.131, 19: 2.093, 24: 2.064, 29: 2.045}
"""By degrees of freedom, the factor of a 95 % interval of a mean; beyond, the normal one is near enough."""

SUBREAPER = 36  # prctl's PR_SET_CHILD_SUBREAPER: what outlives the command comes to us, and its seconds with it


@dataclass(frozen=True)
class Gain:
    """What one patch is worth to one work, in percent of the CPU seconds without it."""

    patch: str
    work: str
    pairs: int
    with_s: float
    without_s: float
    percent: float
    low: float
    high: float


def gain(patch: str, work: str, pairs: Sequence[tuple[float, float]]) -> Gain:
    """Of pairs of CPU seconds, with the patch and without."""
    each = [100 * (without - with_) / without for with_, without in pairs]
    mean = statistics.fmean(each)
    factor = STUDENT.get(len(each) - 1, 1.96)
    half = factor * statistics.stdev(each) / math.sqrt(len(each)) if len(each) > 1 else math.inf
    return Gain(
        patch,
        work,
        len(each),
        round(statistics.fmean(with_ for with_, _ in pairs), 2),
        round(statistics.fmean(without for _, without in pairs), 2),
        round(mean, 1),
        round(mean - half, 1),
        round(mean + half, 1),
    )


def cpu_seconds(work: str, root: Path, without: str | None) -> float:
    """Of one command, with a fresh Dagster instance, and of all processes that it leaves or has left."""
    home = root / "home"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(HERE.parent / "dagster_home", home, ignore=lambda _, names: set(names) - {"dagster.yaml"})
    environment = os.environ | {"NBA_LAKE": str(root / "lake"), "DAGSTER_HOME": str(home), WITHOUT: without or ""}
    before = _spent()
    command = [sys.executable, "-m", "nba_assets", *WORKS[work]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    with suppress(ChildProcessError):
        while True:
            os.wait()
    return _spent() - before


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def blocks(number: int, root: Path, patches: Sequence[str]) -> Iterator[dict[tuple[str, str | None], float]]:
    """CPU seconds by work and what was left out, a block after the other."""
    order = random.Random(SEED)
    for _ in range(number):
        todo = [(work, without) for work in WORKS for without in (None, *patches)]
        order.shuffle(todo)
        yield {(work, without): cpu_seconds(work, root, without) for work, without in todo}


def prepare(root: Path) -> None:
    """Fill the lake, unless it is filled already."""
    done = root / "raw-is-in"
    if done.exists():
        return
    shutil.rmtree(root, ignore_errors=True)
    write(root / "raw", SEASON, SEED, days=DAYS)
    ingest(root / "raw", Lake(root / "lake"))
    done.touch()


def main(root: Path, number: int, patches: Sequence[str], file: Path) -> None:
    """Measure, and after each block keep what there is."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    prepare(root)
    cpu_seconds("day", root, None)  # fills the caches of compiled code and files
    taken = []
    for block in blocks(number, root, patches):
        taken.append(block)
        gains = [
            gain(patch, work, [(b[work, None], b[work, patch]) for b in taken]) for patch in patches for work in WORKS
        ]
        file.write_text(json.dumps({"cores": os.cpu_count(), "gains": [asdict(g) for g in gains]}, indent=2) + "\n")
        print(f"block {len(taken)} of {number}", file=sys.stderr, flush=True)  # noqa: T201
    print(markdown(gains))  # noqa: T201


def markdown(gains: Sequence[Gain]) -> str:
    """The table of the docs."""
    lines = ["| patch | what it does | a day | a range |", "|---|---|---|---|"]
    for patch in dict.fromkeys(g.patch for g in gains):
        of = {g.work: f"{g.percent:.1f} % ({g.low:.1f} to {g.high:.1f})" for g in gains if g.patch == patch}
        lines.append(f"| `{patch}` | {NAMES[patch]} | {of['day']} | {of['range']} |")
    some = {g.work: f"{g.with_s:.1f} s" for g in gains}
    pairs = min(g.pairs for g in gains)
    return "\n".join(
        [*lines, "", f"CPU seconds with all: a day {some['day']}, a range {some['range']}; {pairs} pairs."]
    )


if __name__ == "__main__":
    main(
        Path(sys.argv[1]).resolve(),
        int(sys.argv[2]) if len(sys.argv) > 2 else 12,
        sys.argv[3].split(",") if len(sys.argv) > 3 else MEASURED,
        HERE / "patches.json",
    )
