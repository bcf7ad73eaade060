"""Kills: SIGKILL at a random moment of a command, or of one of the processes that it started, and the command again.

Afterwards the lake is to the byte as if nothing had been, and nothing is left behind. The daemon is killed among the
messages.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from attack.arena import PATIENCE_SECONDS, Arena, differing
from attack.case import Case, Outcome
from attack.lakes import FEW_DAYS, Ground, partitions
from nba_assets.contracts.calendar import Window

RUN_HISTORY = "nba_reference/processor_run_history"
"""A partition a run: no two lakes have the same."""


@dataclass(frozen=True)
class Target:
    """A command that is killed, the lake that it begins with, whether one of its own processes dies instead."""

    name: str
    arguments: Callable[[Ground], tuple[str | Path, ...]]
    lake: Callable[[Ground], Path | None]
    days: Window | None = None
    """For which `nba verify` has to find all in the end."""
    within: bool = False


_DAY = Window(FEW_DAYS.start, FEW_DAYS.start)


def _days(_: Ground) -> tuple[str | Path, ...]:
    return ("backfill", "--start", str(FEW_DAYS.start), "--end", str(FEW_DAYS.end))


def _one(_: Ground) -> tuple[str | Path, ...]:
    return ("materialize", "--date", str(FEW_DAYS.start))


TARGETS = (
    Target("ingest", lambda ground: ("ingest", ground.few_raw, "--no-events"), lambda _: None),
    Target("materialize", _one, lambda ground: ground.few, _DAY),
    Target("ingest again", lambda ground: ("ingest", ground.few_raw), lambda ground: ground.few_built),
    Target("backfill", _days, lambda ground: ground.few, FEW_DAYS),
    Target("a step of backfill", _days, lambda ground: ground.few, FEW_DAYS, within=True),
    Target("a step of materialize", _one, lambda ground: ground.few, _DAY, within=True),
)


def play(case: Case) -> Outcome:
    chance, target = case.chance, TARGETS[case.number % len(TARGETS)]
    known = undisturbed(case.ground, target)
    arena = Arena(case.root).begin(target.lake(case.ground))
    arguments = target.arguments(case.ground)
    moment = chance.uniform(0.2, 1.0) * known["seconds"]
    losses = _killed(arena, arguments, moment, chance if target.within else None)
    losses += done_again(arena, target, case.ground)
    return Outcome(f"kill {target.name}", f"after {moment:.2f} s", losses)


def done_again(arena: Arena, target: Target, ground: Ground) -> list[str]:
    """Do the command once more; in what its end is not that of one that nobody disturbs."""
    again = arena.nba(*target.arguments(ground))
    losses = [] if again.code == 0 else [f"the same command again: {again.told()}"]
    losses += differing(built_only(partitions(arena.lake)), undisturbed(ground, target)["files"])
    losses += arena.clean()
    return losses + (arena.incomplete(target.days) if target.days else [])


def _killed(arena: Arena, arguments: tuple[str | Path, ...], moment: float, within: random.Random | None) -> list[str]:
    """Kill the command after so many seconds, or a process that it has started; what is wrong then."""
    with arena.started(*arguments) as running:
        with suppress(subprocess.TimeoutExpired):
            running.wait(moment)
        victims = sorted(arena.processes().keys() - {running.pid}) if within else [running.pid]
        for victim in [within.choice(victims)] if within and victims else victims:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        if within:  # the command has to end by itself
            running.wait(PATIENCE_SECONDS)
        elif running.poll() is None:
            running.wait(30)
    return arena.outlived()


def undisturbed(ground: Ground, target: Target) -> dict[str, Any]:
    """The files, and the seconds, of the command that nobody disturbs: tried once for all cases."""
    place = place_of(ground, target)
    kept = place.with_suffix(".json")
    with FileLock(place.with_suffix(".lock")):
        if not kept.exists():
            shutil.rmtree(place, ignore_errors=True)  # of a try that failed
            arena, started = Arena(place).begin(target.lake(ground)), time.monotonic()
            ended = arena.nba(*target.arguments(ground))
            assert ended.code == 0, ended.told()
            seconds = time.monotonic() - started
            shutil.rmtree(arena.scratch)
            kept.write_text(json.dumps({"files": built_only(partitions(arena.lake)), "seconds": seconds}))
    found: dict[str, Any] = json.loads(kept.read_text())
    return found


def place_of(ground: Ground, target: Target) -> Path:
    """Where the undisturbed command has left its lake and home; a step's is its command's."""
    return ground.folder / f"undisturbed {target.name.removeprefix('a step of ')}"


def built_only(found: Mapping[str, str]) -> dict[str, str]:
    """Of the partitions of a lake those that are the same in two."""
    return {name: digest for name, digest in found.items() if not name.startswith(RUN_HISTORY)}
