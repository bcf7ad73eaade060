"""Processes whose parent is killed: they end, whatever they are at.

The file is also the program of the parent: `python -m nba_assets_tests.orchestration.processes.test_parent METHOD`.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from signal import SIGKILL

import pytest

from nba_assets.orchestration.processes.parent import (
    STARTED_BY,
    end_left_by,
    end_with_parent,
    ending_with,
    mark_children,
    mark_fork,
)
from nba_assets.warehouse.process import is_gone, this_process
from nba_assets_tests.warehouse.ended import ended_process

SECONDS = 5


def goes(process: str) -> bool:
    """Whether a process ends in the time that it may take."""
    until = time.monotonic() + SECONDS
    while not is_gone(process) and time.monotonic() < until:
        time.sleep(0.05)
    return is_gone(process)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_a_child_ends_with_its_killed_parent(method: str) -> None:
    parent = subprocess.Popen([sys.executable, "-m", __name__, method], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = parent.stdout.readline().strip()
    assert not is_gone(child)
    parent.kill()
    parent.wait()
    assert goes(child)
    parent.stdout.close()


@pytest.mark.slow
def test_a_fork_server_ends_while_it_loads_and_leaves_nothing() -> None:
    script = (
        "import time\n"
        "from nba_assets.orchestration.processes.parent import ending_with\n"
        f"with ending_with({ended_process()!r}, lambda: print('cleaned', flush=True)): time.sleep(60)"
    )
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", script], timeout=30, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "cleaned\n")
    assert time.monotonic() - started < 2 * SECONDS


@pytest.mark.parametrize("process", [this_process(), None], ids=["this", "none"])
def test_it_leaves_no_thread_when_it_has_loaded(process: str | None) -> None:
    before = threading.active_count()
    with ending_with(process, last=lambda: None):
        pass
    assert threading.active_count() == before


def test_a_process_that_nobody_started_so_is_left_alone() -> None:
    before = threading.active_count()
    end_with_parent()
    assert threading.active_count() == before


def test_what_a_killed_process_left_is_found_by_its_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    mark_children()
    assert os.environ.pop(STARTED_BY) == this_process()
    left = subprocess.Popen(["sleep", "60"], env=os.environ | {STARTED_BY: ended_process()})
    end_left_by(ended_process())
    assert left.wait(SECONDS) < 0


def test_what_it_has_forked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STARTED_BY, ended_process())
    left = os.fork()
    if not left:  # the environment that the system shows of it is this process's
        mark_fork()
        time.sleep(60)
        os._exit(0)
    until = time.monotonic() + SECONDS
    while Path(f"/proc/{left}/comm").read_text() == Path("/proc/self/comm").read_text() and time.monotonic() < until:
        time.sleep(0.01)
    end_left_by(ended_process())
    assert os.waitstatus_to_exitcode(os.waitpid(left, 0)[1]) == -SIGKILL


def _work() -> None:
    end_with_parent()
    end_with_parent()
    print(this_process(), flush=True)  # noqa: T201
    while True:  # busy, as a step that computes
        sum(range(1000))


if __name__ == "__main__":
    multiprocessing.get_context(sys.argv[1]).Process(target=_work).start()
    time.sleep(600)
