"""SQLMesh with the same tables: one incremental model each, of the very SQL that we compile, in its own DuckDB file.

What it does: `sqlmesh plan` from an empty database over a range (creates the physical tables, makes the rows season by
season, records intervals, creates the views), and `sqlmesh run` for one date on top of the season before it. What it
does not: audits, our checks, failure records, one file a partition, a data version for each date.

A task is one season of one table, because our SQL is for dates of one season: batches of 365 days from 1 October, whose
season is that of their last day. Two settings help it: `optimize_query false` (its optimiser takes minutes over this
SQL, and DuckDB has one of its own) and DuckDB keeping the metadata of Parquet files. Its cache of parsed models is
filled before the clock starts, as ours of compiled SQL is.

It runs as the `sqlmesh` command from a virtual environment of its own, because it pins sqlglot to another version.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
from ibis.backends.sql.datatypes import DuckDBType

from benchmarks.peers.lake_views import create_views
from nba_assets.compile.statements import MADE_UP, statements
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.table import Table
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import tables
from nba_assets.warehouse.lake import Lake

DATABASE = "warehouse.duckdb"

_DAY = timedelta(days=1)
_SEASON = Window.season(season_year(MADE_UP.start))

_YEAR = "YEAR(@end_date - INTERVAL 9 MONTH)"
_FIRST = f"GREATEST(@start_date, MAKE_DATE({_YEAR}, 10, 1))"
_LAST = f"LEAST(@end_date, MAKE_DATE({_YEAR} + 1, 9, 30))"

DATES: Mapping[date, str] = {
    MADE_UP.start: _FIRST,
    MADE_UP.end: _LAST,
    MADE_UP.start - _DAY: f"({_FIRST} - 1)",
    MADE_UP.end - _DAY: f"({_LAST} - 1)",
    _SEASON.start: f"MAKE_DATE({_YEAR}, 10, 1)",
    _SEASON.end: f"MAKE_DATE({_YEAR} + 1, 9, 30)",
}
"""The made-up dates of our compiled SQL, said by SQLMesh's dates of a batch. A batch of 365 days from 1 October ends
in a summer, a day earlier after each leap year, and is cut to the season of its last day."""


class Failed(Exception):  # noqa: N818 (the command failed; the message is its own)
    """A command of SQLMesh ended with an error."""


@dataclass(frozen=True)
class Project:
    """A SQLMesh project in `root` for the models from `start` on, run by the command `sqlmesh`."""

    root: Path
    lake: Lake
    start: date
    sqlmesh: Path

    def write(self) -> None:
        """Write the project's files anew, and have SQLMesh parse them once."""
        shutil.rmtree(self.root, ignore_errors=True)
        (self.root / "models").mkdir(parents=True)
        for table in tables():
            (self.root / "models" / f"{table.name}.sql").write_text(model(table, self.start))
        external = [{"name": raw.full_name, "columns": _columns(raw.columns)} for raw in RAW_TABLES]
        (self.root / "external_models.yaml").write_text(json.dumps(external))
        (self.root / "config.yaml").write_text(json.dumps(self._config()))  # JSON is YAML
        self._empty_database()
        self._run("info", "--skip-connection")

    def _config(self) -> dict:
        connection = {
            "type": "duckdb",
            "database": str(self.root / DATABASE),
            "connector_config": {"parquet_metadata_cache": True, "TimeZone": "UTC"},
        }
        return {
            "gateways": {"local": {"connection": connection}},
            "default_gateway": "local",
            "model_defaults": {"dialect": "duckdb"},
            "disable_anonymized_analytics": True,
        }

    def history(self, until: date) -> float:
        """Wall seconds of `sqlmesh plan` from an empty database up to and with `until`. Raises Failed."""
        self._empty_database()
        return self._run("plan", "--auto-apply", "--no-prompts", "--execution-time", str(until + _DAY))

    def one_date(self, day: date) -> float:
        """Wall seconds of `sqlmesh run` for a date, on a database that has the dates before it. Raises Failed.

        The first call makes those, outside the clock, and later ones start from a copy.
        """
        before = self.root / f"before-{day}.duckdb"
        if not before.exists():
            self.history(day - _DAY)
            shutil.copy(self.root / DATABASE, before)
        shutil.copy(before, self.root / DATABASE)
        return self._run("run", "--start", str(day), "--end", str(day), "--skip-janitor")

    def rows(self, window: Window) -> dict[str, tuple[int, int, int]]:
        """For each table: its rows in `window`, ours in the lake, and how many are in both, by their hash if any."""
        with duckdb.connect(str(self.root / DATABASE), read_only=True) as connection:
            return {table.name: self._rows_of(connection, table, window) for table in tables()}

    def _rows_of(self, connection: duckdb.DuckDBPyConnection, table: Table, window: Window) -> tuple[int, int, int]:
        files = [str(file) for file in self.lake.files(table, window)]
        theirs = f"FROM {table.full_name} WHERE {table.partition_by} BETWEEN '{window.start}' AND '{window.end}'"
        ours = "FROM read_parquet($files)"
        same = "data_hash" if table.rated else ", ".join(f'"{column.name}"' for column in table.columns)
        both = f"FROM (SELECT {same} {theirs} INTERSECT ALL SELECT {same} {ours})"
        counts = [f"(SELECT count(*) {rows})" for rows in (theirs, ours, both)]
        counted = connection.execute(f"SELECT {', '.join(counts)}", {"files": files}).fetchone()
        assert counted
        return counted[0], counted[1], counted[2]

    def _empty_database(self) -> None:
        (self.root / DATABASE).unlink(missing_ok=True)
        with duckdb.connect(str(self.root / DATABASE)) as connection:
            create_views(connection, self.lake, RAW_TABLES)

    def _run(self, *arguments: str) -> float:
        started = time.perf_counter()
        done = subprocess.run(
            [str(self.sqlmesh), *arguments],
            cwd=self.root,
            env=os.environ | {"SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - started
        (self.root / f"{arguments[0]}.log").write_text(done.stdout + done.stderr)
        if done.returncode:
            raise Failed(f"sqlmesh {arguments[0]} ended with {done.returncode}: see {self.root}/{arguments[0]}.log")
        return seconds


def model(table: Table, start: date) -> str:
    """The model's file: a header from our contract, and below it the query.

    Batches are counted from `start`, so that is a 1 October.
    """
    columns = ", ".join(f"{name} {kind}" for name, kind in _columns(table.columns).items())
    return f"""MODEL (
  name {table.full_name},
  kind INCREMENTAL_BY_TIME_RANGE (time_column {table.partition_by}, batch_size 365),
  cron '@daily',
  start '{start}',
  grain ({", ".join(table.key)}),
  columns ({columns}),
  optimize_query false
);

{query(table)}
"""


def query(table: Table) -> str:
    """The table's compiled SQL with SQLMesh's dates for the made-up ones."""
    sql = statements(table, "duckdb").rows
    for day, expression in DATES.items():
        sql = sql.replace(f"MAKE_DATE({day.year}, {day.month}, {day.day})", expression)
    return sql


def _columns(columns: tuple) -> dict[str, str]:
    return {column.name: DuckDBType.to_string(column.stored) for column in columns}
