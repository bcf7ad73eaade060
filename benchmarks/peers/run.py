"""`make bench-peers`: times the peers over a lake that has all our tables, prints one table, keeps the figures.

    python -m benchmarks.peers.run LAKE [--works one_date,one_season] [--peers sqlmesh] [--runs 1]

A figure is the median of `--runs` runs. The figures go into `benchmarks/latest.json`, each as soon as it is there,
beside those of `make bench`, which this sets them against.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.peers import bare_queries
from benchmarks.peers.reference import over_dates
from benchmarks.peers.reference.agreement import Agreement, agreement
from benchmarks.peers.sqlmesh import Failed, Project
from benchmarks.peers.work import LATEST, WORKS, Record, Sample, keep, ours, spread
from nba_assets.audit.game_days import game_days
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

ROOT = Path(__file__).parents[2]

console = Console(width=120)

Found = Iterator[Record | Sample]


@dataclass(frozen=True)
class Bench:
    """Where the lake is, where each peer's results go, and how much is measured."""

    lake: Lake
    out: Path
    sqlmesh: Path
    runs: int
    sample: int

    def bare_queries(self, work: str, window: Window) -> Found:
        """The floor, with the results in memory and written to Parquet."""
        parquet = self._emptied("bare_queries")
        for peer, into in (("bare_queries", None), ("bare_queries_to_parquet", parquet)):
            seconds = self._median(peer, work, lambda into=into: bare_queries.seconds(self.lake, window, into))
            yield Record(peer, work, seconds, self.runs, len(tables()))

    def sqlmesh_models(self, work: str, window: Window) -> Found:
        """SQLMesh; says after it whether it made the rows that we made."""
        season = Window.season(season_year(window.start))
        project = Project(self.out / "sqlmesh" / work, self.lake, season.start, self.sqlmesh)
        project.write()
        run = (lambda: project.one_date(window.end)) if window.days == 1 else (lambda: project.history(window.end))
        yield Record("sqlmesh", work, self._median("sqlmesh", work, run), self.runs, len(tables()))
        made = project.rows(window)
        for name, (theirs, our, same) in made.items():
            if not theirs == our == same:
                console.print(f"sqlmesh, {work}: {name} DIFFERS: {theirs:,} rows, ours {our:,}, in both {same:,}")
        console.print(f"sqlmesh beside ours, {work}: {sum(same for *_, same in made.values()):,} rows are the same")

    def reference(self, work: str, window: Window) -> Found:
        """The reference's way: all dates with games, or a sample of them where there are more than that."""
        days = game_days(DuckDBWarehouse(self.lake), window)
        measured, into = spread(days, self.sample), self._emptied("reference")
        by_table: dict[str, float] = {}

        def run() -> float:
            by_table.update(over_dates.seconds(self.lake, measured, into))
            return sum(by_table.values())

        name = work if measured == days else f"{len(measured)} dates of {work}"
        seconds = self._median("reference", name, run)
        if measured == days:
            yield Record("reference", work, seconds, self.runs, len(over_dates.TABLES))
        else:
            yield Sample("reference", work, len(measured), len(days), seconds, self.runs, len(over_dates.TABLES))
        for table, spent in by_table.items():
            console.print(f"reference, {name}: {table} {spent / len(measured):.2f} s a date in the last run")
        _show_agreement(agreement(self.lake, into, measured))

    def _median(self, peer: str, work: str, run: Callable[[], float]) -> float:
        seconds = []
        for number in range(self.runs):
            seconds.append(run())
            console.print(f"{peer}, {work}: run {number + 1} of {self.runs}: {seconds[-1]:.1f} s")
        return round(statistics.median(seconds), 2)

    def _emptied(self, name: str) -> Path:
        shutil.rmtree(self.out / name, ignore_errors=True)
        return self.out / name


PEERS: Mapping[str, Callable[[Bench, str, Window], Found]] = {
    "bare_queries": Bench.bare_queries,
    "reference": Bench.reference,
    "sqlmesh": Bench.sqlmesh_models,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, keep and print. Ends with one line on what is wrong where a peer cannot run."""
    given = _arguments().parse_args(arguments)
    works = {work: getattr(given, work) for work in given.works}
    lake = Lake(given.lake.resolve())
    for work, window in works.items():
        if not all(lake.files(table, window) for table in tables()):
            raise SystemExit(f"{lake.root} lacks some of our tables for {work} ({window}): nba backfill makes them")
    bench = Bench(lake, given.out.resolve(), given.sqlmesh.absolute(), given.runs, given.sample)
    if "sqlmesh" in given.peers and not bench.sqlmesh.exists():
        raise SystemExit(f"{bench.sqlmesh} is not there: make bench-peers installs it")
    found: list[Record | Sample] = []
    try:
        for work, window in works.items():
            for peer in given.peers:
                for record in PEERS[peer](bench, work, window):
                    keep([record], given.latest)
                    found.append(record)
    except Failed as error:
        raise SystemExit(str(error)) from error
    finally:
        show(found, ours(len(tables()), given.latest))


def _show_agreement(compared: Sequence[Agreement]) -> None:
    """Print how many of the reference's values are ours, and the column where fewest are."""
    for table in dict.fromkeys(found.table for found in compared):
        columns = [found for found in compared if found.table == table and found.rows]
        rows, same = sum(found.rows for found in columns), sum(found.same for found in columns)
        least = min(columns, key=lambda found: found.same / found.rows)
        console.print(
            f"reference beside ours, {table}: {same:,} of {rows:,} values in {len(columns)} columns are the same; "
            f"fewest in {least.column}: {least.same:,} of {least.rows:,}"
        )


def show(found: Sequence[Record | Sample], our_seconds: Mapping[str, float]) -> None:
    """Print one table of what was measured, and below it what a sample would come to: that is no measurement."""
    shown = RichTable("peer", "work", "tables", "runs", "wall s", "ours s", "peer / ours")
    projected = []
    for record in found:
        if isinstance(record, Sample):
            sampled = f"{record.dates} dates of {record.sample_of}"
            shown.add_row(record.peer, sampled, *_cells(record.sample_wall_s, record))
            whole = record.seconds_a_date * record.of_dates
            projected.append(
                f"PROJECTED, not measured: {record.peer}, {record.sample_of}, {record.tables} tables: {whole:,.0f} s, "
                f"as {record.seconds_a_date:.2f} s a date (measured) x {record.of_dates} dates with games"
            )
            continue
        our = our_seconds.get(record.work)
        against = (f"{our:.1f}", f"{record.wall_s / our:.2f}") if our else ("", "")
        shown.add_row(record.peer, record.work, *_cells(record.wall_s, record), *against)
    console.print(shown)
    for line in projected:
        console.print(line)


def _cells(seconds: float, record: Record | Sample) -> tuple[str, str, str]:
    return str(record.tables), str(record.runs), f"{seconds:.1f}"


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("lake", type=Path, help="a lake with raw data and all ten tables")
    parser.add_argument("--peers", type=_among(PEERS), default=list(PEERS), help=f"of {','.join(PEERS)}")
    parser.add_argument("--works", type=_among(WORKS), default=list(WORKS), help=f"of {','.join(WORKS)}")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, of which the median is kept")
    parser.add_argument("--sample", type=int, default=40, help="dates of a longer work that the reference is run on")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "peers", help="where the peers' results go")
    parser.add_argument("--sqlmesh", type=Path, default=ROOT / "build" / "sqlmesh" / "bin" / "sqlmesh")
    parser.add_argument("--latest", type=Path, default=LATEST, help="where the figures go")
    for work, window in WORKS.items():
        parser.add_argument(f"--{work.replace('_', '-')}", type=_window, default=window, metavar="A..B")
    return parser


def _among(names: Mapping[str, object]) -> Callable[[str], list[str]]:
    def chosen(text: str) -> list[str]:
        found = text.split(",")
        if unknown := set(found) - set(names):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not among {', '.join(names)}")
        return found

    return chosen


def _window(text: str) -> Window:
    start, _, end = text.partition("..")
    return Window(date.fromisoformat(start), date.fromisoformat(end or start))


if __name__ == "__main__":
    main()
