"""What a step prints: kept for the UI, repeated when the step ends, and no process needed for it."""

from __future__ import annotations

import logging
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.compute_log_manager import CapturedLogContext, ComputeLogManager
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager

from nba_assets.orchestration.dagster_patches import guard, switches
from nba_assets.orchestration.instance.compute_logs import StepLogManager

KEY = ["run", "compute_logs", "abcdefgh"]


@pytest.fixture
def manager(home: Path) -> Iterator[ComputeLogManager]:
    """The one that the project's `dagster.yaml` selects."""
    with dg.DagsterInstance.get() as instance:
        yield instance.compute_log_manager


@pytest.fixture
def dagsters(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """The times that Dagster's own way was taken."""
    asked: list[Sequence[str]] = []

    @contextmanager
    def capture_logs(self: LocalComputeLogManager, log_key: Sequence[str]) -> Iterator[CapturedLogContext]:
        asked.append(log_key)
        yield CapturedLogContext(log_key)

    monkeypatch.setattr(LocalComputeLogManager, "capture_logs", capture_logs)
    return asked


@pytest.fixture
def in_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that was forked for a step."""
    monkeypatch.setattr(multiprocessing, "parent_process", object)


def say(out: str = "", err: str = "") -> None:
    """What a step prints."""
    for stream, text in ((sys.stdout, out), (sys.stderr, err)):
        stream.write(text)
        stream.flush()


def kept(manager: ComputeLogManager) -> tuple[bytes | None, bytes | None]:
    data = manager.get_log_data(KEY)
    return data.stdout, data.stderr


@pytest.mark.usefixtures("in_a_step")
def test_it_is_kept_where_dagster_keeps_it(manager: ComputeLogManager, home: Path) -> None:
    assert isinstance(manager, StepLogManager)
    with manager.capture_logs(KEY) as context:
        say("rows", "oh")
        assert not manager.is_capture_complete(KEY)
    assert list(context.log_key) == KEY
    assert kept(manager) == (b"rows", b"oh")
    assert manager.is_capture_complete(KEY)
    assert (home / "storage" / "run" / "compute_logs" / "abcdefgh.out").read_text() == "rows"


@pytest.mark.usefixtures("in_a_step")
def test_it_is_repeated_when_the_step_ends_also_if_it_fails(
    manager: ComputeLogManager, capfd: pytest.CaptureFixture[str]
) -> None:
    def step() -> None:
        with manager.capture_logs(KEY):
            say("rows", "oh")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        step()
    assert capfd.readouterr() == ("rows", "oh")
    say("after")
    assert capfd.readouterr() == ("after", "")
    assert kept(manager) == (b"rows", b"oh")


@pytest.mark.usefixtures("in_a_step")
def test_it_takes_no_process(manager: ComputeLogManager, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a process")

    monkeypatch.setattr(subprocess, "Popen", refused)
    with manager.capture_logs(KEY):
        say("rows")
    assert kept(manager) == (b"rows", b"")


def test_in_the_commands_own_process_it_is_seen_while_it_goes_on(
    manager: ComputeLogManager, dagsters: list[Sequence[str]]
) -> None:
    with manager.capture_logs(KEY):
        pass
    assert dagsters == [KEY]


def test_another_folder_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    manager = StepLogManager.from_config_value(None, {"base_dir": str(tmp_path)})
    assert manager.get_captured_local_path(KEY, "out") == str(tmp_path / "run" / "compute_logs" / "abcdefgh.out")
    with pytest.raises(dg.DagsterInvariantViolationError, match="DAGSTER_HOME"):
        StepLogManager.from_config_value(None, {})


@pytest.mark.usefixtures("in_a_step")
def test_with_stock_dagster_it_is_the_parents(
    manager: ComputeLogManager, dagsters: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(switches.STOCK, "1")
    with manager.capture_logs(KEY):
        pass
    assert dagsters == [KEY]


@pytest.mark.usefixtures("in_a_step", "guard_asks_anew")
def test_what_dagster_has_moved_is_told_once_and_it_is_the_parents(
    manager: ComputeLogManager,
    dagsters: list[Sequence[str]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("dagster._core.execution.compute_logs.redirect_to_file", lambda stream, filepath, mode: None)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            with manager.capture_logs(KEY):
                pass
    assert dagsters == [KEY, KEY]
    assert [record.getMessage() for record in caplog.records if record.name == guard.__name__] == [
        "four processes beside each step keep its output: "
        "Dagster has changed dagster._core.execution.compute_logs:redirect_to_file"
    ]
