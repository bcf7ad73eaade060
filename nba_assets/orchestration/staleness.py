"""Which partitions are to be built, and why: never made, failed, or older than something they read.

Only finds out; what is run is up to schedules and to `nba backfill`. Dagster's own staleness gives up at a hundred
upstream partitions, and a day of form reads a season.

A partition of another schema than is declared is built again like one that failed. Other code alone makes none stale:
it is told, and built when a person asks for it. A day off lacks nothing; only what an earlier schedule or an older
schema has left there is to go.

A partition is good when its latest materialisation began to read after everything it reads last changed. A rebuild that
writes the same again changes nothing, so nothing that reads it becomes stale. What one plan builds may change, so
the days of the plan that read it are built as well, and no others. Tables stored whole (names, arenas) have no dates: a
change of theirs would mean all of history, and is not looked at.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from itertools import accumulate
from typing import Literal

import dagster as dg

from nba_assets.audit.game_days import Calendar
from nba_assets.compile.bind import stored_inputs
from nba_assets.compile.code_version import code_version
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.read import Reach
from nba_assets.contracts.table import Table
from nba_assets.orchestration.instance.events import AssetEventSummaryRecord, event_summaries
from nba_assets.orchestration.keys import asset_key
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.footers import Build

MISSING = "missing"
FAILED = "failed"
OLDER_SCHEMA = "older schema"
OLDER_CODE = "older code"
NO_GAMES = "no games any more"
_OLDER_THAN = "older than"
_WILL_BE_BUILT = "which will be built"
RUNS_AT_ONCE = 500

Recorded = Literal[dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED]

Plan = dict[Table, dict[date, str]]
"""For each table the days to build, oldest first, each with its reason."""


def out_of_date(
    instance: dg.DagsterInstance,
    warehouse: Warehouse,
    tables: Sequence[Table],
    days: Sequence[date] | Mapping[Table, Sequence[date]],
    asked_for: Plan | None = None,
) -> Plan:
    """Which of `days`, or of each table's own, are to be built of `tables` (each after those it reads), and why.

    A reason is `missing`, `failed`, `older schema`, `older than <dataset.table> <date>`, what is `asked_for` beside
    these, or `reads <dataset.table> <date>, which will be built`; of a day off, `older schema` or `no games any more`.
    """
    asked_for, calendar = asked_for or {}, Calendar.of(warehouse)
    of_each = days if isinstance(days, Mapping) else dict.fromkeys(tables, days)
    inputs = {table: _dated_inputs(table) for table in tables}
    read = {source for sources in inputs.values() for source, _ in sources}
    changes = {source: _Changes(warehouse.changed_at(source)) for source in read}
    starts = _Starts(instance)
    made: dict[Contract, _Made] = {}
    plan: Plan = {}
    for table in tables:
        made[table] = _Made.of(instance, warehouse, table)
        builds = warehouse.builds(table, of_each[table])
        planned = [
            (source, reach, list(plan[source]))
            for source, reach in inputs[table]
            if isinstance(source, Table) and plan.get(source)
        ]
        plan[table] = {}
        for day in sorted(of_each[table]):
            if calendar.is_off(table, day):
                if day in builds and (left := _left_behind(builds[day])):
                    plan[table][day] = left
                continue
            found = (changes[source].newest(source, _dates(reach, day)) for source, reach in inputs[table])
            news = max(filter(None, found), key=lambda news: news.at, default=None)
            reason = made[table].lacks(day)
            if not reason and day in builds and not builds[day].as_declared:
                reason = OLDER_SCHEMA
            if not reason and news:
                reason = made[table].older(day, news, made.get(news.source), starts)
            reason = reason or asked_for.get(table, {}).get(day) or _follows(day, planned)
            if reason:
                plan[table][day] = reason
    return plan


def _left_behind(build: Build) -> str | None:
    """Why what is stored of a day off is to go; an empty partition may stay."""
    if not build.as_declared:
        return OLDER_SCHEMA
    return NO_GAMES if build.has_rows else None


def older_code(warehouse: Warehouse, tables: Sequence[Table], days: Sequence[date]) -> dict[Table, dict[date, str]]:
    """Which stored partitions were built by other code than today's, and by which: empty where none is noted.

    Nothing is built for that unless it is asked for, and what a person has accepted as the same code is not older.
    """
    found: dict[Table, dict[date, str]] = {}
    for table, wanted in Calendar.of(warehouse).wanted(tables, days).items():
        same = warehouse.code_notes.accepted(table.full_name, code_version(table, warehouse.dialect))
        builds = warehouse.builds(table, wanted)
        if older := {day: build.code for day, build in builds.items() if build.code not in same}:
            found[table] = older
    return found


def because_of_code(older: Mapping[Table, Mapping[date, str]]) -> Plan:
    """Partitions of older code, as reasons of a plan."""
    return {table: dict.fromkeys(days, OLDER_CODE) for table, days in older.items()}


def _dated_inputs(table: Table) -> list[tuple[Contract, Reach]]:
    """The stored inputs that have dates, in a fixed order: one that is read in two ways is there twice."""
    stored = stored_inputs(table).items()
    return [(s, r) for s, reaches in stored if s.partition_by for r in sorted(reaches, key=lambda reach: reach.name)]


@cache
def _dates(reach: Reach, day: date) -> Window:
    return reach.dates(Window(day, day))


def _follows(day: date, planned: Iterable[tuple[Contract, Reach, list[date]]]) -> str | None:
    """The first input that is built by the same plan and reaches this day."""
    for source, reach, days in planned:
        window = _dates(reach, day)
        first = bisect_left(days, window.start)
        if first < len(days) and days[first] in window:
            return f"reads {source.full_name} {days[first]}, {_WILL_BE_BUILT}"
    return None


def follows(reason: str) -> bool:
    """Whether a reason is only that something else will be built."""
    return reason.endswith(_WILL_BE_BUILT)


def is_news(reason: str) -> bool:
    """Whether a reason is that something it reads has changed."""
    return reason.startswith(_OLDER_THAN)


@dataclass(frozen=True)
class _News:
    """The latest change among some partitions of an input."""

    at: float
    source: Contract
    day: date


@dataclass
class _Changes:
    """When each partition of an input last changed."""

    at: Mapping[date, float]
    _seasons: dict[int, tuple[list[date], list[tuple[float, date]]]] = field(default_factory=dict)

    @cached_property
    def _days(self) -> list[date]:
        return sorted(self.at)

    def newest(self, source: Contract, dates: Window) -> _News | None:
        """The latest change on any of `dates`: a few days, or a season from its start."""
        season = season_year(dates.start)
        if dates.start == Window.season(season).start:
            days, latest = self._season(season)
            count = bisect_right(days, dates.end)
            found = latest[count - 1] if count else None
        else:
            found = max(((self.at[day], day) for day in dates.dates() if day in self.at), default=None)
        return _News(found[0], source, found[1]) if found else None

    def _season(self, year: int) -> tuple[list[date], list[tuple[float, date]]]:
        """A season's stored days, and for each the latest change from the season's start until then."""
        if year not in self._seasons:
            season = Window.season(year)
            days = self._days[bisect_left(self._days, season.start) : bisect_right(self._days, season.end)]
            self._seasons[year] = days, list(accumulate(((self.at[day], day) for day in days), max))
        return self._seasons[year]


@dataclass(frozen=True)
class _Made:
    """How the partitions of a table stand: the latest materialisation of each that is stored, and what failed since."""

    table: Table
    latest: Mapping[date, tuple[str, float]]
    """The run that made it, empty for none, and when it said so."""
    failed: frozenset[date]
    requested: Mapping[str, float]
    """When each run was made that was to build this table: its step began later."""

    @classmethod
    def of(cls, instance: dg.DagsterInstance, warehouse: Warehouse, table: Table) -> _Made:
        stored = set(warehouse.dates(table))
        events = _events(instance, table, dg.DagsterEventType.ASSET_MATERIALIZATION)
        made = {date.fromisoformat(e.partition): (e.run_id or "", e.timestamp) for e in events if e.partition}
        planned = _events(instance, table, dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED)
        return cls(
            table,
            {day: made[day] for day in made if day in stored},
            _failed(instance, table),
            {event.run_id: event.timestamp for event in planned if event.run_id},
        )

    def lacks(self, day: date) -> str | None:
        """Why it must be built whatever it reads. A cancelled attempt is none: what was there before is as good."""
        if day not in self.latest:
            return MISSING
        return FAILED if day in self.failed else None

    def older(self, day: date, news: _News, upstream: _Made | None, starts: _Starts) -> str | None:
        """Whether the news came after the partition was made, or while its step was reading already."""
        run_id, finished = self.latest[day]
        began = finished
        if news.at > self.requested.get(run_id, finished) and not (upstream and upstream.made_in(run_id, news)):
            began = starts.of(run_id, self.table.step, finished)
        return f"{_OLDER_THAN} {news.source.full_name} {news.day}" if news.at > began else None

    def made_in(self, run_id: str, news: _News) -> bool:
        """Whether that run made this news: then its steps that read this table began after it."""
        made_by, finished = self.latest.get(news.day, ("", 0.0))
        return made_by == run_id != "" and news.at <= finished


def _failed(instance: dg.DagsterInstance, table: Table) -> frozenset[date]:
    """Days whose latest attempt was a run that failed before it made them."""
    # As Dagster's own partition status finds it, which takes a second a table to say so.
    attempts = instance.event_log_storage.get_latest_asset_partition_materialization_attempts_without_materializations(
        asset_key(table)
    )
    run_ids = sorted({run_id for run_id, _ in attempts.values()})
    failed: set[str] = set()
    for start in range(0, len(run_ids), RUNS_AT_ONCE):
        only = dg.RunsFilter(run_ids=run_ids[start : start + RUNS_AT_ONCE], statuses=[dg.DagsterRunStatus.FAILURE])
        failed.update(instance.get_run_ids(only))
    return frozenset(date.fromisoformat(day) for day, (run_id, _) in attempts.items() if run_id in failed)


def _events(instance: dg.DagsterInstance, table: Table, kind: Recorded) -> Sequence[AssetEventSummaryRecord]:
    """All events of a kind, oldest first, without their bodies: to read those takes as long as to build some tables."""
    return event_summaries(instance, asset_key(table), kind)


@dataclass
class _Starts:
    """When steps began: looked up run by run, of the few runs during which something changed from outside."""

    instance: dg.DagsterInstance
    _runs: dict[str, dict[str, float]] = field(default_factory=dict)

    def of(self, run_id: str, step: str, otherwise: float) -> float:
        """When the step of a run first began; `otherwise` where no log tells."""
        if run_id not in self._runs:
            entries = self.instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_START) if run_id else []
            self._runs[run_id] = {entry.step_key: entry.timestamp for entry in entries if entry.step_key}
        return self._runs[run_id].get(step, otherwise)
