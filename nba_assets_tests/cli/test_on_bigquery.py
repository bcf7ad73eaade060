"""The commands on BigQuery, by Dagster and its processes, and messages that lead to a run, against a server here.

The rows are those of a lake. The file is also the program of the sensor's test: definitions are of the engine that the
environment names when they are loaded.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest
from google.cloud import bigquery

import nba_assets
from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.failures import RECORDS
from nba_assets.contracts.kept_out import QUARANTINE
from nba_assets.orchestration.events.sources import RAW_COMPLETE_TOPIC, PubSub
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY
from nba_assets.tables.conformed.games import games
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import tables
from nba_assets.warehouse.bigquery.notes import BOOKKEEPING
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.bigquery.fault_proxy import Request, disturbed, with_sql
from nba_assets_tests.bigquery.loaded import load, make
from nba_assets_tests.bigquery.local_server import LocalBigQuery
from nba_assets_tests.bigquery.test_same_rows import differences
from nba_assets_tests.browser.site import answering
from nba_assets_tests.build import build
from nba_assets_tests.cli.conftest import Nba
from nba_assets_tests.orchestration.events.day import line
from nba_assets_tests.orchestration.events.play import free_port
from nba_assets_tests.orchestration.events.pubsub_server import PROJECT, serve
from nba_assets_tests.orchestration.events.stage import Stage

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

DAY = date(2024, 10, 22)
NAMES = ("games", "player_boxes")
"""Of two steps. All tables of a date take the server minutes."""

DUCKDB, BIGQUERY = {"engine": "duckdb"}, {"engine": "bigquery"}

TABLES = [table for table in tables() if table.name in NAMES]
THERE = (*RAW_TABLES, QUARANTINE, *TABLES, RECORDS, RUN_HISTORY, *BOOKKEEPING)
COMPLETE = ("nbac_schedule", "nbac_gamebook_player_stats", "nbac_team_boxscore")


@pytest.fixture(scope="module")
def client(bigquery_server: LocalBigQuery, simulated_lake: Path) -> Iterator[bigquery.Client]:
    """A project with the raw tables of the simulated lake that are read, and empty ones of ours."""
    with bigquery_server.client("nba-day") as client:
        make(client, THERE)
        for raw in {source for table in TABLES for source in stored_inputs(table) if isinstance(source, RawTable)}:
            load(client, raw, rows_of(simulated_lake, raw))
        yield client


def rows_of(lake: Path, contract: Contract):  # noqa: ANN201
    """All that a lake holds of a table."""
    files = sorted((lake / contract.dataset / contract.name).rglob("*.parquet"))
    schema = contract.schema().to_pyarrow()
    return pq.ParquetDataset(files, schema=schema, partitioning=None).read() if files else schema.empty_table()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for the whole story."""
    home = tmp_path_factory.mktemp("on_bigquery") / "home"
    home.mkdir()
    shutil.copy(ROOT / "dagster_home" / "dagster.yaml", home)
    return home


@pytest.fixture(autouse=True)
def _settings(
    nba: Nba, client: bigquery.Client, bigquery_server: LocalBigQuery, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a command has that knows BigQuery and no lake."""
    monkeypatch.setenv("NBA_WAREHOUSE", "bigquery")
    monkeypatch.setenv("NBA_BIGQUERY_PROJECT", client.project)
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", bigquery_server.url)
    monkeypatch.setenv("DAGSTER_HOME", str(home))


def running(*command: str, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def told_by(process: subprocess.Popen[str], code: int) -> str:
    """What a command printed that ended as it should."""
    told, _ = process.communicate(timeout=600)
    assert process.returncode == code, told
    return told


def test_a_date_has_the_rows_of_the_lake(client: bigquery.Client, simulated_lake: Path, tmp_path: Path) -> None:
    lake = Lake(Path(shutil.copytree(simulated_lake, tmp_path / "expected", copy_function=os.link)))
    build(DuckDBWarehouse(lake), Window(DAY, DAY), TABLES)

    told_by(running("nba_assets", "materialize", "--date", str(DAY), "--tables", ",".join(NAMES)), 0)

    assert not (tmp_path / "lake").exists()
    for table in TABLES:
        found = client.query_and_wait(f"SELECT * FROM `{table.dataset}`.`{table.name}`")
        made = pq.ParquetFile(lake.file(table, DAY)).read().to_pylist()
        assert differences(made, [dict(row) for row in found], table) == [], table.name
        here, there = (nba_assets.read(table.name, DAY, DAY, **of) for of in ({"lake": lake.root, **DUCKDB}, BIGQUERY))
        assert there.arrow.schema.equals(here.arrow.schema, check_metadata=True)
        assert there.arrow.equals(here.arrow), f"{table.name}, as Python reads it"
        assert there.to_pandas().equals(here.to_pandas())
        assert there.to_polars().equals(here.to_polars())
    for wrong, kind in (
        ({"start": DAY, "end": DAY + timedelta(days=1)}, nba_assets.NotBuilt),
        ({"columns": ["poinst"]}, nba_assets.NoSuchColumn),
    ):
        with pytest.raises(kind):
            nba_assets.read("games", **wrong, **BIGQUERY)
    notes = client.query_and_wait("SELECT table_name FROM nba_processing.partition_notes")
    assert {row["table_name"] for row in notes} >= {table.full_name for table in TABLES}


def test_what_is_there_is_told(nba: Nba) -> None:
    days = ("--start", str(DAY), "--end", str(DAY))

    def told(*command: str) -> list[dict[str, object]]:
        code, printed, complaint = nba(*command, "--json")
        assert code == 0, complaint
        return [json.loads(line) for line in printed.splitlines()]

    covered = told("verify", *days, "--tables", "player_boxes")
    assert [(of["table"], of["coverage"]) for of in covered if of["kind"] == "coverage"] == [("player_boxes", 1.0)]
    runs = [of for of in told("cascade", "--date", str(DAY)) if of["kind"] == "table run"]
    assert {of["processor_name"]: of["status"] for of in runs} == dict.fromkeys(NAMES, "success")
    assert not [of for of in told("plan", *days, "--tables", ",".join(NAMES)) if of["kind"] == "plan"]
    asked = told("estimate", *days, "--tables", "games")
    assert [of["table"] for of in asked] == ["games", "all"]
    played = told("query", "SELECT game_date, home_points FROM nba_conformed.games")
    assert {game["game_date"] for game in played} == {str(DAY)}
    rewritten = told("changes", "--since", "2024-01-01", "--tables", ",".join(NAMES))
    assert [of["rows_added"] for of in rewritten if of["table"] == games.full_name] == [len(played)]
    assert {of["table"] for of in rewritten} == {table.full_name for table in TABLES}


def test_a_materialisation_says_what_its_job_took(client: bigquery.Client) -> None:
    with dg.DagsterInstance.get() as instance:
        (record,) = instance.fetch_materializations(asset_key(games), limit=1).records
    assert record.asset_materialization
    told = {name: of.value for name, of in record.asset_materialization.metadata.items()}
    assert isinstance(told["bytes_processed"], int)
    assert isinstance(told["slot_ms"], int)
    job = client.get_job(str(told["job"]).rpartition(":")[2].removesuffix("&page=queryresults"))
    assert job.labels == {"nba_table": "games", "nba_partition": str(DAY), "nba_run": record.run_id}


def test_out_of_bigquery_and_back(nba: Nba, client: bigquery.Client, tmp_path: Path) -> None:
    def there() -> list[tuple[object, ...]]:
        rows = client.query_and_wait("SELECT * FROM nba_conformed.games ORDER BY game_id")
        return [row.values() for row in rows]

    before, out = there(), ("--to", "out", "--tables", ",".join(NAMES))
    code, _, complaint = nba("export", "--start", str(DAY), "--end", str(DAY), *out)
    assert code == 0, complaint
    assert [Lake(tmp_path / "out").dates(table) for table in TABLES] == [[DAY], [DAY]]
    client.query_and_wait(f"UPDATE nba_conformed.games SET home_points = 1 WHERE game_date = '{DAY}'")
    assert there() != before

    code, _, complaint = nba("import", "out")

    assert code == 0, complaint
    assert there() == before


def takes_long(request: Request) -> Request:
    """The replacement of a table, after a count that takes the server minutes."""
    if "BEGIN TRANSACTION" not in request.sql or "`player_boxes`" not in request.sql:
        return request
    many = "UNNEST(GENERATE_ARRAY(1, 60000))"
    return with_sql(request, f"SELECT COUNTIF(a * b < 0) FROM {many} AS a, {many} AS b;\n{request.sql}")


def replacing(client: bigquery.Client) -> list[bigquery.QueryJob]:
    """The replacements of tables that are under way."""
    return [job for job in client.list_jobs(state_filter="running") if job.job_id.startswith("nba-replace-nba_")]


def test_a_command_that_is_told_to_end_leaves_no_job_behind(
    client: bigquery.Client, bigquery_server: LocalBigQuery
) -> None:
    day = str(DAY + timedelta(1))
    with disturbed(bigquery_server.url) as proxy:
        proxy.reworded = takes_long
        fill = ("backfill", "--start", day, "--end", day, "--tables", "player_boxes")
        command = running("nba_assets", *fill, BIGQUERY_EMULATOR_HOST=proxy.url)
        try:
            wait_for(lambda: replacing(client), "a job runs")
            (job,) = replacing(client)
            command.send_signal(signal.SIGTERM)
            assert "cancelled" in told_by(command, 130)
        finally:
            command.kill()
        wait_for(lambda: not replacing(client), "no job runs")
    assert client.get_job(job.job_id).error_result["reason"] == "stopped"
    assert not list(client.query_and_wait(f"SELECT 1 FROM nba_conformed.player_boxes WHERE game_date = '{day}'"))


LAUNCH = """mutation($executionParams: ExecutionParams!) { launchPipelineExecution(executionParams: $executionParams) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
TERMINATE = """mutation($runIds: [String!]!, $terminatePolicy: TerminateRunPolicy) {
    terminateRuns(runIds: $runIds, terminatePolicy: $terminatePolicy) {
    ... on TerminateRunsResult { terminateRunResults { __typename } } } }"""
"""What the buttons of the UI send."""


@contextmanager
def ui(folder: Path, **settings: str) -> Iterator[Callable[..., dict[str, Any]]]:
    """The UI, its daemon and its code server; asks what a page would."""
    port, log = free_port(), folder / "dev.log"
    command = ["dagster", "dev", "-w", str(ROOT / "workspace.yaml"), "-p", str(port)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | settings
    with log.open("w") as said:
        dev = subprocess.Popen([sys.executable, "-m", *command], env=environment, stdout=said, stderr=said)
    try:
        address = answering(f"http://127.0.0.1:{port}", dev, log)

        def ask(query: str, **variables: object) -> dict[str, Any]:
            body = json.dumps({"query": query, "variables": variables}).encode()
            sent = urllib.request.Request(f"{address}/graphql", body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(sent, timeout=60) as answer:
                return dict(json.load(answer)["data"])

        yield ask
    finally:
        dev.send_signal(signal.SIGINT)
        dev.wait(120)


def materialise(ask: Callable[..., dict[str, Any]], table: Contract, day: date) -> str:
    """The run that the button of a table's page asks for."""
    of = {"repositoryName": "__repository__", "repositoryLocationName": "nba_assets", "pipelineName": ALL_TABLES}
    selected = {"assetSelection": [{"path": [table.dataset, table.name]}], "assetCheckSelection": None}
    tags = [{"key": "dagster/partition", "value": str(day)}]
    asked = {"selector": of | selected, "mode": "default", "runConfigData": {}, "executionMetadata": {"tags": tags}}
    told = ask(LAUNCH, executionParams=asked)["launchPipelineExecution"]
    assert told["__typename"] == "LaunchRunSuccess", told
    return str(told["run"]["runId"])


def test_a_run_that_is_cancelled_in_the_ui_leaves_no_job_behind(
    client: bigquery.Client, bigquery_server: LocalBigQuery, tmp_path: Path
) -> None:
    (table,) = [table for table in TABLES if table.name == "player_boxes"]

    def there() -> list[tuple[object, ...]]:
        rows = client.query_and_wait("SELECT * FROM nba_conformed.player_boxes ORDER BY game_id, player_lookup")
        return [row.values() for row in rows]

    right = there()
    client.query_and_wait(f"UPDATE nba_conformed.player_boxes SET points = 1 WHERE game_date = '{DAY}'")
    old = there()
    assert old != right
    with dg.DagsterInstance.get() as instance, disturbed(bigquery_server.url) as proxy:

        def status(run: str) -> dg.DagsterRunStatus:
            found = instance.get_run_by_id(run)
            assert found
            assert found.status != dg.DagsterRunStatus.FAILURE, instance.all_logs(run)[-3:]
            return found.status

        with ui(tmp_path, BIGQUERY_EMULATOR_HOST=proxy.url) as ask:
            proxy.reworded = takes_long
            run = materialise(ask, table, DAY)
            wait_for(lambda: status(run) and replacing(client), "its job runs")
            (job,) = replacing(client)
            told = ask(TERMINATE, runIds=[run], terminatePolicy="SAFE_TERMINATE")["terminateRuns"]
            assert told == {"terminateRunResults": [{"__typename": "TerminateRunSuccess"}]}
            wait_for(lambda: status(run) == dg.DagsterRunStatus.CANCELED, "the run is cancelled")
            assert job.job_id in [request.job_id for request, _ in proxy.seen if request.cancels]
            wait_for(lambda: not replacing(client), "no job runs")
            assert client.get_job(job.job_id).error_result["reason"] == "stopped"
            assert there() == old, "wholly old"

            proxy.reworded = lambda request: request
            again = materialise(ask, table, DAY)
            wait_for(lambda: status(again) == dg.DagsterRunStatus.SUCCESS, "the next run ends well")
        assert there() == right
        slots = instance.event_log_storage.get_concurrency_info("bigquery")
        assert (slots.active_slot_count, slots.pending_step_count) == (0, 0)
    assert not list(client.list_jobs(state_filter="running"))


def wait_for(true: Callable[[], object], what: str, seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)


def test_messages_lead_to_a_run_that_writes_to_bigquery(client: bigquery.Client) -> None:
    with serve() as (address, server):
        settings = {"PUBSUB_EMULATOR_HOST": address, "NBA_EVENTS": "pubsub", "NBA_GCP_PROJECT": PROJECT}
        told_by(running(__name__, **settings), 0)
        left = server.left()

    assert left == 0, "all are acknowledged"
    (counted,) = client.query_and_wait(f"SELECT COUNT(*) FROM nba_conformed.games WHERE game_date = '{OF_MESSAGES}'")
    assert counted[0] > 0


OF_MESSAGES = DAY + timedelta(2)


def main() -> None:
    """Publish messages, let the sensor see them, and carry out some of the run that it asks for."""
    from nba_assets.definitions import defs, warehouse

    source = PubSub(PROJECT)
    for name in COMPLETE:
        source.publish(RAW_COMPLETE_TOPIC, name, line(name, f"{name}-1", OF_MESSAGES))
    with dg.DagsterInstance.get() as instance:
        stage = Stage(source, instance, warehouse=warehouse.open())
        (made,) = stage.tick()
        assert made.asset_selection
        assert {asset_key(table) for table in TABLES} < made.asset_selection
        result = defs.resolve_job_def(ALL_TABLES).execute_in_process(
            instance=instance,
            asset_selection=[asset_key(games)],
            partition_key=made.tags["dagster/partition"],
            tags={name: value for name, value in made.tags.items() if not name.startswith("dagster/")},
        )
        assert result.success
        stage.drain()


def test_a_raw_table_or_column_that_is_gone_is_told_by_name(nba: Nba, client: bigquery.Client) -> None:
    days = ("--start", str(DAY), "--end", str(DAY))
    client.query_and_wait("ALTER TABLE nba_raw.bdl_player_boxscores DROP COLUMN minutes")
    code, _, complaint = nba("estimate", *days, "--tables", "player_boxes")
    lacks = f"{client.project}.nba_raw.bdl_player_boxscores lacks column minutes"
    assert (code, complaint) == (2, f"nba: {lacks}: `nba bigquery init` adds what is ours\n")

    client.delete_table("nba_raw.bdl_player_boxscores")
    code, _, complaint = nba("estimate", *days, "--tables", "player_boxes")
    assert code == 2
    assert "nba_raw.bdl_player_boxscores" in complaint
    assert complaint.count("\n") == 1

    client.delete_table("nba_raw.nbac_schedule")
    code, _, complaint = nba("plan", *days)
    there_is_none = f"there is no table {client.project}.nba_raw.nbac_schedule: `nba bigquery init` makes it"
    assert (code, complaint) == (2, f"nba: {there_is_none}\n")


if __name__ == "__main__":
    main()
