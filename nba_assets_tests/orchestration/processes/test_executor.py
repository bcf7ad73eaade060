"""Which processes the steps of a run get, as the environment asks."""

from __future__ import annotations

import os
import queue
from typing import Any

import pytest
from dagster._core.executor import child_process_executor

from nba_assets.orchestration.processes import executor as executor_module
from nba_assets.orchestration.processes.executor import WAIT_SECONDS, WAIT_WHILE_FLOWING_SECONDS, executor
from nba_assets.orchestration.processes.fork_server import PRELOADED
from nba_assets.orchestration.resource import WarehouseResource, max_concurrent


def config() -> Any:
    """What the executor was configured with."""
    return executor().apply_config_mapping({"config": {}}).value["config"]


def test_steps_run_in_forked_processes_that_start_with_the_code_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBA_EXECUTOR", raising=False)
    monkeypatch.delenv("NBA_MAX_CONCURRENT", raising=False)
    assert executor().name == "multiprocess"
    assert config()["max_concurrent"] == os.cpu_count()
    assert config()["start_method"]["forkserver"]["preload_modules"] == list(PRELOADED)


@pytest.mark.parametrize("name", ["in_process", "multiprocess"])
def test_the_executor_is_chosen_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_EXECUTOR", name)
    assert executor().name == name


def test_another_name_is_refused_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_EXECUTOR", "threads")
    with pytest.raises(Exception, match="NBA_EXECUTOR: 'threads'"):
        executor()


def test_the_number_of_step_processes_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBA_EXECUTOR", raising=False)
    monkeypatch.setenv("NBA_MAX_CONCURRENT", "3")
    assert config()["max_concurrent"] == max_concurrent() == 3


@pytest.mark.parametrize("wrong", ["many", "-1", "1.5"])
def test_a_number_of_processes_that_is_none_is_refused_and_told(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_MAX_CONCURRENT", wrong)
    with pytest.raises(Exception, match="NBA_MAX_CONCURRENT"):
        max_concurrent()


@pytest.mark.parametrize("steps", [1, 2, 1000])
def test_steps_share_the_cores(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_MAX_CONCURRENT", str(steps))
    assert WarehouseResource.from_environment().threads == max(1, (os.cpu_count() or 1) // steps)


def test_a_step_that_runs_alone_has_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = WarehouseResource(engine="duckdb", lake="lake", threads=3, memory_mib=100, timeout_seconds=1)
    found: list[int] = []
    monkeypatch.setattr(
        "nba_assets.orchestration.resource.DuckDBWarehouse", lambda _, threads, __: found.append(threads)
    )
    resource.open()
    resource.open(alone=True)
    assert found == [3, 0]  # 0 leaves it to DuckDB


class Step:
    """A step's process, and its events; `waits` are the times that it was waited for."""

    def __init__(self, *events: str) -> None:
        self.waits: list[float] = []
        self._events = list(events)

    def get(self, block: bool, timeout: float) -> str:
        self.waits.append(timeout)
        if not self._events:
            raise queue.Empty
        return self._events.pop(0)

    def is_alive(self) -> bool:
        return True


def test_an_idle_step_holds_nobody_up_while_a_busy_one_has_events(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 100.0
    monkeypatch.setattr(executor_module.time, "monotonic", lambda: clock)
    busy, idle = Step("first", "second"), Step()

    def turn() -> list[object]:
        return [child_process_executor._poll_for_event(step, step) for step in (busy, idle)]

    assert [turn(), turn()] == [["first", None], ["second", None]]
    clock += 1
    assert turn() == [None, None]
    short, long = WAIT_WHILE_FLOWING_SECONDS, WAIT_SECONDS
    assert busy.waits[1:] == [short, long]
    assert idle.waits == [short, short, long]
