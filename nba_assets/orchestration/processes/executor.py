"""Which processes the steps of a run get.

Independent tables run at once in forked processes that start with the code loaded; `NBA_EXECUTOR=in_process` runs
them one after the other in the run's own process.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import dagster as dg
from dagster._core.executor import child_process_executor

from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.dagster_patches.wrapping import wrap
from nba_assets.orchestration.processes.fork_server import PRELOADED
from nba_assets.orchestration.resource import max_concurrent

FLOWING_SECONDS = 0.05
"""Events are taken to be coming for this long after the last."""

WAIT_SECONDS = 0.02
"""How long the executor waits for the next event of a step before it looks at the next step; Dagster's own time."""

WAIT_WHILE_FLOWING_SECONDS = 0.0005


def wait_less_while_events_come() -> None:
    """Let the executor not wait for idle steps while a busy one has events.

    It takes one event from each running step in turn. With Dagster's one time for all, the thousand events at the end
    of one step of a range wait as often for one from the step beside it, which has none, and a core is idle meanwhile.
    """
    wrap(child_process_executor, "_poll_for_event", _waiting_less, without="the end of a long step takes seconds more")


def _waiting_less(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    latest = 0.0

    def poll(process: Any, queue: Any) -> Any:
        nonlocal latest
        flowing = time.monotonic() - latest < FLOWING_SECONDS
        child_process_executor.TICK = WAIT_WHILE_FLOWING_SECONDS if flowing else WAIT_SECONDS
        event = original(process, queue)
        if event is not None:
            latest = time.monotonic()
        return event

    return poll


wait_less_while_events_come()


def executor() -> dg.ExecutorDefinition:
    """The executor of every job. Raises BadInput for a name that is none."""
    match os.environ.get("NBA_EXECUTOR", "multiprocess"):
        case "in_process":
            return dg.in_process_executor
        case "multiprocess":
            return dg.multiprocess_executor.configured(
                {
                    "max_concurrent": max_concurrent(),
                    "start_method": {"forkserver": {"preload_modules": list(PRELOADED)}},
                }
            )
        case name:
            raise BadInput(f"NBA_EXECUTOR: {name!r} is neither multiprocess nor in_process")
