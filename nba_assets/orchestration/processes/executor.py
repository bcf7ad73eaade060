"""Executor of every job: which processes the steps of a run get.

Independent tables run at once in forked processes that start with the code loaded; `NBA_EXECUTOR=in_process` runs
them one after the other in the run's own process, `kubernetes` each in a pod. Whoever started the run, it carries the
name of that process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg

from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.dead_runs import PROCESS_TAG
from nba_assets.orchestration.processes.fork_server import preloaded
from nba_assets.orchestration.processes.parent import end_with_parent, mark_children
from nba_assets.orchestration.processes.pods import KUBERNETES, pods
from nba_assets.orchestration.resource import max_concurrent
from nba_assets.warehouse.process import this_process


def executor() -> dg.ExecutorDefinition:
    """The executor of every job. Raises BadInput for a name that is none."""
    match os.environ.get("NBA_EXECUTOR") or "multiprocess":
        case "in_process":
            return _named(dg.in_process_executor)
        case "multiprocess":
            return _named(dg.multiprocess_executor).configured(
                {
                    "max_concurrent": max_concurrent(),
                    "start_method": {"forkserver": {"preload_modules": preloaded()}},
                }
            )
        case name if name == KUBERNETES:
            return _named(pods()).configured({"max_concurrent": max_concurrent()})
        case name:
            raise BadInput(f"NBA_EXECUTOR: {name!r} is neither multiprocess nor in_process nor kubernetes")


def _named(stock: dg.ExecutorDefinition) -> dg.ExecutorDefinition:
    """Dagster's executor, by its name and with its settings, whose runs carry the name of their process."""
    create = stock.executor_creation_fn
    assert create, f"Dagster's {stock.name} executor can be created"
    return dg.ExecutorDefinition(
        stock.name,
        stock.config_schema.as_field(),
        stock.get_requirements,
        lambda context: _NamedProcess(create(context)),
        stock.description,
    )


@dataclass(frozen=True)
class _NamedProcess(dg.Executor):
    """In the process of the run, be it started from a prompt, the UI, a sensor, or by `dagster asset materialize`."""

    stock: dg.Executor

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[dg.DagsterEvent]:
        end_with_parent()
        mark_children()
        plan_context.instance.add_run_tags(plan_context.run_id, {PROCESS_TAG: this_process()})
        yield from self.stock.execute(plan_context, execution_plan)

    @property
    def retries(self) -> Any:
        return self.stock.retries
