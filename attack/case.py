"""Cases of the attack, what became of them, and the ledger that keeps it so that a stopped attack goes on.

What a case does is its part's.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from attack.lakes import Ground


@dataclass(frozen=True)
class Case:
    """One try: everything random in it comes from `chance`, which is the same whenever it is asked for."""

    seed: int
    part: str
    number: int
    root: Path
    """A folder of its own, empty at first."""
    ground: Ground

    @property
    def chance(self) -> random.Random:
        return random.Random(f"{self.seed} {self.part} {self.number}")


@dataclass(frozen=True)
class Outcome:
    """How a case ended. Without a loss it held; `skipped` says why it could not be tried on this machine."""

    kind: str
    """What was tried, in the words by which the table counts: `kill backfill`, `damage capitals`."""
    what: str
    losses: list[str] = field(default_factory=list)
    ended: str = "held"
    tries: int = 1
    """Of how many single tries it consists: a case of messages has hundreds."""
    told: list[str] = field(default_factory=list)
    """The checks that were broken, and the reasons for which rows were kept out."""
    needs: list[str] = field(default_factory=list)
    """Those of them without which it would have been a loss."""
    skipped: str = ""
    known: list[str] = field(default_factory=list)
    """Losses of a kind that is known and not mended: shown, and no failure of the attack."""


Play = Callable[[Case], Outcome]


@dataclass(frozen=True)
class Played:
    """An outcome as the ledger keeps it."""

    part: str
    number: int
    seconds: float
    outcome: Outcome


def played(case: Case, play: Play, *, keep: bool = False) -> Played:
    """Play a case in its folder, which goes unless it is wanted; whatever it raises is a loss."""
    started = time.perf_counter()
    case.root.mkdir(parents=True, exist_ok=True)
    try:
        outcome = play(case)
    except Exception as error:
        first = (str(error).strip().splitlines() or [""])[0]
        outcome = Outcome(case.part, "", [f"{type(error).__name__}: {first[:300]}"], "broke")
        if keep:
            traceback.print_exc()
    finally:
        if not keep:
            shutil.rmtree(case.root, ignore_errors=True)
    return Played(case.part, case.number, round(time.perf_counter() - started, 1), outcome)


class Ledger:
    """What has been played with one seed: a line of JSON for each case, written as it ends."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __iter__(self) -> Iterator[Played]:
        """The last of each case, in the order of parts and numbers."""
        found: dict[tuple[str, int], Played] = {}
        for line in self._file.read_text().splitlines() if self._file.exists() else ():
            try:
                row = json.loads(line)
            except ValueError:  # half a line, of an attack that was killed
                continue
            found[row["part"], row["number"]] = Played(**row | {"outcome": Outcome(**row["outcome"])})
        return iter([found[key] for key in sorted(found)])

    def add(self, done: Played) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        whole = not self._file.exists() or self._file.read_bytes()[-1:] in (b"", b"\n")
        with self._file.open("a") as opened:
            opened.write(("" if whole else "\n") + json.dumps(asdict(done)) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
