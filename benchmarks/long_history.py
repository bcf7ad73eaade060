"""Years of daily use in a history of runs: the latest run of a date, repeated before what a DAGSTER_HOME holds.

python -m benchmarks.long_history HOME RUNS [--a-day 10] [--log-days 180]

Ten runs a day, each date's a day before the next one's, until the day before the first run that is there. Runs older
than their logs are kept have left what pruning leaves: their materialisations. What is measured on such a history, and
on the same before, is whatever one runs: `nba backfill --dry-run`, a day, `du`. The rows are copied by SQLite, so 5,000
runs take two minutes of CPU. Logs of runs, a file each, are left out: nothing reads but a run's own page.
"""

from __future__ import annotations

import argparse
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

ROOM = 1_000_000_000
"""Added to the numbers of the events that are there: later ones have higher numbers."""

LOG = ("run_id", "event", "dagster_event_type", "timestamp", "step_key", "asset_key", "partition")
CHECKS = (
    *("asset_key", "check_name", "partition", "run_id", "execution_status", "evaluation_event"),
    *("evaluation_event_timestamp", "evaluation_event_storage_id", "materialization_event_storage_id"),
    "create_timestamp",
)
TAGS = ("event_id", "asset_key", "key", "value", "event_timestamp")
RUNS = (
    *("run_id", "snapshot_id", "pipeline_name", "mode", "status", "run_body", "partition", "partition_set"),
    *("create_timestamp", "update_timestamp", "start_time", "end_time", "backfill_id"),
)
RUN_TAGS = ("run_id", "key", "value")


@dataclass(frozen=True)
class Copy:
    """One run more: `number` counts from the oldest, `age` the days before the run that it is a copy of."""

    number: int
    run_id: str
    day: str
    age: int
    logged: bool


def copies(template: str, runs: int, a_day: int, log_days: int) -> Iterator[Copy]:
    """Oldest first; partitions are dates from the first one of the calendar on, so that they are there."""
    first = date.fromisoformat(template) - timedelta(days=runs // a_day // 2)
    for number in range(runs):
        age = (runs - 1 - number) // a_day + 1
        day = first + timedelta(days=number // a_day)
        yield Copy(number, str(uuid.uuid4()), day.isoformat(), age, age <= log_days)


def multiply(home: Path, runs: int, a_day: int, log_days: int) -> None:
    of_runs = sqlite3.connect(home / "history" / "runs.db")
    run_id, day = of_runs.execute(
        "SELECT run_id, partition FROM runs WHERE status = 'SUCCESS' AND partition IS NOT NULL ORDER BY id DESC LIMIT 1"
    ).fetchone()
    index = sqlite3.connect(home / "history" / "runs" / "index.db")
    _make_room(index)
    _set_aside(index, ("event_logs", "asset_check_executions"), run_id)
    made = list(copies(day, runs, a_day, log_days))
    for each in made:
        _copy(index, "event_logs", LOG, run_id, day, each)
        _copy_tags(index, each)
        if each.logged:
            _copy(index, "asset_check_executions", CHECKS, run_id, day, each)
    index.commit()
    (last,) = of_runs.execute("SELECT max(id) FROM runs").fetchone()
    of_runs.execute("PRAGMA foreign_keys = OFF")
    of_runs.execute("UPDATE runs SET id = id + ?", (ROOM,))
    _set_aside(of_runs, ("runs", "run_tags"), run_id)
    for each in made:
        _copy(of_runs, "runs", RUNS, run_id, day, each)
        _copy(of_runs, "run_tags", RUN_TAGS, run_id, day, each)
    of_runs.commit()
    print(f"{len(made)} runs before {last}, {sum(each.logged for each in made)} of them with all they left")  # noqa: T201


def _make_room(index: sqlite3.Connection) -> None:
    index.execute("UPDATE event_logs SET id = id + ?", (ROOM,))
    index.execute("UPDATE asset_event_tags SET event_id = event_id + ?", (ROOM,))
    for column in ("evaluation_event_storage_id", "materialization_event_storage_id"):
        index.execute(f"UPDATE asset_check_executions SET {column} = {column} + ?", (ROOM,))
    index.execute("UPDATE asset_check_executions SET id = id + ?", (ROOM,))


def _set_aside(database: sqlite3.Connection, tables: tuple[str, ...], run_id: str) -> None:
    """The run's rows, which are to be copied: not all tables can be asked for those of a run."""
    for table in tables:
        database.execute(f"CREATE TEMP TABLE its_{table} AS SELECT * FROM {table} WHERE run_id = ?", (run_id,))


def _copy(database: sqlite3.Connection, table: str, columns: tuple[str, ...], run_id: str, day: str, of: Copy) -> None:
    """The rows of the run, in their order, as those of another run on another day, some days before."""
    made = ", ".join(_made(column) for column in columns)
    kept = "" if table != "event_logs" or of.logged else "WHERE dagster_event_type = 'ASSET_MATERIALIZATION'"
    numbered = "id - :room + :number * 2000, " if table != "run_tags" else ""
    into = ("id, " if numbered else "") + ", ".join(f'"{column}"' for column in columns)
    given = {"room": ROOM, "number": of.number, "run": run_id, "new": of.run_id, "day": day, "other": of.day}
    database.execute(
        f"INSERT INTO {table} ({into}) SELECT {numbered}{made} FROM its_{table} {kept} ORDER BY id",
        given | {"age": of.age, "back": f"-{of.age} days"},
    )


def _made(column: str) -> str:
    if column in ("start_time", "end_time"):
        return f"{column} - :age * 86400"
    if column.endswith("timestamp"):
        return f"strftime('%Y-%m-%d %H:%M:%f', {column}, :back)"
    if column.endswith("storage_id"):
        return f"{column} - :room + :number * 2000"
    renamed = f"""replace(replace("{column}", :run, :new), :day, :other)"""
    if column in ("event", "evaluation_event"):
        return f"json_set({renamed}, '$.timestamp', json_extract({column}, '$.timestamp') - :age * 86400)"
    return renamed


def _copy_tags(index: sqlite3.Connection, of: Copy) -> None:
    index.execute(
        f"INSERT INTO asset_event_tags ({', '.join(TAGS)}) SELECT t.event_id - :room + :number * 2000, t.asset_key, "
        "t.key, t.value, strftime('%Y-%m-%d %H:%M:%f', t.event_timestamp, :back) "
        "FROM asset_event_tags t JOIN its_event_logs e ON e.id = t.event_id",
        {"room": ROOM, "number": of.number, "back": f"-{of.age} days"},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("runs", type=int)
    parser.add_argument("--a-day", type=int, default=10)
    parser.add_argument("--log-days", type=int, default=180)
    given = parser.parse_args()
    multiply(given.home, given.runs, given.a_day, given.log_days)


if __name__ == "__main__":
    main()
