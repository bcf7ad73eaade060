"""Real dates on a BigQuery server of this machine beside a lake: the same delivery, the same commands, the same rows.

    python -m nba_assets_tests.bigquery.real_dates ../shared/raw build/on_bigquery 2021-11-15 2021-11-15
    python -m nba_assets_tests.bigquery.real_dates ../shared/raw build/on_bigquery 2021-11-01 2021-11-30

The lake is built first. The server is loaded with the raw rows of the season until the last date, and with what the
lake's tables hold of it before the first; the dates between are built there by `nba backfill`, brought back by
`nba export` and compared by `nba compare`. Printed beside it: what the server took for each table. What the folder
holds of an earlier run of the same dates is gone on with. Names after the dates, separated by commas: some tables only.
Hours on a machine that others work on: of one date the server took 33 CPU seconds to make all tables and 43 to load the
raw rows of four weeks; to rewrite the longest script, four. (The compiled sqlglot is no help: its parser cannot be
inherited from, which the server does.)
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
from google.cloud import bigquery
from rich.console import Console
from rich.table import Table as RichTable

from nba_assets.contracts.calendar import FIRST_DATE, Window, season_year
from nba_assets.warehouse.delivered import FILE, source_of
from nba_assets.warehouse.ingest import delivered_in
from nba_assets_tests.bigquery.local_server import serve

console = Console(soft_wrap=True, highlight=False, markup=False)

ROOT = Path(__file__).parents[2]
PROJECT = "nba-real"
SECONDS_A_QUERY = "3600"
"""The server rewrites each statement in Python, which takes it longer than to run it."""


def cpu_seconds() -> float:
    """Of all processes that this one has started and that have ended; the server has not."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


@dataclass(frozen=True)
class Side:
    """A warehouse as its settings name it."""

    settings: Mapping[str, str]

    def nba(self, *command: str, may_differ: bool = False) -> bool:
        """Run a command, and say whether it found nothing that differs. Raises SystemExit if it fails."""
        console.print(f"$ nba {' '.join(command)}")
        began, before = time.monotonic(), cpu_seconds()
        done = subprocess.run([sys.executable, "-m", "nba_assets", *command], env=os.environ | self.settings)
        console.print(f"  {time.monotonic() - began:.0f} s, {cpu_seconds() - before:.0f} CPU s of it the command's")
        if done.returncode > int(may_differ):
            sys.exit(done.returncode)
        return not done.returncode


@dataclass(frozen=True)
class Trial:
    """A folder with both sides."""

    raw: Path
    folder: Path
    window: Window
    only: Sequence[str] = ()

    def run(self) -> bool:
        """Whether both sides hold the same."""
        self.deliver()
        lake = self.side("lake", NBA_LAKE=str(self.folder / "lake"))
        if not (self.folder / "lake").exists():
            lake.nba("ingest", str(self.delivery))
        lake.nba("backfill", *self.dates(self.season.start), *self.only)
        with serve(self.folder / "server") as server:
            url = {"BIGQUERY_EMULATOR_HOST": server.url, "NBA_BIGQUERY_PROJECT": PROJECT}
            there = self.side("bigquery", NBA_WAREHOUSE="bigquery", NBA_TABLE_TIMEOUT=SECONDS_A_QUERY, **url)
            there.nba("bigquery", "init")
            self.bring(there)
            there.nba("backfill", *self.dates(self.window.start), *self.only)
            there.nba("export", *self.dates(self.window.start), *self.only, "--to", str(self.folder / "exported"))
            with closing(server.client(PROJECT)) as client:
                print_seconds(client)
        lake.nba("export", *self.dates(self.window.start), *self.only, "--to", str(self.folder / "stored"))
        return lake.nba("compare", str(self.folder / "stored"), str(self.folder / "exported"), may_differ=True)

    @property
    def season(self) -> Window:
        return Window.season(season_year(self.window.end))

    @property
    def delivery(self) -> Path:
        return self.folder / "delivery"

    def dates(self, start: date) -> list[str]:
        return ["--start", str(max(start, FIRST_DATE)), "--end", str(self.window.end)]

    def side(self, name: str, **settings: str) -> Side:
        home = self.folder / f"home_{name}"
        if not home.exists():
            home.mkdir(parents=True)
            shutil.copy(ROOT / "dagster_home" / "dagster.yaml", home)
        return Side(settings | {"DAGSTER_HOME": str(home)})

    def deliver(self) -> None:
        """Of the raw data the season until the last date; the schedule, and what has no dates, whole."""
        if self.delivery.exists():
            return
        unfinished = self.delivery.with_name("unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        with duckdb.connect() as connection:
            for contract, files in delivered_in(self.raw).items():
                end = self.season.end if contract.name == "nbac_schedule" else self.window.end
                day = contract.partition_by
                within = f"{day} BETWEEN '{self.season.start}' AND '{end}'" if day else "true"
                place = unfinished / contract.dataset / contract.name
                place.mkdir(parents=True)
                rows = f"SELECT * EXCLUDE ({FILE}) FROM {source_of(files)} WHERE {within}"
                connection.execute(f"COPY ({rows}) TO '{place}/rows.parquet'")
        unfinished.rename(self.delivery)

    def bring(self, there: Side) -> None:
        """Raw rows, and our tables of the dates before, unless an earlier run has."""
        if (done := self.folder / "brought").exists():
            return
        there.nba("bigquery", "load", str(self.delivery))
        before = self.window.start - timedelta(days=1)
        if before in self.season:
            there.nba("import", str(self.folder / "lake"), "--start", str(self.season.start), "--end", str(before))
        done.touch()


def print_seconds(client: bigquery.Client) -> None:
    """What the server took for the jobs of each table."""
    seconds: dict[str, list[float]] = {}
    for job in client.list_jobs():
        if job.ended and (table := job.labels.get("nba_table")):
            seconds.setdefault(table, []).append((job.ended - job.started).total_seconds())
    shown = RichTable("table", "jobs", "seconds", "longest")
    for table, found in sorted(seconds.items(), key=lambda each: -sum(each[1])):
        shown.add_row(table, str(len(found)), f"{sum(found):.1f}", f"{max(found):.1f}")
    console.print(shown)


if __name__ == "__main__":
    given, place, start, end, *rest = sys.argv[1:]
    window = Window(date.fromisoformat(start), date.fromisoformat(end))
    options = ["--tables", rest[0]] if rest else []
    sys.exit(not Trial(Path(given).resolve(), Path(place).resolve() / str(window), window, options).run())
