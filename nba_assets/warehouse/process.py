"""Process names: the host, id and start of whoever writes a file or carries out a run, and whether it still lives.

An id alone is given to another process sooner or later. What a process that is gone has left is swept by whoever finds
it; what that is, each knows of its own. A process of another host is never judged.
"""

from __future__ import annotations

import os
import socket
import subprocess
from functools import cache
from pathlib import Path


def this_process() -> str:
    """The name of this process, which no other one has had: host.id.start."""
    return _named(os.getpid())


def is_gone(name: str) -> bool:
    """Whether a process of this host has ended. Not known, and so False, of another host's and of what is no name."""
    _, *numbers = name.rsplit(".", 2)
    if not is_here(name) or len(numbers) < 2 or not numbers[0].isdecimal():
        return False
    process, start = int(numbers[0]), numbers[1]
    if found := _start(process):
        return found != start
    try:
        os.kill(process, 0)
    except PermissionError:  # another user's, whose start may be hidden
        return False
    except (ProcessLookupError, OverflowError):
        return True
    return True  # it has ended, and its parent was not told yet


def is_here(name: str) -> bool:
    """Whether a process is one of this host, where its end can be seen."""
    return name.rsplit(".", 2)[0] == _host()


@cache
def _named(process: int) -> str:
    return f"{_host()}.{process}.{_start(process) or 0}"


def _host() -> str:
    return socket.gethostname()[:64]


def _start(process: int) -> str | None:
    """When a process started, as the system counts; None if it has ended."""
    try:
        after_name = Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None if Path("/proc/self/stat").exists() else _start_elsewhere(process)
    return None if after_name[0] in "ZX" else after_name[19]


def _start_elsewhere(process: int) -> str | None:
    """On systems that have no /proc, such as macOS."""
    command = ["ps", "-o", "stat=,lstart=", "-p", str(process)]
    told = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"}).stdout
    status, *start = told.split() or ["Z"]
    return None if status.startswith("Z") else "".join(filter(str.isalnum, "".join(start)))
