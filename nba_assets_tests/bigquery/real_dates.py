"""Real dates on a BigQuery server of this machine beside a lake: the same inputs, the same tables, the same rows.

    python -m nba_assets_tests.bigquery.real_dates LAKE build/on_bigquery 2021-11-15 2021-11-15
    python -m nba_assets_tests.bigquery.real_dates LAKE build/on_bigquery 2021-11-01 2021-11-30

The lake holds raw data and all tables of the season until the last date; it is not changed. In links to it the dates
are built again by today's code. The server is made as `nba bigquery init` does, loaded as `nba bigquery load` does with
the raw rows that the dates reach, and given as `nba import` does what they reach of our tables on earlier dates. Then,
table after table, each after those it reads: its range is replaced on the server, by the scripts that a step sends, and
every value that is stored of it afterwards compared with the lake's, failure records too. What is compared stays in the
folder, as Parquet of both sides. Broken off it goes on where it was. Names after the dates, separated by commas: those
tables only.

Of November 2021, as one range of all tables, the server took 320 CPU seconds, 53 of them before the first table; this
process 70.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections.abc import Callable
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
from nba_assets.compile.code_version import code_of
from nba_assets.compile.statements import inputs_in, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Table
from nba_assets.readers.catalog import stored_contracts
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import reading_views, tables
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


@dataclass(frozen=True)
class Trial:
    """Dates on both sides, in a folder of their own, with what there is of it from an earlier run."""

    given: Lake
    folder: Path
    window: Window
    server: LocalBigQuery
    there: BigQueryWarehouse

    @cached_property
    def here(self) -> DuckDBWarehouse:
        return DuckDBWarehouse(Lake(self.folder / "lake"))

    def run(self, only: list[str]) -> bool:
        """Whether all is equal."""
        self._once("the dates in the lake", self._build_here)
        self._once("tables on the server", self._make)
        self._once("raw rows there", self._load)
        self._once("our tables of earlier dates there", self._bring)
        console.print(f"{'table':30} {'rows':>7} {'records':>7}  equal  CPU s of the server, of this process")
        with self.there.session(SECONDS_A_QUERY) as there, self.here.session(SECONDS_A_QUERY) as here:
            chosen = [table for table in tables() if not only or table.name in only]
            found = [self._compare(table, there, here) for table in chosen]
        differ = [name for of_table in found for name in of_table]
        console.print(f"{self.window}: {len(found)} tables, differing: {', '.join(differ) or 'none'}")
        console.print(f"in all: {self._took((0.0, 0.0))}")
        return not differ

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
        build_rows(self.here, self.window)

    def _make(self) -> None:
        schema = Schema(self.there.jobs, self.there.names)
        schema.apply(schema.plan((*stored_contracts(), *BOOKKEEPING), reading_views()))

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
        for table in tables():
            reached = self._reached.get(table)
            if reached and reached.start < self.window.start:
                before = Window(reached.start, self.window.start - timedelta(days=1))
                (moved,) = move(self.here, self.there, [table], before, lambda *_: None)
                console.print(f"  {table.full_name}: {sum(moved.rows.values()):,} rows of {before}")

    @cached_property
    def _reached(self) -> dict[Contract, Window | None]:
        """The dates of each table that are read for the window; None for one that is stored whole."""
        found: dict[Contract, Window | None] = {}
        for table in tables():
            for part in self.window.by_season():
                for contract, dates in inputs_in(table, part).items():
                    known = found.get(contract, dates)
                    found[contract] = dates.hull(known) if dates and known else None
        return found

    def _compare(self, table: Table, there: Session, here: Session) -> list[str]:
        """The names of what differs: the table, its failure records. It is built there unless today's code has."""
        before = self.server.cpu_seconds(), own_cpu_seconds()
        self._build_there(table, there)
        compared = [self._compared(table, there, here)]
        if records := failures_of(table):
            compared.append(self._compared(records, there, here))
        rows, records_ = compared[0].new_rows, compared[1].new_rows if len(compared) > 1 else ""
        differ = [each for each in compared if each.differences]
        console.print(f"{table.name:30} {rows:7,} {records_:>7}  {'NO ' if differ else 'yes'}    {self._took(before)}")
        for each in differ:
            console.print(
                f"  {each.table}: {each.only_old} rows here only, {each.only_new} there, {each.changed} differ"
            )
            for difference in each.differences[:10]:
                console.print(f"    {difference.key} {difference.column}: {difference.old} / {difference.new}")
        return [each.table for each in differ]

    def _build_there(self, table: Table, session: Session) -> None:
        code, calendar = code_of(table, self.there.dialect), Calendar.of(self.there)
        for part in self.window.by_season():
            days = calendar.wanted([table], part.dates())[table]
            builds = self.there.builds(table, days)
            if days and any(day not in builds or builds[day].code != code.version for day in days):
                write_part(session, table, statements(table, self.there.dialect), part, days, code)

    def _compared(self, contract: Contract, there: Session, here: Session) -> Compared:
        sides: list[dict[str, Path]] = []
        for name, warehouse, session in (("lake", self.here, here), ("server", self.there, there)):
            file = self.folder / "compared" / f"{contract.name}{contract.part}" / f"{name}.parquet"
            file.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(rows_of(session, warehouse.dialect, contract, self.window), file)
            sides.append({"rows": file})
        return compare_files(contract.full_name, contract, *sides)


def own_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    lake, place, start, end, *rest = sys.argv[1:]
    window = Window(date.fromisoformat(start), date.fromisoformat(end))
    folder = Path(place).resolve() / str(window)
    folder.mkdir(parents=True, exist_ok=True)
    with serve(folder / "server") as server, closing(server.client(PROJECT)) as client:
        trial = Trial(Lake(Path(lake).resolve()), folder, window, server, BigQueryWarehouse(lambda: client))
        sys.exit(not trial.run(rest[0].split(",") if rest else []))
