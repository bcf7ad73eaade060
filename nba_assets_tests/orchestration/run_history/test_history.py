"""What is kept of a run: a row for each table, however it ended. The runs are Dagster's, their tables stand-ins."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.errors import DagsterExecutionInterruptedError

from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.table import Table
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import TableFailure, of_failures
from nba_assets.orchestration.partitions import DAILY
from nba_assets.orchestration.run_history.history import (
    KEY,
    keep,
    kept,
)
from nba_assets.orchestration.run_history.run_events import table_runs
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY, TableRun
from nba_assets.orchestration.run_tags import CORRELATION_TAG
from nba_assets.readers.query import query
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

DAY = "2024-11-15"
OFFENSE, DEFENSE, PLAYERS = team_offense_game_summary, team_defense_game_summary, player_game_summary
CONTEXT = upcoming_player_game_context

Does = Callable[[dg.AssetExecutionContext], Any]


def written(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """As `asset.py` tells it: each day its rows."""
    (key,) = context.selected_asset_keys
    for day in context.partition_keys:
        context.add_asset_metadata({"dagster/partition_row_count": 7}, asset_key=key, partition_key=day)
    return dg.MaterializeResult(asset_key=key)


def broken(context: dg.AssetExecutionContext) -> None:
    try:
        raise ValueError("no column points\nand more of it")
    except ValueError as error:
        raise RuntimeError("the query failed") from error


def late(context: dg.AssetExecutionContext) -> None:
    try:
        raise TimeoutError("cancelled after 60 s")
    except TimeoutError as error:
        (table,) = [key.path[-1] for key in context.selected_asset_keys]
        why = {table: TableFailure("timeout, cancelled after 60 s; the limit is 60 s", timed_out=True)}
        raise dg.Failure("too late", of_failures(why), allow_retries=False) from error


def second_time_lucky(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    if not context.retry_number:
        raise dg.RetryRequested(max_retries=3)
    return written(context)


def stand_in(table: Table, does: Does = written) -> dg.AssetsDefinition:
    """An asset of the table's name and dependencies, which does something else."""
    spec = dg.AssetSpec(
        asset_key(table),
        deps=[asset_key(source) for source in stored_inputs(table) if isinstance(source, Table)],
        partitions_def=DAILY,
        code_version="v1",
    )

    @dg.multi_asset(name=table.name, specs=[spec], backfill_policy=dg.BackfillPolicy.single_run())
    def build(context: dg.AssetExecutionContext) -> Any:
        return does(context)

    return build


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(Lake(tmp_path / "lake"))


Ran = Callable[..., dict[str, TableRun]]


@pytest.fixture
def ran(instance: dg.DagsterInstance) -> Ran:
    """The rows of one run of stand-ins, by table."""

    def ran(*assets: dg.AssetsDefinition, **how: Any) -> dict[str, TableRun]:
        how = {"partition_key": DAY, **how}
        result = dg.materialize(list(assets), instance=instance, raise_on_error=False, **how)
        return {run.processor_name: run for run in table_runs(instance, result.run_id)}

    return ran


def test_a_table_that_was_built(ran: Ran) -> None:
    tags = {CORRELATION_TAG: "abc", "dagster/sensor_name": "raw_complete"}
    run = ran(stand_in(OFFENSE), tags=tags)[OFFENSE.name]
    assert (run.status, run.phase, run.records_processed, run.partitions) == ("success", "phase_3_analytics", 7, 1)
    assert (run.data_date, run.data_date_start, run.data_date_end) == (date(2024, 11, 15),) * 3
    assert (run.season_year, run.retry_attempt, run.code_version) == (2024, 0, "v1")
    assert (run.trigger_source, run.triggered_by, run.correlation_id) == ("sensor", "raw_complete", "abc")
    assert (run.errors, run.skip_reason) == (None, None)
    assert run.started_at
    assert run.processed_at
    assert run.duration_seconds == pytest.approx((run.processed_at - run.started_at).total_seconds(), abs=0.002)


def test_one_that_failed_and_those_that_waited_for_it(ran: Ran) -> None:
    runs = ran(stand_in(OFFENSE, broken), stand_in(DEFENSE), stand_in(PLAYERS), stand_in(CONTEXT))
    assert {name: run.status for name, run in runs.items()} == {
        OFFENSE.name: "failed",
        DEFENSE.name: "success",
        PLAYERS.name: "skipped",
        CONTEXT.name: "skipped",
    }
    assert runs[OFFENSE.name].errors == "ValueError: no column points"
    assert runs[OFFENSE.name].duration_seconds is not None
    assert runs[PLAYERS.name].skip_reason == f"not built for lack of {OFFENSE.name}"
    assert runs[CONTEXT.name].skip_reason == f"not built for lack of {PLAYERS.name}"
    assert (runs[PLAYERS.name].started_at, runs[PLAYERS.name].duration_seconds) == (None, None)
    assert runs[PLAYERS.name].processed_at, "when it was known that it would not be built"
    assert runs[PLAYERS.name].errors is None


def test_one_that_took_too_long(ran: Ran) -> None:
    run = ran(stand_in(OFFENSE, late))[OFFENSE.name]
    assert run.status == "timeout"
    assert run.errors
    assert "timeout, cancelled after 60 s; the limit is 60 s" in run.errors


def test_one_that_was_tried_again(ran: Ran) -> None:
    run = ran(stand_in(OFFENSE, second_time_lucky))[OFFENSE.name]
    assert (run.status, run.retry_attempt, run.records_processed) == ("success", 1, 7)


def test_a_range_is_one_row_a_table(ran: Ran) -> None:
    days = {"dagster/asset_partition_range_start": "2024-09-29", "dagster/asset_partition_range_end": "2024-10-02"}
    run = ran(stand_in(OFFENSE), tags=days, partition_key=None)[OFFENSE.name]
    assert (run.data_date, run.data_date_end, run.season_year) == (date(2024, 9, 29), date(2024, 10, 2), 2023)
    assert (run.records_processed, run.partitions) == (28, 4)
    assert (run.trigger_source, run.one_date) == ("backfill", False)


def test_a_day_on_which_nothing_is_built_says_why(ran: Ran) -> None:
    def early(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"dagster/partition_row_count": 0, "skipped": "early season: day 3"})

    run = ran(stand_in(OFFENSE, early))[OFFENSE.name]
    assert (run.status, run.skip_reason, run.records_processed) == ("success", "early season: day 3", 0)


def test_a_run_that_was_canceled(instance: dg.DagsterInstance) -> None:
    job = dg.define_asset_job("job").resolve(asset_graph=graph(stand_in(OFFENSE), stand_in(DEFENSE)))
    run = instance.create_run_for_job(job, tags={"dagster/partition": DAY})
    assert {row.status for row in table_runs(instance, run.run_id)} == {"waiting"}
    instance.report_run_canceled(run, "called off")
    found = table_runs(instance, run.run_id)
    assert {row.status for row in found} == {"canceled"}
    assert {row.errors for row in found} == {"called off"}


def test_a_step_that_was_cut_off_is_canceled_and_no_failure(instance: dg.DagsterInstance) -> None:
    def cut_off(context: dg.AssetExecutionContext) -> None:
        instance.report_run_canceling(context.run)
        raise DagsterExecutionInterruptedError

    with pytest.raises(DagsterExecutionInterruptedError):
        dg.materialize([stand_in(OFFENSE, cut_off), stand_in(PLAYERS)], instance=instance, partition_key=DAY)
    (run,) = instance.get_runs()
    found = {row.processor_name: row for row in table_runs(instance, run.run_id)}
    assert run.status == dg.DagsterRunStatus.CANCELED
    assert {name: row.status for name, row in found.items()} == {OFFENSE.name: "canceled", PLAYERS.name: "canceled"}
    assert found[OFFENSE.name].started_at
    assert found[OFFENSE.name].duration_seconds is not None


def test_a_run_that_died_before_its_steps(instance: dg.DagsterInstance) -> None:
    job = dg.define_asset_job("job").resolve(asset_graph=graph(stand_in(OFFENSE)))
    run = instance.create_run_for_job(job, tags={"dagster/partition": DAY})
    instance.report_run_failed(run, "the worker is gone")
    (row,) = table_runs(instance, run.run_id)
    assert (row.status, row.errors, row.started_at) == ("failed", "the worker is gone", None)


def graph(*assets: dg.AssetsDefinition) -> Any:
    return dg.Definitions(assets=assets).resolve_asset_graph()


def test_a_run_of_something_else_has_no_rows(instance: dg.DagsterInstance, warehouse: DuckDBWarehouse) -> None:
    @dg.asset
    def other() -> None: ...

    run_id = dg.materialize([other], instance=instance).run_id
    assert table_runs(instance, run_id) == []
    assert keep(instance, warehouse, run_id) == []
    assert kept(warehouse) == []


def test_a_run_is_kept_once_however_often(instance: dg.DagsterInstance, warehouse: DuckDBWarehouse) -> None:
    assets = [stand_in(OFFENSE, broken), stand_in(PLAYERS), stand_in(DEFENSE)]
    result = dg.materialize(assets, instance=instance, partition_key=DAY, raise_on_error=False)

    first = keep(instance, warehouse, result.run_id)
    assert keep(instance, warehouse, result.run_id) == first
    assert set(kept(warehouse)) == set(first)
    (page,) = instance.fetch_materializations(KEY, limit=5).records
    assert page.asset_materialization
    metadata = page.asset_materialization.metadata
    assert metadata["run"] == dg.MetadataValue.dagster_run(result.run_id)
    assert f"| {DEFENSE.name} " in str(metadata["cascade"].value)
    assert "failed: ValueError: no column points" in str(metadata["cascade"].value)


def test_runs_do_not_touch_each_others_rows(instance: dg.DagsterInstance, warehouse: DuckDBWarehouse) -> None:
    ids = [dg.materialize([stand_in(OFFENSE)], instance=instance, partition_key=DAY).run_id for _ in range(2)]
    for run_id in ids:
        keep(instance, warehouse, run_id)
    assert sorted(run.run_id for run in kept(warehouse)) == sorted(ids)
    sql = f"SELECT count(*) AS n, count(DISTINCT run_id) AS runs FROM {RUN_HISTORY.full_name} WHERE status = 'success'"
    assert query(warehouse.lake.root, sql).to_pylist() == [{"n": 2, "runs": 2}]


def test_materialisations_at_hand_tell_the_same(instance: dg.DagsterInstance) -> None:
    result = dg.materialize([stand_in(OFFENSE), stand_in(PLAYERS)], instance=instance, partition_key=DAY)
    made = [event for event in result.all_events if event.is_step_materialization]
    assert len(made) == 2
    read = table_runs(instance, result.run_id)
    assert table_runs(instance, result.run_id, made) == read
    assert {(row.records_processed, row.partitions, row.code_version) for row in read} == {(7, 1, "v1")}
    assert [row.partitions for row in table_runs(instance, result.run_id, [])] == [0, 0]


def test_a_run_under_way_is_not_kept(instance: dg.DagsterInstance, warehouse: DuckDBWarehouse) -> None:
    def keep_now(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        assert keep(instance, warehouse, context.run.run_id) == []
        assert [row.status for row in table_runs(instance, context.run.run_id)] == ["running"]
        return written(context)

    assert dg.materialize([stand_in(OFFENSE, keep_now)], instance=instance, partition_key=DAY).success
    assert kept(warehouse) == []


def test_a_history_that_was_never_written_is_empty(warehouse: DuckDBWarehouse) -> None:
    assert kept(warehouse) == []
    assert query(warehouse.lake.root, f"SELECT count(*) AS n FROM {RUN_HISTORY.full_name}")["n"].to_pylist() == [0]


def test_the_contract_is_the_row() -> None:
    assert [column.name for column in RUN_HISTORY.columns] == [field.name for field in fields(TableRun)]


def test_a_query_need_not_load_dagster() -> None:
    script = "import sys, nba_assets.readers.query; sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0
