"""What people type: wrong input is one clear line and exit code 2, the right one does its work in real processes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import typer
from typer.testing import CliRunner

from nba_assets.cli import app as cli
from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.partitions import DAILY
from nba_assets.orchestration.processes.executor import executor
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import TransientError
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.cli.conftest import Nba, garble
from nba_assets_tests.conftest import DAY_OFF, SIMULATED_DAYS
from nba_assets_tests.given import put_games

COMMANDS = sorted(typer.main.get_group(cli.app).commands)
NBA = Path(sys.executable).with_name("nba")
DAY = "2024-10-23"
AFTER_TOMORROW = str(date.fromisoformat(DAILY.get_last_partition_key() or "") + timedelta(days=1))


def raising(error: BaseException) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "code", "complaint"),
    [
        (KeyboardInterrupt(), 130, ""),
        (OSError(28, "No space left on device", "lake/x"), 1, "nba: [Errno 28] No space left on device: 'lake/x'\n"),
        (TransientError("IO Error: lake/x\nof three\nlines"), 1, "nba: IO Error: lake/x\n"),
        (TimeoutError(), 1, "nba: TimeoutError\n"),
        (MemoryError(), 1, "nba: MemoryError\n"),
        (BadInput("lake/x: is no Parquet"), 2, "nba: lake/x: is no Parquet\n"),
    ],
    ids=["Ctrl-C", "disk full", "file gone", "without a word", "memory full", "bad input"],
)
def test_how_a_command_ends(
    error: BaseException, code: int, complaint: str, nba: Nba, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nba_assets.readers.query.answer", raising(error))
    Path("lake").mkdir()
    assert nba("query", "SELECT 1") == (code, "", complaint)


def test_a_columns_lineage_is_a_tree_up_and_down(nba: Nba) -> None:
    code, printed, _ = nba("lineage", "team_boxes.points")
    assert code == 0
    up, down = printed.split("nba_conformed.team_boxes.points goes into")
    assert "nba_raw.nbac_team_boxscore.points" in up
    assert re.search(r"[├└]── nba_analytics\.team_offense_game_summary\.points_scored", down)


def test_a_columns_lineage_as_json_has_each_step_once(nba: Nba) -> None:
    code, printed, _ = nba("lineage", "team_boxes.points", "--json")
    assert code == 0
    steps = [json.loads(line) for line in printed.splitlines()]
    assert {step["kind"] for step in steps} == {"lineage"}
    ways = {(step["direction"], step["column"]): step["columns"] for step in steps}
    assert len(ways) == len(steps)
    points, scored = "nba_conformed.team_boxes.points", "nba_analytics.team_offense_game_summary.points_scored"
    assert "nba_raw.nbac_team_boxscore.points" in ways["comes from", points]
    assert scored in ways["goes into", points]
    assert len({column for direction, column in ways if direction == "goes into"}) > 1, "and what is made of those"


def test_the_page_of_exit_codes_has_every_command() -> None:
    page = (Path(__file__).parents[2] / "docs" / "exit_codes.md").read_text()
    assert [command for command in COMMANDS if f"`nba {command}`" not in page] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("materialize --date noon", "--date: 'noon' is no date; write YYYY-MM-DD, or today, yesterday, today-7"),
        ("materialize --date 2024-01-01-99999", "--date: '2024-01-01-99999' is no date"),
        ("materialize --date 2024-02-30", "--date: '2024-02-30' is no date"),
        ("materialize --date 2021-10-18", "2021-10-18: the first partition is 2021-10-19"),
        (f"materialize --date {AFTER_TOMORROW}", f"{AFTER_TOMORROW}: the last partition is"),
        ("lineage points", "'points': write TABLE.COLUMN"),
        ("lineage team_box.points", "no table called 'team_box', perhaps team_boxes"),
        ("lineage team_boxes.poinst", "nba_conformed.team_boxes has no column 'poinst', perhaps points"),
        ("lineage ml_feature_store_v2_wide.points", "is a view: ask for a column of ml_feature_store_v2"),
        (f"explain team_box --date {DAY} --key x", "no table called 'team_box', perhaps team_boxes"),
        (f"explain nbac_schedule --date {DAY} --key x", "nbac_schedule is no table whose days are built of others"),
        (f"explain team_boxes --date {DAY} --key x --column poinst", "has no column 'poinst', perhaps points"),
        (f"materialize --date {DAY} --tables player_summary", "no table called 'player_summary'; there are"),
        (f"materialize --date {DAY} --tables ,", "--tables"),
        (f"materialize --date {DAY}", "is empty: fill the lake with `nba ingest DIR` or `nba simulate`"),
        ("backfill --start 2024-10-23 --end soon", "--end: 'soon' is no date"),
        ("backfill --start soon --end 2024-10-23", "--start: 'soon' is no date"),
        ("backfill --start 2024-10-24 --end 2024-10-23", "--start 2024-10-24 is after --end 2024-10-23"),
        ("backfill --start 2021-10-01 --end 2021-10-23", "2021-10-01: the first partition is"),
        (f"backfill --start {DAY} --end {DAY} --tables a,b", "no table called 'a'"),
        ("simulate --season 2024", "'2024' is no season; write it as 2024-25"),
        ("simulate --ending today --days 3", "--ending says the season and its days"),
        ("simulate --season 2024-26", "'2024-26' is no season"),
        ("simulate --season ²024-25", "is no season"),
        ("simulate --season 2019-20", "the first season is 2021-22"),
        ("ingest nowhere", "nowhere: no such directory"),
        ("query SELECT", "is empty"),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_done(arguments: str, told: str, nba: Nba, tmp_path: Path) -> None:
    code, printed, complaint = nba(*arguments.split())

    assert code == 2
    assert complaint.startswith("nba: ")
    assert told in complaint
    assert complaint.count("\n") == 1
    assert printed == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        "materialize --date 2024-12-01",
        "backfill --start 2024-12-01 --end 2025-01-05",
        "backfill --start 2024-12-01 --end 2024-12-01 --dry-run",
        "status --date 2024-12-01",
        "report --date 2024-12-01",
    ],
)
def test_a_season_without_a_schedule_is_refused_with_that_reason(arguments: str, nba: Nba, tmp_path: Path) -> None:
    put_games(tmp_path / "lake", [date(2026, 2, 12)])

    code, printed, complaint = nba(*arguments.split())

    assert (code, printed) == (2, "")
    assert (
        complaint == "nba: 2024-12-01: no schedule of 2024-25: fill the lake with `nba ingest DIR` or `nba simulate`\n"
    )


def test_a_summer_has_nothing_to_be_built(nba: Nba, tmp_path: Path) -> None:
    put_games(tmp_path / "lake", [date(2026, 6, 18)])
    for more in ((), ("--force",), ("--dry-run",)):
        code, printed, complaint = nba("backfill", "--start", "2026-07-01", "--end", "2026-09-30", *more)
        assert (code, complaint) == (0, "")
        assert "nothing to do" in printed


@pytest.mark.parametrize(
    "variable",
    ["NBA_WAREHOUSE", "NBA_MAX_CONCURRENT", "NBA_MEMORY_MIB", "NBA_TABLE_TIMEOUT", "NBA_REST"],
)
def test_a_setting_that_is_wrong_is_told(variable: str, nba: Nba, lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "-1")
    code, _, complaint = nba("materialize", "--date", DAY)
    assert code == 2
    assert complaint.startswith(f"nba: {variable}: '-1'") or f"{variable}: no engine" in complaint


def test_less_memory_than_a_season_takes_is_refused(nba: Nba, lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_MEMORY_MIB", "255")
    code, _, complaint = nba("materialize", "--date", DAY)
    assert (code, complaint) == (2, "nba: NBA_MEMORY_MIB: '255' is no whole number from 256 to 1000000000\n")


def test_an_empty_setting_is_not_set(nba: Nba, lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Compose sends one that its file leaves out."""
    for variable in ("NBA_WAREHOUSE", "NBA_EXECUTOR", "NBA_EVENTS", "NBA_MEMORY_MIB", "NBA_FIRST_DATE"):
        monkeypatch.setenv(variable, "")
    assert (
        nba("query", "SELECT count(*) > 0 AS found FROM nba_raw.nbac_schedule", "--format", "csv")[1]
        == '"found"\ntrue\n'
    )
    resource = WarehouseResource.from_environment()
    assert (resource.engine, resource.memory_mib) == ("duckdb", 2048)
    assert executor().name == "multiprocess"
    monkeypatch.setenv("NBA_LAKE", "")
    assert WarehouseResource.from_environment().lake == "lake"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("NBA_TABLE_TIMEOUT", "99999999999"), ("NBA_REST", "99999999999"), ("NBA_MEMORY_MIB", "99999999999")],
)
def test_a_setting_beyond_what_a_machine_counts_is_told(
    variable: str, value: str, nba: Nba, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    code, _, complaint = nba("materialize", "--date", DAY)
    assert (code, complaint.count("\n")) == (2, 1)
    assert complaint.startswith(f"nba: {variable}: '{value}' is no ")


def test_logs_cannot_be_kept_for_longer_than_there_are_dates(nba: Nba, lake: Path) -> None:
    assert nba("prune", "--days", "999999999")[0] == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_shows_how_to_use_it(command: str) -> None:
    result = CliRunner().invoke(cli.app, [command, "--help"])
    assert result.exit_code == 0
    assert "Examples:" in result.output
    assert f"nba {command}" in result.output.split("Examples:")[1]


def test_what_a_help_says_is_printed_as_it_is_written() -> None:
    """Markdown takes what looks like a tag, or like emphasis, for one."""
    result = CliRunner().invoke(cli.app, ["ingest", "--help"], env={"COLUMNS": "200"})
    assert "DATASET/TABLE/*.parquet (or csv, csv.gz, csv.zst)" in " ".join(result.output.split())
    told = [given.help or "" for command in _commands(typer.main.get_command(cli.app)) for given in command.params]
    assert len(told) > 60
    assert [text for text in told if re.search(r"<\w+>|(?<!`)\*(?!`)\S*(?<!`)$", text)] == []


def _commands(command: Any) -> Iterator[Any]:
    yield command
    for one in getattr(command, "commands", {}).values():
        yield from _commands(one)


def test_the_version_is_the_packages() -> None:
    result = CliRunner().invoke(cli.app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"nba_assets {version('nba_assets')}\n")


def test_the_help_lists_every_command() -> None:
    result = CliRunner().invoke(cli.app, ["--help"])
    assert result.exit_code == 0
    assert all(command in result.output for command in COMMANDS)


# From here on the real thing: processes, an instance, a lake.


@pytest.fixture
def really(tmp_path: Path, home: Path) -> Nba:
    """The installed command in a process of its own."""
    settings = {"NBA_LAKE": str(tmp_path / "lake"), "DAGSTER_HOME": str(home), "COLUMNS": "200"}

    def really(*arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [NBA, *arguments], cwd=tmp_path, env=os.environ | settings, capture_output=True, text=True, timeout=280
        )
        return done.returncode, done.stdout, done.stderr

    return really


def statuses(days: list[str]) -> dict[str, set[dg.AssetPartitionStatus | None]]:
    """How each table's partitions of `days` stand."""
    with dg.DagsterInstance.get() as instance:
        found = {table.name: instance.get_status_by_partition(asset_key(table), days, DAILY) for table in tables()}
    return {name: set(by_day.values()) if by_day else set() for name, by_day in found.items()}


def runs() -> list[dg.DagsterRun]:
    with dg.DagsterInstance.get() as instance:
        return list(instance.get_runs())


@pytest.mark.slow
def test_days_from_nothing(nba: Nba, filled: Path, tmp_path: Path) -> None:
    """What the back-fill said and left that other tests begin with; its first day is one without games."""
    printed, complaint = ((filled / said).read_text() for said in ("printed", "complained"))
    shutil.copytree(filled / "lake", tmp_path / "lake", copy_function=os.link)
    shutil.copytree(filled / "home", tmp_path / "home")
    assert "Traceback" not in complaint
    assert "DEBUG" not in complaint, "Dagster's own log is not what people want to read"
    made = runs()
    assert made
    for run in made:
        assert run.status == dg.DagsterRunStatus.SUCCESS
        assert run.run_id in printed
    days = [str(day) for day in SIMULATED_DAYS.dates()]
    assert set(statuses(days)) == {table.name for table in tables()}
    for table, found in statuses(days).items():
        assert found == {dg.AssetPartitionStatus.MATERIALIZED}, table
    assert set.union(*statuses([str(DAY_OFF)]).values()) == {None}
    for table in tables():
        assert [str(day) for day in Lake(tmp_path / "lake").dates(table)] == days
    code, printed, _ = nba("backfill", "--start", str(DAY_OFF), "--end", days[-1])
    assert (code, len(runs())) == (0, len(made))
    assert "nothing to do" in printed

    games = f"SELECT count(DISTINCT game_id) AS games FROM {player_game_summary.full_name}"
    code, printed, _ = nba("query", f"{games} WHERE game_date <= '2024-10-23'")
    assert code == 0
    assert re.search(r"\b15\b", printed)


@pytest.mark.slow
def test_one_table_that_fails_does_not_stop_the_others(really: Nba, lake: Path) -> None:
    lines = garble(lake, "odds_api_game_lines", DAY)

    code, _, complaint = really("materialize", "--date", DAY)

    fail = {table.name for table in tables() if lines in stored_inputs(table)}
    touched = set(fail)
    for table in tables():
        touched |= {table.name for source in stored_inputs(table) if source.name in touched}
    found = statuses([DAY])
    assert code == 1
    assert touched < set(found), "nothing is independent of the lines any more: garble another table"
    for table in set(found) - touched:
        assert found[table] == {dg.AssetPartitionStatus.MATERIALIZED}, table
    for table in touched:
        assert found[table] != {dg.AssetPartitionStatus.MATERIALIZED}, table
    assert "Traceback" not in complaint
    told = {line.split(":")[0] for line in complaint.splitlines() if "odds_api_game_lines" in line}
    assert told
    assert told <= fail
    assert all(table in complaint for table in touched), "a table that waits for a failed one is told, too"


def test_where_the_instance_is_may_be_said_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster itself wants an absolute path, and answers a relative one with a traceback."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", "home")
    with instance_at_home() as instance:
        assert Path(instance.root_directory) == tmp_path / "home"


INTERRUPTED_AS_IT_LOADS = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, *_):
        if name == "nba_assets.cli.app":
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupting())
from nba_assets.__main__ import main
main()
"""


def test_ctrl_c_while_a_command_loads_is_no_traceback() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED_AS_IT_LOADS, "verify"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
