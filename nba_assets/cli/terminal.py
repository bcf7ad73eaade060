"""What the `nba` command shows: tables and progress bars. What it does is `cli.py`'s and `operations/`'s."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table as RichTable
from rich.text import Text

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa

    from nba_assets.audit.coverage import Coverage
    from nba_assets.orchestration.launch import Made
    from nba_assets.orchestration.run_history.cascade import Cascade
    from nba_assets.orchestration.staleness import Plan
    from nba_assets.warehouse.ingest import Ingested

out = Console(width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, soft_wrap=True)
_DATE = re.compile(r" \d{4}-\d{2}-\d{2}")
MOST_COLUMNS_ACROSS = 16
MOST_ROWS_ACROSS = 5
MOST_GAPS = 200


def print_rows(rows: pa.Table) -> None:
    """A table; a wide one turned on its side, a column a line, since sixty columns fit no terminal."""
    records = [["" if value is None else str(value) for value in row.values()] for row in rows.to_pylist()]
    shown = RichTable(*rows.column_names)
    if rows.num_columns > MOST_COLUMNS_ACROSS:
        shown = RichTable("column", *[f"row {n}" for n in range(1, len(records) + 1)])
        records = [[name, *values] for name, *values in zip(rows.column_names, *records, strict=True)]
    for record in records:
        shown.add_row(*record)
    out.print(shown)


def print_ingested(results: Sequence[Ingested]) -> None:
    shown = RichTable("table", "rows in", "written", "rejected", "partitions", "dates", "seconds")
    for result in results:
        rejected = ", ".join(f"{rows} {reason}" for reason, rows in result.rejected.items()) or "0"
        dates = f"{result.window.start} .. {result.window.end}" if result.window else "stored whole"
        shown.add_row(
            result.contract.full_name,
            f"{result.rows_in:,}",
            f"{result.rows_written:,}",
            rejected,
            f"{result.partitions:,}",
            dates,
            f"{result.seconds:.1f}",
        )
    out.print(shown)


def print_made(made: Mapping[str, Made]) -> None:
    shown = RichTable("table", "partitions", "rows", "seconds", "broken checks")
    for table, result in made.items():
        shown.add_row(
            table,
            f"{result.partitions:,}",
            f"{result.rows:,}",
            f"{result.seconds:.1f}",
            "\n".join(result.broken_checks) or ("none" if result.partitions else "not built"),
        )
    out.print(shown)


def print_coverage(tables: Sequence[Coverage]) -> None:
    """How much of each table is there, then what is missing, table by table and date by date."""
    shown = RichTable("table", "expected dates", "found", "coverage", "rows", "owed", "written + failed", "gaps")
    for table in tables:
        if table.error:
            shown.add_row(table.table, "", "", "[red]error[/red]")
            continue
        counts = (table.rows, table.owed, f"{table.written:,} + {table.failed:,}", len(table.gaps))
        share = f"[{'green' if table.ready else 'red'}]{100 * table.coverage:.1f} %"
        shown.add_row(
            table.table,
            f"{len(table.days):,}",
            f"{table.found:,}",
            share,
            *[count if isinstance(count, str) else f"{count:,}" for count in counts],
        )
    out.print(shown)
    gaps = [gap for table in tables for gap in table.gaps]
    if gaps:
        lacking = RichTable("dates", "table", "number", "missing")
        for gap in gaps[:MOST_GAPS]:
            lacking.add_row(str(gap.dates), gap.table, f"{gap.number:,}", Text(gap.lacks))
        out.print(lacking)
    if len(gaps) > MOST_GAPS:
        out.print(f"the first {MOST_GAPS} of {len(gaps):,} gaps")


def print_cascade(cascade: Cascade) -> None:
    """One date: when its raw data was there, then each run that built its tables."""
    from nba_assets.orchestration.run_history.cascade import ARRIVAL_COLUMNS, arrival_line, title
    from nba_assets.orchestration.run_history.table_run import COLUMNS

    raw = RichTable(*ARRIVAL_COLUMNS, title=f"raw data of {cascade.day}", title_justify="left")
    for arrival in cascade.arrivals:
        raw.add_row(*arrival_line(arrival))
    out.print(raw)
    for timings in cascade.runs:
        shown = RichTable(*COLUMNS, title=title(timings), title_justify="left")
        for cells in timings.lines():
            shown.add_row(*map(Text, cells))
        out.print(shown)
        out.print(timings.summary, highlight=False)
    if cascade.never_run:
        out.print(f"never run for {cascade.day}: {', '.join(cascade.never_run)}", highlight=False)
    out.print("Times are Eastern; * is on the critical path.", highlight=False)


def print_cascades(cascades: Sequence[Cascade]) -> None:
    """A date a line."""
    from nba_assets.orchestration.run_history.table_run import eastern

    shown = RichTable("date", "first start", "last end", "runs", "wall s", "work s", "gain", "usual work s", "tables")
    for cascade in cascades:
        usual = cascade.usual_seconds
        gain = cascade.total_seconds / cascade.wall_seconds if cascade.wall_seconds else 1.0
        shown.add_row(
            str(cascade.day),
            eastern(min((run.first for run in cascade.runs if run.first), default=None)),
            eastern(max((run.last for run in cascade.runs if run.last), default=None)),
            str(len(cascade.runs)),
            f"{cascade.wall_seconds:.1f}",
            f"{cascade.total_seconds:.1f}",
            f"{gain:.1f}",
            "" if usual is None else f"{usual:.1f}",
            cascade.statuses,
        )
    out.print(shown)


def reporter(progress: Progress) -> Callable[[str, int, int], None]:
    """One bar for each thing reported on."""
    tasks: dict[str, TaskID] = {}

    def report(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=total)
        progress.update(tasks[what], completed=done, total=total)

    return report


def bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    return Progress(*columns, console=err, disable=not err.is_terminal)


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="progress.data.speed")


class RunProgress:
    """How far each table of some runs has come, and all together: bars on a terminal, lines where asked for elsewhere.

    `totals` says how many days each table has to do.
    """

    def __init__(self, totals: Mapping[str, int], *, by_line: bool = False) -> None:
        self._bar = bar()
        self._by_line = by_line and not err.is_terminal
        self._totals, self._done = totals, dict.fromkeys(totals, 0)
        self._tasks = {table: self._bar.add_task(table, total=total) for table, total in totals.items()}
        self._all = self._bar.add_task("all tables", total=sum(totals.values()))
        self._started = time.perf_counter()

    def __enter__(self) -> RunProgress:
        self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def report(self, table: str, done: int, state: str) -> None:
        """A table has `done` of its days; it is running, done or failed."""
        label = {"running": "", "done": " [green]done[/green]", "failed": " [red]failed[/red]"}[state]
        news = state == "failed" or done > self._done[table]
        self._done[table] = max(done, self._done[table])
        self._bar.update(self._tasks[table], description=f"{table}{label}", completed=self._done[table])
        self._bar.update(self._all, completed=sum(self._done.values()))
        if self._by_line and news:
            err.print(self._line(table, state), highlight=False)

    def _line(self, table: str, state: str) -> str:
        done, total = sum(self._done.values()), sum(self._totals.values())
        rate = done / max(time.perf_counter() - self._started, 0.001)
        left = f", {(total - done) / rate:.0f} s left" if rate else ""
        own = "failed" if state == "failed" else f"{self._done[table]:,} of {self._totals[table]:,} days"
        return f"{table}: {own}; all: {done:,} of {total:,} partitions, {rate:.0f}/s{left}"


def print_plan(plan: Plan) -> None:
    """For each table how many partitions are to be built, and why: reasons that differ only in dates are one."""
    shown = RichTable("table", "partitions", "why", "of them", "first")
    for table, days in plan.items():
        reasons: dict[str, list[date]] = {}
        for day, reason in days.items():
            reasons.setdefault(_DATE.sub("", reason), []).append(day)
        lines = [(why, f"{len(of_them):,}", str(min(of_them))) for why, of_them in reasons.items()]
        shown.add_row(table.name, f"{len(days):,}", *["\n".join(column) for column in zip(*lines, strict=True)])
    out.print(shown)
