"""Killed and crowded: a partition is the old one or the new one, whatever happens to whoever writes it.

The file is also the program of the writers it starts: `python -m nba_assets_tests.test_kill LAKE TABLE SECONDS`. A
dozen of them start, and none has a use for Dagster, so it is imported where it is needed.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path

import pyarrow as pa
import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

pytestmark = pytest.mark.slow

NBA = Path(sys.executable).with_name("nba")
DAYS = Window(date(2024, 10, 22), date(2024, 10, 24))
ROWS = 20_000
KILLS = 8
WRITES = 5
"""At least so many times a writer writes that is left alone."""
PAUSE_SECONDS = 0.02


def a_table(name: str) -> Contract:
    """A table every partition of which is `ROWS` rows that agree on `version`: anything else is a torn one."""
    columns = (
        Column("day", "DATE", "the day", required=True),
        Column("n", "INT64", "the row", required=True),
        Column("version", "INT64", "which writing it is from", required=True),
    )
    return Contract(dataset="test", name=name, columns=columns, key=("n",), partition_by="day")


def write_version(warehouse: DuckDBWarehouse, table: Contract, version: int) -> None:
    sql = f"""
        SELECT DATE '{DAYS.start}' + CAST(d AS INT) AS day, n, CAST({version} AS BIGINT) AS version
        FROM range({DAYS.days}) AS days(d), range({ROWS}) AS rows(n) ORDER BY day, n
    """
    with warehouse.session(timeout=60) as session:
        session.replace(table, sql, DAYS.dates())


def versions(warehouse: DuckDBWarehouse, table: Contract) -> dict[date, int]:
    """The version of each partition, each of which is found whole."""
    sql = (
        f'SELECT day, count(*) AS found, min(version) AS low, max(version) AS high FROM test."{table.name}" GROUP BY 1'
    )
    rows = warehouse.fetch(sql, {table: DAYS}, timeout=60).to_pylist()
    torn = [row for row in rows if row["found"] != ROWS or row["low"] != row["high"]]
    assert not torn
    return {row["day"]: row["high"] for row in rows}


@contextmanager
def writer(lake: Path, table: Contract, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """A process that replaces the partitions of `table` again and again; ended with the block."""
    command = [sys.executable, "-m", __name__, str(lake), table.name, str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def strays(lake: Path) -> list[Path]:
    return sorted(lake.rglob("*.tmp"))


def wait_for_a_new_stray(lake: Path) -> None:
    """Until a file is being written."""
    before, until = strays(lake), time.monotonic() + 60
    while set(strays(lake)) <= set(before):
        assert time.monotonic() < until, "nothing is written"


def test_a_writer_killed_at_any_moment_leaves_whole_partitions(tmp_path: Path) -> None:
    table, warehouse, chance = a_table("killed"), DuckDBWarehouse(Lake(tmp_path)), random.Random(7)
    write_version(warehouse, table, 0)
    left = 0
    for kill in range(KILLS):
        with writer(tmp_path, table, 60) as process:
            assert said(process) == "writing"
            if kill % 2:
                wait_for_a_new_stray(tmp_path)
            else:
                time.sleep(chance.uniform(0, 1))
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert set(versions(warehouse, table)) == set(DAYS.dates())
        left += bool(strays(tmp_path))
    assert left, f"none of {KILLS} kills hit a writer while it wrote: the test proves nothing"

    write_version(warehouse, table, 1_000_000)

    assert set(versions(warehouse, table).values()) == {1_000_000}
    assert strays(tmp_path) == []


def test_five_writers_and_a_reader_never_meet(tmp_path: Path) -> None:
    names = [f"crowded_{n}" for n in range(5)]
    warehouse, reads, seen = DuckDBWarehouse(Lake(tmp_path), threads=1), 0, dict.fromkeys(names, 0)
    for name in names:
        write_version(warehouse, a_table(name), 0)
    started = [writer(tmp_path, a_table(name), 6) for name in names]
    processes = [context.__enter__() for context in started]
    try:
        while any(process.poll() is None for process in processes):
            for name in names:
                found = versions(warehouse, a_table(name))
                assert set(found) == set(DAYS.dates())
                assert max(found.values()) >= seen[name], "a reader went back in time"
                seen[name] = max(found.values())
                reads += 1
        for process in processes:
            assert process.stdout
            assert (process.returncode, process.stdout.read()) == (0, "writing\n")
    finally:
        for context in started:
            context.__exit__(None, None, None)
    assert reads > 25
    assert min(seen.values()) > 1, "the reader hardly saw them write"
    assert strays(tmp_path) == []


def step_process(seconds: float) -> int:
    """The process of the first step that a run on this instance starts, as soon as it does."""
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for run in instance.get_runs(limit=1):
                for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_WORKER_STARTED):
                    metadata = entry.get_dagster_event().engine_event_data.metadata
                    if "pid" in metadata:
                        return int(str(metadata["pid"].value))
            time.sleep(0.05)
    raise AssertionError("no step was started")


def test_a_run_whose_step_is_killed_fails_and_the_next_one_succeeds(lake: Path, home: Path, tmp_path: Path) -> None:
    import dagster as dg

    from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary as table

    old = pa.Table.from_pylist([], table.schema().to_pyarrow())
    file = Lake(lake).file(table, DAYS.start)
    Lake(lake).replace(table, [(DAYS.start, old)])
    before = file.read_bytes()
    command = [NBA, "materialize", "--date", str(DAYS.start), "--tables", table.name]
    settings = os.environ | {"NBA_LAKE": str(lake), "DAGSTER_HOME": str(home)}
    run = subprocess.Popen(command, env=settings, cwd=tmp_path, stderr=subprocess.PIPE, text=True)

    os.kill(step_process(300), signal.SIGKILL)
    _, complaint = run.communicate(timeout=300)

    assert run.returncode == 1
    assert "(SIGKILL)" in complaint.splitlines()[0], complaint
    assert f"{table.name}: " in complaint
    assert "Traceback" not in complaint
    assert file.read_bytes() == before
    with dg.DagsterInstance.get() as instance:
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]

    again = subprocess.run(command, env=settings, cwd=tmp_path, capture_output=True, text=True, timeout=300)

    assert again.returncode == 0, again.stderr
    assert file.read_bytes() != before
    assert strays(lake) == []


def replace_slowly(source: Path, target: Path, *, replace: Callable[[Path, Path], None] = os.replace) -> None:
    """A partition lies beside its place for too short a time to be hit by chance."""
    time.sleep(PAUSE_SECONDS)
    replace(source, target)


def main(lake: str, table: str, seconds: str) -> None:
    """Replace all partitions of a table by the next version, for some seconds, and on a busy machine some times."""
    os.replace = replace_slowly
    warehouse = DuckDBWarehouse(Lake(Path(lake)), threads=1)
    before = versions(warehouse, a_table(table))
    until = time.monotonic() + float(seconds)
    sys.stdout.write("writing\n")
    sys.stdout.flush()
    first = max(before.values()) + 1
    for version in count(first):
        if time.monotonic() > until and version - first >= WRITES:
            return
        write_version(warehouse, a_table(table), version)


if __name__ == "__main__":
    main(*sys.argv[1:])
