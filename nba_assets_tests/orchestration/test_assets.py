"""How a table runs: what a run writes, what it records for each day, and how it fails."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import nba_assets.orchestration.step
from nba_assets.audit.never_built import recorded_checks
from nba_assets.contracts.table import Table
from nba_assets.orchestration.assets import step_assets
from nba_assets.orchestration.code_location import definitions
from nba_assets.orchestration.dagster_patches import apply
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import DaysDone
from nba_assets.orchestration.partitions import DAILY, last_partition
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.slates import conformed_before
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary as offense
from nba_assets.tables.analytics.upcoming_team_game_context import upcoming_team_game_context
from nba_assets.tables.conformed.team_boxes import team_boxes
from nba_assets.warehouse.base import QueryTimeout, TransientError, Written
from nba_assets.warehouse.duckdb import DuckDBSession
from nba_assets.warehouse.lake import Lake, Stored
from nba_assets_tests.given import put_games
from nba_assets_tests.orchestration.stored import add_seven

KEY = asset_key(offense)
ENDS = ["2021-10-19", str(last_partition())]
SIX_DAYS = [f"2024-10-{day}" for day in range(22, 28)]
OVER_TWO_SEASONS = ["2024-09-29", "2024-09-30", "2024-10-01", "2024-10-02"]

Result = dg.ExecuteInProcessResult
Run = Callable[..., Result]


@pytest.fixture
def lake(conformed_lake: Path, tmp_path: Path) -> Path:
    """A lake of the test's own, with the conformed tables built; and games nobody has played at the turn of seasons."""
    lake = Path(shutil.copytree(conformed_lake, tmp_path / "lake", copy_function=os.link))
    days = list(map(date.fromisoformat, [*OVER_TWO_SEASONS, *ENDS]))
    put_games(lake, days)
    for table in conformed_before(offense) | conformed_before(upcoming_team_game_context):
        Lake(lake).replace(table, [(day, table.schema().to_pyarrow().empty_table()) for day in days])
    return lake


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def run_in(
    lake: Path,
    instance: dg.DagsterInstance,
    first: str,
    last: str | None = None,
    table: Table = offense,
    timeout: float = 60.0,
    more: Mapping[str, str] | None = None,
) -> Result:
    """One run of a table over the dates `first` to `last`, with some `more` tags."""
    days: dict[str, Any] = {"partition_key": first}
    if last:
        ends = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
        days = {"tags": {**ends, **(more or {})}}
    warehouse = WarehouseResource(engine="duckdb", lake=str(lake), threads=1, memory_mib=1024, timeout_seconds=timeout)
    asset = step_assets([table], frozenset({"duckdb"}), "duckdb")
    return dg.materialize([asset], resources={"warehouse": warehouse}, instance=instance, raise_on_error=False, **days)


@pytest.fixture
def run(lake: Path, instance: dg.DagsterInstance) -> Run:
    return partial(run_in, lake, instance)


@dataclass
class SixDays:
    """All six days in one run, to be looked at only."""

    lake: Path
    result: Result
    runs: int
    statuses: list[dg.AssetPartitionStatus | None]


@pytest.fixture(scope="module")
def six_days(conformed_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> SixDays:
    lake = tmp_path_factory.mktemp("six_days") / "lake"
    shutil.copytree(conformed_lake, lake, copy_function=os.link)
    with dg.DagsterInstance.ephemeral() as instance:
        result = run_in(lake, instance, SIX_DAYS[0], SIX_DAYS[-1])
        return SixDays(lake, result, len(instance.get_runs()), statuses(instance, SIX_DAYS))


def by_day(result: Result) -> dict[str, dict[str, Any]]:
    """The metadata of each day's materialisation; there must be one a day."""
    found = [event.materialization for event in result.all_events if event.event_type_value == "ASSET_MATERIALIZATION"]
    assert len(found) == len({m.partition for m in found})
    return {str(m.partition): {name: value.value for name, value in m.metadata.items()} for m in found}


def evaluations(instance: dg.DagsterInstance) -> list[dg.AssetCheckEvaluation]:
    """All that are on record, those of single days among them."""
    (run,) = instance.get_runs()
    found = instance.all_logs(run.run_id, dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    return [event.get_dagster_event().asset_check_evaluation_data for event in found]


def stored(lake: Path, day: str) -> pa.Table:
    return pq.read_table(Lake(lake).file(offense, date.fromisoformat(day)))


def statuses(instance: dg.DagsterInstance, days: list[str]) -> list[dg.AssetPartitionStatus | None]:
    found = instance.get_status_by_partition(KEY, days, DAILY)
    assert found is not None
    return [found[day] for day in days]


def failure(result: Result) -> str:
    """What the failed step says, its causes included."""
    assert not result.success
    error = next(event for event in result.all_events if event.is_step_failure).step_failure_data.error
    told = []
    while error:
        told.append(error.message)
        error = error.cause
    return "\n".join(told)


def attempts(result: Result) -> int:
    return 1 + sum(event.is_step_restarted for event in result.all_events)


def failing_replace(monkeypatch: pytest.MonkeyPatch, fails: Callable[[int, list[date]], BaseException | None]) -> None:
    """Let the warehouse fail as `fails` says, given the number of calls so far and the days asked for."""
    real, calls = DuckDBSession.replace, iter(range(1000))

    def replace(self: DuckDBSession, contract: Any, sql: str, days: Any, *code: Any) -> Written:
        if error := fails(next(calls), list(days)):
            raise error
        return real(self, contract, sql, days, *code)

    monkeypatch.setattr(DuckDBSession, "replace", replace)


@pytest.mark.slow
def test_a_date_is_written_and_described_the_same_as_in_a_range(run: Run, lake: Path, six_days: SixDays) -> None:
    result = run("2024-10-23")

    assert result.success
    rows = stored(lake, "2024-10-23")
    assert rows.num_rows > 0
    assert rows.schema.equals(offense.schema().to_pyarrow())
    (metadata,) = by_day(result).values()
    assert metadata["dagster/partition_row_count"] == rows.num_rows
    assert metadata["in_run"].startswith(f"1 partitions, {rows.num_rows} rows, ")
    assert "checks_failed" not in metadata
    in_range = Lake(six_days.lake).file(offense, date(2024, 10, 23))
    assert Lake(lake).file(offense, date(2024, 10, 23)).read_bytes() == in_range.read_bytes()


def test_a_range_is_one_run_with_one_materialisation_a_day(six_days: SixDays) -> None:
    found = by_day(six_days.result)

    assert six_days.result.success
    assert six_days.runs == 1
    assert sorted(found) == SIX_DAYS
    counts = {day: metadata["dagster/partition_row_count"] for day, metadata in found.items()}
    assert counts == {day: stored(six_days.lake, day).num_rows for day in SIX_DAYS}
    assert len(set(counts.values())) > 1
    assert set(six_days.statuses) == {dg.AssetPartitionStatus.MATERIALIZED}


def test_the_last_day_says_how_much_the_run_has_built_and_shows_some_rows(six_days: SixDays) -> None:
    found = by_day(six_days.result)
    rows = sum(metadata["dagster/partition_row_count"] for metadata in found.values())
    assert found[SIX_DAYS[-1]]["in_run"].startswith(f"6 partitions, {rows} rows, ")
    assert found[SIX_DAYS[-1]]["seconds"] > 0
    assert [day for day, metadata in found.items() if {"in_run", "seconds"} & metadata.keys()] == SIX_DAYS[-1:]
    assert [day for day, metadata in found.items() if "preview" in metadata] == SIX_DAYS[-1:]

    header, _, *preview = found[SIX_DAYS[-1]]["preview"].splitlines()
    assert header.startswith("| game_id | nba_game_id |")
    assert len(preview) == 5
    assert preview[0].startswith("| 20241027_")


def test_the_definition_shows_the_query_and_where_columns_come_from() -> None:
    said = definitions().resolve_asset_graph().get(asset_key(offense)).metadata

    query = str(getattr(said["sql"], "value", said["sql"]))
    assert query.startswith("```sql\nWITH")
    assert "(2024, 1, 15)" in query
    assert "(1901, " not in query
    sources = said["dagster/column_lineage"].deps_by_column
    assert set(sources) <= {column.name for column in offense.columns}
    assert dg.TableColumnDep(asset_key(team_boxes), "points") in sources["points_scored"]


def test_every_check_of_the_table_is_evaluated(six_days: SixDays) -> None:
    evaluations = six_days.result.get_asset_check_evaluations()

    assert all(evaluation.passed for evaluation in evaluations)
    assert {evaluation.check_name for evaluation in evaluations} == {check.name for check in recorded_checks(offense)}


def test_a_date_without_games_holds_nothing_and_says_so(run: Run, lake: Path, six_days: SixDays) -> None:
    stale = stored(six_days.lake, "2024-10-22")
    Lake(lake).replace(offense, [(date(2024, 10, 21), stale)])

    result = run("2024-10-21")

    assert result.success
    assert date(2024, 10, 21) not in Lake(lake).dates(offense)
    (metadata,) = by_day(result).values()
    assert metadata["dagster/partition_row_count"] == 0
    assert "no games" in metadata["note"]
    assert "checks_failed" not in metadata


def test_a_wrong_number_is_a_failed_check_with_its_day_and_an_example(
    run: Run, lake: Path, instance: dg.DagsterInstance
) -> None:
    team = add_seven(lake, team_boxes, "2024-10-24", "team_minutes")["team_abbr"]

    result = run(SIX_DAYS[0], SIX_DAYS[-1])

    assert result.success, "a check reports; it holds nothing back"
    found = by_day(result)
    assert {day for day, metadata in found.items() if "checks_failed" in metadata} == {"2024-10-24"}
    assert "minutes_fit_overtimes" in found["2024-10-24"]["checks_failed"]
    broken = [e for e in evaluations(instance) if e.check_name == "minutes_fit_overtimes"]
    assert all(e.severity == dg.AssetCheckSeverity.ERROR and not e.passed for e in broken)
    in_all = next(e for e in broken if e.partition is None)
    assert in_all.metadata["broken_rows"].value == 1
    assert in_all.metadata["days"].value == "1: 2024-10-24"
    assert all(f"| {team} |" in str(e.metadata["example"].value) for e in broken), "its day shows it as well"
    assert all(str(e.description).endswith("Broken by 1 row, by day: 2024-10-24 (1).") for e in broken)
    assert [e.partition for e in broken if e is not in_all] == ["2024-10-24"]


def test_an_error_that_passes_is_tried_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nba_assets.orchestration.step, "LONGEST_WAIT_SECONDS", 0.0)
    failing_replace(monkeypatch, lambda call, _: TransientError("quota exceeded") if call == 0 else None)

    result = run("2024-10-23")

    assert result.success
    assert attempts(result) == 2
    assert by_day(result)["2024-10-23"]["dagster/partition_row_count"] > 0


def test_tries_are_ever_further_apart_up_to_a_limit_and_not_endless(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nba_assets.orchestration.step, "LONGEST_WAIT_SECONDS", 6.0)
    monkeypatch.setattr("random.uniform", lambda low, high: high / 1000 if (low, high) == (0.5, 1) else None)
    failing_replace(monkeypatch, lambda *_: TransientError("quota exceeded"))

    result = run("2024-10-23")

    assert "quota exceeded" in failure(result)
    assert attempts(result) == 5
    waits = [event.step_retry_data.seconds_to_wait for event in result.all_events if event.is_step_up_for_retry]
    assert waits == pytest.approx([0.002, 0.004, 0.006, 0.006])


def test_any_other_error_fails_at_once(run: Run, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_replace(monkeypatch, lambda *_: ZeroDivisionError("a bug of ours"))

    result = run("2024-10-23")

    assert "a bug of ours" in failure(result)
    assert attempts(result) == 1
    assert statuses(instance, ["2024-10-23"]) == [dg.AssetPartitionStatus.FAILED]


def test_a_query_over_its_time_fails_as_a_timeout_at_once(run: Run, lake: Path) -> None:
    result = run("2024-10-23", timeout=0.05)

    assert "nba_analytics.team_offense_game_summary: timeout" in failure(result)
    assert attempts(result) == 1
    assert not Lake(lake).dates(offense)


def test_a_file_that_is_withdrawn_under_the_query_is_tried_again(
    run: Run, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ingest removes the old date of a postponed game, perhaps between a step's listing and its reading."""
    monkeypatch.setattr(nba_assets.orchestration.step, "LONGEST_WAIT_SECONDS", 0.0)
    real, gone = Lake.stored, [lake / "nba_conformed" / "withdrawn" / "data.parquet"]
    monkeypatch.setattr(
        Lake, "stored", lambda self, contract, dates: Stored([gone.pop()]) if gone else real(self, contract, dates)
    )

    result = run("2024-10-23")

    assert result.success
    assert attempts(result) == 2


@pytest.mark.parametrize("error", [ValueError("too bad"), TransientError("too bad"), QueryTimeout("too bad")], ids=repr)
def test_the_finished_season_of_a_failed_range_stays_finished(
    error: Exception, run: Run, lake: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nba_assets.orchestration.step, "LONGEST_WAIT_SECONDS", 0.0)
    failing_replace(monkeypatch, lambda _, days: error if days[0].month == 10 else None)
    finished, failed = dg.AssetPartitionStatus.MATERIALIZED, dg.AssetPartitionStatus.FAILED

    assert "too bad" in failure(run(OVER_TWO_SEASONS[0], OVER_TWO_SEASONS[-1]))
    assert statuses(instance, OVER_TWO_SEASONS) == [finished, finished, failed, failed]
    assert [str(day) for day in Lake(lake).dates(offense)] == OVER_TWO_SEASONS[:2]


def test_while_the_second_season_is_built_the_first_is_on_record_and_its_log_says_how_far_it_is(
    run: Run, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile: list[tuple[Any, ...]] = []

    def look(call: int, days: list[date]) -> None:
        if call == 1:
            (running,) = instance.get_runs()
            said = [text for entry in instance.all_logs(running.run_id) if DaysDone.read(text := entry.user_message)]
            meanwhile.append((running.status, statuses(instance, OVER_TWO_SEASONS), said[-1]))

    failing_replace(monkeypatch, look)
    apply()
    assert run(OVER_TWO_SEASONS[0], OVER_TWO_SEASONS[-1]).success
    [(status, found, last)] = meanwhile
    assert status == dg.DagsterRunStatus.STARTED
    assert found[:2] == [dg.AssetPartitionStatus.MATERIALIZED] * 2
    assert dg.AssetPartitionStatus.MATERIALIZED not in found[2:]
    told = r"part 1 of 2, 2 of 4 days; 20\d\d-\d\d is built, [\d,]+ rows; \d+ days/s, \d+ s left"
    assert re.fullmatch(f"{offense.name}: {told}", last)


def test_the_finished_season_of_a_cancelled_range_stays_finished(
    run: Run, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_replace(monkeypatch, lambda call, _: dg.DagsterExecutionInterruptedError() if call == 1 else None)

    assert not run(OVER_TWO_SEASONS[0], OVER_TWO_SEASONS[-1]).success

    assert statuses(instance, OVER_TWO_SEASONS)[:2] == [dg.AssetPartitionStatus.MATERIALIZED] * 2


def test_what_a_failed_range_left_is_finished_by_another(
    run: Run, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_replace(monkeypatch, lambda call, _: ValueError("second season") if call == 1 else None)

    assert not run(OVER_TWO_SEASONS[0], OVER_TWO_SEASONS[-1]).success
    assert run(OVER_TWO_SEASONS[2], OVER_TWO_SEASONS[3]).success

    assert set(statuses(instance, OVER_TWO_SEASONS)) == {dg.AssetPartitionStatus.MATERIALIZED}


def test_the_finished_days_of_a_failed_range_tell_their_rows(
    run: Run, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_replace(monkeypatch, lambda call, _: ValueError("second season") if call == 1 else None)

    run(OVER_TWO_SEASONS[0], OVER_TWO_SEASONS[-1])

    records = instance.fetch_materializations(KEY, limit=10).records
    found = {r.partition_key: r.asset_materialization.metadata for r in records if r.asset_materialization}
    assert {day: metadata.get("dagster/partition_row_count") for day, metadata in found.items()} == {
        day: dg.IntMetadataValue(0) for day in OVER_TWO_SEASONS[:2]
    }


@pytest.mark.parametrize("day", ENDS, ids=["first", "last"])
def test_the_ends_of_the_calendar_can_be_built(day: str, run: Run) -> None:
    """There the declared reach names days that have no partition."""
    assert run(day, table=upcoming_team_game_context).success
