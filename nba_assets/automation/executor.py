"""Which processes the steps of a run get.

Independent tables run at once in forked processes that start with the code loaded; `NBA_EXECUTOR=in_process` runs
them one after the other in the run's own process.
"""

from __future__ import annotations

import os

import dagster as dg
from dagster._core.executor import child_process_executor

from nba_assets.automation.fork_server import PRELOADED
from nba_assets.errors import BadInput
from nba_assets.warehouse.resource import max_concurrent

_EVENT_WAIT_SECONDS = 0.002

# The executor takes one event from each running step in turn, and waits this long for one from a step that has none.
# With Dagster's 20 ms, the thousand events at the end of one step of a range keep a core idle for as many turns.
if hasattr(child_process_executor, "TICK"):
    child_process_executor.TICK = _EVENT_WAIT_SECONDS


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
