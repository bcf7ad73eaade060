"""Fork server of the multiprocess executor: the process that a run's steps are forked from, and when it starts.

It loads the code, which takes seconds, and waits. Left alone, Dagster starts it with a run's first step. A command that
may run something starts it first of all, and both load side by side; one that is sure to forks it from itself when it
has loaded, so that nothing is loaded twice. Nothing heavy is imported here.
"""

from __future__ import annotations

import inspect
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import connection, forkserver
from typing import Any

from nba_assets.orchestration.dagster_patches.switches import wanted
from nba_assets.orchestration.processes.parent import mark_children, mark_fork

PRELOADED = ("nba_assets.orchestration.processes.preload",)
"""What it imports."""

STOCK_PRELOADED = ("dagster", "nba_assets.definitions")
"""What it imports if it is Dagster's alone."""


def preloaded() -> list[str]:
    """What the executor is to have it import."""
    return list(PRELOADED if wanted("fork_server") else STOCK_PRELOADED)


_KNOWN = ("listener_fd", "alive_r", "preload", "main_path", "sys_path")
"""The parameters of Python's fork server; another Python may want to be told more."""

_ALIVE = "_forkserver_alive_fd"

MOST_SECONDS = 0.2
"""To wait for a thread that ends."""


def start() -> None:
    """Start it, unless it is there or no step will have a process of its own. It ends with the process that started it.

    It has the environment as it is now, so that what steps read of it must be set before.
    """
    mark_children()
    if not _will_be_used():
        return
    multiprocessing.get_context("forkserver").set_forkserver_preload(list(PRELOADED))
    with _deaf_to_interrupts():
        forkserver.ensure_running()


def fork() -> None:
    """As `start`, of this process as it is: what it has loaded is not loaded again. Nothing may be connected yet.

    Python has no public way to fork its fork server; where it has changed, and beside other threads, whose locks would
    be held for ever in what is forked, this is `start`.
    """
    mark_children()
    server: Any = forkserver._forkserver
    as_known = tuple(inspect.signature(forkserver.main).parameters) == _KNOWN and hasattr(server, _ALIVE)
    if not (as_known and _is_alone()):
        start()
    elif _will_be_used() and server._forkserver_pid is None:
        with socket.socket(socket.AF_UNIX) as listener:
            address = connection.arbitrary_address("AF_UNIX")  # type: ignore[attr-defined]
            listener.bind(address)
            os.chmod(address, 0o600)
            listener.listen()
            alive, ours = os.pipe()
            with _deaf_to_interrupts():
                process = os.fork()
                if not process:  # within, since it is to be deaf while it loads, too
                    os.close(ours)
                    _serve(listener.detach(), alive)
            os.close(alive)
        # Whoever has `ours` open is served: when this process has ended, and the steps have, so does the fork server.
        server._forkserver_address, server._forkserver_alive_fd, server._forkserver_pid = address, ours, process


def _is_alone() -> bool:
    """Whether there is no thread but this; one that is about to end is waited for."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(MOST_SECONDS)
    return threading.active_count() == 1


def _serve(listener: int, alive: int) -> None:
    """Be the fork server, until nobody is served any more."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # what `stop` sends, whatever its parent does about it
        mark_fork()
        logging.getLogger("nba_assets").handlers.clear()  # a terminal's: a thread that is not here may have its lock
        forkserver.main(listener, alive, list(PRELOADED))
    finally:
        try:
            from nba_assets.orchestration.processes.preload import remove_socket

            remove_socket()
        finally:
            os._exit(0)  # whatever has come up: what stands above on the stack, and at an end, is its parent's to do


def _will_be_used() -> bool:
    return (os.environ.get("NBA_EXECUTOR") or "multiprocess") == "multiprocess" and wanted("fork_server")


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
