"""`make bench-patches`: what each patch and plug-in is worth, in CPU seconds of a whole command and all its processes.

Three works on a simulated lake, three cheap tables in two steps each: a date, a range of days of which the last have
no games, and a range of two seasons, the first of which is put on record while the second is built. So the
bookkeeping, which is what patches are about, has a larger share than in a real range: a gain that is small here is
smaller there. `--works` measures some of them.

The two of a pair, with a patch and without, run one right after the other, and take turns in going first. A gain is
(without - with) / without, its interval that of the mean of the pairs. Two hours on a quiet machine, on a busy
one many times that, with wider intervals. What is interrupted goes on where it was when it is started again.

| column | what |
|---|---|
| CPU s | user and system seconds of the command and of every process it started, the fork server and its steps too |
| gain | mean over the pairs, and the 95 % interval of that mean |
"""

from __future__ import annotations

import argparse
import ctypes
import json
import math
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from nba_assets.orchestration.dagster_patches.switches import NAMES, WITHOUT
from nba_assets.simulate import write
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake

FIGURES = Path(__file__).parent / "patches.json"
DOCS = Path(__file__).parents[1] / "docs" / "dagster_patches.md"
MARK = "<!-- gains: make bench-patches -->"

TABLES = "games,listed_players,rosters"
WORKS = {
    "day": ["materialize", "--date", "2024-11-15", "--tables", TABLES],
    "range": ["backfill", "--start", "2024-10-22", "--end", "2025-06-18", "--force", "--tables", TABLES],
    "two seasons": ["backfill", "--start", "2023-10-24", "--end", "2025-06-18", "--force", "--tables", TABLES],
}
SEASONS, SEED, DAYS = (2023, 2024), 7, 28

MEASURED = [name for name in NAMES if name not in ("check_states", "run_health", "retention", "step_deaths")]
"""All but what no command does, and what has a function and takes no time."""

STUDENT = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131),
    *(2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
"""By degrees of freedom, from one, the factor of a 95 % interval of a mean; beyond, the last is near enough."""

SUBREAPER = 36  # prctl's PR_SET_CHILD_SUBREAPER: what outlives the command comes to us, and its seconds with it


Pairs = dict[tuple[str, str], list[tuple[float, float]]]
"""By patch and work, CPU seconds with the patch and without."""


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
    factor = STUDENT[min(len(each) - 1, len(STUDENT)) - 1]
    half = factor * statistics.stdev(each) / math.sqrt(len(each))
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
    before = _spent()
    command = [sys.executable, "-m", "nba_assets", *WORKS[work]]
    with tempfile.TemporaryDirectory(dir=root) as home:
        environment = os.environ | {"NBA_LAKE": str(root / "lake"), "DAGSTER_HOME": home, WITHOUT: without or ""}
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


def rounds(number: int, root: Path, patches: Sequence[str], works: Sequence[str]) -> Iterator[Pairs]:
    """All pairs that there are after each round of one for each work and patch; first those of an interrupted run."""
    file = root / f"{'+'.join([*patches, *works])}.json"
    done = [tuple(one) for one in json.loads(file.read_text())] if file.exists() else []
    for place in range(number):
        for work in works:
            for patch in patches:
                if any(one[:3] == (place, work, patch) for one in done):
                    continue
                done.append((place, work, patch, *_pair(work, root, patch, with_first=place % 2 == 0)))
                file.write_text(json.dumps(done))
        so_far = [one for one in done if one[0] <= place]
        yield {(p, w): [one[3:] for one in so_far if one[1:3] == (w, p)] for p in patches for w in works}
    file.unlink()


def _pair(work: str, root: Path, patch: str, *, with_first: bool) -> tuple[float, float]:
    order = (None, patch) if with_first else (patch, None)
    seconds = {without: cpu_seconds(work, root, without) for without in order}
    return seconds[None], seconds[patch]


def prepare(root: Path) -> None:
    """Fill the lake, unless it is filled already."""
    done = root / "raw-is-in"
    if done.exists():
        return
    shutil.rmtree(root, ignore_errors=True)
    for season in SEASONS:
        write(root / "raw", season, SEED, days=DAYS)
    ingest(root / "raw", Lake(root / "lake"))
    done.touch()


def markdown(gains: Sequence[Gain]) -> str:
    """The table of the docs, and what it was measured on."""
    lines = [f"| patch | what it does | {' | '.join(WORKS)} |"]
    lines.append("|---" * (2 + len(WORKS)) + "|")
    for patch in dict.fromkeys(g.patch for g in gains):
        of = {g.work: f"{g.percent:.1f} % ({g.low:.1f} to {g.high:.1f})" for g in gains if g.patch == patch}
        lines.append(f"| `{patch}` | {NAMES[patch]} | {' | '.join(of.get(work, '') for work in WORKS)} |")
    some = {g.work: f"{g.with_s:.1f} s" for g in gains}
    seconds = ", ".join(f"{work} {some[work]}" for work in WORKS if work in some)
    said = f"CPU seconds with all of them: {seconds}; at least {min(g.pairs for g in gains)} pairs each."
    return "\n".join([*lines, "", said])


def keep(gains: Sequence[Gain]) -> None:
    """Write the figures down in place of the last of the same patch and work, and the docs' table from all of them."""
    kept = [Gain(**g) for g in json.loads(FIGURES.read_text())["gains"]] if FIGURES.exists() else []
    again = {(g.patch, g.work) for g in gains}
    all_of_them = sorted(
        [*(g for g in kept if (g.patch, g.work) not in again), *gains], key=lambda g: (g.patch, g.work)
    )
    FIGURES.write_text(json.dumps({"gains": [asdict(g) for g in all_of_them]}, indent=2) + "\n")
    before, _, _, _, after = re.split(f"({MARK})", DOCS.read_text())
    DOCS.write_text(f"{before}{MARK}\n{markdown(all_of_them)}\n{MARK}{after}")


def main(root: Path, number: int, patches: Sequence[str], works: Sequence[str]) -> None:
    """Measure, keep the figures, and print the table; after each round, to stderr, what there is."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    prepare(root)
    cpu_seconds("day", root, None)  # fills the caches of compiled code and files
    gains: list[Gain] = []
    for done, pairs in enumerate(rounds(number, root, patches, works), 1):
        if done > 1:
            gains = [gain(patch, work, of) for (patch, work), of in pairs.items()]
            print(f"{done} of {number}\n{markdown(gains)}", file=sys.stderr, flush=True)  # noqa: T201
    keep(gains)
    print(markdown(gains))  # noqa: T201


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m benchmarks.patches")
    asked.add_argument("root", type=Path, help="where the lake is kept")
    asked.add_argument("--pairs", type=int, default=12)
    asked.add_argument("--only", type=lambda names: names.split(","), default=MEASURED, help="patches, by commas")
    asked.add_argument("--works", type=lambda names: names.split(","), default=list(WORKS), help="works, by commas")
    given = asked.parse_args()
    main(given.root.resolve(), given.pairs, given.only, given.works)
