"""Stock Dagster by environment: which patches and plug-ins of ours are wanted.

| variable | meaning |
|---|---|
| NBA_STOCK_DAGSTER=1 | none: Dagster as it comes, also where an instance's settings name a plug-in of ours |
| NBA_WITHOUT_PATCHES=name,name | all but these, as the benchmark of each has it |

Whether what they rely on is still there is the guard's question.
"""

from __future__ import annotations

import os
from types import MappingProxyType

from nba_assets.contracts.errors import BadInput

STOCK = "NBA_STOCK_DAGSTER"
WITHOUT = "NBA_WITHOUT_PATCHES"

NAMES = MappingProxyType(
    {
        "check_states": "how the days of checks stand is added up at once, and remembered while nothing is written",
        "event_storage": "events are written in batches, through connections that stay open",
        "executor_poll": "the executor does not wait for idle steps while a busy one has events",
        "fork_server": "the process that steps are forked from comes with the command, and does more ahead of them",
        "migrations": "a process reads Dagster's migrations once",
        "partition_versions": "each partition of a range has a data version of its own",
        "record_at_once": "a step's evaluations and a sensor's events are recorded as one batch",
        "retention": "the logs of old runs are removed, and what they materialised is kept",
        "run_health": "a run whose process and code server are gone is found out",
        "run_log": "progress is read from a run's log without what the run records",
        "step_deaths": "a step whose process was killed says by which signal, and what to set",
        "step_logs": "a step's output is kept without processes beside it",
    }
)
"""All that can be switched off, and what each does."""


def wanted(name: str) -> bool:
    """Whether the environment leaves a patch or plug-in on."""
    return not stock() and name not in _without()


def stock() -> bool:
    """Whether Dagster is to be left as it comes."""
    return os.environ.get(STOCK, "") not in ("", "0")


def check_names() -> None:
    """Raises BadInput where a patch is switched off that there is not."""
    if unknown := sorted(_without() - NAMES.keys()):
        raise BadInput(f"{WITHOUT}: no patch called {', '.join(unknown)}; there are {', '.join(NAMES)}")


def _without() -> set[str]:
    return {name.strip() for name in os.environ.get(WITHOUT, "").split(",")} - {""}
