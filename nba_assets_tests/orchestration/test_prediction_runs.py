"""When predictions and grading run by themselves: what they wait for, what sets them off, and that they ask once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from nba_assets.contracts.table import Table
from nba_assets.orchestration import slate_jobs
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.launch import RunResult
from nba_assets.orchestration.prediction_runs import (
    gradings_wanted,
    prediction_jobs,
    prediction_schedules,
    prediction_sensors,
    predictions_wanted,
)
from nba_assets.orchestration.prediction_tables import forecasting_tables, grading_tables, predicting_tables
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.slates import slate_tables, summaries, with_conformed
from nba_assets.tables.raw.market import odds_api_player_points_props
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.given import put_games
from nba_assets_tests.orchestration.watched import put_there

PLAYED = date(2024, 10, 23)
Put = Callable[..., None]


def names(tables: tuple[Table, ...]) -> set[str]:
    return {table.name for table in tables}


def test_what_reads_results_grades_and_all_else_predicts() -> None:
    assert names(grading_tables()) == {
        "prediction_accuracy",
        "system_daily_performance",
        "prediction_performance_summary",
    }
    assert {"player_points_forecasts", "player_prop_offers", "player_prop_predictions"} <= names(forecasting_tables())
    assert set(predicting_tables()) == {*slate_tables(), *forecasting_tables()}


def test_they_are_off_until_switched_on_and_run_the_one_job() -> None:
    assert [job.name for job in prediction_jobs()] == ["predict", "grade"]
    for sensor in prediction_sensors():
        assert (sensor.default_status, sensor.job_name) == (dg.DefaultSensorStatus.STOPPED, ALL_TABLES)
    for schedule in prediction_schedules():
        assert (schedule.default_status, schedule.job_name) == (dg.DefaultScheduleStatus.STOPPED, ALL_TABLES)


@pytest.mark.slow
def test_a_game_without_a_tip_fails_the_job_by_name_and_starts_nothing(
    lake: Path, warehouse: WarehouseResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(slate_jobs, "launch", lambda *of, **_: asked.append(of) or RunResult("r1", True, {}, {}))
    predict, grade = prediction_jobs()

    def run(job: dg.JobDefinition) -> dg.ExecuteInProcessResult:
        config = {"ops": {f"{job.name}_date": {"config": {"date": str(PLAYED)}}}}
        return job.execute_in_process(config, resources={"warehouse": warehouse}, raise_on_error=False)

    put_games(lake, [PLAYED], game_date_est=None)
    result = run(predict)
    assert (result.success, asked) == (False, [])
    assert "2024-10-23: the game 20241023_NYK_BOS has no tip in the schedule" in str(result.all_events)
    assert run(grade).success
    put_games(lake, [PLAYED])
    assert run(predict).success
    assert len(asked) == 2


@pytest.fixture
def put(lake: Path, instance: dg.DagsterInstance) -> Put:
    """Puts tables of a date there."""

    def put(tables: tuple[Table, ...], day: date = PLAYED) -> None:
        put_there(Lake(lake), instance, tables, day)

    return put


@pytest.mark.slow
def test_predictions_follow_features_and_lines(
    put: Put, lake: Path, warehouse: WarehouseResource, instance: dg.DagsterInstance
) -> None:
    def tick() -> dg.RunRequest | str:
        return next(predictions_wanted(instance, warehouse.open(), PLAYED))

    waits = tick()
    assert isinstance(waits, str)
    assert waits.startswith(f"{PLAYED} waits for")
    put(with_conformed(predicting_tables()[: -len(forecasting_tables())]))
    put(slate_tables())
    request = tick()
    assert isinstance(request, dg.RunRequest)
    assert {key.path[-1] for key in request.asset_selection or ()} == names(forecasting_tables())
    assert request.tags["dagster/partition"] == str(PLAYED)
    put(forecasting_tables())
    assert tick() == f"{PLAYED} is up to date"

    moved = odds_api_player_points_props.schema().to_pyarrow()
    rows = pa.table([pa.nulls(1, field.type) for field in moved], schema=moved)
    Lake(lake).replace(odds_api_player_points_props, [(PLAYED, rows)])
    again = tick()
    assert isinstance(again, dg.RunRequest)
    assert "player_prop_offers" in {key.path[-1] for key in again.asset_selection or ()}
    assert again.run_key != request.run_key
    same = tick()
    assert isinstance(same, dg.RunRequest)
    assert same.run_key == again.run_key


@pytest.mark.slow
def test_lines_that_are_again_what_they_were_are_predicted_again(
    put: Put, lake: Path, warehouse: WarehouseResource, instance: dg.DagsterInstance
) -> None:
    """As after a wrong delivery that was put right: Dagster makes one run for a key, for ever."""
    schema = odds_api_player_points_props.schema().to_pyarrow()
    row = pa.table([pa.nulls(1, field.type) for field in schema], schema=schema)
    put(with_conformed(predicting_tables()[: -len(forecasting_tables())]))
    put(slate_tables())
    keys = []
    for rows in (row, pa.concat_tables([row, row]), row, pa.concat_tables([row, row])):
        Lake(lake).replace(odds_api_player_points_props, [(PLAYED, rows)])
        request = next(predictions_wanted(instance, warehouse.open(), PLAYED))
        assert isinstance(request, dg.RunRequest)
        keys.append(request.run_key)
        put(forecasting_tables())
        assert next(predictions_wanted(instance, warehouse.open(), PLAYED)) == f"{PLAYED} is up to date"
    assert len(set(keys)) == 4


@pytest.mark.slow
def test_predictions_of_a_game_that_was_moved_are_to_go(
    put: Put, lake: Path, warehouse: WarehouseResource, instance: dg.DagsterInstance
) -> None:
    put(forecasting_tables())
    for day in (PLAYED, PLAYED + timedelta(days=1)):
        Lake(lake).remove(nbac_schedule, [day])
    found = list(predictions_wanted(instance, warehouse.open(), PLAYED))
    assert isinstance(found[0], dg.RunRequest)
    assert {key.path[-1] for key in found[0].asset_selection or ()} == names(forecasting_tables())
    assert found[1] == f"no games on {PLAYED + timedelta(days=1)}"


@pytest.mark.slow
def test_grading_follows_results(put: Put, warehouse: WarehouseResource, instance: dg.DagsterInstance) -> None:
    def tick() -> dg.RunRequest | str:
        return next(gradings_wanted(instance, warehouse.open(), PLAYED + timedelta(days=1)))

    assert tick() == "no date of the last week has both predictions and results"
    put(with_conformed(summaries()))
    put(slate_tables())
    put(forecasting_tables())
    request = tick()
    assert isinstance(request, dg.RunRequest)
    assert {key.path[-1] for key in request.asset_selection or ()} == names(grading_tables())
    put(grading_tables())
    assert tick() == f"{PLAYED} is up to date"
