"""Timeline of a date: when its raw data was there, when each table started and ended, and what it waited for.

Answers from the run history, from Dagster for what is not in it yet, and from the raw tables' events. How the parts of
one run add up stands with the history's rows; printing is the command's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from nba_assets.audit.game_days import Calendar
from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.calendar import Window, eastern, today
from nba_assets.contracts.contract import RawTable
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import ROWS, Materialised
from nba_assets.orchestration.run_history import table_run
from nba_assets.orchestration.run_history.history import NEAR_DAYS, kept, timings_of
from nba_assets.orchestration.run_history.run_events import table_runs
from nba_assets.orchestration.run_history.table_run import TableRun, Timings
from nba_assets.orchestration.run_tags import days_of
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.records import markdown_table

LATEST_RUNS = 100
"""So many of Dagster's newest runs are looked at for dates that the history does not have yet."""


@dataclass(frozen=True)
class Arrival:
    """When a raw table's data for the date was there: as its event says, else as the stored partition does."""

    table: RawTable
    at: datetime | None
    told_by: str
    records: int | None = None


@dataclass(frozen=True)
class Cascade:
    """One date: its raw data, and the latest runs that built its tables, the earliest first."""

    day: date
    arrivals: Sequence[Arrival]
    runs: Sequence[Timings]
    is_day_off: bool = False

    @property
    def tables(self) -> list[TableRun]:
        return [run for timings in self.runs for run in timings.runs]

    @property
    def never_run(self) -> list[str]:
        """The tables that no run was to build; none of a day off, on which nothing is owed."""
        if self.is_day_off:
            return []
        known = {run.processor_name for run in self.tables}
        return [table.name for table in tables() if table.name not in known]

    @property
    def wall_seconds(self) -> float:
        """Of the runs, without the hours between them."""
        return sum(run.wall_seconds for run in self.runs)

    @property
    def total_seconds(self) -> float:
        return sum(run.total_seconds for run in self.runs)

    @property
    def usual_seconds(self) -> float | None:
        """What its tables commonly take together, if that is known of each that ended."""
        ended = [(run, timings.usual.get(run.processor_name)) for timings in self.runs for run in timings.started]
        usual = [seconds for _, seconds in ended if seconds is not None]
        return sum(usual) if usual and len(usual) == len(ended) else None

    @property
    def statuses(self) -> str:
        """`8 success, 2 skipped`."""
        found = [run.status for run in self.tables]
        return ", ".join(f"{found.count(status)} {status}" for status in sorted(set(found), key=_BEST_FIRST.index))


_BEST_FIRST = [
    table_run.SUCCESS,
    table_run.RUNNING,
    table_run.WAITING,
    table_run.SKIPPED,
    table_run.CANCELED,
    table_run.TIMEOUT,
    table_run.FAILED,
]


def cascade(instance: dg.DagsterInstance, warehouse: Warehouse, day: date) -> Cascade:
    """The cascade of one date."""
    history = kept(warehouse, _near(day))
    of_day = dg.RunsFilter(tags={"dagster/partition": day.isoformat()})
    history = [*history, *_not_kept(instance, history, of_day)]
    if not any(_is_of(run, day) for run in history):  # built by a range that began long before, if at all
        history = kept(warehouse)
    return _cascade(instance, warehouse, day, history)


def last_cascades(instance: dg.DagsterInstance, warehouse: Warehouse, number: int) -> list[Cascade]:
    """The cascades of the newest dates that were built by themselves, the newest first."""
    history = kept(warehouse, _near(today()))
    if len(_single_dates(history)) < number:
        history = kept(warehouse)
    history = [*history, *_not_kept(instance, history, None)]
    days = _single_dates(history)[:number]
    return [_cascade(instance, warehouse, day, history) for day in days]


def _near(day: date) -> Window:
    """Dates whose runs are enough to compare with: reading years of history takes seconds."""
    return Window(day - timedelta(days=NEAR_DAYS), day + timedelta(days=1))


def _single_dates(history: Sequence[TableRun]) -> list[date]:
    """The dates that were built by themselves, the newest first."""
    return sorted({run.data_date for run in history if run.one_date}, reverse=True)


def _not_kept(
    instance: dg.DagsterInstance, history: Sequence[TableRun], chosen: dg.RunsFilter | None
) -> Iterator[TableRun]:
    """Runs that the history does not have: still under way, or ended where nobody kept them."""
    known = {run.run_id for run in history}
    for run in instance.get_runs(chosen, limit=LATEST_RUNS):
        if run.run_id not in known and len(days_of(run)) == 1:
            yield from table_runs(instance, run.run_id)


def _cascade(instance: dg.DagsterInstance, warehouse: Warehouse, day: date, history: Sequence[TableRun]) -> Cascade:
    latest: dict[str, TableRun] = {}
    for run in sorted((run for run in history if _is_of(run, day)), key=_rank):
        latest[run.processor_name] = run
    by_run: dict[str, list[TableRun]] = {}
    for run in sorted(latest.values(), key=_when):
        by_run.setdefault(run.run_id, []).append(run)
    runs = [timings_of(runs, history) for runs in by_run.values()]
    return Cascade(day, arrivals(instance, warehouse, day), runs, _is_day_off(warehouse, day))


def _is_day_off(warehouse: Warehouse, day: date) -> bool:
    calendar = Calendar.of(warehouse)
    return all(calendar.is_off(table, day) for table in tables())


def _is_of(run: TableRun, day: date) -> bool:
    first, last = run.data_date_start, run.data_date_end
    return first is not None and last is not None and first <= day <= last


def _rank(run: TableRun) -> tuple[bool, datetime]:
    """A run for the date alone counts before a back-fill over it, then the newer before the older."""
    return run.one_date, _when(run)


def _when(run: TableRun) -> datetime:
    return run.started_at or run.processed_at or datetime.now(UTC)


def arrivals(instance: dg.DagsterInstance, warehouse: Warehouse, day: date) -> list[Arrival]:
    """When each raw table that has dates was there for one, what is waited for first."""
    raw = {source for table in tables() for source in stored_inputs(table) if isinstance(source, RawTable)}
    daily = sorted((table for table in raw if table.partition_by), key=lambda table: (_NEEDS[table.need], table.name))
    return [_arrival(instance, warehouse, table, day) for table in daily]


_NEEDS = {"required": 0, "fallback": 1, "optional": 2}


def _arrival(instance: dg.DagsterInstance, warehouse: Warehouse, table: RawTable, day: date) -> Arrival:
    wanted = dg.AssetRecordsFilter(asset_key=asset_key(table), asset_partitions=[day.isoformat()])
    for record in instance.fetch_materializations(wanted, limit=1).records:
        made = record.asset_materialization
        rows = Materialised.read(made.metadata).rows if made and ROWS in made.metadata else None
        return Arrival(table, datetime.fromtimestamp(record.timestamp, UTC), "event", rows)
    changed = warehouse.changed_at(table).get(day)
    if changed is None:
        return Arrival(table, None, "not there")
    return Arrival(table, datetime.fromtimestamp(changed, UTC), "stored")


def markdown(cascade: Cascade) -> str:
    """The date as a page of Markdown."""
    raw = markdown_table(ARRIVAL_COLUMNS, map(arrival_line, cascade.arrivals))
    runs = [table_run.markdown(title(timings), timings) for timings in cascade.runs]
    off = [f"No games on {cascade.day}: nothing is to run.\n"] if cascade.is_day_off else []
    missing = [f"Never run for this date: {', '.join(cascade.never_run)}.\n"] if cascade.never_run else []
    return "\n".join([f"## {cascade.day}\n\n{raw}\n", *runs, *off, *missing])


ARRIVAL_COLUMNS = ("raw table", "need", "there since", "told by", "records")


def title(timings: Timings) -> str:
    """One line for a run: its id, what started it, and who."""
    run = timings.runs[0]
    asked = run.trigger_source + (f" {run.triggered_by}" if run.triggered_by else "")
    return f"Run {run.run_id[:8]}, {asked}"


def arrival_line(arrival: Arrival) -> tuple[str, ...]:
    """What is printed of a raw table's arrival, a text a column."""
    records = "" if arrival.records is None else f"{arrival.records:,}"
    return arrival.table.name, arrival.table.need, eastern(arrival.at), arrival.told_by, records
