"""An interrupt may come at any point of a command: what it has started ends with it, and stderr is where it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nba_assets.cli.instance import going_to_run, said_afterwards
from nba_assets.orchestration.processes import fork_server


def test_what_steps_are_forked_from_is_ended_also_where_its_start_was_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBA_LAKE", "")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    ended = []

    def start() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(fork_server, "start", start)
    monkeypatch.setattr(fork_server, "stop", lambda: ended.append(True))
    with pytest.raises(KeyboardInterrupt), going_to_run(tmp_path):
        pass
    assert ended == [True]


def test_stderr_is_heard_again_where_keeping_it_was_broken_off(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    dup2 = os.dup2

    def broken_off(*given: int) -> None:
        monkeypatch.setattr(os, "dup2", dup2)
        dup2(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "dup2", broken_off)
    with pytest.raises(KeyboardInterrupt), said_afterwards():
        pass
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"
