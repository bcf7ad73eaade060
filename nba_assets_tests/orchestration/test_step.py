"""A step that builds several tables: in which order, what it records of each, and what of it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest

import nba_assets.orchestration.step
from nba_assets.audit.drift import DRIFT
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.read import Reach, eve_and_day
from nba_assets.contracts.table import Table, table
from nba_assets.orchestration import run_tables
from nba_assets.orchestration.assets import step_assets
from nba_assets.orchestration.dagster_patches.partition_versions import apply
from nba_assets.orchestration.instance.tags import DATA_VERSION_TAG
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import DaysDone, Materialised
from nba_assets.orchestration.partitions import mapping
from nba_assets.orchestration.run_history import run_events
from nba_assets.orchestration.run_history.table_run import TableRun
from nba_assets.warehouse import footers
from nba_assets.warehouse.base import TransientError, Written
from nba_assets.warehouse.duckdb import DuckDBSession
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.given import put_games
from nba_assets_tests.orchestration import made_up
from nba_assets_tests.orchestration.made_up import FORM, NOTES, OF_THE_STEP, PLAYERS, SHOTS, TABLES, TEAMS, TWICE, play

OVER_TWO_SEASONS = ["2024-09-29", "2024-09-30", "2024-10-01", "2024-10-02"]
DAY, SEASON_ENDS = OVER_TWO_SEASONS[:2]

Run = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture(autouse=True)
def _patched() -> None:
    apply()


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake with four dates of the raw table."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # statements are kept by name, and names may be old
    for day in OVER_TWO_SEASONS:
        play(tmp_path / "lake", day)
    return tmp_path / "lake"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def run(lake: Path, instance: dg.DagsterInstance) -> Run:
    """One run of some of the made-up tables, of all unless said."""

    def run(*chosen: Table, days: list[str] | None = None) -> dg.ExecuteInProcessResult:
        days = days or [DAY]
        tags = {"dagster/asset_partition_range_start": days[0], "dagster/asset_partition_range_end": days[-1]}
        which: dict[str, Any] = {"partition_key": days[0]} if len(days) == 1 else {"tags": tags}
        return dg.materialize(
            made_up.assets(),
            selection=[asset_key(table) for table in chosen or TABLES],
            resources={"warehouse": made_up.warehouse(lake)},
            instance=instance,
            raise_on_error=False,
            **which,
        )

    return run


def rows(lake: Path, table: Table, day: str = DAY) -> list[tuple[Any, ...]]:
    found = pq.read_table(Lake(lake).file(table, date.fromisoformat(day))).to_pylist()
    return [tuple(row.values())[1:] for row in found]


def made(instance: dg.DagsterInstance, table: Table) -> dict[str, dg.AssetMaterialization]:
    """The latest materialisation of each day."""
    records = instance.fetch_materializations(asset_key(table), limit=50, ascending=True).records
    return {str(record.partition_key): record.asset_materialization for record in records}


def what_became(
    instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult, monkeypatch: pytest.MonkeyPatch
) -> dict[str, TableRun]:
    """The rows of the run history, by table."""
    monkeypatch.setattr(run_tables, "every_table", lambda: TABLES)
    monkeypatch.setattr(run_events, "every_table", lambda: TABLES)
    return {found.processor_name: found for found in run_events.table_runs(instance, result.run_id)}


def failing(monkeypatch: pytest.MonkeyPatch, table: Table, error: Exception, times: int) -> None:
    """Let the warehouse fail some times when it is to write a table."""
    real, left = DuckDBSession.replace, [error] * times

    def replace(self: DuckDBSession, contract: Contract, sql: str, days: Any, *code: Any) -> Written:
        if contract is table and left:
            raise left.pop()
        return real(self, contract, sql, days, *code)

    monkeypatch.setattr(DuckDBSession, "replace", replace)


def test_one_step_builds_its_tables_each_from_what_it_has_just_built(
    run: Run, lake: Path, instance: dg.DagsterInstance
) -> None:
    result = run()

    assert result.success
    steps = [event.step_key for event in result.all_events if event.event_type_value == "STEP_START"]
    assert steps == ["boxes", "form"]
    assert rows(lake, TEAMS) == [("BOS", 23), ("NYK", 13)]
    assert rows(lake, TWICE) == [("brown", 2), ("tatum", 2), ("white", 2)]
    assert {table.name: len(made(instance, table)) for table in TABLES} == dict.fromkeys([t.name for t in TABLES], 1)


def test_a_measure_is_recorded_and_a_shift_of_it_warns(run: Run, lake: Path, instance: dg.DagsterInstance) -> None:
    """The days before are those on record, whichever run has built them."""
    days = [date(2024, 11, 1) + timedelta(n) for n in range(17)]
    put_games(lake, days)
    for number, day in enumerate(map(str, days)):
        play(lake, day, points=60 if number == 16 else 10 + number % 3)
    for some in (days[:-1], days[-1:]):
        assert run(PLAYERS, days=list(map(str, some))).success
    found = {day: of.metadata for day, of in made(instance, PLAYERS).items()}
    assert [found[str(day)]["mean_points"].value for day in (*days[:3], days[-1])] == [12.0, 13.0, 14.0, 62.0]
    assert [day for day, of in found.items() if "checks_failed" in of] == [str(days[-1])]
    key = dg.AssetCheckKey(asset_key(PLAYERS), DRIFT.name)
    newest = instance.event_log_storage.get_asset_check_execution_history(key, limit=1)[0].event
    assert newest
    assert newest.dagster_event
    told = newest.dagster_event.asset_check_evaluation_data
    assert (told.passed, told.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "mean_points" in str(told.metadata["example"].value)


def test_an_input_of_the_day_that_was_never_built_fails_the_step_by_name(
    run: Run, lake: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(FORM)
    assert not result.success
    became = what_became(instance, result, monkeypatch)
    assert became["form"].errors == f"reads {TEAMS.full_name} of {DAY}, which is not built"
    assert not Lake(lake).file(FORM, date.fromisoformat(DAY)).exists()


def test_what_is_damaged_is_built_again(run: Run, lake: Path) -> None:
    assert run(PLAYERS, NOTES, TEAMS).success
    files = [Lake(lake).file(built, date.fromisoformat(DAY)) for built in (PLAYERS, TEAMS)]
    before = [file.read_bytes() for file in files]
    for file, whole in zip(files, before, strict=True):
        file.write_bytes(whole[:-9])
    assert not run(TEAMS).success, "the players that it reads are damaged"
    assert run(PLAYERS, TEAMS).success
    assert [file.read_bytes() for file in files] == before


def test_what_is_read_of_an_older_schema_is_said(run: Run, lake: Path, instance: dg.DagsterInstance) -> None:
    day = date.fromisoformat(DAY)
    stored = pq.ParquetFile(Lake(lake).file(SHOTS, day)).read()
    points = stored.schema.get_field_index("points")
    older = stored.set_column(points, "points", stored["points"].cast("int32"))
    Lake(lake).replace(SHOTS, [(day, older)])
    assert run(PLAYERS, days=OVER_TWO_SEASONS[:2]).success
    said = {day: event.metadata.get("read_with_older_schema") for day, event in made(instance, PLAYERS).items()}
    assert {found.value for found in said.values() if found} == {f"1 partitions of {SHOTS.full_name}"}
    assert run(PLAYERS, days=OVER_TWO_SEASONS[2:]).success
    assert "read_with_older_schema" not in made(instance, PLAYERS)[OVER_TWO_SEASONS[-1]].metadata


def test_a_range_says_of_each_day_of_each_table_what_a_single_table_would(
    run: Run, lake: Path, instance: dg.DagsterInstance
) -> None:
    result = run(days=OVER_TWO_SEASONS)

    assert result.success
    for built, count in ((PLAYERS, 3), (TEAMS, 2)):
        found = made(instance, built)
        assert sorted(found) == OVER_TWO_SEASONS
        for day, event in found.items():
            said = Materialised.read(event.metadata)
            assert (said.rows, said.whole) == (count, day == OVER_TWO_SEASONS[-1])
            stored = Lake(lake).file(built, date.fromisoformat(day))
            content = footers.written_content(stored.read_bytes())
            assert (event.tags or {})[DATA_VERSION_TAG] == content
        last = found[OVER_TWO_SEASONS[-1]].metadata
        assert str(last["in_run"].value).startswith(f"{len(OVER_TWO_SEASONS)} partitions, ")
        assert "preview" in last
    checked = {(e.asset_key, e.check_name) for e in result.get_asset_check_evaluations()}
    assert (asset_key(PLAYERS), "points_are_few") in checked
    assert {key for key, _ in checked} == {asset_key(table) for table in TABLES}
    assert [log.user_message for log in instance.all_logs(result.run_id) if log.level >= logging.WARNING] == []
    heard = [(str(event.asset_key), event.partition) for event in result.all_events if event.is_step_materialization]
    assert sorted(heard) == sorted((str(asset_key(table)), day) for table in TABLES for day in OVER_TWO_SEASONS)


def test_a_season_is_on_record_while_the_next_one_is_built(
    run: Run, lake: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the rows that break its checks, and what it was made of."""
    play(lake, DAY, points=200)
    found: list[list[str]] = []
    real = DuckDBSession.replace

    def replace(self: DuckDBSession, *of: Any) -> Written:
        found.append(sorted(made(instance, PLAYERS)))
        return real(self, *of)

    monkeypatch.setattr(DuckDBSession, "replace", replace)
    run(PLAYERS, days=OVER_TWO_SEASONS)
    assert found == [[], OVER_TWO_SEASONS[:2]]
    tags = {day: event.tags or {} for day, event in made(instance, PLAYERS).items()}
    assert len({tuple(sorted(own.keys())) for own in tags.values()}) == 1
    assert len({own["dagster/data_version"] for own in tags.values()}) == len(OVER_TWO_SEASONS)
    key = dg.AssetCheckKey(asset_key(PLAYERS), "points_are_few")
    history = instance.event_log_storage.get_asset_check_execution_history(key, limit=9)
    (broken,) = [of.evaluation for of in history if of.evaluation and of.partition == DAY]
    assert (broken.passed, broken.metadata["broken_rows"].value) == (False, 3)
    assert "201" in str(broken.metadata["example"].value)


def test_the_same_content_has_the_same_version_and_another_has_another(
    run: Run, lake: Path, instance: dg.DagsterInstance
) -> None:
    versions = []
    for points in (10, 10, 20):
        play(lake, DAY, points=points)
        assert run(PLAYERS, NOTES).success
        found = {t: made(instance, t)[DAY] for t in (PLAYERS, NOTES)}
        versions.append([(found[t].tags or {})["dagster/data_version"] for t in (PLAYERS, NOTES)])
    assert versions[0] == versions[1]
    assert versions[2][0] != versions[0][0], "the players' points are others"
    assert versions[2][1] == versions[0][1], "their notes are the same"


def test_a_run_of_some_tables_builds_those(run: Run, lake: Path, instance: dg.DagsterInstance) -> None:
    assert run(PLAYERS, TEAMS).success
    play(lake, DAY, points=20)

    assert run(TEAMS).success, "reads what is stored of the players"

    assert rows(lake, TEAMS) == [("BOS", 23), ("NYK", 13)]
    assert not made(instance, NOTES)
    assert not Lake(lake).dates(NOTES)


def test_a_broken_check_is_its_tables_own(run: Run, lake: Path, instance: dg.DagsterInstance) -> None:
    play(lake, OVER_TWO_SEASONS[1], points=200)

    result = run(days=OVER_TWO_SEASONS)

    assert result.success
    broken = [e for e in result.get_asset_check_evaluations() if not e.passed]
    assert [(e.asset_key, e.check_name) for e in broken] == [(asset_key(PLAYERS), "points_are_few")]
    failed = {day: Materialised.read(event.metadata).broken for day, event in made(instance, PLAYERS).items()}
    assert failed == dict.fromkeys(OVER_TWO_SEASONS, ()) | {OVER_TWO_SEASONS[1]: ("points_are_few",)}
    assert {Materialised.read(event.metadata).broken for event in made(instance, TEAMS).values()} == {()}


def test_one_that_fails_takes_those_that_read_it_along_and_no_others(
    run: Run, lake: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(lake, OVER_TWO_SEASONS[2], note="no number")

    result = run(days=OVER_TWO_SEASONS)

    assert not result.success
    assert sorted(made(instance, PLAYERS)) == sorted(made(instance, TEAMS)) == OVER_TWO_SEASONS
    assert sorted(made(instance, NOTES)) == OVER_TWO_SEASONS[:2], "the season before the failure stays finished"
    assert not made(instance, TWICE)
    assert not made(instance, FORM)
    became = what_became(instance, result, monkeypatch)
    assert {name: found.status for name, found in became.items()} == {
        PLAYERS.name: "success",
        NOTES.name: "failed",
        TWICE.name: "skipped",
        TEAMS.name: "success",
        FORM.name: "skipped",
    }
    assert "no number" in str(became[NOTES.name].errors)
    assert became[TWICE.name].skip_reason == f"not built for lack of {NOTES.name}"
    assert (became[NOTES.name].partitions, became[TEAMS.name].records_processed) == (2, 8)


def test_each_table_has_its_own_times(run: Run, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    became = what_became(instance, run(), monkeypatch)

    in_order = [became[table.name] for table in OF_THE_STEP]
    for earlier, later in pairwise(in_order):
        assert earlier.started_at <= earlier.processed_at <= later.started_at <= later.processed_at


def test_what_passes_is_tried_again_with_the_whole_step(
    run: Run, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nba_assets.orchestration.step, "LONGEST_WAIT_SECONDS", 0.0)
    failing(monkeypatch, NOTES, TransientError("quota exceeded"), times=1)

    result = run(days=OVER_TWO_SEASONS)

    assert result.success
    assert sum(event.is_step_restarted for event in result.all_events) == 1
    became = what_became(instance, result, monkeypatch)
    assert {found.status for found in became.values()} == {"success"}
    assert {found.partitions for found in became.values()} == {len(OVER_TWO_SEASONS)}, "what is built twice counts once"


def test_what_does_not_pass_fails_its_table_alone(
    run: Run, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nba_assets.orchestration.step, "LONGEST_WAIT_SECONDS", 0.0)
    failing(monkeypatch, NOTES, TransientError("quota exceeded"), times=9)

    became = what_became(instance, run(), monkeypatch)

    assert became[NOTES.name].status == "failed"
    assert "quota exceeded" in str(became[NOTES.name].errors)
    assert became[NOTES.name].retry_attempt == 4
    assert became[TEAMS.name].status == "success"


def test_a_cancelled_step_keeps_the_tables_it_has_finished(
    run: Run, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, NOTES, dg.DagsterExecutionInterruptedError(), times=1)

    assert not run(days=OVER_TWO_SEASONS).success

    assert sorted(made(instance, PLAYERS)) == OVER_TWO_SEASONS
    assert not made(instance, TEAMS)


def test_the_log_tells_how_far_each_table_is(run: Run, instance: dg.DagsterInstance) -> None:
    result = run(PLAYERS, TEAMS, days=OVER_TWO_SEASONS)

    said = [DaysDone.read(entry.user_message) for entry in instance.all_logs(result.run_id)]
    assert [(found.table, found.done, found.days) for found in said if found] == [
        (table.name, done, 4) for table in (PLAYERS, TEAMS) for done in (0, 2, 4)
    ]


@pytest.mark.slow
def test_steps_of_several_tables_run_in_processes_of_their_own(
    lake: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NBA_LAKE", str(lake))
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        chosen = [PLAYERS, TEAMS, FORM]
        with dg.execute_job(
            dg.reconstructable(made_up.job),
            instance,
            asset_selection=[asset_key(table) for table in chosen],
            tags={"dagster/asset_partition_range_start": DAY, "dagster/asset_partition_range_end": OVER_TWO_SEASONS[1]},
        ) as result:
            assert result.success
        (run,) = instance.get_runs()
        assert run.asset_selection == {asset_key(table) for table in chosen}
        assert {t.name: len(made(instance, t)) for t in TABLES if made(instance, t)} == {t.name: 2 for t in chosen}
    assert rows(lake, FORM, OVER_TWO_SEASONS[1]) == [("BOS", 23), ("NYK", 13)]


def test_a_step_tells_of_a_source_the_farthest_that_one_of_its_tables_reads() -> None:
    """Dagster has one mapping for all that a step reads of a source."""

    @table(
        dataset="made_up",
        partition_by="game_date",
        key=("game_date", "player"),
        cluster_by=(),
        reads={"shots": eve_and_day(SHOTS)},
        columns=PLAYERS.columns,
        step="boxes",
    )
    def boxes_of_two_days(shots: Any) -> Any:
        return shots

    built = step_assets([PLAYERS, boxes_of_two_days], frozenset(), "duckdb")
    for spec in built.specs:
        assert [dep.partition_mapping for dep in spec.deps] == [mapping([Reach.EVE_AND_DAY])]
