"""A run that is broken off as it begins is a cancelled run, and nothing goes on beside it."""

from __future__ import annotations

import threading
from datetime import date

import dagster as dg
import pytest

from nba_assets.orchestration import launch as launching


@dg.job
def nothing() -> None: ...


class BrokenOff(launching._Watcher):
    def start(self) -> None:
        super().start()
        raise KeyboardInterrupt  # where a signal's handler may raise it: the thread is there


def test_an_interrupt_as_the_watcher_starts_cancels_the_run_and_ends_the_watcher(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = set(threading.enumerate())
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(nothing)
        monkeypatch.setattr(launching, "_job", lambda tables: None)
        monkeypatch.setattr(launching, "entered", lambda *_: run)
        monkeypatch.setattr(launching, "_keep_history", lambda *_: None)
        monkeypatch.setattr(launching, "_Watcher", BrokenOff)
        result = launching.launch(instance, [], [date(2021, 11, 15)])
        status = instance.get_run_by_id(run.run_id)
    assert result.cancelled
    assert status
    assert status.status is dg.DagsterRunStatus.CANCELED
    assert set(threading.enumerate()) <= before
