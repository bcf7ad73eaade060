"""Runs whose process was killed: ended, with what that left; no other run is touched."""

from __future__ import annotations

import logging
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.orchestration.instance import dead_runs
from nba_assets.orchestration.instance.dead_runs import PROCESS_TAG, UNDER_WAY, end_dead_runs
from nba_assets.orchestration.instance.opening import instance_at_home
from nba_assets.warehouse.process import this_process
from nba_assets_tests.warehouse.ended import ended_process

STARTED = dg.DagsterRunStatus.STARTED


def a_run(instance: dg.DagsterInstance, process: str | None, status: dg.DagsterRunStatus = STARTED) -> str:
    tags = {PROCESS_TAG: process} if process else {}
    return instance.add_run(dg.DagsterRun(job_name="all_tables", status=status, tags=tags)).run_id


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run
    return run.status


@pytest.mark.parametrize("under_way", UNDER_WAY)
def test_a_run_whose_process_is_gone_is_ended(under_way: dg.DagsterRunStatus, caplog: pytest.LogCaptureFixture) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = a_run(instance, ended_process(), under_way)
        with caplog.at_level(logging.WARNING):
            end_dead_runs(instance)
        cancelled = under_way == dg.DagsterRunStatus.CANCELING
        assert status(instance, run) == (dg.DagsterRunStatus.CANCELED if cancelled else dg.DagsterRunStatus.FAILURE)
        assert caplog.messages == [f"run {run} ended: its process {ended_process()} is gone: it was killed"]


@pytest.mark.parametrize("process", [this_process(), "other-host.1.1", None], ids=["this", "elsewhere", "unknown"])
def test_no_other_run_is_touched(process: str | None) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = a_run(instance, process)
        ended = a_run(instance, ended_process(), dg.DagsterRunStatus.SUCCESS)
        end_dead_runs(instance)
        assert (status(instance, run), status(instance, ended)) == (STARTED, dg.DagsterRunStatus.SUCCESS)


def test_a_run_that_executes_it_again_has_no_process_yet() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        first = a_run(instance, ended_process())
        tags = {PROCESS_TAG: ended_process()}
        starting = dg.DagsterRunStatus.STARTING
        again = instance.add_run(
            dg.DagsterRun("all_tables", status=starting, tags=tags, parent_run_id=first, root_run_id=first)
        ).run_id
        end_dead_runs(instance)
        assert (status(instance, first), status(instance, again)) == (dg.DagsterRunStatus.FAILURE, starting)


def test_what_its_process_left_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []
    monkeypatch.setattr(dead_runs, "end_left_by", ended.append)
    with dg.DagsterInstance.ephemeral() as instance:
        for process in (ended_process(), this_process()):
            a_run(instance, process)
        end_dead_runs(instance)
    assert ended == [ended_process()]


def test_every_command_that_opens_the_instance_looks_for_them(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        run = a_run(instance, ended_process())
        with instance_at_home():
            assert status(instance, run) == dg.DagsterRunStatus.FAILURE
