"""What Dagster is given to load: every table as an asset, and nothing that it warns about.

`definitions.snapshot.txt` beside this file shows the whole in short, so that a change of it is seen in review;
`UPDATE_SNAPSHOTS=1 pytest nba_assets_tests/test_definitions.py` writes it anew.
"""

import difflib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.audit.never_built import recorded_checks
from nba_assets.compile.bind import stored_inputs
from nba_assets.compile.code_version import code_version
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.kept_out import QUARANTINE
from nba_assets.contracts.read import Reach
from nba_assets.contracts.table import Table
from nba_assets.definitions import defs
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.partitions import DAILY, MONTHLY
from nba_assets.orchestration.prediction_tables import grading_tables
from nba_assets.orchestration.reports import KEY as REPORT
from nba_assets.orchestration.reports import SEASON_KEY
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY
from nba_assets.orchestration.slate_readiness import KEY as READINESS
from nba_assets.readers.catalog import readable
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import every_table, monthly_tables, steps

ROOT = Path(__file__).parents[1]
SNAPSHOT = Path(__file__).with_name("definitions.snapshot.txt")
TOOLS = Path(sys.executable).parent

GRAPH = defs.resolve_asset_graph()
each_table = pytest.mark.parametrize("table", every_table(), ids=lambda table: table.name)
each_contract = pytest.mark.parametrize(
    "contract", [*RAW_TABLES, QUARANTINE, *every_table()], ids=lambda c: c.full_name
)


def succeed(*command: str | Path) -> str:
    """Run a command at the root of the project; what it said."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def offsets(table: Table, source: Contract) -> tuple[int, int]:
    mapping = GRAPH.get(asset_key(table)).partition_mappings[asset_key(source)]
    assert isinstance(mapping, dg.TimeWindowPartitionMapping)
    return mapping.start_offset, mapping.end_offset


@each_table
def test_a_table_is_an_asset_that_runs_by_the_common_policy(table: Table) -> None:
    node = GRAPH.get(asset_key(table))
    assert node.is_materializable
    assert node.partitions_def == DAILY
    assert node.backfill_policy == dg.BackfillPolicy.single_run()
    assert node.pools == set(), "DuckDB's steps have no pool"
    assert node.group_name == ("grading" if table in grading_tables() else table.group)
    assert node.owners == ["team:nba-data"]
    assert node.kinds == {"duckdb", "parquet", *(["python"] if table.python else [])}
    assert node.code_version == code_version(table, "duckdb")
    assert node.description == table.description
    assert {key.name for key in node.check_keys} == {check.name for check in recorded_checks(table)}


def test_the_graph_reads_from_left_to_right() -> None:
    """Closed, a group is one node: none may be fed by one to the right of it."""
    order = ["raw", "conformed", "analytics", "precompute", "predictions", "grading"]
    nodes = [GRAPH.get(asset_key(table)) for table in every_table()]
    fed = {(GRAPH.get(source).group_name, node.group_name) for node in nodes for source in node.parent_keys}
    assert {group for pair in fed for group in pair} == set(order)
    assert [pair for pair in fed if order.index(str(pair[0])) > order.index(str(pair[1]))] == []


def test_the_code_version_tells_tables_apart() -> None:
    assert len({code_version(table, "duckdb") for table in every_table()}) == len(every_table())


@each_contract
def test_the_column_schema_is_the_contract(contract: Contract) -> None:
    metadata = GRAPH.get(asset_key(contract)).metadata
    schema = metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    assert [(c.name, c.type) for c in schema.columns] == [(c.name, c.type) for c in contract.columns]
    assert [c.constraints.nullable for c in schema.columns] == [not c.required for c in contract.columns]
    assert all(c.description for c in schema.columns)
    assert metadata["dagster/table_name"] == contract.full_name


@pytest.mark.parametrize("raw", RAW_TABLES, ids=lambda raw: raw.full_name)
def test_a_raw_table_is_an_external_asset(raw: Contract) -> None:
    node = GRAPH.get(asset_key(raw))
    assert node.is_external
    assert node.group_name == "raw"
    assert node.partitions_def == (DAILY if raw.partition_by else None)
    assert not node.parent_keys


def test_every_number_has_a_unit() -> None:
    numbers = ("INT64", "FLOAT64", "DECIMAL", "ARRAY<FLOAT64>")
    columns = [(of.full_name, column) for of in readable() for column in of.columns]
    found = {(table, column.name): column.told_unit for table, column in columns if column.type.startswith(numbers)}
    assert len(found) > 400
    assert [where for where, unit in found.items() if not unit] == []
    assert found["nba_predictions.ml_feature_store_v2_wide", "team_win_pct"] == "0-1"
    assert found["nba_analytics.player_game_summary", "season_year"] == "year"
    assert found["nba_analytics.player_game_summary", "steals"] == "count"
    features = next(table for table in every_table() if table.name == "ml_feature_store_v2")
    schema = GRAPH.get(asset_key(features)).metadata["dagster/column_schema"]
    assert "(count)" in {c.name: c.description for c in schema.columns}["feature_count"]


def test_everything_says_what_it_is_for() -> None:
    repository = defs.get_repository_def()
    named = {
        **{job.name: job.description for job in defs.resolve_all_job_defs() if not job.name.startswith("__")},
        **{sensor.name: sensor.description for sensor in repository.sensor_defs},
        **{schedule.name: schedule.description for schedule in repository.schedule_defs},
        **{str(key): GRAPH.get(key).description for key in GRAPH.get_all_asset_keys()},
        **{name: resource.description for name, resource in repository.get_top_level_resources().items()},
    }
    assert len(named) > 60
    assert [name for name, description in named.items() if not description] == []


def test_there_are_no_other_assets() -> None:
    assert set(GRAPH.get_all_asset_keys()) == {
        *(
            asset_key(contract)
            for contract in (*RAW_TABLES, QUARANTINE, *every_table(), *monthly_tables(), RUN_HISTORY)
        ),
        READINESS,
        REPORT,
        SEASON_KEY,
    }


@each_table
def test_an_asset_depends_on_what_its_table_reads(table: Table) -> None:
    node = GRAPH.get(asset_key(table))
    assert node.parent_keys == {asset_key(source) for source in stored_inputs(table)}
    partitioned = {asset_key(source) for source in stored_inputs(table) if source.partition_by}
    assert set(node.partition_mappings) == partitioned


@each_table
@pytest.mark.parametrize("day", [date(2022, 10, 1), date(2023, 1, 15), date(2024, 9, 30), date(2020, 10, 11)])
def test_the_mappings_cover_every_day_that_is_read_and_none_of_the_future(table: Table, day: date) -> None:
    """The mapping steps calendar days and may reach back further than the season, never past what its step reads."""
    for source in stored_inputs(table):
        if source.partition_by is None:
            continue
        start, end = offsets(table, source)
        if isinstance(source, Table):  # or a back-fill from the UI's dialog would be a run for each layer of tables
            assert (start, end) == (0, 0)
            continue
        reaches = {reach for other in steps()[table.step] for reach in stored_inputs(other).get(source, ())}
        needed = [reach.dates(Window(day, day)) for reach in reaches]
        assert day + timedelta(start) <= min(dates.start for dates in needed)
        assert day + timedelta(end) >= max(dates.end for dates in needed)
        if Reach.WHOLE_SEASON not in reaches:
            assert day + timedelta(end) == max(dates.end for dates in needed)


def test_the_offsets_of_known_inputs() -> None:
    known = {table.name: table for table in (*every_table(), *RAW_TABLES)}

    def read(table: str, source: str) -> tuple[int, int]:
        reader = known[table]
        assert isinstance(reader, Table)
        return offsets(reader, known[source])

    assert read("player_game_summary", "team_offense_game_summary") == (0, 0)
    assert read("upcoming_player_game_context", "player_game_summary") == (0, 0)
    assert read("upcoming_team_game_context", "nbac_schedule") == (-376, 0)
    assert read("next_games", "nbac_schedule") == (-376, 376)


def test_a_night_of_everything_is_that_night_and_no_month() -> None:
    """As Dagster follows what is materialised from the graph: by way of a model, a night was all days of its month."""
    (models,) = monthly_tables()
    node = GRAPH.get(asset_key(models))
    night = DAILY.subset_with_partition_keys(["2025-11-05"])
    assert node.parent_keys
    for key in node.parent_keys:
        mapped = node.partition_mappings[key].get_downstream_partitions_for_partitions(night, DAILY, MONTHLY)
        assert mapped.is_empty
        days = node.partition_mappings[key].get_upstream_mapped_partitions_result_for_partitions(
            MONTHLY.subset_with_partition_keys([MONTHLY.get_partition_keys()[0], MONTHLY.get_partition_keys()[-1]]),
            MONTHLY,
            DAILY,
        )
        assert not days.required_but_nonexistent_subset


def test_there_is_a_job_for_each_group_and_one_for_all() -> None:
    selected = {
        job.name: set(job.asset_layer.executable_asset_keys)
        for job in defs.resolve_all_job_defs()
        if job.name.endswith("_tables")
    }
    assert selected.pop(ALL_TABLES) == {asset_key(table) for table in every_table()}
    by_group: dict[str, set[dg.AssetKey]] = {}
    for table in every_table():
        by_group.setdefault(f"{table.group}_tables", set()).add(asset_key(table))
    assert selected == by_group


def snapshot() -> str:
    lines = []
    for table in sorted(every_table(), key=lambda table: (table.group, table.full_name)):
        lines.append(f"{table.group}: {asset_key(table).to_user_string()}")
        for source in sorted(stored_inputs(table), key=lambda source: source.full_name):
            days = "{:+d} to {:+d} days".format(*offsets(table, source)) if source.partition_by else "whole"
            lines.append(f"    reads {source.full_name}, {days}")
        lines += [f"    checks {name}" for name in sorted(key.name for key in GRAPH.get(asset_key(table)).check_keys)]
    lines += [f"raw: {asset_key(raw).to_user_string()}" for raw in RAW_TABLES]
    return "\n".join(lines) + "\n"


def test_the_definitions_are_as_last_reviewed() -> None:
    if "UPDATE_SNAPSHOTS" in os.environ:
        SNAPSHOT.write_text(snapshot())
    before = SNAPSHOT.read_text()
    changes = difflib.unified_diff(before.splitlines(), snapshot().splitlines(), "reviewed", "now", lineterm="", n=1)
    assert before == snapshot(), "if this is meant, UPDATE_SNAPSHOTS=1 keeps it:\n" + "\n".join(changes)


@pytest.mark.slow
def test_dagster_validates_the_workspace() -> None:
    said = succeed(TOOLS / "dagster", "definitions", "validate", "-w", "workspace.yaml")
    assert "All code locations passed validation" in said


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("dg", path=str(TOOLS)), reason="dg is not installed")
@pytest.mark.parametrize("check", [["toml"], ["defs", "--use-active-venv"]], ids=lambda check: check[0])
def test_dg_checks_the_project(check: Sequence[str]) -> None:
    succeed(TOOLS / "dg", "check", *check)


# What we rely on in Dagster, pinned down: a new release that does otherwise is found here and not in production.

DAYS = ["2024-01-01", "2024-01-02", "2024-01-03"]
RANGE = {"dagster/asset_partition_range_start": DAYS[0], "dagster/asset_partition_range_end": DAYS[-1]}
SINGLE_RUN = dg.BackfillPolicy.single_run()
JANUARY = dg.DailyPartitionsDefinition("2024-01-01", "2024-02-01")


def test_dagster_puts_metadata_given_with_a_partition_on_that_day_alone() -> None:
    @dg.multi_asset(specs=[dg.AssetSpec("counted", partitions_def=JANUARY)], backfill_policy=SINGLE_RUN)
    def counted(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        for number, day in enumerate(context.partition_keys):
            context.add_asset_metadata({"rows": number}, asset_key="counted", partition_key=day)
        return dg.MaterializeResult(asset_key="counted", metadata={"in_all": True})

    with dg.instance_for_test() as instance:
        result = dg.materialize([counted], tags=RANGE, instance=instance)

    found = {m.partition: m.metadata for m in result.asset_materializations_for_node("counted")}
    assert {day: metadata["rows"].value for day, metadata in found.items()} == dict(zip(DAYS, range(3), strict=True))
    assert all(metadata["in_all"].value for metadata in found.values())


def test_dagster_keeps_the_days_that_a_failing_step_logs_as_materialised() -> None:
    @dg.multi_asset(specs=[dg.AssetSpec("half_done", partitions_def=JANUARY)], backfill_policy=SINGLE_RUN)
    def half_done(context: dg.AssetExecutionContext) -> None:
        context.log_event(dg.AssetMaterialization("half_done", partition=DAYS[0], metadata={"rows": 7}))
        raise ValueError("the second day")

    with dg.instance_for_test() as instance:
        dg.materialize([half_done], tags=RANGE, instance=instance, raise_on_error=False)
        statuses = instance.get_status_by_partition(half_done.key, DAYS, JANUARY)
        kept = instance.fetch_materializations(half_done.key, limit=5).records

    finished, failed = dg.AssetPartitionStatus.MATERIALIZED, dg.AssetPartitionStatus.FAILED
    assert statuses == dict(zip(DAYS, [finished, failed, failed], strict=True))
    materializations = [record.asset_materialization for record in kept]
    assert [m.metadata["rows"].value for m in materializations if m] == [7]
