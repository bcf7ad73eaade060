"""Which partitions are to be built, and why: never made, failed, damaged, or older than something they read.

Only finds out; what is run is up to schedules and to `nba backfill`. Dagster's own staleness gives up at a hundred
upstream partitions, and a day of form reads a season.

A partition of another schema than is declared is built again like one that failed. Other code alone makes none stale:
it is told, and built when a person asks for it. A day off lacks nothing; only what an earlier schedule or an older
schema has left there is to go.

A partition is good when everything it reads holds what it held when the partition was built, as its footer notes. A
rebuild that writes the same again changes nothing, so nothing that reads it becomes stale. What one plan builds may
change, so the days of the plan that read it are built as well, and no others. The times of files only help to name
the day that changed, and stand in for partitions of a release that noted nothing: those are good when nothing that they
read changed after they were made.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import accumulate

import dagster as dg

from nba_assets.audit.game_days import Calendar
from nba_assets.compile.code_version import code_version
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.read import Reach
from nba_assets.contracts.table import Table
from nba_assets.orchestration.instance.events import AssetEventSummaryRecord, latest_of_each
from nba_assets.orchestration.keys import asset_key
from nba_assets.warehouse import footers
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.footers import Build
from nba_assets.warehouse.inputs import Content, Inputs, dated_inputs, dates_read

MISSING = "missing"
UNRECORDED = "no run on record"
"""Of rows that are stored, of which Dagster does not know: as in a lake that was copied, or with a new home."""

FAILED = "failed"
DAMAGED = "damaged"
OLDER_SCHEMA = "older schema"
OLDER_CODE = "older code"
NO_GAMES = "no games any more"
_OLDER_THAN = "older than"
_WILL_BE_BUILT = "which will be built"
RUNS_AT_ONCE = 500

Plan = dict[Table, dict[date, str]]
"""For each table the days to build, oldest first, each with its reason."""


def out_of_date(
    instance: dg.DagsterInstance,
    warehouse: Warehouse,
    tables: Sequence[Table],
    days: Sequence[date] | Mapping[Table, Sequence[date]],
    asked_for: Plan | None = None,
    look: Callable[[Table], object] = lambda _: None,
) -> Plan:
    """Which of `days`, or of each table's own, are to be built of `tables` (each after those it reads), and why.

    A reason is `missing`, `no run on record`, `failed`, `damaged`, `older schema`, `older than <dataset.table> <date>`,
    what is `asked_for` beside these, or `reads <dataset.table> <date>, which will be built`; of a day off,
    `older schema` or `no games any more`. Each table is given to `look` before it is looked at.
    """
    asked_for, calendar, stored = asked_for or {}, Calendar.of(warehouse), _Stored(warehouse)
    of_each = days if isinstance(days, Mapping) else dict.fromkeys(tables, days)
    plan: Plan = {}
    for table in tables:
        look(table)
        made = _Made.of(instance, stored, table, of_each[table])
        planned = [
            (source, reach, list(plan[source]))
            for source, reach in dated_inputs(table)
            if isinstance(source, Table) and plan.get(source)
        ]
        plan[table] = {}
        for day in sorted(of_each[table]):
            if calendar.is_off(table, day):
                reason = _left_behind(made.builds[day]) if day in made.builds else None
            else:
                reason = made.lacks(day) or made.older(day)
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
        if older := {day: of.code for day, of in builds.items() if of.code not in same and not of.damaged}:
            found[table] = older
    return found


def because_of_code(older: Mapping[Table, Mapping[date, str]]) -> Plan:
    """Partitions of older code, as reasons of a plan."""
    return {table: dict.fromkeys(days, OLDER_CODE) for table, days in older.items()}


def _follows(day: date, planned: Iterable[tuple[Contract, Reach, list[date]]]) -> str | None:
    """The first input that is built by the same plan and reaches this day."""
    for source, reach, days in planned:
        window = dates_read(reach, day)
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


@dataclass
class _Stored:
    """What is stored of the tables that are looked at: asked once of each, and of times only where they are needed."""

    warehouse: Warehouse
    _contents: dict[Contract, Content] = field(default_factory=dict)
    _changes: dict[Contract, _Changes] = field(default_factory=dict)
    _a_run_failed: bool | None = None

    def a_run_failed(self, instance: dg.DagsterInstance) -> bool:
        """Whether any run on record did: else nobody needs to know what was planned."""
        if self._a_run_failed is None:
            failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE])
            self._a_run_failed = bool(instance.get_run_ids(failed, limit=1))
        return self._a_run_failed

    def content(self, contract: Contract) -> Content:
        if contract not in self._contents:
            self._contents[contract] = Content(self.warehouse.contents(contract))
        return self._contents[contract]

    def newest(self, source: Contract, reach: Reach, day: date) -> _News | None:
        """The latest change of what the partition of a day reads of an input."""
        if source not in self._changes:
            self._changes[source] = _Changes(self.warehouse.changed_at(source))
        return self._changes[source].newest(source, dates_read(reach, day))


@dataclass(frozen=True)
class _Made:
    """How the partitions of a table stand: the latest materialisation of each that is stored, and what failed since."""

    table: Table
    stored: _Stored
    builds: Mapping[date, Build]
    latest: Mapping[date, float]
    failed: frozenset[date]
    inputs: Inputs

    @classmethod
    def of(cls, instance: dg.DagsterInstance, stored: _Stored, table: Table, days: Iterable[date]) -> _Made:
        key, partitions = asset_key(table), [day.isoformat() for day in days]
        made = latest_of_each(instance, key, dg.DagsterEventType.ASSET_MATERIALIZATION, partitions)
        planned: Mapping[str, AssetEventSummaryRecord] = {}
        if stored.a_run_failed(instance):
            planned = latest_of_each(instance, key, dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED, partitions)
        return cls(
            table,
            stored,
            stored.warehouse.builds(table, days),
            {date.fromisoformat(partition): event.timestamp for partition, event in made.items()},
            _failed(instance, made, planned),
            Inputs(table, stored.content),
        )

    def lacks(self, day: date) -> str | None:
        """Why it must be built whatever it reads. A cancelled attempt is none: what was there before is as good."""
        if day not in self.builds:
            return MISSING
        if day not in self.latest:
            return UNRECORDED
        if day in self.failed:
            return FAILED
        if self.builds[day].damaged or self.stored.content(self.table).of.get(day, "").startswith(footers.DAMAGED):
            return DAMAGED
        return None if self.builds[day].as_declared else OLDER_SCHEMA

    def older(self, day: date) -> str | None:
        """What it reads that is no longer as it was, with the day that changed where it can be told."""
        noted = self.builds[day].read
        if not noted:
            found = (self.stored.newest(source, reach, day) for source, reach in dated_inputs(self.table))
            news = max(filter(None, found), key=lambda news: news.at, default=None)
            return f"{_OLDER_THAN} {news.source.full_name} {news.day}" if news and news.at > self.latest[day] else None
        if not (changed := self.inputs.changed(noted, day)):
            return None
        source, reach = changed[0]
        if reach is Reach.SAME_DAY:
            return f"{_OLDER_THAN} {source.full_name} {day}"
        news = self.stored.newest(source, reach, day)
        told = f" {news.day}" if news and news.at > self.latest[day] else ""
        return f"{_OLDER_THAN} {source.full_name}{told}"


def _failed(
    instance: dg.DagsterInstance,
    made: Mapping[str, AssetEventSummaryRecord],
    planned: Mapping[str, AssetEventSummaryRecord],
) -> frozenset[date]:
    """Days whose latest attempt was a run that failed before it made them."""
    # As Dagster's own partition status finds it, which asks for all partitions and takes a second a table to say so.
    attempts = {
        day: event.run_id
        for day, event in planned.items()
        if event.run_id and (day not in made or event.storage_id > made[day].storage_id)
    }
    run_ids = sorted(set(attempts.values()))
    failed: set[str] = set()
    for start in range(0, len(run_ids), RUNS_AT_ONCE):
        only = dg.RunsFilter(run_ids=run_ids[start : start + RUNS_AT_ONCE], statuses=[dg.DagsterRunStatus.FAILURE])
        failed.update(instance.get_run_ids(only))
    return frozenset(date.fromisoformat(day) for day, run_id in attempts.items() if run_id in failed)
