"""Back-fills in real processes: interrupted, done again, and launched from the UI's dialog."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest
from dagster._core.execution.backfill import BulkActionStatus
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.backfill import execute_backfill_iteration
from dagster_graphql.test.utils import execute_dagster_graphql

from nba_assets.orchestration.backfill.record import BackfillRecord
from nba_assets.orchestration.instance.dead_runs import PROCESS_TAG, end_dead_runs
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.launch import entered
from nba_assets.orchestration.partitions import DAILY
from nba_assets.tables.raw.box_scores import nbac_team_boxscore
from nba_assets.tables.registry import tables
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.warehouse.ended import ended_process

pytestmark = pytest.mark.slow

NBA = Path(sys.executable).with_name("nba")
WEEK = ("--start", "2024-10-22", "--end", "2024-10-27")
DAYS = [date(2024, 10, day) for day in range(22, 28)]


class Back:
    """`nba backfill` over one lake and one instance."""

    def __init__(self, lake: Path, home: Path) -> None:
        self.lake, self.home = lake, home
        self.settings = os.environ | {"NBA_LAKE": str(lake), "DAGSTER_HOME": str(home), "COLUMNS": "200"}

    def fill(self, *arguments: str) -> tuple[int, str, str]:
        command = [NBA, "backfill", *WEEK, *arguments]
        done = subprocess.run(
            command, cwd=self.lake.parent, env=self.settings, capture_output=True, text=True, timeout=280
        )
        return done.returncode, done.stdout, done.stderr

    @contextmanager
    def filling(self) -> Iterator[subprocess.Popen[str]]:
        """The same under way, in a session of its own, of which nothing is left where a test ends before it does."""
        process = subprocess.Popen(
            [NBA, "backfill", *WEEK],
            cwd=self.lake.parent,
            env=self.settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise

    def files(self) -> Mapping[tuple[str, date], str]:
        lake = Lake(self.lake)
        return {
            (table.name, day): hashlib.sha256(lake.file(table, day).read_bytes()).hexdigest()
            for table in tables()
            for day in lake.dates(table)
        }


def _living(session: int) -> list[str]:
    """Processes of a session that are not on their way out, after the five seconds in which they are to go."""
    for _ in range(50):
        listed = subprocess.run(["ps", "-o", "stat=,args=", "-g", str(session)], capture_output=True, text=True).stdout
        found = [line for line in listed.splitlines() if not line.startswith("Z")]
        if not found:
            return []
        time.sleep(0.1)
    return found


@pytest.fixture
def back(lake: Path, home: Path) -> Back:
    return Back(lake, home)


def statuses() -> list[tuple[dg.DagsterRunStatus | None, BulkActionStatus]]:
    """How each back-fill and its one run ended, newest first; one that was killed early has no run yet."""
    with dg.DagsterInstance.get() as instance:
        runs = {run.tags["dagster/backfill"]: run.status for run in instance.get_runs()}
        found = instance.get_backfills()
        return [(runs.get(backfill.backfill_id), backfill.status) for backfill in found]


def test_ctrl_c_cancels_the_run_and_says_so_and_done_again_it_is_the_same_to_the_byte(back: Back, filled: Path) -> None:
    """SIGKILL, at more moments, is the attack's, which the same CI plays."""
    while_it_runs = 0.5
    with back.filling() as process:
        _wait_for_a_step()
        time.sleep(while_it_runs)
        os.killpg(process.pid, signal.SIGINT)
        _, complaint = process.communicate(timeout=180)

    assert process.returncode == 130
    assert re.search(r"^cancelled: the same command builds the \d+ partitions that are left$", complaint, re.M)
    assert "Traceback" not in complaint
    assert statuses() == [(dg.DagsterRunStatus.CANCELED, BulkActionStatus.CANCELED)]
    assert _living(process.pid) == []

    code, _, complaint = back.fill()
    assert code == 0, complaint
    assert back.files() == Back(filled / "lake", filled / "home").files()
    assert len(back.files()) == len(tables()) * len(DAYS)
    assert statuses()[0] == (dg.DagsterRunStatus.SUCCESS, BulkActionStatus.COMPLETED_SUCCESS)
    code, printed, _ = back.fill()
    assert (code, "nothing to do" in printed, len(statuses())) == (0, True, 2)
    assert not list(back.lake.rglob("*.tmp"))


def test_cancelling_it_in_the_ui_ends_it(back: Back) -> None:
    with back.filling() as process:
        _wait_for_a_step()
        with dg.DagsterInstance.get() as instance:
            instance.update_backfill(instance.get_backfills()[0].with_status(BulkActionStatus.CANCELING))
        process.communicate(timeout=180)

    assert process.returncode == 130
    assert statuses() == [(dg.DagsterRunStatus.CANCELED, BulkActionStatus.CANCELED)]


def _wait_for_a_step(seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    with dg.DagsterInstance.get() as instance:
        while time.monotonic() < until:
            for run in instance.get_runs(limit=1):
                if instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_START):
                    return
            time.sleep(0.1)
    raise AssertionError("no step was started")


def test_only_what_is_out_of_date_is_built_and_said_before(back: Back) -> None:
    code, printed, _ = back.fill("--tables", "team_offense_game_summary", "--dry-run")
    assert code == 0
    assert re.search(r"team_offense_game_summary\s*│ 6\s*│ missing │ 2024-10-22", printed)
    assert not Lake(back.lake).dates(tables()[0])

    assert back.fill("--tables", "team_offense_game_summary", "--workers", "1", "--chunk", "month")[0] == 0
    day = date(2024, 10, 24)
    boxes = pq.ParquetFile(Lake(back.lake).file(nbac_team_boxscore, day)).read()
    Lake(back.lake).replace(nbac_team_boxscore, [(day, boxes.take(list(range(boxes.num_rows))[::-1]))])
    code, printed, _ = back.fill("--tables", "team_offense_game_summary", "--dry-run")
    assert code == 0
    assert re.search(r"team_boxes\s*│ 1\s*│ older than nba_raw.nbac_team_boxscore\s*│ 2024-10-24", printed)
    assert re.search(r"summary\s*│ 1\s*│ reads nba_conformed.team_boxes, which will be built\s*│ 2024-10-24", printed)
    assert "2 partitions to build in 1 run" in printed
    assert "1 go first, the others follow where those have changed" in printed


LAUNCH = """
mutation Launch($backfillParams: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $backfillParams) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}"""


TIMELINE = """
query OfRun($run: ID!) {
  runOrError(runId: $run) { ... on Run { repositoryOrigin { repositoryLocationName repositoryName } } }
  workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError { ... on RepositoryLocation {
    name repositories { name pipelines { name runs(limit: 5) { runId } } } } } } } }
}"""

AGAIN = """
mutation Again($params: ReexecutionParams!) {
  launchRunReexecution(reexecutionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}"""


def test_a_run_of_the_command_is_on_its_jobs_page_and_executed_again_from_there(
    home: Path, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBA_LAKE", str(lake))
    job = dg.build_reconstructable_job("nba_assets.orchestration.launch", "all_tables_job")
    target = ModuleTarget("nba_assets.definitions", attribute=None, working_directory=None, location_name="nba_assets")
    with dg.DagsterInstance.get() as instance, WorkspaceProcessContext(instance, target) as workspace:
        run = entered(instance, job, tables()[:1], DAYS[:1], {})
        instance.add_run_tags(run.run_id, {PROCESS_TAG: ended_process()})
        end_dead_runs(instance)

        context = workspace.create_request_context()
        told = execute_dagster_graphql(context, TIMELINE, {"run": run.run_id}).data
        assert told["runOrError"]["repositoryOrigin"]["repositoryLocationName"] == "nba_assets"
        [location] = [entry["locationOrLoadError"] for entry in told["workspaceOrError"]["locationEntries"]]
        [repository] = location["repositories"]
        assert repository["name"] == told["runOrError"]["repositoryOrigin"]["repositoryName"]
        runs = {page["name"]: [found["runId"] for found in page["runs"]] for page in repository["pipelines"]}
        assert {name for name, found in runs.items() if found == [run.run_id]} == {"all_tables"}

        params = {"parentRunId": run.run_id, "strategy": "FROM_FAILURE"}
        answer = execute_dagster_graphql(context, AGAIN, {"params": params}).data["launchRunReexecution"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        again = instance.get_run_by_id(answer["run"]["runId"])
        assert again
        assert again.asset_selection == run.asset_selection
        assert again.status == dg.DagsterRunStatus.QUEUED


def test_a_back_fill_from_the_uis_dialog_is_one_run(home: Path, lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the asset graph's dialog sends it, with all tables and a range that starts where the calendar does."""
    monkeypatch.setenv("NBA_LAKE", str(lake))
    days = DAILY.get_partition_keys()[:400]
    asked: dict[str, Any] = {
        "tags": [],
        "assetSelection": [{"path": list(asset_key(table).path)} for table in tables()],
        "partitionNames": days,
        "fromFailure": False,
    }
    target = ModuleTarget("nba_assets.definitions", attribute=None, working_directory=None, location_name="nba_assets")
    with dg.DagsterInstance.get() as instance, WorkspaceProcessContext(instance, target) as workspace:
        context = workspace.create_request_context()
        _assert_no_other_date_is_built(instance, context, asked)
        answer = execute_dagster_graphql(context, LAUNCH, {"backfillParams": asked}).data
        assert answer["launchPartitionBackfill"]["__typename"] == "LaunchBackfillSuccess"
        ours = BackfillRecord.enter(instance, dict.fromkeys(tables(), DAYS), "ours")
        for _ in range(3):
            errors = [error for error in execute_backfill_iteration(workspace, logging.getLogger("daemon")) if error]
            assert errors == []

        [run] = instance.get_runs()
        assert run.tags["dagster/backfill"] == answer["launchPartitionBackfill"]["backfillId"] != ours.backfill_id
        assert run.asset_selection == {asset_key(table) for table in tables()}
        assert run.tags["dagster/asset_partition_range_start"] == days[0]
        assert run.tags["dagster/asset_partition_range_end"] == days[-1]


def _assert_no_other_date_is_built(instance: dg.DagsterInstance, context: Any, asked: dict[str, Any]) -> None:
    """A back-fill through the API before the first date is refused, a range by name of both dates."""
    early = (DAILY.start - timedelta(days=18)).date().isoformat()
    days = {"range": {"start": early, "end": DAYS[0].isoformat()}}
    by_range = [{"assetKey": key, "partitions": days} for key in asked["assetSelection"][:1]]
    for given in (asked | {"partitionNames": [early]}, {"partitionsByAssets": by_range}):
        told = execute_dagster_graphql(context, LAUNCH, {"backfillParams": given}).data["launchPartitionBackfill"]
        assert told["__typename"] == "PythonError"
    assert (
        f"range start {early} is before the partitions definition start time {DAILY.start:%Y-%m-%d}" in told["message"]
    )
    assert instance.get_backfills() == []
