"""Dagster's own run launcher, with an answer to whether a run's process still lives.

A process that ends while its code server lives is told as failed by that server. With the server gone as well, as after
a restart of the machine, the run would stand as started for ever, and hold back the next one on its date. Selected in
`dagster_home/dagster.yaml`, where `run_monitoring` asks and `run_retries` starts such a run again.
"""

from __future__ import annotations

import dagster as dg
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
from dagster._serdes import deserialize_value

ATTEMPTS = 3
SECONDS = 5


class WatchfulRunLauncher(DefaultRunLauncher):
    """Knows a living process by the code server that started it, which only can cancel what still runs."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """A run of `nba` has no code server: its own process watches it."""
        if GRPC_INFO_TAG not in run.tags or any(self._lives(run) for _ in range(ATTEMPTS)):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "the code server knows no process of this run")

    def _lives(self, run: dg.DagsterRun) -> bool:
        client = self._get_grpc_client_for_termination(run.run_id)
        if client is None:  # it has ended meanwhile
            return True
        try:
            answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id), timeout=SECONDS)
        except DagsterUserCodeUnreachableError:
            return False
        return deserialize_value(answer, CanCancelExecutionResult).can_cancel
