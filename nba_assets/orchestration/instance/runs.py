"""Runs of Dagster that this process carries out itself, event by event.

Dagster's public way makes the run as well, and gives its events only when it has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster._core.execution.api import execute_run_iterator


def events_of(job: Any, run: dg.DagsterRun, instance: dg.DagsterInstance) -> Iterator[dg.DagsterEvent]:
    """Carry out a run that was made, and give its events as they come. `job` is what steps can find again."""
    return execute_run_iterator(job, run, instance)
