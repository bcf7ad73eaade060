"""Which processes the steps of a run get, as the environment asks."""

from __future__ import annotations

import os
import sys
from typing import Any

import dagster as dg
import pytest

from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.dead_runs import PROCESS_TAG
from nba_assets.orchestration.processes.executor import executor
from nba_assets.orchestration.processes.fork_server import PRELOADED, STOCK_PRELOADED
from nba_assets.orchestration.resource import WarehouseResource, max_concurrent
from nba_assets.warehouse.process import this_process


def config() -> Any:
    """What the executor was configured with."""
    return executor().apply_config_mapping({"config": {}}).value["config"]


def test_steps_run_in_forked_processes_that_start_with_the_code_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBA_EXECUTOR", raising=False)
    monkeypatch.delenv("NBA_MAX_CONCURRENT", raising=False)
    assert executor().name == "multiprocess"
    assert config()["max_concurrent"] == os.cpu_count()
    assert config()["start_method"]["forkserver"]["preload_modules"] == list(PRELOADED)
    monkeypatch.setenv("NBA_STOCK_DAGSTER", "1")
    assert config()["start_method"]["forkserver"]["preload_modules"] == list(STOCK_PRELOADED)


@pytest.mark.parametrize("name", ["in_process", "multiprocess"])
def test_the_executor_is_chosen_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_EXECUTOR", name)
    assert executor().name == name


def a_job() -> dg.JobDefinition:
    @dg.op
    def nothing() -> None: ...

    @dg.job(executor_def=executor())
    def a_job() -> None:
        nothing()

    return a_job


@pytest.mark.slow
def test_a_run_carries_its_process_whoever_started_it(
    monkeypatch: pytest.MonkeyPatch, instance: dg.DagsterInstance
) -> None:
    monkeypatch.setenv("NBA_EXECUTOR", "in_process")
    done = dg.execute_job(dg.reconstructable(a_job), instance=instance)
    run = instance.get_run_by_id(done.run_id)
    assert run
    assert run.tags[PROCESS_TAG] == this_process()


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
    resource.open(all_cores=True)
    assert found == [3, 0]  # 0 leaves it to DuckDB


def test_a_pod_a_step_needs_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_EXECUTOR", "kubernetes")
    monkeypatch.setitem(sys.modules, "dagster_k8s", None)
    with pytest.raises(BadInput, match=r"^NBA_EXECUTOR=kubernetes needs .* pip install 'nba_assets\[kubernetes\]'$"):
        executor()
