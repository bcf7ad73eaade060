"""Death of a step's process: the signal that ended it and the settings that matter, in the error of the step.

Changes: `ChildProcessCrashException`, which is given a message.
Gain: a function: what failed says why, at the prompt, in alerts, in the run history and in the UI.
Without: the step's error is the name of that exception alone, and the signal stands in another event of the run.
Checked against: Dagster 1.13.27.
"""

from __future__ import annotations

from collections.abc import Callable
from signal import SIGABRT, SIGBUS, SIGKILL, SIGSEGV, Signals
from typing import Any

from nba_assets.orchestration.dagster_patches.guard import Upstream
from nba_assets.orchestration.dagster_patches.wrapping import wrap

CRASHES = "dagster._core.executor.child_process_executor:ChildProcessCrashException.__init__"

UPSTREAM = Upstream(
    "step_deaths", lost="a step whose process was killed does not say how", parameters={CRASHES: ("pid", "exit_code")}
)

SHORT_OF_MEMORY = {SIGABRT, SIGBUS, SIGKILL, SIGSEGV}


def apply() -> None:
    """Put the patch in place."""
    wrap(UPSTREAM, CRASHES, _explained)


def _explained(original: Callable[..., None]) -> Callable[..., None]:
    def make(crash: Exception, pid: Any, exit_code: int | None = None) -> None:
        original(crash, pid, exit_code)
        crash.args = (explanation(exit_code),)

    return make


def explanation(exit_code: int | None) -> str:
    """How a process ended, in one line; a signal is a negative exit code."""
    if exit_code is None or -exit_code not in set(Signals):
        return f"the step's process ended with exit code {exit_code}"
    told = f"the step's process was killed by signal {-exit_code} ({Signals(-exit_code).name})"
    if -exit_code in SHORT_OF_MEMORY:
        told += ", as happens where memory is short: set NBA_MAX_CONCURRENT (steps at once) or NBA_MEMORY_MIB lower"
    return told
