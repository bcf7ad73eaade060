"""Conditions: a full or read-only disk, Dagster's storage locked, damaged or at an odd place, little memory.

A command under a condition ends in few words and loses nothing: once the condition is over, the same command does the
rest. Disks need a mount namespace of Linux; where there is none, the case is skipped and says so.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from attack.arena import Arena, Ended, differing
from attack.case import Case, Outcome
from attack.lakes import FEW_DAYS, partitions
from attack.parts.kills import TARGETS, Target, built_only, place_of, undisturbed

ONE_DAY, RANGE = TARGETS[1], TARGETS[3]

_UNDER = """
eval "$BREAK" || exit 77
"$@" >"$SAID/out.broken" 2>"$SAID/err.broken"; echo $? >"$SAID/code.broken"
eval "$MEND" || exit 77
"$@"; code=$?
cp -r "$NBA_LAKE" "$SAID/kept"
exit $code
"""
FULL = ('mount -t tmpfs -o size="$SIZE" none "$AT" && cp -a "$FROM/." "$AT"', 'mount -o remount,size=4g "$AT"')
READ_ONLY = ('mount --bind "$AT" "$AT" && mount -o remount,ro,bind "$AT"', 'mount -o remount,rw,bind "$AT"')


@dataclass(frozen=True)
class Condition:
    """A command under a condition: what is done, and what is wrong in the end."""

    name: str
    play: Callable[[Case, Arena, random.Random], list[str]]
    mounts: bool = False


def play(case: Case) -> Outcome:
    condition = CONDITIONS[case.number % len(CONDITIONS)]
    if condition.mounts and not _can_mount():
        return Outcome(condition.name, "", skipped="no mount namespace on this machine")
    arena = Arena(case.root)
    losses = condition.play(case, arena, case.chance)
    return Outcome(condition.name, "", [*losses, *arena.outlived()])


@cache
def _can_mount() -> bool:
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def _few_words(ended: Ended, codes: tuple[int, ...], lines: int = 0) -> list[str]:
    """It ended with one of the codes and without a traceback; in one line if the input was wrong, or in so many."""
    most = 1 if ended.code == 2 else lines
    wrong = ended.code not in codes or ended.traceback or (most and len(ended.lines) > most)
    return [f"exit {ended.code} of {codes}: {ended.told()}"] if wrong else []


# Disks.


def _disk(kind: tuple[str, str], place: str, target: Target) -> Callable[[Case, Arena, random.Random], list[str]]:
    """The lake, DAGSTER_HOME or the temporary folder is on such a disk, until the command has ended once."""

    def played(case: Case, arena: Arena, chance: random.Random) -> list[str]:
        lake = target.lake(case.ground)
        at, source = arena.root / place, case.root / "source"
        arena.begin(lake) if lake else arena.lake.mkdir()
        shutil.copytree(at, source)
        used = sum(file.stat().st_size + 4096 for file in source.rglob("*"))
        size = used + chance.randrange(1 << 16, 2 << 20)
        broken, mended = kind
        arena.settings = {
            "BREAK": broken,
            "MEND": mended,
            "AT": str(at),
            "FROM": str(source),
            "SIZE": str(size),
            "SAID": str(case.root),
        }
        again = arena.nba(*target.arguments(case.ground), under=("unshare", "-rm", "sh", "-c", _UNDER, "sh"))
        if again.code == 77:
            return [f"could not be tried: {again.told()}"]
        first = Ended(
            int((case.root / "code.broken").read_text()),
            *((case.root / f"{name}.broken").read_text(errors="replace") for name in ("out", "err")),
        )
        # A table that fails has a line of its own; what has no tables has one line.
        losses = _few_words(first, (0, 1, 2), lines=0 if target.arguments(case.ground)[0] == "materialize" else 1)
        losses += [f"mended, the same command: {again.told()}"] if again.code else []
        found = built_only(partitions(case.root / "kept"))
        return losses + differing(found, built_only(undisturbed(case.ground, target)["files"]))

    return played


# Dagster's storage.


def _used(case: Case, arena: Arena) -> Arena:
    """The lake and the home that a back-fill has left."""
    undisturbed(case.ground, RANGE)
    left = place_of(case.ground, RANGE)
    shutil.rmtree(arena.home)
    shutil.copytree(left / "home", arena.home)
    shutil.copytree(left / "lake", arena.lake)
    return arena


def _locked(case: Case, arena: Arena, chance: random.Random) -> list[str]:
    """Somebody holds a lock on one of the databases for some seconds: waited for."""
    _used(case, arena)
    file = chance.choice(sorted(arena.home.rglob("*.db")))
    seconds = chance.uniform(8, 25)
    holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(seconds, holder.close)
    release.daemon = True
    release.start()
    ended = arena.nba(*ONE_DAY.arguments(case.ground))
    return [f"{file.name} locked for {seconds:.0f} s: {loss}" for loss in _few_words(ended, (0,))]


def _damaged(case: Case, arena: Arena, chance: random.Random) -> list[str]:
    """One of the databases is damaged: one line that names it, or, of a run's own, no harm."""
    _used(case, arena)
    file = chance.choice(sorted(arena.home.rglob("*.db")))
    how = chance.choice(list(_HARMS))
    _HARMS[how](file, chance)
    ended = arena.nba(*ONE_DAY.arguments(case.ground))
    of_a_run = file.parent.name == "runs" and file.stem != "index"
    losses = _few_words(ended, (0, 2) if of_a_run else (2,))
    if ended.code == 2 and file.name not in ended.err:
        losses.append(f"not named: {ended.told()}")
    return [f"{file.relative_to(arena.home)} {how}: {loss}" for loss in losses]


def _overwrite(file: Path, chance: random.Random) -> None:
    with file.open("r+b") as opened:
        opened.write(chance.randbytes(4096))


_HARMS: dict[str, Callable[[Path, random.Random], object]] = {
    "overwritten": _overwrite,
    "cut in half": lambda file, _: os.truncate(file, file.stat().st_size // 2),
    "emptied": lambda file, _: os.truncate(file, 0),
    "a text": lambda file, _: file.write_text("not a database\n" * 400),
}


def _odd_home(case: Case, arena: Arena, chance: random.Random) -> list[str]:
    """DAGSTER_HOME is a file, has bad YAML in it, or lies at a path that a URL would read otherwise."""
    arena.begin(ONE_DAY.lake(case.ground))
    odd = arena.root / chance.choice(["a home?x=1", "home#1", "50% home", "file", "yaml"])
    if odd.name == "file":
        odd.write_text("no folder")
    else:
        odd.mkdir()
        shutil.copy(arena.home / "dagster.yaml", odd)
    if odd.name == "yaml":
        (odd / "dagster.yaml").write_text(
            chance.choice(["a: [", "- 1", "run_launcher: {module: nothing, class: X}", "\x00"])
        )
    arena.settings = {"DAGSTER_HOME": str(odd)}
    before = set(arena.root.iterdir())
    ended = arena.nba(*ONE_DAY.arguments(case.ground))
    losses = _few_words(ended, (2,) if odd.name in ("file", "yaml") else (0, 2))
    losses += [
        f"written outside: {path.name}"
        for path in set(arena.root.iterdir()) - before
        if path.name not in ("out", "err")
    ]
    return [f"{odd.name}: {loss}" for loss in losses]


# Clocks and memory.


def _set_back(case: Case, arena: Arena, chance: random.Random) -> list[str]:
    """The clock was two days ahead when the lake was filled: nothing to do; what changes is found all the same."""
    _used(case, arena)
    ahead = time.time() + 2 * 24 * 60 * 60
    for file in chance.sample(files := sorted(arena.lake.rglob("data.parquet")), len(files) // 2):
        os.utime(file, (ahead, ahead))
    arguments = RANGE.arguments(case.ground)
    ended = arena.nba(*arguments, "--dry-run")
    losses = [] if "nothing to do" in ended.out else [f"files dated ahead: {ended.told()} {ended.out[-300:]!r}"]
    losses += _few_words(ended, (0,))
    changed = arena.lake / "nba_raw" / "nbac_team_boxscore" / f"game_date={FEW_DAYS.end}" / "data.parquet"
    other = arena.lake / "nba_raw" / "nbac_team_boxscore" / f"game_date={FEW_DAYS.start}" / "data.parquet"
    shutil.copyfile(other, changed)
    os.utime(changed, (0, 0))
    ended = arena.nba(*arguments, "--dry-run")
    if "team_boxes" not in ended.out:
        losses.append(f"other raw data with an old date is not found: {ended.out[-300:]!r}")
    return losses


def _built_damaged(case: Case, arena: Arena, chance: random.Random) -> list[str]:
    """Partitions of our tables are cut off, emptied, or another day's: found, and built again."""
    _used(case, arena)
    files = sorted(arena.lake.glob("nba_[acp]*/*/*/data.parquet"))
    for file in chance.sample(files, 3):
        harm = chance.choice(["cut", "emptied", "another's"])
        content = file.read_bytes()
        others = [other for other in file.parents[1].glob("*/data.parquet") if other.read_bytes() != content]
        if harm == "another's" and others:
            content = others[0].read_bytes()
        else:
            content = content[: chance.randrange(len(content)) if harm == "cut" else 0]
        file.unlink()
        file.write_bytes(content)
    ended = arena.nba(*RANGE.arguments(case.ground))
    losses = _few_words(ended, (0,))
    return losses + differing(built_only(partitions(arena.lake)), undisturbed(case.ground, RANGE)["files"])


def _memory(mib: int, codes: tuple[int, ...]) -> Callable[[Case, Arena, random.Random], list[str]]:
    def played(case: Case, arena: Arena, _: random.Random) -> list[str]:
        arena.begin(RANGE.lake(case.ground))
        arena.settings = {"NBA_MEMORY_MIB": str(mib)}
        ended = arena.nba(*RANGE.arguments(case.ground))
        losses = _few_words(ended, codes)
        if ended.code == 0:
            losses += differing(
                built_only(partitions(arena.lake)), built_only(undisturbed(case.ground, RANGE)["files"])
            )
        elif "NBA_MEMORY_MIB" not in ended.out + ended.err:
            losses.append(f"does not name the setting: {ended.told()}")
        return losses

    return played


CONDITIONS = (
    Condition("the lake's disk is full", _disk(FULL, "lake", ONE_DAY), mounts=True),
    Condition("the lake's disk is full on ingest", _disk(FULL, "lake", TARGETS[0]), mounts=True),
    Condition("the disk of DAGSTER_HOME is full", _disk(FULL, "home", ONE_DAY), mounts=True),
    Condition("the disk of temporary files is full", _disk(FULL, "tmp", TARGETS[0]), mounts=True),
    Condition("the lake is read-only", _disk(READ_ONLY, "lake", ONE_DAY), mounts=True),
    Condition("DAGSTER_HOME is read-only", _disk(READ_ONLY, "home", ONE_DAY), mounts=True),
    Condition("storage locked", _locked),
    Condition("storage damaged", _damaged),
    Condition("an odd DAGSTER_HOME", _odd_home),
    Condition("clocks set back", _set_back),
    Condition("partitions damaged", _built_damaged),
    Condition("512 MiB", _memory(512, (0,))),
    Condition("64 MiB", _memory(64, (2,))),
)  # fmt: skip
