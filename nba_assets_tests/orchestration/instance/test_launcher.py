"""Whether a run's process lives: asked of the code server that started it."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.errors import DagsterLaunchFailedError, DagsterUserCodeUnreachableError
from dagster._core.events import DagsterEvent
from dagster._core.launcher import DefaultRunLauncher, WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._daemon.run_coordinator import QueuedRunCoordinatorDaemon
from dagster._grpc.types import CanCancelExecutionResult
from dagster._serdes import serialize_value

from nba_assets.orchestration.code_location import NAME
from nba_assets.orchestration.dagster_patches import guard, switches
from nba_assets.orchestration.instance.dead_runs import PROCESS_TAG
from nba_assets.orchestration.instance.launcher import WatchfulRunLauncher
from nba_assets.orchestration.instance.runs import job_at
from nba_assets.warehouse.process import this_process
from nba_assets_tests.warehouse.ended import ended_process

LAUNCHED = {GRPC_INFO_TAG: '{"host": "127.0.0.1", "port": 1}'}


class Client:
    """A code server that answers each question in turn: the run lives, it does not, or nobody answers."""

    def __init__(self, *answers: bool | None) -> None:
        self.answers = list(answers)

    def can_cancel_execution(self, *_: object, timeout: int) -> str:
        assert timeout <= 5
        answer = self.answers.pop(0)
        if answer is None:
            raise DagsterUserCodeUnreachableError("nobody there")
        return serialize_value(CanCancelExecutionResult(can_cancel=answer))


def health(tags: dict[str, str], *answers: bool | None) -> WorkerStatus:
    run = dg.DagsterRun(job_name="all_tables", status=dg.DagsterRunStatus.STARTED, tags=tags)
    watched, client = WatchfulRunLauncher(), Client(*answers)
    watched._get_grpc_client_for_termination = lambda _: client  # type: ignore[method-assign]
    return watched.check_run_worker_health(run).status


def test_a_run_lives_as_long_as_its_code_server_says_so() -> None:
    assert health(LAUNCHED, True) is WorkerStatus.RUNNING
    assert health(LAUNCHED, False, False, False) is WorkerStatus.NOT_FOUND


def test_a_code_server_that_is_slow_to_answer_is_asked_again() -> None:
    assert health(LAUNCHED, None, None, True) is WorkerStatus.RUNNING
    assert health(LAUNCHED, None, None, None) is WorkerStatus.NOT_FOUND


def test_a_run_of_this_host_lives_as_long_as_its_process() -> None:
    assert health({PROCESS_TAG: this_process()}) is WorkerStatus.RUNNING
    assert health({PROCESS_TAG: ended_process()}) is WorkerStatus.NOT_FOUND
    assert health(LAUNCHED | {PROCESS_TAG: ended_process()}, True) is WorkerStatus.NOT_FOUND


def test_of_a_run_of_another_host_its_code_server_knows() -> None:
    elsewhere = {PROCESS_TAG: "other-host.1.1"}
    assert health(elsewhere) is WorkerStatus.RUNNING
    assert health(LAUNCHED | elsewhere, False, False, False) is WorkerStatus.NOT_FOUND


def test_a_run_that_does_not_say_whose_it_is_is_left_alone() -> None:
    assert health({}) is WorkerStatus.RUNNING


def test_a_code_server_that_is_gone_is_found_out_over_grpc() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.add_run(
            dg.DagsterRun(job_name="all_tables", status=dg.DagsterRunStatus.STARTED, tags=dict(LAUNCHED))
        )
        watched = WatchfulRunLauncher()
        watched.register_instance(instance)
        assert watched.check_run_worker_health(run).status is WorkerStatus.NOT_FOUND


def test_our_instance_has_it_and_starts_killed_runs_again(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.run_launcher, WatchfulRunLauncher)
        assert instance.run_monitoring_enabled
        assert instance.run_retries_max_retries == 2
        assert not instance.run_retries_retry_on_asset_or_op_failure
        queue = instance.get_concurrency_config().run_queue_config
        assert queue.max_user_code_failure_retries * queue.user_code_failure_retry_delay == 600
        assert queue.tag_concurrency_limits == [
            {"key": "dagster/partition", "value": {"applyLimitPerUniqueValue": True}, "limit": 1}
        ]


STOPS = DagsterLaunchFailedError("Tried to start a run on a server after telling it to shut down")
TOO_LONG = "User code server request timed out due to taking longer than 60 seconds to complete."


def _fails(error: Exception) -> Callable[..., None]:
    """In the place of Dagster's `launch_run`, which the guard takes it for."""

    def fails(*_: object) -> None:
        raise error

    fails.__signature__ = inspect.signature(DefaultRunLauncher.launch_run)  # type: ignore[attr-defined]
    return fails


@pytest.mark.parametrize(
    ("error", "told_as"),
    [
        (STOPS, DagsterUserCodeUnreachableError),  # asked again
        (DagsterUserCodeUnreachableError("nobody there"), DagsterUserCodeUnreachableError),
        (DagsterUserCodeUnreachableError(TOO_LONG), DagsterLaunchFailedError),  # dropped: it may run
        (DagsterLaunchFailedError("no such job"), DagsterLaunchFailedError),
    ],
)
def test_the_queue_keeps_a_run_that_surely_did_not_begin(
    error: Exception, told_as: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DefaultRunLauncher, "launch_run", _fails(error))
    with pytest.raises(Exception, match=str(error)) as raised:
        WatchfulRunLauncher().launch_run(None)
    assert raised.type is told_as


@pytest.mark.parametrize(
    ("error", "then"), [(STOPS, dg.DagsterRunStatus.QUEUED), (Exception("no such job"), dg.DagsterRunStatus.FAILURE)]
)
def test_in_our_queue_it_waits_for_the_next_server(
    home: Path, error: Exception, then: dg.DagsterRunStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DefaultRunLauncher, "launch_run", _fails(error))
    with dg.DagsterInstance.get() as instance:
        run = instance.add_run(
            dg.DagsterRun(
                job_name="all_tables",
                status=dg.DagsterRunStatus.QUEUED,
                remote_job_origin=job_at(NAME, "all_tables"),
            )
        )
        instance.report_dagster_event(DagsterEvent.job_enqueue(run), run.run_id)
        daemon = QueuedRunCoordinatorDaemon(interval_seconds=1)
        daemon._dequeue_run(instance, None, run, instance.get_concurrency_config(), None)
        assert instance.get_run_by_id(run.run_id).status is then


def test_with_stock_dagster_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert WatchfulRunLauncher().supports_check_run_worker_health
    monkeypatch.setenv(switches.STOCK, "1")
    assert not WatchfulRunLauncher().supports_check_run_worker_health


@pytest.mark.usefixtures("guard_asks_anew")
def test_what_dagster_has_moved_is_told_once_and_nobody_asks(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(DefaultRunLauncher, "_get_grpc_client_for_termination")
    with caplog.at_level(logging.WARNING):
        assert [WatchfulRunLauncher().supports_check_run_worker_health for _ in range(2)] == [False, False]
    told = [record.getMessage() for record in caplog.records if record.name == guard.__name__]
    assert len(told) == 1
    assert told[0].endswith("DefaultRunLauncher._get_grpc_client_for_termination")
