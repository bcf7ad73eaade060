"""A process that has ended, for tests of what it leaves."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

SAY_NAME = "from nba_assets.warehouse.process import this_process; print(this_process())"


@cache
def ended_process() -> str:
    """Its name, as it called itself."""
    return subprocess.run([sys.executable, "-c", SAY_NAME], capture_output=True, text=True, check=True).stdout.strip()
