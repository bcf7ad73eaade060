"""Fork server of the multiprocess executor: the process that a run's steps are forked from, and when it starts.

It loads the code, which takes seconds, and waits. Left alone, Dagster starts it with a run's first step. A command that
is going to run something starts it first of all, and both load side by side. Nothing heavy is imported here.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver

from nba_assets.orchestration.dagster_patches.switches import wanted
from nba_assets.orchestration.processes.parent import mark_children

PRELOADED = ("nba_assets.orchestration.processes.preload",)
"""What it imports."""

STOCK_PRELOADED = ("dagster", "nba_assets.definitions")
"""What it imports if it is Dagster's alone."""


def preloaded() -> list[str]:
    """What the executor is to have it import."""
    return list(PRELOADED if wanted("fork_server") else STOCK_PRELOADED)


def start() -> None:
    """Start it, unless it is there or no step will have a process of its own. It ends with the process that started it.

    It has the environment as it is now, so that what steps read of it must be set before.
    """
    mark_children()
    if os.environ.get("NBA_EXECUTOR", "multiprocess") != "multiprocess" or not wanted("fork_server"):
        return
    multiprocessing.get_context("forkserver").set_forkserver_preload(list(PRELOADED))
    with _deaf_to_interrupts():
        forkserver.ensure_running()


def start_in_run_worker() -> None:
    """Start it where a code server has just started this process to execute a run, as the UI and the daemon have it."""
    if multiprocessing.parent_process() is not None and "grpc" in sys.argv:
        start()


def stop() -> None:
    """End it, be it still loading; what was forked from it is not touched. Another start starts another."""
    # Python has no public way but to end with it: it would go on loading for seconds after a command that did nothing.
    process = getattr(getattr(forkserver, "_forkserver", None), "_forkserver_pid", None)
    if process is not None:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """What is started within ignores SIGINT: a terminal's Ctrl-C reaches it, too, and it is its parent that ends it."""
    if threading.current_thread() is not threading.main_thread():  # elsewhere no handler can be set
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
