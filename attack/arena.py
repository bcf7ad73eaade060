"""An arena of a case's own: a lake, a DAGSTER_HOME, a folder for temporary files, and commands run and killed in it.

What is looked at afterwards is looked at from outside: the processes of the machine, the files, Dagster's own records.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg

from attack.lakes import copied
from nba_assets.audit.coverage import verify
from nba_assets.contracts.calendar import Window
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

PROJECT = Path(__file__).parents[1]
NBA = (sys.executable, "-m", "nba_assets")
ALIVE = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)
GRACE_SECONDS = 5.0
"""So long may what a killed process had started outlive it."""
PATIENCE_SECONDS = 600.0


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code (negative for a signal), and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.strip()]

    @property
    def traceback(self) -> bool:
        return "Traceback (most recent call last)" in self.out + self.err

    def told(self) -> str:
        return f"exit {self.code}, {len(self.lines)} lines on stderr: {' / '.join(self.lines[-2:])[:300]}"


LONGEST_ROOT = 50


@dataclass
class Arena:
    """The surroundings of a case under `root`; `settings` are environment variables besides the usual ones."""

    root: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder in (self.home, self.scratch):
            folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / "dagster_home" / "dagster.yaml", self.home)

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def scratch(self) -> Path:
        """The folder for temporary files. Sockets are made in it, and a socket's path has a hundred characters."""
        if len(str(self.root)) < LONGEST_ROOT:
            return self.root / "tmp"
        return Path(tempfile.gettempdir()) / f"attack_of_{hashlib.sha256(str(self.root).encode()).hexdigest()[:8]}"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "NBA_LAKE": str(self.lake),
            "DAGSTER_HOME": str(self.home),
            "TMPDIR": str(self.scratch),
            "NBA_EVENTS": "local",
            "COLUMNS": "300",
            "PYTHONPATH": str(PROJECT),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        return {**os.environ, **own, **self.settings}

    def begin(self, lake: Path | None) -> Arena:
        """With a copy of a lake, or with none."""
        if lake:
            copied(lake, self.lake)
        return self

    def nba(self, *arguments: str | Path, under: Sequence[str] = ()) -> Ended:
        """Run `nba` to its end; `under` is a command that it runs under."""
        with self.started(*arguments, under=under) as running:
            try:
                code = running.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                code = 124
        return self.ended(code)

    def ended(self, code: int) -> Ended:
        """The last command that was run, which ended so."""
        return Ended(
            code, (self.root / "out").read_text(errors="replace"), (self.root / "err").read_text(errors="replace")
        )

    @contextmanager
    def started(self, *arguments: str | Path, under: Sequence[str] = (), program: Sequence[str] = NBA) -> Iterator:
        """A command under way; whatever of it is left at the end of the block is ended."""
        with (self.root / "out").open("w") as out, (self.root / "err").open("w") as err:
            command = [*under, *program, *map(str, arguments)]
            running = subprocess.Popen(
                command, env=self.environment, cwd=self.root, stdout=out, stderr=err, start_new_session=True
            )
            try:
                yield running
            finally:
                if running.poll() is None:
                    os.killpg(running.pid, signal.SIGKILL)
                    running.wait()

    def processes(self) -> dict[int, str]:
        """The living processes that were started for this lake, by pid: told by their environment (Linux)."""
        marks = (f"NBA_LAKE={self.lake}".encode(), f"TMPDIR={self.scratch}".encode())
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                ours = any(mark in (entry / "environ").read_bytes().split(b"\0") for mark in marks)
                if ours and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                    words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    found[int(entry.name)] = words.strip()[:80]
        return found

    def outlived(self, seconds: float = GRACE_SECONDS) -> list[str]:
        """The processes that are still there after so many seconds, all of which are ended then."""
        end = time.monotonic() + seconds
        while (found := self.processes()) and time.monotonic() < end:
            time.sleep(0.1)
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return [f"still alive after {seconds:.0f} s: {words}" for words in found.values()]

    def strays(self) -> list[str]:
        """Temporary files that are left, of whatever kind."""
        left = [path for path in self.scratch.rglob("*") if not path.is_dir()]
        left += [path for path in self.scratch.iterdir() if path.is_dir()]
        for place in (self.lake, self.home):
            left += [path for path in place.rglob("*") if path.suffix == ".tmp" or path.name.startswith("tmp")]
        return [f"temporary file left: {path.relative_to(self.root)}" for path in sorted(set(left))[:3]]

    def in_flight(self) -> list[str]:
        """Runs and back-fills that Dagster takes to be under way."""
        if not (self.home / "history").exists():
            return []
        with self.instance() as instance:
            runs = instance.get_runs(dg.RunsFilter(statuses=list(ALIVE)))
            fills = [fill for fill in instance.get_backfills() if fill.status.value in ("REQUESTED", "CANCELING")]
        return [f"run {run.status.value} for ever" for run in runs] + [f"back-fill {f.status.value}" for f in fills]

    @contextmanager
    def instance(self) -> Iterator[dg.DagsterInstance]:
        """Dagster's records of this arena; its storages ask the environment where they lie."""
        before = os.environ.get("DAGSTER_HOME")
        os.environ["DAGSTER_HOME"] = str(self.home)
        try:
            with dg.DagsterInstance.get() as instance:
                yield instance
        finally:
            if before is None:
                del os.environ["DAGSTER_HOME"]
            else:
                os.environ["DAGSTER_HOME"] = before

    def incomplete(self, window: Window) -> list[str]:
        """What `nba verify` misses."""
        found = verify(DuckDBWarehouse(Lake(self.lake)), tables(), window, 1.0)
        return [f"verify: {table.table} {table.coverage:.2f} {table.error or ''}" for table in found if not table.ready]

    def clean(self, grace: float = GRACE_SECONDS) -> list[str]:
        """What must never be left: processes that live on for longer, temporary files, runs in flight."""
        return [*self.outlived(grace), *self.strays(), *self.in_flight()]


def differing(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """How the partitions of a lake are not those of the undisturbed one."""
    losses = [f"missing: {name}" for name in wanted.keys() - found.keys()]
    losses += [f"too much: {name}" for name in found.keys() - wanted.keys()]
    losses += [f"other bytes: {name}" for name in wanted.keys() & found.keys() if wanted[name] != found[name]]
    return [*sorted(losses)[:3], *([f"and {len(losses) - 3} more"] if len(losses) > 3 else [])]
