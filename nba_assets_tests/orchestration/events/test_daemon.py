"""The day of 15 November 2021 with a real daemon and code server, up to the ten tables, killed at five points.

However it is killed, it ends with the same files, byte for byte, which hold what is built without it; and with two
runs: one for the day, on which all ten tables are built because its messages come together, and one for the next slate.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dagster import DagsterRunStatus as Status
from dagster._core.scheduler.instigation import InstigatorStatus

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import RawTable
from nba_assets.orchestration.events.sources import DEAD_LETTER_TOPIC, RAW_COMPLETE_TOPIC, EventSource, PubSub, Spool
from nba_assets.orchestration.slates import slate_tables, summaries, with_conformed
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.build import build_rows
from nba_assets_tests.orchestration.events.day import DAY, the_day
from nba_assets_tests.orchestration.events.play import Theatre, quick_folder, runs, switch, ticks, until
from nba_assets_tests.orchestration.events.pubsub_server import DEADLINE_SECONDS, PROJECT, Server
from nba_assets_tests.orchestration.events.stage import tables_of
from nba_assets_tests.shared import SHARED, needs_shared

pytestmark = [pytest.mark.slow, needs_shared]

NEXT = date(2021, 11, 16)
HISTORY = Window(date(2021, 10, 19), date(2021, 11, 14))

Moment = Callable[[dg.DagsterInstance], bool]


def at_once(_: dg.DagsterInstance) -> bool:
    return True


def trimmed(raw: RawTable, folder: Path) -> None:
    """The raw table up to the night of the day; the schedule whole, since it is known ahead."""
    wanted = "TRUE" if raw.partition_by is None or raw.name == "nbac_schedule" else f"{raw.partition_by} <= '{NEXT}'"
    for file in sorted((SHARED / "raw" / raw.dataset / raw.name).glob("*.*")):
        if file.name.startswith("2022-23"):
            continue
        (folder / raw.dataset / raw.name).mkdir(parents=True, exist_ok=True)
        target = folder / raw.dataset / raw.name / file.name
        if wanted == "TRUE" or file.suffix != ".parquet":
            os.link(file, target) if file.stat().st_dev == folder.stat().st_dev else target.write_bytes(
                file.read_bytes()
            )
        else:
            duckdb.sql(f"COPY (FROM '{file}' WHERE {wanted}) TO '{target}'")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake on the evening before: raw data up to the day, the summaries of the season so far."""
    folder, lake = tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("before") / "lake"
    for raw in RAW_TABLES:
        if (SHARED / "raw" / raw.dataset / raw.name).is_dir():
            trimmed(raw, folder)
    ingest(folder, Lake(lake))
    build_rows(DuckDBWarehouse(Lake(lake)), HISTORY, with_conformed(summaries()))
    return lake


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with quick_folder() as folder:
        root = tmp_path_factory.mktemp("theatre")
        with Theatre(root, folder / "home", {"NBA_EVENTS": "local"}).open() as theatre:
            yield theatre


def built(lake: Path) -> dict[str, bytes]:
    """The files of the tables of the day and the next."""
    files = [(table, day, Lake(lake).file(table, day)) for table in tables() for day in (DAY, NEXT)]
    return {f"{table.name} {day}": file.read_bytes() for table, day, file in files if file.exists()}


def play(
    theatre: Theatre,
    before: Path,
    source: EventSource,
    kills: Sequence[Moment] = (),
    rise: Moment = at_once,
    failed: int = 0,
) -> dict[str, bytes]:
    """The day sent to a running daemon, which is killed at some moments and started again: the files in the end."""
    theatre.begin(before)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DAGSTER_HOME", str(theatre.home))
        instance = dg.DagsterInstance.get()
    with instance:
        daemon = theatre.daemon()
        try:
            until(lambda: ticks(instance, "raw_complete") > 0, "the first tick")
            for number, data in enumerate(the_day()):
                source.publish(RAW_COMPLETE_TOPIC, f"{DAY}-{number:02}", data)
            for kill in kills:
                until(lambda kill=kill: kill(instance), f"the moment to kill: {kill.__name__}")
                daemon.send_signal(signal.SIGKILL)
                daemon.wait()
                until(lambda: rise(instance), "the moment to start again")
                daemon = theatre.daemon()
            finish(instance)
        finally:
            daemon.terminate()
            daemon.wait(30)
        assert_two_runs(instance, failed)
    return built(theatre.lake)


def finish(instance: dg.DagsterInstance) -> None:
    """Wait for both runs, and for two more ticks of each sensor, which are to find nothing to do."""
    until(lambda: bool(runs(instance, "next_slate", Status.SUCCESS, Status.FAILURE)), "the next slate")
    seen = {sensor: ticks(instance, sensor) for sensor in ("raw_complete", "next_slate")}
    for sensor, before in seen.items():
        until(lambda sensor=sensor, before=before: ticks(instance, sensor) >= before + 2, "two more ticks")


def assert_two_runs(instance: dg.DagsterInstance, failed: int) -> None:
    """One for the day and one for the next slate, besides those that were killed."""
    statuses = Counter(run.status for run in instance.get_runs())
    assert statuses == Counter({Status.SUCCESS: 2, Status.FAILURE: failed})
    (day,), (slate,) = runs(instance, "raw_complete", Status.SUCCESS), runs(instance, "next_slate", Status.SUCCESS)
    assert tables_of(day) == {table.name for table in tables()}
    assert tables_of(slate) == {table.name for table in with_conformed(slate_tables())}
    assert (day.tags["dagster/partition"], slate.tags["dagster/partition"]) == (str(DAY), str(NEXT))
    assert slate.tags["nba/correlation_id"] == day.tags["nba/correlation_id"]


@pytest.fixture(scope="module")
def ends_the_same(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, bytes]], None]:
    """Asserts that the files of a play have the rows that are built without daemon and Dagster, and the bytes that the
    files of the plays before it have."""
    lake = Path(shutil.copytree(before, tmp_path_factory.mktemp("undisturbed") / "lake", copy_function=os.link))
    build_rows(DuckDBWarehouse(Lake(lake)), Window(DAY, DAY))
    build_rows(DuckDBWarehouse(Lake(lake)), Window(NEXT, NEXT), with_conformed(slate_tables()))
    rows, first = _rows(built(lake)), {}

    def check(files: dict[str, bytes]) -> None:
        found = _rows(files)
        assert found.keys() == rows.keys()
        assert [name for name in rows if not found[name].equals(rows[name])] == []
        assert [name for name in files if files[name] != first.setdefault(name, files[name])] == []

    return check


def _rows(files: dict[str, bytes]) -> dict[str, pa.Table]:
    return {name: pq.read_table(pa.BufferReader(content)) for name, content in files.items()}


def assert_all_is_told(lake: Path) -> None:
    """Nothing waits, and each group's completion was told once for each run that built tables of it."""
    waiting = lake / "_events" / RAW_COMPLETE_TOPIC
    assert not list(waiting.glob("*.json"))
    assert len(list((waiting / "done").iterdir())) == len(the_day())
    for topic in ("nba-phase3-analytics-complete", "nba-phase4-precompute-complete"):
        told = sorted(file.name[:10] for file in (lake / "_events" / topic).glob("*.json"))
        assert told == [str(DAY), str(NEXT)]


def asked_for(instance: dg.DagsterInstance) -> bool:
    return bool(runs(instance, "raw_complete"))


def building(instance: dg.DagsterInstance) -> bool:
    return bool(runs(instance, "raw_complete", Status.STARTED))


def building_the_next_slate(instance: dg.DagsterInstance) -> bool:
    return bool(runs(instance, "next_slate", Status.STARTED))


def test_killed_again_and_again_it_ends_the_same(
    theatre: Theatre, before: Path, ends_the_same: Callable[[dict[str, bytes]], None]
) -> None:
    """As soon as the messages are spooled, as the run is asked for, and while either run is under way."""
    moments = (at_once, asked_for, building, building_the_next_slate)
    ends_the_same(play(theatre, before, Spool(theatre.lake / "_events"), moments))
    assert_all_is_told(theatre.lake)


def test_killed_after_the_run_and_before_the_acknowledgement(
    theatre: Theatre, before: Path, ends_the_same: Callable[[dict[str, bytes]], None]
) -> None:
    """The sensor is switched off after the tick that asks for the run, so that the run overtakes the next tick."""
    waiting = theatre.lake / "_events" / RAW_COMPLETE_TOPIC

    def run_has_ended(instance: dg.DagsterInstance) -> bool:
        if asked_for(instance):
            switch(instance, "raw_complete", InstigatorStatus.STOPPED)
        return bool(runs(instance, "raw_complete", Status.SUCCESS))

    def nothing_is_acknowledged(instance: dg.DagsterInstance) -> bool:
        assert len(list(waiting.glob("*.json"))) == len(the_day())
        switch(instance, "raw_complete", InstigatorStatus.RUNNING)
        return True

    source = Spool(theatre.lake / "_events")
    ends_the_same(play(theatre, before, source, [run_has_ended], nothing_is_acknowledged))
    assert_all_is_told(theatre.lake)


def test_over_pubsub_with_all_processes_killed_it_ends_the_same(
    server: Server, before: Path, ends_the_same: Callable[[dict[str, bytes]], None], tmp_path: Path
) -> None:
    """As by a restart of the machine while the run is under way: the run fails, and is started again by itself.

    The messages' leases end meanwhile, so they come again, and lead to nothing.
    """
    settings = {"NBA_EVENTS": "pubsub", "NBA_GCP_PROJECT": PROJECT}
    with quick_folder() as folder, Theatre(tmp_path, folder / "home", settings).open() as theatre:

        def all_is_restarted(_: dg.DagsterInstance) -> bool:
            server.skip(DEADLINE_SECONDS + 1)
            theatre.kill_server()
            theatre.serve()
            return True

        ends_the_same(play(theatre, before, PubSub(PROJECT), [building], all_is_restarted, failed=1))
    assert server.left() == 0
    assert server.published(DEAD_LETTER_TOPIC) == []
    for topic in ("nba-phase3-analytics-complete", "nba-phase4-precompute-complete"):
        told = [json.loads(message.data)["game_date"] for message in server.published(topic)]
        assert sorted(told) == [str(DAY), str(NEXT)]
