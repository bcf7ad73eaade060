"""Which processes the steps of a run get.

Independent tables run at once in forked processes that start with the code loaded; `NBA_EXECUTOR=in_process` runs
them one after the other in the run's own process.
"""

from __future__ import annotations

import os

import dagster as dg

from nba_assets.errors import BadInput
from nba_assets.warehouse.resource import max_concurrent

PRELOADED = (
    "nba_assets.definitions",
    # Found by comparing what a step had loaded at its end: a step's own imports take a second, in each of them.
    "nba_assets.automation.event_storage",
    "dagster._core.storage.runs",
    "dagster._core.storage.schedules",
    "sqlalchemy.dialects.sqlite",
)
"""What step processes find loaded when they are forked."""


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
