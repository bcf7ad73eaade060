"""A code server and a daemon as processes on loopback, which a test starts, kills and watches. For tests only."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus

from nba_assets.orchestration.run_tags import TRIGGER_TAG

DAGSTER = Path(sys.executable).parent
PROJECT_YAML = Path(__file__).parents[3] / "dagster_home" / "dagster.yaml"
LOCATION = "nba_assets_tests.orchestration.events.quick"
SENSORS = ("raw_complete", "next_slate")
PATIENCE = 300.0
IN_MEMORY = Path("/dev/shm")


def until(true: Callable[[], bool], what: str, seconds: float = PATIENCE, every: float = 0.2) -> None:
    """Wait for something. Raises AssertionError when it does not come."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(every)


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder in memory where there is such: each event of a run is two transactions, which a busy disk makes slow."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None) as folder:
        yield Path(folder)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@dataclass
class Theatre:
    """One code server, with one lake and one DAGSTER_HOME that each play begins anew."""

    root: Path
    home: Path
    environment: Mapping[str, str]
    port: int = field(default_factory=free_port)
    _server: subprocess.Popen[bytes] | None = None

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def workspace(self) -> Path:
        return self.root / "workspace.yaml"

    @contextmanager
    def open(self) -> Iterator[Theatre]:
        """The code server runs, the sensors are switched on in a home that is kept to copy from."""
        self.home.mkdir()
        shutil.copy(PROJECT_YAML, self.home)
        server = f"host: 127.0.0.1, port: {self.port}, location_name: nba_assets"
        self.workspace.write_text(f"load_from:\n  - grpc_server: {{{server}}}\n")
        try:
            self.serve()
            for sensor in SENSORS:
                self.succeed(DAGSTER / "dagster", "sensor", "start", sensor, "-w", self.workspace)
            shutil.copytree(self.home, self.root / "home_before")
            yield self
        finally:
            self.kill_server()

    def serve(self) -> None:
        """Start the code server; its runs are of its process group."""
        command = ["api", "grpc", "-m", LOCATION, "-h", "127.0.0.1", "-p", str(self.port)]
        with (self.root / "code_server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [DAGSTER / "dagster", *command],
                env=self._environment,
                cwd=self.root,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self._answers, "the code server answers")

    def kill_server(self) -> None:
        """And with it the processes of its runs."""
        if self._server:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None

    def begin(self, lake: Path) -> None:
        """A lake and a home as before all plays."""
        for place, before in ((self.lake, lake), (self.home, self.root / "home_before")):
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(before, place, copy_function=os.link if before == lake else shutil.copy2)

    def daemon(self) -> subprocess.Popen[bytes]:
        """A daemon, which whoever starts it ends."""
        command = [DAGSTER / "dagster-daemon", "run", "-w", self.workspace]
        with (self.root / "daemon.log").open("ab") as log:
            return subprocess.Popen(command, env=self._environment, cwd=self.root, stdout=log, stderr=log)

    def succeed(self, *command: str | Path) -> None:
        done = subprocess.run(
            command, env=self._environment, cwd=self.root, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr

    @property
    def _environment(self) -> dict[str, str]:
        own = {"NBA_LAKE": str(self.lake), "DAGSTER_HOME": str(self.home), "NBA_EXECUTOR": "in_process"}
        return {**os.environ, **own, "PYTHONPATH": str(PROJECT_YAML.parents[1]), **self.environment}

    def _answers(self) -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0


def runs(instance: dg.DagsterInstance, trigger: str, *statuses: dg.DagsterRunStatus) -> list[dg.DagsterRun]:
    """The runs that were asked for by `trigger`, with one of the statuses if there are any."""
    return list(instance.get_runs(dg.RunsFilter(tags={TRIGGER_TAG: trigger}, statuses=statuses or None)))


def ticks(instance: dg.DagsterInstance, sensor: str) -> int:
    """How many ticks of a sensor have ended."""
    state = _state(instance, sensor)
    found = instance.get_ticks(state.instigator_origin_id, state.selector_id)
    return sum(tick.status.value in ("SUCCESS", "SKIPPED", "FAILURE") for tick in found)


def switch(instance: dg.DagsterInstance, sensor: str, to: InstigatorStatus) -> None:
    """Switch a sensor on or off, as the UI does."""
    instance.update_instigator_state(_state(instance, sensor).with_status(to))


def _state(instance: dg.DagsterInstance, sensor: str) -> InstigatorState:
    (state,) = [found for found in instance.all_instigator_state() if found.name == sensor]
    return state
