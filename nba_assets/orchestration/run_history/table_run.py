"""Run history, row by row: what became of one table in one run, and how a run adds up to a critical path and a gain.

The contract, values and arithmetic only; no Dagster, so that a query need not load it. How rows are read from Dagster's
events and kept is said elsewhere in this package.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from nba_assets.contracts.calendar import eastern
from nba_assets.contracts.contract import Column, Contract
from nba_assets.warehouse.records import escaped, markdown_table

SUCCESS, FAILED, TIMEOUT, CANCELED, SKIPPED = "success", "failed", "timeout", "canceled", "skipped"
RUNNING, WAITING = "running", "waiting"
"""The last two only while a run lasts; they are never kept."""


RUN_HISTORY = Contract(
    dataset="nba_reference",
    name="processor_run_history",
    key=("run_id", "processor_name"),
    partition_by="data_date",
    cluster_by=("processor_name", "status", "season_year"),
    part_column="run_id",
    description="What became of each table in each run: when, for which dates, how many rows, and why not.",
    columns=(
        Column("processor_name", "STRING", "the table", required=True),
        Column("run_id", "STRING", "Dagster's run", required=True),
        Column("phase", "STRING", "phase_3_conformed, phase_3_analytics or phase_4_precompute", required=True),
        Column("data_date", "DATE", "first date the run was for; its own date if it was for none", required=True),
        Column("data_date_start", "DATE", "first date the run was for"),
        Column("data_date_end", "DATE", "last date the run was for"),
        Column("season_year", "INT64", "year that date's season started in", required=True),
        Column("status", "STRING", "success, failed, timeout, canceled, or skipped: never started", required=True),
        Column("started_at", "TIMESTAMP", "first attempt; NULL if it never started"),
        Column("processed_at", "TIMESTAMP", "when it ended; the run's end for what never started or was cut off"),
        Column(
            "duration_seconds", "DECIMAL(12,3)", "from one to the other, waits between attempts included", "seconds"
        ),
        Column("records_processed", "INT64", "rows written", "rows", required=True),
        Column("partitions", "INT64", "dates written", "dates", required=True),
        Column("retry_attempt", "INT64", "attempts after the first", required=True),
        Column("trigger_source", "STRING", "sensor, schedule, backfill or manual", required=True),
        Column("triggered_by", "STRING", "which sensor or schedule, or what it answered"),
        Column("correlation_id", "STRING", "ids of the raw data that led to the run"),
        Column("code_version", "STRING", "of what the table is"),
        Column("skip_reason", "STRING", "why nothing was built"),
        Column("errors", "STRING", "first line of the error"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class TableRun:
    """A row of `processor_run_history`; the fields are its columns."""

    processor_name: str
    run_id: str
    phase: str
    data_date: date
    data_date_start: date | None
    data_date_end: date | None
    season_year: int
    status: str
    started_at: datetime | None
    processed_at: datetime | None
    duration_seconds: float | None
    records_processed: int
    partitions: int
    retry_attempt: int
    trigger_source: str
    triggered_by: str | None
    correlation_id: str | None
    code_version: str | None
    skip_reason: str | None
    errors: str | None

    @property
    def one_date(self) -> bool:
        return self.data_date_start is not None and self.data_date_start == self.data_date_end


@dataclass(frozen=True)
class Timings:
    """The tables of one run; `waits_for` says what is built before each, `usual` how many seconds one takes."""

    runs: Sequence[TableRun]
    waits_for: Mapping[str, Collection[str]]
    usual: Mapping[str, float]

    @property
    def started(self) -> list[TableRun]:
        """Those that started, in that order."""
        found = [run for run in self.runs if run.started_at]
        return sorted(found, key=lambda run: (run.started_at, run.processor_name))

    @property
    def first(self) -> datetime | None:
        return min((run.started_at for run in self.runs if run.started_at), default=None)

    @property
    def last(self) -> datetime | None:
        return max((run.processed_at for run in self.started if run.processed_at), default=None)

    @property
    def wall_seconds(self) -> float:
        return (self.last - self.first).total_seconds() if self.first and self.last else 0.0

    @property
    def total_seconds(self) -> float:
        """What the tables would have taken one after the other."""
        return sum(run.duration_seconds or 0.0 for run in self.runs)

    @property
    def gain(self) -> float:
        """How many times faster than one after the other."""
        return self.total_seconds / self.wall_seconds if self.wall_seconds else 1.0

    @property
    def critical_path(self) -> list[TableRun]:
        """From the table that ended last, back through what it waited for that ended last: what to speed up first."""
        ended = {run.processor_name: run for run in self.started if run.processed_at}
        path: list[TableRun] = []
        ahead = list(ended.values())
        while ahead:
            path.append(max(ahead, key=lambda run: (run.processed_at, run.processor_name)))
            ahead = [ended[name] for name in self.waits_for.get(path[-1].processor_name, ()) if name in ended]
        return path[::-1]

    def slower(self, run: TableRun) -> float | None:
        """How many times its usual time it took."""
        usual = self.usual.get(run.processor_name)
        return run.duration_seconds / usual if usual and run.duration_seconds is not None else None

    def lines(self) -> list[tuple[str, ...]]:
        """A line for each table, a cell for each of `COLUMNS`: those that started in order, then the others."""
        others = [run for run in self.runs if not run.started_at]
        return [line(run, self) for run in [*self.started, *others]]

    @property
    def summary(self) -> str:
        path = " -> ".join(f"{run.processor_name} {run.duration_seconds:.1f} s" for run in self.critical_path)
        return (
            f"{self.wall_seconds:.1f} s of wall time for {self.total_seconds:.1f} s of work: "
            f"{self.gain:.1f} times as fast as one after the other. Critical path: {path or 'none'}."
        )


COLUMNS = ("table", "started", "ended", "seconds", "usual", "status", "attempt", "rows", "of")


def line(run: TableRun, timings: Timings) -> tuple[str, ...]:
    """One table as text, a cell for each of `COLUMNS`; times are Eastern."""
    usual = timings.usual.get(run.processor_name)
    ratio = timings.slower(run)
    compared = "" if usual is None else f"{usual:.1f}" + (f" (x{ratio:.1f})" if ratio is not None else "")
    why = run.errors or run.skip_reason
    dates = f"{run.data_date_start} .. {run.data_date_end}"
    return (
        run.processor_name + (" *" if run in timings.critical_path else ""),
        eastern(run.started_at),
        eastern(run.processed_at) if run.started_at else "",
        "" if run.duration_seconds is None else f"{run.duration_seconds:.1f}",
        compared,
        run.status + (f": {why}" if why else ""),
        str(run.retry_attempt + 1) if run.started_at else "",
        f"{run.records_processed:,}",
        str(run.data_date) if run.one_date else dates,
    )


def markdown(title: str, timings: Timings) -> str:
    """The run as a page: a line on the whole, then a table's line each, those on the critical path starred.

    An event of each run keeps one for ever, so what all tables have alike, and the day of their times, is said once,
    and when one ended is left to its start and seconds.
    """
    lines = timings.lines()
    columns = {name: [cells[number] for cells in lines] for number, name in enumerate(COLUMNS) if name != "ended"}
    days = {started.split()[0] for started in columns["started"] if started}
    of_day = days.pop() if len(days) == 1 else ""
    columns["started"] = [started.removeprefix(f"{of_day} ").removesuffix(" ET") for started in columns["started"]]
    alike = {name: cells[0] for name, cells in columns.items() if len(cells) > 1 and len(set(cells)) == 1}
    of_all = ", ".join(f"{name} {escaped(value)}" for name, value in alike.items() if value)
    shown = [name for name in columns if name not in alike]
    body = markdown_table(shown, zip(*(columns[name] for name in shown), strict=True))
    told = [f"### {title}", timings.summary, f"All: {of_all}." if of_all else "", body]
    times = f"Times are Eastern{of_day and f', of {of_day}'}; * is on the critical path.\n"
    return "\n\n".join([*filter(None, told), times])
