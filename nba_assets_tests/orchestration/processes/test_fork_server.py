"""The process that steps are forked from: what they find done, when it starts, and that it ends.

The file is also the program that has one, in a process of its own: forked from a worker of pytest it would inherit
whatever tests before it left there. `python -m nba_assets_tests.orchestration.processes.test_fork_server start`, or
`fork`, forks a process from it and looks; `interrupted` and `told` after it do what they say.
"""

from __future__ import annotations

import gc
import importlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.reconstruct import build_reconstructable_job
from dagster._core.execution.api import create_execution_plan

from nba_assets.orchestration.dagster_patches.migrations import READS
from nba_assets.orchestration.dagster_patches.preloaded import LOADED
from nba_assets.orchestration.dagster_patches.wrapping import is_wrapped
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.processes import fork_server
from nba_assets.orchestration.processes.fork_server import PRELOADED
from nba_assets.orchestration.processes.garbage import loading
from nba_assets.tables.registry import tables

pytestmark = pytest.mark.slow


def server() -> int | None:
    """The process that this one's steps are forked from."""
    return forkserver._forkserver._forkserver_pid


def lives() -> bool:
    process = server()
    return process is not None and Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"


def ends() -> bool:
    """Whether it ends soon. Left alone, it lives as long as this process."""
    deadline = time.monotonic() + 300  # on a machine that is busy with other tests; by itself, some milliseconds
    while lives() and time.monotonic() < deadline:
        time.sleep(0.01)
    return not lives()


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No fork server before, none afterwards; and no threads, which a worker of pytest has."""
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    forkserver._forkserver._stop()
    yield
    fork_server.stop()
    forkserver._forkserver._stop()


@pytest.mark.usefixtures("alone")
def test_it_starts_at_once_and_is_ended_while_it_loads() -> None:
    fork_server.start()
    first = server()
    assert lives()
    fork_server.start()
    assert server() == first

    fork_server.stop()
    assert ends()
    fork_server.stop()

    fork_server.start()
    assert server() != first
    assert lives()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("of", "name", "known"),
    [
        (fork_server, "_KNOWN", ("listener_fd",)),
        (fork_server, "_ALIVE", "gone"),
        (threading, "active_count", lambda: 2),
    ],
)
def test_a_python_that_wants_more_of_it_and_other_threads_start_it(
    of: object, name: str, known: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of, name, known)
    fork_server.fork()
    assert Path(f"/proc/{server()}/cmdline").read_bytes() != Path("/proc/self/cmdline").read_bytes()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("setting", [("NBA_EXECUTOR", "in_process"), ("NBA_STOCK_DAGSTER", "1")])
@pytest.mark.parametrize("begin", [fork_server.start, fork_server.fork])
def test_there_is_none_where_steps_have_no_processes_or_dagster_starts_its_own(
    begin: Callable[[], None], setting: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(*setting)
    begin()
    assert server() is None


@pytest.mark.parametrize(
    ("parent", "arguments", "starts"),
    [
        (object(), ["dagster", "api", "grpc", "-m", "nba_assets.definitions"], True),
        (object(), ["anything"], False),  # a process of somebody's own
        (None, ["dagster", "api", "grpc", "-m", "nba_assets.definitions"], False),  # the code server itself
    ],
)
def test_the_worker_of_a_run_of_the_ui_starts_it(
    parent: object, arguments: list[str], starts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[bool] = []
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: parent)
    monkeypatch.setattr(sys, "argv", arguments)
    monkeypatch.setattr(fork_server, "start", lambda: started.append(True))
    fork_server.start_in_run_worker()
    assert bool(started) is starts


@pytest.mark.parametrize("name", [name for name in LOADED if name not in PRELOADED])
def test_what_is_loaded_is_there(name: str) -> None:
    """The fork server passes over a module it does not find: each step would load all again, and nobody would know."""
    assert importlib.import_module(name)


Python = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def python(home: Path, lake: Path) -> Python:
    """A Python of its own, with what it printed."""
    settings = {"DAGSTER_HOME": str(home), "NBA_LAKE": str(lake), "DAGSTER_DISABLE_TELEMETRY": "1"}

    def python(module: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(command, env=os.environ | settings | more, capture_output=True, text=True, timeout=100)

    return python


@pytest.mark.parametrize("how", ["start", "fork"])
def test_a_step_finds_everything_loaded_and_ready(how: str, python: Python) -> None:
    done = python(__name__, how)
    found = json.loads(done.stdout)
    assert found["loads"] == []
    assert found["migrations"]
    assert found["frozen"] > 100_000
    assert found["collects"]
    assert found["worked_out"] == (how == "fork")
    deadline = time.monotonic() + 60
    while Path(f"/proc/{found['server']}").exists() and time.monotonic() < deadline:  # its parent has ended
        time.sleep(0.01)
    assert not Path(f"/proc/{found['server']}").exists()


@pytest.mark.parametrize("how", ["start", "fork"])
def test_a_terminals_interrupt_is_for_its_parent(how: str, python: Python) -> None:
    found = json.loads(python(__name__, how, "interrupted").stdout)
    assert found == {"parent_hears": True, "lives": True}


def test_one_that_is_there_is_not_forked_again_and_ends_when_told(python: Python) -> None:
    found = json.loads(python(__name__, "fork", "told").stdout)
    assert found == {"forked": True, "same": True, "ends": True}


def test_one_that_cannot_load_never_goes_on_as_its_parent(python: Python) -> None:
    done = python(__name__, "fork", "broken")
    assert (done.stdout, done.stderr) == ('{"ends": true}\n', "")


def test_a_wrong_setting_is_left_for_others_to_tell(python: Python) -> None:
    """The command that started it comes upon the same, and says it in one line."""
    done = python(*PRELOADED, NBA_MAX_CONCURRENT="many")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def look(answer: Connection) -> None:
    """What a forked process finds, and what it has to load to open the instance and make its plan."""
    found = {
        "migrations": is_wrapped(READS),
        "frozen": gc.get_freeze_count(),
        "collects": gc.isenabled(),
    }
    before = set(sys.modules)
    with dg.DagsterInstance.get() as instance:
        job = build_reconstructable_job("nba_assets.orchestration.launch", "all_tables_job")
        asked = job.get_subset(asset_selection=frozenset(map(asset_key, tables())))
        misses = asked.get_definition.cache_info().misses
        create_execution_plan(asked)
        worked_out = asked.get_definition.cache_info().misses == misses
        assert instance.compute_log_manager
    answer.send(found | {"loads": sorted(set(sys.modules) - before), "worked_out": worked_out})


def looked(how: str) -> dict[str, Any]:
    """Fork a process from a fork server that is had as a command has it: what that finds."""
    if how == "start":
        fork_server.start()
    else:
        with loading():
            from nba_assets.orchestration.launch import get_ready
        get_ready(tables())
    context = multiprocessing.get_context("forkserver")
    here, there = context.Pipe()
    process = context.Process(target=look, args=(there,))
    process.start()
    found: dict[str, Any] = here.recv()
    process.join()
    return found | {"server": server()}


def interrupted(how: str) -> dict[str, Any]:
    """Whether a fork server lives on after a terminal's interrupt, which this process would hear of as ever."""
    before = signal.getsignal(signal.SIGINT)
    getattr(fork_server, how)()
    heard = signal.getsignal(signal.SIGINT) is before
    for _ in range(3):  # Python loses one that comes while it forks
        os.kill(server() or 0, signal.SIGINT)
        time.sleep(0.2)
    return {"parent_hears": heard, "lives": lives()}


def told(_: str) -> dict[str, Any]:
    """Whether one that was forked where SIGTERM means nothing is kept, and ends by it."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    fork_server.fork()
    signal.signal(signal.SIGTERM, before)
    first = server()
    forked = Path(f"/proc/{first}/cmdline").read_bytes() == Path("/proc/self/cmdline").read_bytes()
    fork_server.fork()
    same = server() == first
    time.sleep(0.3)
    fork_server.stop()
    return {"forked": forked, "same": same, "ends": ends()}


def broken(_: str) -> dict[str, Any]:
    """Whether one ends that cannot be, and whose end cannot be put in order."""

    def interrupted(
        listener_fd: int, alive_r: int, preload: list[str], main_path: str = "", sys_path: str = ""
    ) -> None:
        raise KeyboardInterrupt

    forkserver.main = interrupted
    sys.modules |= dict.fromkeys(PRELOADED)  # not to be imported
    fork_server.fork()
    return {"ends": ends()}


def main(how: str, what: str = looked.__name__) -> None:
    """Have a fork server in this process, where nothing else is, and print what is to be seen of it."""
    print(json.dumps(globals()[what](how)))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
