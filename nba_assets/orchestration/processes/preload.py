"""Preload of the fork server: what a step process finds done when it is forked. Imported by the fork server only.

The one module that works when imported, since importing is all that a fork server can be told to do. Alone,
each step would spend a second on imports and definitions. Nothing is loaded that a fork would break: no connection, no
thread.
"""

from __future__ import annotations

import atexit
import importlib
import os
import re
import socket
import sys
from contextlib import suppress
from multiprocessing import forkserver
from pathlib import Path

from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.dagster_patches import apply
from nba_assets.orchestration.dagster_patches.preloaded import LOADED
from nba_assets.orchestration.processes.garbage import loading
from nba_assets.orchestration.processes.parent import STARTED_BY, ending_with


def prepare() -> None:
    """Load it all, and build the job that most runs are of. Raises BadInput where a setting is wrong."""
    for name in LOADED:
        with suppress(ModuleNotFoundError):  # Dagster has moved it
            importlib.import_module(name)

    from nba_assets.contracts.failures import failures_of
    from nba_assets.orchestration.dagster_patches.migrations import read_ahead
    from nba_assets.orchestration.launch import all_tables_job
    from nba_assets.tables.raw import RAW_TABLES
    from nba_assets.tables.registry import every_table
    from nba_assets.warehouse.footers import declared

    apply()
    read_ahead()
    all_tables_job()
    for contract in (*RAW_TABLES, *every_table(), *filter(None, map(failures_of, every_table()))):
        declared(contract)


def remove_socket() -> None:
    """At the end of a fork server whose parent was killed, and so could not: its socket, and the folder made for it."""
    address = getattr(getattr(forkserver, "_forkserver", None), "_forkserver_address", None) or _given()
    if isinstance(address, str):
        with suppress(OSError):
            os.unlink(address)
            Path(address).parent.rmdir()


def _given() -> str | None:
    """The address of the socket that a fork server is started with: until it has loaded, its command alone knows it."""
    started = re.search(r"\bmain\((\d+),", sys.orig_argv[-1])
    with suppress(OSError):
        if started:
            with socket.socket(fileno=os.dup(int(started[1]))) as listener:
                return str(listener.getsockname())
    return None


atexit.register(remove_socket)  # a step that is forked does not come there: it ends by os._exit
with (
    ending_with(os.environ.get(STARTED_BY), last=remove_socket),
    loading(),
    suppress(BadInput),  # whoever started the fork server comes upon the same, and tells it
):
    prepare()
