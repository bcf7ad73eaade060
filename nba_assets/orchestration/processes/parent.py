"""Parent of a process: who is killed takes the steps and run workers that it started along.

A step that is left alone goes on computing and writing, and at its end waits for ever to tell a run that is no more.
Which process a run belongs to is not said here.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGKILL

from nba_assets.warehouse.process import is_gone, this_process

STARTED_BY = "NBA_STARTED_BY"
"""In the environment of a fork server and of the steps forked from it: the process that carries out the run."""

_WATCH = "ends with its parent"


def end_with_parent() -> None:
    """From now on, end this process as soon as the one that started it has ended, however it did.

    For processes that Python's `multiprocessing` started: of the pipe between the two, the parent's end closes with it.
    """
    parent = multiprocessing.parent_process()
    if parent is None or any(thread.name == _WATCH for thread in threading.enumerate()):
        return

    def watch() -> None:
        parent.join()
        os._exit(1)  # nothing is left to be told: an orderly end would wait for it

    threading.Thread(target=watch, name=_WATCH, daemon=True).start()


@contextmanager
def ending_with(process: str | None, last: Callable[[], None]) -> Iterator[None]:
    """Within, end this process when the one of that name has, with something done `last`: a fork server that loads
    looks at nothing else."""
    over = threading.Event()

    def watch() -> None:
        while process and not over.wait(1):
            if is_gone(process):
                last()
                os._exit(1)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()  # no thread may be there when steps are forked


def mark_children() -> None:
    """Let the processes that this one starts from now on be known as its own."""
    os.environ[STARTED_BY] = this_process()


def mark_fork() -> None:
    """Let this process be known as one that its parent has forked, and those that are forked from it: the system shows
    of them the environment that the parent began with."""
    with suppress(OSError):  # not Linux
        Path("/proc/self/comm").write_text(_short(os.environ[STARTED_BY]))


def end_left_by(process: str) -> None:
    """End what a process that is gone has started, where the system tells (Linux)."""
    wanted, name = f"{STARTED_BY}={process}".encode(), _short(process)
    for of in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (of / "comm").read_text().strip() == name or wanted in (of / "environ").read_bytes().split(b"\0"):
                os.kill(int(of.name), SIGKILL)


def _short(process: str) -> str:
    """A name for the processes forked from one, as long as the system keeps."""
    return f"nba-{hashlib.sha256(process.encode()).hexdigest()[:11]}"
