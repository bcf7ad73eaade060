"""The peak memory of a process and of all that it starts, read from /proc: Linux only."""

from __future__ import annotations

import threading
from pathlib import Path

EVERY_SECONDS = 0.2


class PeakMemory:
    """Watches a process and its descendants until `stop`; the kernel keeps each one's own peak."""

    def __init__(self, pid: int) -> None:
        self._largest_mib = 0
        self._pid, self._done = pid, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """The peak of the largest process, in MiB."""
        self._done.set()
        self._thread.join()
        return self._largest_mib

    def _watch(self) -> None:
        while not self._done.wait(EVERY_SECONDS):
            for pid in _descendants(self._pid):
                self._largest_mib = max(self._largest_mib, _peak_mib(pid))


def _descendants(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(grandchild for child in children for grandchild in _descendants(int(child)))]


def _peak_mib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)
