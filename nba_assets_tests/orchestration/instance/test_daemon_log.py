"""The daemon's first look at a new DAGSTER_HOME, by Dagster's own code, and what its log has of it."""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg
import pytest
from dagster._daemon.auto_run_reexecution.event_log_consumer import EventLogConsumerDaemon

from nba_assets.orchestration.instance import daemon_log
from nba_assets.orchestration.instance.opening import put_settings


def look(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        list(EventLogConsumerDaemon().run_iteration(cast("Any", SimpleNamespace(instance=instance))))


@pytest.fixture
def new_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    put_settings(tmp_path)
    return tmp_path


def test_the_first_look_warns_of_nothing(new_home: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        look(new_home)
    assert caplog.messages == []


def test_dagster_itself_warns_by_the_log_and_the_words_that_we_know(
    new_home: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon_log.leave_out_first_look()  # once in a process: what opens the home does not do it again
    monkeypatch.setattr(logging.getLogger(daemon_log.CONSUMER), "filters", [])
    with caplog.at_level(logging.WARNING):
        look(new_home)
    assert [(name, text.startswith(daemon_log.FIRST_LOOK)) for name, _, text in caplog.record_tuples] == [
        (daemon_log.CONSUMER, True)
    ] * 2


def test_a_fault_of_the_same_log_is_told(caplog: pytest.LogCaptureFixture) -> None:
    daemon_log.leave_out_first_look()
    with caplog.at_level(logging.WARNING):
        logging.getLogger(daemon_log.CONSUMER).warning("Error calling event event log consumer handler")
    assert len(caplog.messages) == 1
