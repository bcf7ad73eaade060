"""Executor of every job: which processes the steps of a run get.

Independent tables run at once in forked processes that start with the code loaded; `NBA_EXECUTOR=in_process` runs
them one after the other in the run's own process.
"""

from __future__ import annotations

import os

import dagster as dg

from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.processes.fork_server import preloaded
from nba_assets.orchestration.resource import max_concurrent


def executor() -> dg.ExecutorDefinition:
    """The executor of every job. Raises BadInput for a name that is none."""
    match os.environ.get("NBA_EXECUTOR", "multiprocess"):
        case "in_process":
            return dg.in_process_executor
        case "multiprocess":
            return dg.multiprocess_executor.configured(
                {
                    "max_concurrent": max_concurrent(),
                    "start_method": {"forkserver": {"preload_modules": preloaded()}},
                }
            )
        case name:
            raise BadInput(f"NBA_EXECUTOR: {name!r} is neither multiprocess nor in_process")
