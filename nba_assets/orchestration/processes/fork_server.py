"""The process that a run's steps are forked from: what it loads, and when it starts. Nothing heavy is imported here.

It loads the code, which takes seconds, and waits; what else it does ahead of the steps is `step_process.py`'s. Left
alone, Dagster starts it with a run's first step. A command that is going to run something starts it first of all, and
both load side by side.
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

PRELOADED = ("nba_assets.orchestration.processes.preload",)
"""What the fork server imports."""

LOADED = (
    "dagster._core.executor.multiprocess",
    "nba_assets.definitions",
    "nba_assets.orchestration.launch",
    # Found by comparing what a step had loaded at its end.
    "dagster._core.definitions.repository_definition.repository_data_builder",
    "dagster._core.instance.factory",
    "dagster._core.secrets.env_file",
    "dagster._core.storage.defs_state.blob_storage_state_storage",
    "dagster._core.storage.legacy_storage",
    "dagster._core.storage.root",
    "dagster._core.storage.runs",
    "dagster._core.storage.schedules",
    "dagster._core.storage.sqlite_storage",
    "dagster._core.system_config.composite_descent",
    "dagster._core.utility_ops",
    "dagster._core.workspace.autodiscovery",
    "dagster._utils.test.definitions",
    "ibis.formats.pyarrow",
    "nba_assets.orchestration.instance.compute_logs",
    "nba_assets.orchestration.instance.event_storage",
    "sqlalchemy.dialects.sqlite",
    "upath.implementations.local",
)
"""What step processes find loaded when they are forked; modules that these import are not named again."""


def start() -> None:
    """Start it, unless it is there or no step will have a process of its own. It ends with the process that started it.

    It has the environment as it is now, so that what steps read of it must be set before.
    """
    if os.environ.get("NBA_EXECUTOR", "multiprocess") != "multiprocess":
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
