"""Run launcher: Dagster's own, with an answer to whether a run's process still lives, or its code server is to stop.

A process that ends while its code server lives is told as failed by that server. With the server gone as well, as after
a restart of the machine, the run would stand as started for ever, and hold back the next one on its date. The
instance's `run_monitoring` asks, and its `run_retries` start such a run again.
"""

from __future__ import annotations

from typing import Any

import dagster as dg
from dagster._core.launcher import DefaultRunLauncher

from nba_assets.orchestration.dagster_patches.guard import Upstream, find, in_place
from nba_assets.orchestration.instance.dead_runs import PROCESS_TAG, is_dead
from nba_assets.orchestration.instance.tags import GRPC_INFO_TAG

STOPPING, SLOW = "after telling it to shut down", "timed out"
"""In what is said of a code server that takes no more runs, and of one that did not answer in time."""

ATTEMPTS = 3
SECONDS = 5

_LAUNCHER = "dagster._core.launcher"
_HEALTH = f"{_LAUNCHER}:CheckRunHealthResult"
_STATUS = f"{_LAUNCHER}:WorkerStatus"
_UNREACHABLE = "dagster._core.errors:DagsterUserCodeUnreachableError"
_REFUSED = "dagster._core.errors:DagsterLaunchFailedError"
_ASK = "dagster._grpc.types:CanCancelExecutionRequest"
_ANSWER = "dagster._grpc.types:CanCancelExecutionResult"
_DESERIALIZE = "dagster._serdes:deserialize_value"

UPSTREAM = Upstream(
    "run_health",
    lost="a run whose process and code server are gone stands as started for ever, one that waits for a server fails",
    parameters={
        f"{_LAUNCHER}:DefaultRunLauncher._get_grpc_client_for_termination": ("run_id",),
        f"{_LAUNCHER}:DefaultRunLauncher.check_run_worker_health": ("run",),
        f"{_LAUNCHER}:DefaultRunLauncher.launch_run": ("context",),
        _HEALTH: ("status", "msg", "transient", "run_worker_id"),
        "dagster._grpc.client:DagsterGrpcClient.can_cancel_execution": ("can_cancel_execution_request", "timeout"),
    },
    names=(
        f"{_LAUNCHER}:DefaultRunLauncher.supports_check_run_worker_health",
        f"{_STATUS}.RUNNING",
        f"{_STATUS}.NOT_FOUND",
        _ASK,
        f"{_ANSWER}.can_cancel",
        _UNREACHABLE,
        _REFUSED,
        _DESERIALIZE,
    ),
)


class WatchfulRunLauncher(DefaultRunLauncher):
    """Knows a living process by its name, or by the code server that started it, which only can cancel what runs."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        return in_place(UPSTREAM) or super().supports_check_run_worker_health

    def launch_run(self, context: Any) -> None:
        """The queue keeps a run whose code server cannot be reached. One that stops once its other runs have ended is
        as good as gone; one that was too slow may have begun the run, which must not begin twice."""
        try:
            super().launch_run(context)
        except Exception as error:
            gone, refused = find(_UNREACHABLE), find(_REFUSED)
            if in_place(UPSTREAM) and isinstance(error, refused) and STOPPING in str(error):
                raise gone(str(error)) from error
            if in_place(UPSTREAM) and isinstance(error, gone) and SLOW in str(error):
                raise refused(str(error)) from error
            raise

    def check_run_worker_health(self, run: dg.DagsterRun) -> Any:
        """By the run's process, where that is one of this host; a code server knows those that it started elsewhere."""
        if not in_place(UPSTREAM):
            return super().check_run_worker_health(run)
        health, status = find(_HEALTH), find(_STATUS)
        if is_dead(run, self._instance if self.has_instance else None):
            return health(status.NOT_FOUND, f"the run's process {run.tags[PROCESS_TAG]} is gone: it was killed")
        if GRPC_INFO_TAG not in run.tags or any(self._lives(run) for _ in range(ATTEMPTS)):
            return health(status.RUNNING)
        return health(status.NOT_FOUND, "the code server knows no process of this run")

    def _lives(self, run: dg.DagsterRun) -> bool:
        client = self._get_grpc_client_for_termination(run.run_id)
        if client is None:  # it has ended meanwhile
            return True
        try:
            answer = client.can_cancel_execution(find(_ASK)(run_id=run.run_id), timeout=SECONDS)
        except Exception as error:
            if isinstance(error, find(_UNREACHABLE)):
                return False
            raise
        return find(_DESERIALIZE)(answer, find(_ANSWER)).can_cancel
