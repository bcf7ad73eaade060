"""How a date came about: hand-made timings in, what held it up out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from nba_assets.cli import app as cli
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.run_history import cascade as cascades
from nba_assets.orchestration.run_history.cascade import cascade, last_cascades
from nba_assets.orchestration.run_history.history import store, timings_of
from nba_assets.orchestration.run_history.run_events import waits_for
from nba_assets.orchestration.run_history.table_run import TableRun, Timings, markdown
from nba_assets.tables.raw import raw_table
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

DAY = date(2024, 10, 23)
NOON = datetime(2024, 10, 23, 16, 0, tzinfo=UTC)
"""Noon on the East coast in October."""

OFFENSE, DEFENSE = "team_offense_game_summary", "team_defense_game_summary"
PLAYERS, CONTEXT = "player_game_summary", "upcoming_player_game_context"


def part(table: str, start: float, seconds: float, status: str = "success", **more: Any) -> TableRun:
    """One table's part of a run: so many seconds after noon, for so long."""
    begun = NOON + timedelta(seconds=start)
    values = {
        "processor_name": table,
        "run_id": "run",
        "phase": "phase_3_analytics",
        "data_date": DAY,
        "data_date_start": DAY,
        "data_date_end": DAY,
        "season_year": 2024,
        "status": status,
        "started_at": begun,
        "processed_at": begun + timedelta(seconds=seconds),
        "duration_seconds": seconds,
        "records_processed": 10,
        "partitions": 1,
        "retry_attempt": 0,
        "trigger_source": "manual",
        "triggered_by": None,
        "correlation_id": None,
        "code_version": "v1",
        "skip_reason": None,
        "errors": None,
    }
    return TableRun(**(values | more))


def skipped(table: str, why: str) -> TableRun:
    return part(table, 0, 0, "skipped", started_at=None, processed_at=None, duration_seconds=None, skip_reason=why)


EVENING = [
    part(OFFENSE, 0, 4),
    part(DEFENSE, 0, 7),
    part(PLAYERS, 5, 10),
    part(CONTEXT, 16, 4, retry_attempt=2),
]
READS = {OFFENSE: (), DEFENSE: (), PLAYERS: (OFFENSE,), CONTEXT: (PLAYERS, OFFENSE, DEFENSE)}


def test_the_critical_path_goes_back_through_what_ended_last() -> None:
    timings = Timings(EVENING, READS, {})
    assert [run.processor_name for run in timings.critical_path] == [OFFENSE, PLAYERS, CONTEXT]
    slow_defense = [part(DEFENSE, 0, 15.5) if run.processor_name == DEFENSE else run for run in EVENING]
    path = Timings(slow_defense, READS, {}).critical_path
    assert [run.processor_name for run in path] == [DEFENSE, CONTEXT]


def test_the_critical_path_ends_in_what_ended_last() -> None:
    path = Timings([*EVENING[:3], skipped(CONTEXT, "because")], READS, {}).critical_path
    assert [run.processor_name for run in path] == [OFFENSE, PLAYERS]
    assert Timings([], READS, {}).critical_path == []
    assert Timings([skipped(CONTEXT, "because")], READS, {}).critical_path == []


def test_work_against_wall_time_is_the_gain() -> None:
    timings = Timings(EVENING, READS, {})
    assert (timings.total_seconds, timings.wall_seconds, timings.gain) == (25, 20, 1.25)
    assert timings.summary == (
        "20.0 s of wall time for 25.0 s of work: 1.2 times as fast as one after the other. "
        "Critical path: team_offense_game_summary 4.0 s -> player_game_summary 10.0 s -> "
        "upcoming_player_game_context 4.0 s."
    )
    assert Timings([], READS, {}).gain == 1.0


def test_usual_is_the_median_of_the_last_ten_of_its_kind_before() -> None:
    hour = 3600
    history = [part(OFFENSE, -hour * n, seconds, run_id=f"before {n}") for n, seconds in enumerate(range(1, 14), 1)][
        ::-1
    ]
    of_another_kind = [
        part(OFFENSE, -60, 500, run_id="a season", data_date_start=date(2024, 10, 22)),
        part(OFFENSE, -60, 500, "failed", run_id="broken"),
        part(OFFENSE, 60, 500, run_id="afterwards"),
        part(DEFENSE, -60, 500, run_id="before 1"),
        part(OFFENSE, 0, 500),
    ]
    timings = timings_of([part(OFFENSE, 0, 11)], [*history, *of_another_kind])
    assert timings.usual == {OFFENSE: 5.5}
    assert timings.slower(timings.runs[0]) == 2
    assert timings_of([part(CONTEXT, 0, 11)], history).usual == {}
    a_range = part(OFFENSE, 0, 11, data_date_end=date(2024, 10, 30))
    assert timings_of([a_range], history).usual == {}, "a range is not compared with single dates"


def test_a_run_as_a_page() -> None:
    runs = [*EVENING[:2], part(PLAYERS, 5, 10, "failed", errors="ValueError: a | b"), skipped(CONTEXT, "not built")]
    page = markdown("Run 1", Timings(runs, READS, {OFFENSE: 2.0}))
    lines = page.splitlines()
    assert lines[0] == "### Run 1"
    assert "All: rows 10, of 2024-10-23." in lines
    assert "| table | started | seconds | usual | status | attempt |" in lines
    assert "| team_offense_game_summary * | 12:00:00 | 4.0 | 2.0 (x2.0) | success | 1 |" in lines
    assert any("| failed: ValueError: a \\| b | 1 |" in row for row in lines)
    assert f"| {CONTEXT} |  |  |  | skipped: not built |  |" in lines
    assert lines[-1] == "Times are Eastern, of 2024-10-23; * is on the critical path."


def test_a_page_of_one_table_or_of_a_night_says_all_of_each() -> None:
    (*_, one, _, times) = markdown("Run 1", Timings([part(OFFENSE, 0, 4)], READS, {})).splitlines()
    assert one == "| team_offense_game_summary * | 12:00:00 | 4.0 |  | success | 1 | 10 | 2024-10-23 |"
    assert times == "Times are Eastern, of 2024-10-23; * is on the critical path."
    night = [part(OFFENSE, 43190, 4), part(DEFENSE, 43200, 4)]
    page = markdown("Run 1", Timings(night, READS, {})).splitlines()
    assert "| team_offense_game_summary | 2024-10-23 23:59:50 |" in page
    assert "| team_defense_game_summary * | 2024-10-24 00:00:00 |" in page
    assert page[-1] == "Times are Eastern; * is on the critical path."


def test_a_page_has_room_in_an_event() -> None:
    """An event of each run keeps its page, for ever: a day of all but the predictions' tables in less than 3 kB."""
    all_tables = [table for table in tables() if table.group != "predictions"]
    usual = {table.name: 2.0 for table in all_tables}
    runs = [part(table.name, n, 2.1, records_processed=1500) for n, table in enumerate(all_tables)]
    assert len(markdown("Run 12345678", Timings(runs, waits_for(), usual)).encode()) < 2300


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def warehouse(lake: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(Lake(lake))


def test_a_date_shows_its_latest_runs_and_what_never_ran(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    store(warehouse, [part(OFFENSE, -7200, 4, run_id="old"), part(DEFENSE, -7200, 4, run_id="old")])
    store(warehouse, [part(OFFENSE, 0, 8, run_id="new"), part(PLAYERS, 9, 1, "failed", run_id="new")])
    store(warehouse, [part(OFFENSE, 60, 90, run_id="range", data_date_end=date(2024, 10, 27))])
    store(
        warehouse, [part(OFFENSE, 60, 4, run_id="other", data_date_start=LATER, data_date_end=LATER, data_date=LATER)]
    )

    found = cascade(instance, warehouse, DAY)

    assert [(run.run_id, run.processor_name) for run in found.tables] == [
        ("old", DEFENSE),
        ("new", OFFENSE),
        ("new", PLAYERS),
    ], "a run for the date alone counts before a later back-fill over it"
    assert len(found.runs) == 2
    assert found.runs[1].usual[OFFENSE] == 4
    assert found.never_run == [t.name for t in tables() if t.name not in (OFFENSE, DEFENSE, PLAYERS)]
    assert (found.total_seconds, found.wall_seconds) == (4 + 8 + 1, 4 + 10)
    assert found.statuses == "2 success, 1 failed"


LATER = date(2024, 10, 25)


def test_a_date_that_only_a_range_built_shows_the_range(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    store(warehouse, [part(OFFENSE, 60, 90, run_id="range", data_date_end=date(2024, 10, 27))])
    found = cascade(instance, warehouse, LATER)
    assert [run.run_id for run in found.tables] == ["range"]
    assert "2024-10-23 .. 2024-10-27" in cascades.markdown(found)
    assert cascade(instance, warehouse, date(2024, 10, 28)).runs == []


def test_raw_data_was_there_when_its_event_says_else_when_it_was_stored(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    boxes, lines = raw_table("nba_raw.nbac_team_boxscore"), raw_table("nba_raw.odds_api_game_lines")
    assert boxes
    assert lines
    metadata = {"dagster/partition_row_count": 24}
    instance.report_runless_asset_event(
        dg.AssetMaterialization(asset_key(boxes), partition=str(DAY), metadata=metadata)
    )
    instance.report_runless_asset_event(dg.AssetMaterialization(asset_key(boxes), partition="2024-10-24"))
    warehouse.lake.remove(lines, [DAY])

    arrivals = {arrival.table.name: arrival for arrival in cascade(instance, warehouse, DAY).arrivals}

    assert (arrivals[boxes.name].told_by, arrivals[boxes.name].records) == ("event", 24)
    assert arrivals["nbac_schedule"].told_by == "stored"
    assert arrivals["nbac_schedule"].at
    assert (arrivals[lines.name].told_by, arrivals[lines.name].at) == ("not there", None)


def test_a_run_that_nobody_kept_is_shown_too(instance: dg.DagsterInstance, warehouse: DuckDBWarehouse) -> None:
    @dg.multi_asset(name=OFFENSE, specs=[dg.AssetSpec(OFFENSE)])
    def build() -> None: ...

    run_id = dg.materialize([build], instance=instance, tags={"dagster/partition": str(DAY)}).run_id
    store(warehouse, [part(DEFENSE, 0, 8)])
    found = cascade(instance, warehouse, DAY)
    assert {run.run_id for run in found.tables} == {"run", run_id}
    assert [each.day for each in last_cascades(instance, warehouse, 7)] == [DAY]


def test_the_last_dates_come_newest_first(instance: dg.DagsterInstance, warehouse: DuckDBWarehouse) -> None:
    for number in range(4):
        day = DAY + timedelta(days=number)
        days = {"data_date": day, "data_date_start": day, "data_date_end": day}
        store(warehouse, [part(OFFENSE, number * 86400, 5, run_id=f"run {number}", **days)])
    found = last_cascades(instance, warehouse, 3)
    assert [str(each.day) for each in found] == ["2024-10-26", "2024-10-25", "2024-10-24"]
    assert [each.usual_seconds for each in found] == [5, 5, 5]


Nba = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nba(home: Path, lake: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Nba:
    """The command in this process: exit code, what it printed, what it complained of."""
    monkeypatch.setenv("NBA_LAKE", str(lake))

    def nba(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nba", *arguments])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        printed = capfd.readouterr()
        return int(exit_.value.code or 0), printed.out, printed.err

    return nba


def test_the_command_prints_a_date_a_page_or_a_line_a_date(nba: Nba, warehouse: DuckDBWarehouse) -> None:
    store(warehouse, [*EVENING[:3], skipped(CONTEXT, "not built")])
    code, printed, complaint = nba("cascade", "--date", str(DAY))
    assert (code, complaint) == (0, "")
    assert "team_offense_game_summary *" in printed
    assert "2024-10-23 12:00:05" in printed
    assert "Critical path: team_offense_game_summary 4.0 s -> player_game_summary 10.0 s." in printed
    assert "never run for 2024-10-23: " in printed

    code, page, _ = nba("cascade", "--date", str(DAY), "--markdown")
    assert code == 0
    assert page.startswith("## 2024-10-23\n\n| raw table | need |")

    code, printed, _ = nba("cascade", "--last", "3")
    assert code == 0
    assert "3 success, 1 skipped" in printed


def test_runs_of_ranges_alone_are_no_empty_table_without_a_word(nba: Nba) -> None:
    code, printed, _ = nba("cascade", "--last", "3")
    assert code == 0
    assert "no date had a run of its own: those of ranges are shown by --date" in printed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--date or --last: give one of the two"),
        (("--date", str(DAY), "--last", "3"), "give one of the two"),
        (("--date", "noon"), "'noon' is no date"),
    ],
)
def test_wrong_input_is_one_line(arguments: tuple[str, ...], told: str, nba: Nba) -> None:
    code, printed, complaint = nba("cascade", *arguments)
    assert (code, printed) == (2, "")
    assert told in complaint
    assert complaint.count("\n") == 1
