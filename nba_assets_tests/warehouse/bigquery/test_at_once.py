"""Writers at once, killed and cancelled: partitions are wholly old or wholly new, and the next command ends right."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace as changed

import pytest

from nba_assets.contracts.contract import Column
from nba_assets.orchestration.run_history.history import kept, store
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY
from nba_assets.warehouse.changes import NONE, Changes
from nba_assets_tests.bigquery.fault_proxy import FaultProxy, disturbed
from nba_assets_tests.bigquery.loaded import make
from nba_assets_tests.bigquery.local_server import LocalBigQuery
from nba_assets_tests.orchestration.run_history.test_cascade import DEFENSE, OFFENSE, part
from nba_assets_tests.warehouse.bigquery.trial import (
    DAYS,
    ROWS,
    TABLE,
    TIMEOUT,
    Trial,
    bigquery_through,
    in_a_hurry,
    replace,
    warehouse,
)

pytestmark = pytest.mark.slow

WRITERS, WRITES = 4, 8
DAY = DAYS.start
LONG = 60_000
"""The square of it takes the server a long time to count to."""


@pytest.fixture
def trial(bigquery_server: LocalBigQuery, project: str) -> Trial:
    trial = Trial(bigquery_server.client(project))
    trial.begin()
    return trial


@pytest.fixture
def proxy(bigquery_server: LocalBigQuery) -> Iterator[FaultProxy]:
    with disturbed(bigquery_server.url) as proxy:
        yield proxy


def wait_for(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


@contextmanager
def writer(trial: Trial, url: str, version: int, work: int) -> Iterator[subprocess.Popen[str]]:
    """A process that replaces all days once; ended with the block."""
    command = [sys.executable, "-m", "nba_assets_tests.warehouse.bigquery.trial", trial.direct.project, str(version)]
    environment = {"BIGQUERY_EMULATOR_HOST": url, "PATH": ""}
    process = subprocess.Popen([*command, str(work)], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()


def test_writers_at_once_take_turns(trial: Trial, proxy: FaultProxy) -> None:
    """Of two transactions that change the same rows the server stops one, which is sent again whole."""

    def write(version: int) -> None:
        with bigquery_through(proxy.url, trial.direct.project) as client:
            replace(warehouse(client), version)

    with in_a_hurry(10), ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(1, WRITES + 1)))

    (version,) = set(trial.versions().values())
    assert version > 0
    assert trial.noted() == DAYS.days * (1 + WRITES), "each has written once"
    tries = [request for request in proxy.submitted if "BEGIN TRANSACTION" in request.sql]
    assert len(tries) > WRITES, "no two met: the test proves nothing"


def test_notes_of_what_was_replaced_since_are_pruned(trial: Trial) -> None:
    for version in (1, 2):
        replace(warehouse(trial.direct), version)
    before = warehouse(trial.direct).contents(TABLE)

    assert warehouse(trial.direct).prune_notes(time.time() - 3600) == 0
    assert warehouse(trial.direct).prune_notes(time.time() + 3600) == 2 * DAYS.days

    assert trial.noted() == DAYS.days
    assert warehouse(trial.direct).contents(TABLE) == before
    assert set(trial.versions().values()) == {2}


def test_notes_of_parts_become_one_a_date(trial: Trial) -> None:
    """As of the run history, of which each run writes its own."""
    whose, of = Column("run", "STRING", "whose", required=True), warehouse(trial.direct)
    runs = changed(TABLE, name="of_runs", columns=(*TABLE.columns, whose), part_column="run")
    make(trial.direct, [runs])
    for run in ("a", "b"):
        with of.session(TIMEOUT) as session:
            row = f"SELECT DATE '{DAY}' AS day, 1 AS n, 0 AS version, '{run}' AS run"
            session.replace(changed(runs, part=run), row, [DAY])
    assert of.merge_parts(runs, time.time() - 3600) == 0
    assert len(of.notes(runs)) == 2

    assert [of.merge_parts(runs, time.time() + 3600) for _ in range(2)] == [2, 0]

    (note,) = of.notes(runs)
    assert (note.day, note.part, note.rows) == (DAY, "", 2)
    assert of.dates(runs) == [DAY]
    assert trial.noted() == DAYS.days + 1


def test_the_history_of_each_run_is_kept_beside_the_others(trial: Trial) -> None:
    """A run's rows are loaded, and take the place of its own alone."""
    of = warehouse(trial.direct)
    make(trial.direct, [RUN_HISTORY])
    runs = {run: [part(table, 0, 1.5, run_id=run) for table in (DEFENSE, OFFENSE)] for run in ("a", "b")}
    for run in ("a", "b", "a"):
        store(of, runs[run])

    assert sorted(map(str, kept(of))) == sorted(map(str, [*runs["a"], *runs["b"]]))


def test_what_a_replacement_changes_is_counted(trial: Trial) -> None:
    other = f"SELECT DATE '{DAY}' AS day, n, IF(n = 5, 1, 0) AS version FROM UNNEST(GENERATE_ARRAY(2, {ROWS + 1})) AS n"
    with warehouse(trial.direct).session(TIMEOUT) as session:
        found = [session.replace(TABLE, other, [DAY]).changes[DAY] for _ in range(2)]

    assert found == [Changes(added=1, removed=1, changed=1), NONE]


def test_a_killed_writers_job_is_found_by_the_next_one(trial: Trial, proxy: FaultProxy) -> None:
    with writer(trial, proxy.url, 1, LONG) as process:
        wait_for(trial.running, "its job runs")
        (orphan,) = trial.running()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert set(trial.versions().values()) == {0}
    assert trial.running() == [orphan], "it goes on without whoever sent it"

    with bigquery_through(proxy.url, trial.direct.project) as client:
        replace(warehouse(client), 2)

    assert set(trial.versions().values()) == {2}
    assert trial.direct.get_job(orphan).error_result["reason"] == "stopped"
    assert trial.noted() == 2 * DAYS.days


def test_a_writer_that_is_told_to_end_cancels_its_job(trial: Trial, proxy: FaultProxy) -> None:
    with writer(trial, proxy.url, 1, LONG) as process:
        wait_for(trial.running, "its job runs")
        (job,) = trial.running()
        process.send_signal(signal.SIGINT)
        process.wait(120)
        wait_for(lambda: not trial.running(), "its job has ended")

    assert trial.direct.get_job(job).error_result["reason"] == "stopped"
    assert set(trial.versions().values()) == {0}
