"""Real dates on a BigQuery server of this machine beside a lake: the same inputs, the same tables, the same rows.

    python -m nba_assets_tests.bigquery.real_dates LAKE build/on_bigquery 2021-11-01 2021-11-30
    python -m nba_assets_tests.bigquery.real_dates LAKE build/on_bigquery 2024-03-03 2024-03-09 --one-at-a-time
    python -m nba_assets_tests.bigquery.real_dates LAKE build/on_bigquery 2024-03-09 2024-03-09 --by-command

The lake holds raw data and all tables of the season until the last date; it is not changed. In links to it the dates
are built again by today's code, as one range. The server is made as `nba bigquery init` does, loaded as `nba bigquery
load` does with the raw rows that the dates reach, and given as `nba import` does what they reach of our tables on
earlier dates. Then, table after table, each after those it reads: its range is replaced on the server, by the scripts
that a step sends, and every value that is stored of it afterwards compared with the lake's, failure records too; one at
a time, all tables of a date before the next date; by command, each date by `nba materialize`, with Dagster's processes.
What is compared stays in the folder, as Parquet of both sides. Broken off it goes on where it was. `--tables`: those
only, from what else the lake holds.

Of November 2021, as one range of all tables, the server took 320 CPU seconds, 53 of them before the first table; this
process 70.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from nba_assets.audit.compare import Compared, compare_files
from nba_assets.audit.game_days import Calendar
from nba_assets.cli.arguments import named_tables
from nba_assets.compile.code_version import code_of
from nba_assets.compile.statements import inputs_in, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.failures import RECORDS, failures_of
from nba_assets.contracts.kept_out import QUARANTINE
from nba_assets.contracts.table import Table
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY
from nba_assets.readers.catalog import stored_contracts
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import Session
from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse
from nba_assets.warehouse.bigquery.load import RawLoad
from nba_assets.warehouse.bigquery.notes import BOOKKEEPING
from nba_assets.warehouse.bigquery.schema import Schema
from nba_assets.warehouse.build import write_part
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.transfer import move, rows_of
from nba_assets_tests.bigquery.local_server import LocalBigQuery, serve
from nba_assets_tests.build import build_rows

console = Console(soft_wrap=True, highlight=False, markup=False)

PROJECT = "nba-real"
SECONDS_A_QUERY = 3600.0
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Trial:
    """Dates on both sides, in a folder of their own, with what there is of it from an earlier run."""

    given: Lake
    folder: Path
    window: Window
    chosen: Sequence[Table]
    server: LocalBigQuery
    there: BigQueryWarehouse
    by_command: bool = False

    @cached_property
    def here(self) -> DuckDBWarehouse:
        return DuckDBWarehouse(Lake(self.folder / "lake"))

    def run(self, *, one_at_a_time: bool = False) -> list[str]:
        """The names of the tables that differ, failure records among them."""
        self._once("the dates in the lake", self._build_here)
        self._once("tables on the server", self._make)
        self._once("raw rows there", self._load)
        self._once("our tables of earlier dates there", self._bring)
        singly = one_at_a_time or self.by_command
        windows = [Window(day, day) for day in self.window.dates()] if singly else [self.window]
        found = [name for window in windows for name in self._of(window)]
        console.print(f"in all: {self._took((0.0, 0.0))}")
        return sorted(set(found))

    def _of(self, window: Window) -> list[str]:
        """Each table of these dates, built there and compared: the names of those that differ."""
        before = self.server.cpu_seconds(), own_cpu_seconds()
        found: list[Compared] = []
        if self.by_command:
            self._materialize(window.start)
            console.print(f"nba materialize --date {window.start}: {self._took(before)}")
        console.print(f"{'table':30} {'rows':>7} {'records':>7}  equal  CPU s of the server, of this process")
        with self.there.session(SECONDS_A_QUERY) as there, self.here.session(SECONDS_A_QUERY) as here:
            for table in self.chosen:
                found += self._compare(table, window, there, here)
        rows, records = (
            sum(each.new_rows for each in found if (each.table == RECORDS.full_name) is of_records)
            for of_records in (False, True)
        )
        differ = [each.table for each in found if each.differences]
        what = f"{len(self.chosen)} tables, {rows:,} rows, {records:,} failure records"
        console.print(f"{window}: {what}, differing: {', '.join(differ) or 'none'} ({self._took(before)})")
        return differ

    def _once(self, what: str, do: Callable[[], None]) -> None:
        """Do what no earlier run has done."""
        done = self.folder / what.replace(" ", "_")
        if not done.exists():
            before = self.server.cpu_seconds(), own_cpu_seconds()
            do()
            done.touch()
            console.print(f"{what}: {self._took(before)}")

    def _took(self, before: tuple[float, float]) -> str:
        return f"{self.server.cpu_seconds() - before[0]:.1f}, {own_cpu_seconds() - before[1]:.1f}"

    def _build_here(self) -> None:
        shutil.rmtree(self.here.lake.root, ignore_errors=True)
        shutil.copytree(
            self.given.root, self.here.lake.root, copy_function=os.link
        )  # partitions are replaced by rename
        build_rows(self.here, self.window, self.chosen)

    def _make(self) -> None:
        """What is read and written, but no table that these dates do not reach."""
        editions = (raw.editions for raw in RAW_TABLES if raw.editions and raw in self._reached)
        needed = {*self._reached, *editions, *self.chosen, QUARANTINE, RECORDS, RUN_HISTORY}
        schema = Schema(self.there.jobs, self.there.names)
        schema.apply(schema.plan([*(each for each in stored_contracts() if each in needed), *BOOKKEEPING]))

    def _load(self) -> None:
        delivery = self.folder / "delivery"
        kept_by_us = {contract.editions for contract in RAW_TABLES}
        for contract in self._reached.keys() & set(RAW_TABLES) - kept_by_us:
            if files := self.given.files(contract, self._reached[contract]):
                place = delivery / contract.dataset / contract.name
                place.mkdir(parents=True, exist_ok=True)
                rows = [pq.ParquetFile(file).read() for file in files]
                pq.write_table(pa.concat_tables(rows, promote_options="default"), place / "rows.parquet")
        for loaded in RawLoad(self.there.jobs, self.there.names).load(delivery):
            console.print(f"  {loaded.contract.full_name}: {loaded.rows_written:,} rows, {loaded.window or 'whole'}")

    def _bring(self) -> None:
        for table, before in self._not_built_there():
            (moved,) = move(self.here, self.there, [table], before, lambda *_: None)
            console.print(f"  {table.full_name}: {sum(moved.rows.values()):,} rows of {before}")

    def _not_built_there(self) -> Iterator[tuple[Table, Window]]:
        """Which dates of which of our tables are read, and not those that are built there."""
        for table in tables():
            reached = self._reached.get(table)
            if reached and table not in self.chosen:
                yield table, reached
            elif reached and reached.start < self.window.start:
                yield table, Window(reached.start, self.window.start - timedelta(days=1))

    @cached_property
    def _reached(self) -> dict[Contract, Window | None]:
        """The dates of each table that are read for the window; None for one that is stored whole."""
        found: dict[Contract, Window | None] = {}
        for table in self.chosen:
            for part in self.window.by_season():
                for contract, dates in inputs_in(table, part).items():
                    known = found.get(contract, dates)
                    found[contract] = dates.hull(known) if dates and known else None
        return found

    def _compare(self, table: Table, window: Window, there: Session, here: Session) -> list[Compared]:
        """A table and its failure records. It is built there first, unless today's code or a command has."""
        before = self.server.cpu_seconds(), own_cpu_seconds()
        if not self.by_command:
            self._build_there(table, window, there)
        found = [self._compared(each, window, there, here) for each in (table, failures_of(table)) if each]
        equal = "NO " if any(each.differences for each in found) else "yes"
        records = f"{found[1].new_rows:,}" if len(found) > 1 else ""
        console.print(f"{table.name:30} {found[0].new_rows:7,} {records:>7}  {equal}    {self._took(before)}")
        for each in found:
            if each.differences:
                console.print(
                    f"  {each.table}: {each.only_old} rows here only, {each.only_new} there, {each.changed} differ"
                )
            for difference in each.differences[:10]:
                console.print(f"    {difference.key} {difference.column}: {difference.old} / {difference.new}")
        return found

    def _materialize(self, day: date) -> None:
        """By the command itself: Dagster's executor, a process a step, five of them querying at once."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        shutil.copy(ROOT / "dagster_home" / "dagster.yaml", home)
        there = {"BIGQUERY_EMULATOR_HOST": self.server.url, "NBA_BIGQUERY_PROJECT": self.there.client.project}
        settings = {"NBA_WAREHOUSE": "bigquery", "DAGSTER_HOME": str(home), "PYTHONPATH": str(ROOT), **there}
        settings["NBA_TABLE_TIMEOUT"] = str(round(SECONDS_A_QUERY))
        names = ",".join(table.name for table in self.chosen if day not in self.there.builds(table, [day]))
        if not names:  # an earlier run has
            return
        command = [sys.executable, "-m", "nba_assets", "materialize", "--date", str(day), "--tables", names]
        subprocess.run(command, env=os.environ | settings, cwd=self.folder, check=True)

    def _build_there(self, table: Table, window: Window, session: Session) -> None:
        code, calendar = code_of(table, self.there.dialect), Calendar.of(self.there)
        for part in window.by_season():
            days = calendar.wanted([table], part.dates())[table]
            builds = self.there.builds(table, days)
            if days and any(day not in builds or builds[day].code != code.version for day in days):
                write_part(session, table, statements(table, self.there.dialect), part, days, code)

    def _compared(self, contract: Contract, window: Window, there: Session, here: Session) -> Compared:
        sides: list[dict[str, Path]] = []
        for name, warehouse, session in (("lake", self.here, here), ("server", self.there, there)):
            file = self.folder / "compared" / f"{contract.name}{contract.part}" / str(window) / f"{name}.parquet"
            file.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(rows_of(session, warehouse.dialect, contract, window), file)
            sides.append({"rows": file})
        return compare_files(contract.full_name, contract, *sides)


def own_cpu_seconds() -> float:
    """Of this process and of those it has waited for."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(of.ru_utime + of.ru_stime for of in used)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("lake", type=Path)
    asked.add_argument("folder", type=Path)
    asked.add_argument("start", type=date.fromisoformat)
    asked.add_argument("end", type=date.fromisoformat)
    asked.add_argument("--one-at-a-time", action="store_true")
    asked.add_argument("--by-command", action="store_true")
    asked.add_argument("--tables", default="")
    given = asked.parse_args()
    window, chosen = Window(given.start, given.end), named_tables([given.tables] if given.tables else [])
    ways = [way for way in ("one-at-a-time", "by-command") if getattr(given, way.replace("-", "_"))]
    names = [str(window), *ways, *given.tables.split(",")]
    folder = given.folder.resolve() / " ".join(filter(None, names))
    folder.mkdir(parents=True, exist_ok=True)
    with serve(folder / "server") as server, closing(server.client(PROJECT)) as client:
        there, lake = BigQueryWarehouse(lambda: client), Lake(given.lake.resolve())
        trial = Trial(lake, folder, window, chosen, server, there, given.by_command)
        differ = trial.run(one_at_a_time=given.one_at_a_time)
    return bool(differ)


if __name__ == "__main__":
    sys.exit(main())
