"""What a step whose process was killed says of it."""

from __future__ import annotations

import pytest
from dagster._core.executor.child_process_executor import ChildProcessCrashException

from nba_assets.orchestration.dagster_patches import apply
from nba_assets.orchestration.dagster_patches.step_deaths import explanation


def test_the_error_of_the_step_names_signal_and_settings() -> None:
    apply()
    crash = ChildProcessCrashException(pid=7, exit_code=-9)
    told = "the step's process was killed by signal 9 (SIGKILL), as happens where memory is short"
    assert str(crash).startswith(told)
    assert "NBA_MAX_CONCURRENT" in str(crash)
    assert (crash.pid, crash.exit_code) == (7, -9)


@pytest.mark.parametrize(
    ("exit_code", "told"),
    [
        (-15, "the step's process was killed by signal 15 (SIGTERM)"),
        (3, "the step's process ended with exit code 3"),
        (-200, "the step's process ended with exit code -200"),
        (None, "the step's process ended with exit code None"),
    ],
)
def test_what_is_not_about_memory_does_not_speak_of_it(exit_code: int | None, told: str) -> None:
    assert explanation(exit_code) == told
