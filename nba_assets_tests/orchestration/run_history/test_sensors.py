"""However a run ends it is kept: also where the lake could not be written, and beside one that never can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg
import pytest

from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.partitions import DAILY
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_history import sensors
from nba_assets.orchestration.run_history.history import keep, kept
from nba_assets.orchestration.run_history.sensors import keep_ended, run_history_sensor
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.warehouse.base import Warehouse

DAY = "2024-11-15"
State = dict[str, Any]


@pytest.fixture
def state(instance: dg.DagsterInstance, warehouse: WarehouseResource) -> State:
    """The place of a sensor that has looked once."""
    state: State = {}
    assert keep_ended(instance, warehouse.open(), state) == "0 runs kept, 0 wait"
    return state


def ended(instance: dg.DagsterInstance, how: str = "failed") -> str:
    """A run of a table that ended so; its id."""

    spec = dg.AssetSpec(asset_key(team_offense_game_summary), partitions_def=DAILY)

    @dg.multi_asset(name=team_offense_game_summary.name, specs=[spec])
    def step() -> None: ...

    job = dg.Definitions([step], jobs=[dg.define_asset_job(ALL_TABLES)]).resolve_job_def(ALL_TABLES)
    tags = {"dagster/partition": DAY}
    if how == "success":
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        return job.execute_in_process(quiet, instance=instance, tags=tags).run_id
    run = instance.create_run_for_job(job, tags=tags)
    if how == "canceled":
        instance.report_run_canceled(run, "called off")
    else:
        instance.report_run_failed(run, "the worker is gone")
    return run.run_id


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[str]], None]:
    """Have these runs not be kept."""

    def refuse(runs: Sequence[str]) -> None:
        def keeping(instance: dg.DagsterInstance, warehouse: Warehouse, run_id: str) -> object:
            if run_id in runs:
                raise OSError(f"no room for {run_id}\nand more of it")
            return keep(instance, warehouse, run_id)

        monkeypatch.setattr(sensors, "keep", keeping)

    return refuse


def in_history(warehouse: WarehouseResource) -> dict[str, str]:
    return {row.run_id: row.status for row in kept(warehouse.open())}


def test_the_sensor_keeps_a_run_however_it_ended(instance: dg.DagsterInstance, warehouse: WarehouseResource) -> None:
    sensor = run_history_sensor()
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING

    def tick(cursor: str | None) -> dg.SensorResult:
        with dg.build_sensor_context(instance, cursor, resources={"warehouse": warehouse}) as context:
            result = sensor(context)
        assert isinstance(result, dg.SensorResult)
        return result

    first = tick(None)
    runs = {ended(instance, how): how for how in ("success", "failed", "canceled")}
    second = tick(first.cursor)
    assert in_history(warehouse) == runs
    assert second.skip_reason == dg.SkipReason("3 runs kept, 0 wait")
    assert tick(second.cursor).skip_reason == dg.SkipReason("0 runs kept, 0 wait")


def test_what_could_not_be_written_is_kept_later(
    instance: dg.DagsterInstance, warehouse: WarehouseResource, state: State, refuse: Callable[[Sequence[str]], None]
) -> None:
    runs = [ended(instance) for _ in range(3)]
    refuse(runs)
    for _ in range(4):
        told = keep_ended(instance, warehouse.open(), state)
        assert told.startswith("0 runs kept, 3 wait: OSError: no room for ")
        assert "\n" not in told
    assert in_history(warehouse) == {}
    refuse([])
    assert keep_ended(instance, warehouse.open(), state) == "3 runs kept, 0 wait"
    assert in_history(warehouse) == dict.fromkeys(runs, "failed")


def test_one_that_never_can_be_kept_holds_no_other_up(
    instance: dg.DagsterInstance, warehouse: WarehouseResource, state: State, refuse: Callable[[Sequence[str]], None]
) -> None:
    first, second, third = (ended(instance) for _ in range(3))
    refuse([first])
    keep_ended(instance, warehouse.open(), state)
    keep_ended(instance, warehouse.open(), state)
    assert set(in_history(warehouse)) == {second, third}
    fourth = ended(instance)
    for _ in range(2):
        keep_ended(instance, warehouse.open(), state)
    assert set(in_history(warehouse)) == {second, third, fourth}


def test_of_more_than_can_wait_the_place_is_kept(
    instance: dg.DagsterInstance,
    warehouse: WarehouseResource,
    state: State,
    refuse: Callable[[Sequence[str]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sensors, "MOST_WAITING", 2)
    runs = [ended(instance, how) for how in ("failed", "canceled", "failed", "failed", "canceled")]
    refuse(runs)
    for _ in range(3):
        assert keep_ended(instance, warehouse.open(), state).startswith("0 runs kept, 2 wait")
    refuse([])
    for _ in range(3):
        keep_ended(instance, warehouse.open(), state)
    assert set(in_history(warehouse)) == set(runs)
