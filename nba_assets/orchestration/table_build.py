"""Build of one table within a step: some days of it, season by season, and what is put on record of them.

Each season is on record before the next one is built, so whoever looks at a back-fill sees how far it is. A day off
costs an event, no query and no file. Which tables a step builds, and how it fails, is the step's; how a query runs is
the warehouse's.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pkgutil import resolve_name
from typing import Any

import dagster as dg
import pyarrow as pa

from nba_assets.audit.drift import DAYS, DRIFT, Drift, Measured, drifts
from nba_assets.audit.game_days import Calendar
from nba_assets.audit.never_built import HISTORY, empty_inputs, history_gaps, recorded_checks, require_inputs
from nba_assets.compile.bind import stored_inputs
from nba_assets.compile.code_version import Code, code_of
from nba_assets.compile.dialects import Dialect
from nba_assets.compile.statements import CompiledSQL, examples, inputs_in, statements
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.measures import watched
from nba_assets.contracts.table import Check, Table
from nba_assets.orchestration import metadata
from nba_assets.orchestration.dagster_patches.partition_versions import made_early, own_tags, tell_each, tells_early
from nba_assets.orchestration.event_size import room_beside
from nba_assets.orchestration.instance.answered_checks import answer_days
from nba_assets.orchestration.instance.batched_events import record_in_step, record_made
from nba_assets.orchestration.instance.event_times import spread
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import DaysDone
from nba_assets.orchestration.run_tags import LEAVES_OUT_TAG
from nba_assets.warehouse.base import Session, Warehouse
from nba_assets.warehouse.build import Part, build_part
from nba_assets.warehouse.transfer import rows_of

LACKING_SHOWN = 20

_SEVERITY = {"error": dg.AssetCheckSeverity.ERROR, "warn": dg.AssetCheckSeverity.WARN}


@dataclass
class TableBuild:
    """Some days of one table."""

    context: dg.AssetExecutionContext
    table: Table
    session: Session
    dialect: Dialect
    in_company: bool
    """Whether its step builds others as well: then its own times are not the step's."""
    done: list[Part] = field(default_factory=list)
    off: list[date] = field(default_factory=list)
    """Days off that get an event."""
    left_out: list[date] = field(default_factory=list)
    """Days off that nobody asked for: the run's range only passes over them."""
    cleared: dict[date, int] = field(default_factory=dict)
    """Rows of days off that an earlier schedule had left there."""
    gaps: dict[date, list[tuple[Table, date]]] = field(default_factory=dict)
    """The history that was never built, of each day that lacks any."""
    examples: dict[str, pa.Table] = field(default_factory=dict)
    """Rows that break a check, by its name, where they were looked up."""
    drifts: list[Drift] = field(default_factory=list)
    """Measures of a day that are off what they are on the days before."""
    started: float = field(default_factory=time.time)
    on_record: set[date] = field(default_factory=set)
    """Days of seasons that are on record while a later one is built."""
    events: list[dg.DagsterEvent] = field(default_factory=list)
    """Theirs."""
    unrecorded_since: float = field(default_factory=time.time)
    shown: pa.Table = field(default_factory=lambda: pa.table({}))
    """Some rows of the last day that was built."""

    @property
    def _key(self) -> dg.AssetKey:
        return asset_key(self.table)

    @property
    def _sql(self) -> CompiledSQL:
        return statements(self.table, self.dialect)

    @property
    def times(self) -> tuple[float, float] | None:
        return (self.started, time.time()) if self.in_company else None

    def clear(self, warehouse: Warehouse, days: Sequence[date]) -> None:
        """See to days off: what an earlier schedule has left there goes."""
        left = list(found := warehouse.builds(self.table, days))
        self.cleared = self._rows_on([day for day in left if found[day].has_rows and not found[day].damaged])
        warehouse.remove(self.table, left)
        if records := failures_of(self.table):
            warehouse.remove(records, warehouse.builds(records, days))
        if LEAVES_OUT_TAG in self.context.run.tags:
            self.off, self.left_out = left, [day for day in days if day not in left]
        else:
            self.off = list(days)

    def _rows_on(self, days: Sequence[date]) -> dict[date, int]:
        """How many rows are stored of days that are about to be removed."""
        if not days:
            return {}
        column = str(self.table.partition_by)
        found = rows_of(self.session, self.dialect, self.table, Window(min(days), max(days)))[column].to_pylist()
        return dict(Counter(day for day in found if day in days))

    def replace(self, days: Sequence[date], calendar: Calendar, rest: float = 0) -> None:
        """Replace the partitions of `days`, season by season, each part whole before the next, with a rest between.

        Raises BadInput for an input of the same day that was never built; days of history may be lacking.
        """
        if not days:
            return
        windows, code = Window(min(days), max(days)).by_season(), code_of(self.table, self.dialect)
        if self.in_company:
            self._say_progress(len(windows), len(days))
        for window in windows:
            in_season = [day for day in days if day in window]
            self.done.append(self._part(window, in_season, code, calendar))
            self._say_older_schema()
            self._say_progress(len(windows), len(days))
            if window is not windows[-1]:
                if tells_early():
                    self._record_season()
                time.sleep(rest)
        self.shown = self.session.fetch(self._sql.preview_in(self.done[-1].window))

    def _part(self, window: Window, days: Sequence[date], code: Code, calendar: Calendar) -> Part:
        """One season's, its history looked at as well."""
        needed = inputs_in(self.table, window)
        self.session.require(needed)

        def stored(source: Contract) -> Mapping[date, str]:
            return self.session.contents(source, needed[source])

        require_inputs(self.table, days, stored, calendar)
        gaps = history_gaps(self.table, days, stored, calendar)
        part = build_part(self.session, self.table, self._sql, window, days, code)
        without_rows = [day for day, rows in part.written.rows.items() if not rows]
        part = replace(part, empty_inputs=empty_inputs(self.table, without_rows, stored))
        broken = dict(part.broken)
        if gaps:
            self.gaps |= gaps
            broken[HISTORY.name] = {day: len(missing) for day, missing in gaps.items()}
        if off := self._drifts(part, calendar):
            self.drifts += off
            broken[DRIFT.name] = Counter(drift.day for drift in off)
        return replace(part, broken=broken)

    def _drifts(self, part: Part, calendar: Calendar) -> list[Drift]:
        """What is off, by the measures on record of the season's days before the part."""
        if not (names := watched(self.table)):
            return []
        season = Window(Window.season(season_year(part.window.start)).start, part.window.start - timedelta(days=1))
        before = sorted(day for day in calendar.scheduled if day in season)[-DAYS:]
        found = {day: Measured(rows, part.measured.get(day, {})) for day, rows in part.written.rows.items()}
        return drifts(metadata.measured_on(self.context.instance, self._key, before, names) | found, list(found), names)

    def result(self) -> dg.MaterializeResult:
        """What Dagster is to record of all its days."""
        of_days = self._days_to_record()
        if of_days:
            last = str(max(self.done[-1].written.rows)) if self.done else max(of_days)
            of_days[last] |= self._of_run(of_days[last])
        tell_each(self.context, self._key, of_days, [day.isoformat() for day in (*self.left_out, *self.on_record)])
        return dg.MaterializeResult(asset_key=self._key, data_version=self._version())

    def checked(self) -> list[dg.AssetCheckResult]:
        """What its checks found, in all its days."""
        return [self._result(check) for check in self._checks()]

    def answer_days(self) -> None:
        """Once all is on record: of a single date Dagster has the answer by itself."""
        if len(self.context.partition_keys) > 1:
            checks = [check.name for check in self._checks()]
            answer_days(self.context.instance, self.context.run, self._key, checks)

    def keep_finished(self) -> None:
        """Before a failure is raised, report the finished days: Dagster would count the whole range as failed."""
        for day, own in self._days_to_record().items():
            self.context.log_event(
                dg.AssetMaterialization(
                    self._key,
                    description="finished before the step failed on a later day",
                    metadata=own,
                    partition=day,
                    tags=own_tags(own),
                )
            )

    def _record_season(self) -> None:
        """Put what is built so far on record while the next season is being built."""
        for check in self._checks():
            if check is not HISTORY and check.name in self.done[-1].broken:
                self._look_up(check)
        until = self.done[-1].window.end
        of_days = self._days_to_record(until)
        self.events += record_made(self.context, made_early(self.context, self._key, of_days))
        self.on_record |= {date.fromisoformat(day) for day in of_days}
        self.unrecorded_since = time.time()

    def _days_to_record(self, until: date = date.max) -> dict[str, dict[str, Any]]:
        """What each day's materialisation says that has none yet; its time is given, and what it breaks recorded."""
        found = {
            day: metadata.of_day_off(self.cleared.get(day, 0), monthly=self.table.monthly)
            for day in self.off
            if day <= until and day not in self.on_record
        }
        for part in self.done:
            if not part.written.rows.keys() <= self.on_record:
                self._record_broken_days(part)
                found |= dict(metadata.of_days(part))
        of_days = {day.isoformat(): found[day] for day in sorted(found)}
        spread(self.context.run.run_id, self._key, list(of_days), self.unrecorded_since)
        return of_days

    def _checks(self) -> list[Check]:
        """Those that the run is asked for: all, unless a person picks some of them."""
        asked = self.context.selected_asset_check_keys
        return [check for check in recorded_checks(self.table) if dg.AssetCheckKey(self._key, check.name) in asked]

    def _version(self) -> dg.DataVersion:
        """The content of all partitions of the run; each one's own takes its place where Dagster is patched so."""
        hashes = [part.written.hashes[day] for part in self.done for day in sorted(part.written.hashes)]
        if not hashes:
            return dg.DataVersion(metadata.NOTHING)
        return dg.DataVersion(
            hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()[:16]
        )

    def _say_progress(self, parts: int, days: int) -> None:
        finished = sum(len(part.written.rows) for part in self.done)
        self.context.log.info(DaysDone(self.table.name, finished, days).line(self.done, parts))

    def _say_older_schema(self) -> None:
        if older := self.done[-1].older_schema:
            read = ", ".join(f"{partitions} of {name}" for name, partitions in sorted(older.items()))
            self.context.log.warning(f"{self.table.name} read partitions of an older schema, by name: {read}")

    def _of_run(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """What one event, which says this of its day, says of the run as well: in most runs it is the only one.

        A picture, which is of a month, has all the room that it takes.
        """
        of_run = metadata.of_run(self.done, self.times)
        room = room_beside({**said, **of_run}, self._key, map(asset_key, stored_inputs(self.table)))
        of_run |= metadata.as_far_as_fits(self.done, self.shown, room)
        if self.table.picture and self.shown.num_rows:
            of_run |= metadata.of_picture(resolve_name(self.table.picture)(self.shown, "png"))
        return of_run

    def _record_broken_days(self, part: Part) -> None:
        """A failed evaluation for each day that breaks a check; the result of the whole range has no days."""
        evaluations = [
            dg.AssetCheckEvaluation(
                asset_key=self._key,
                check_name=check.name,
                passed=False,
                severity=_SEVERITY[check.severity],
                partition=day.isoformat(),
                description=metadata.rule_broken(check, {day: rows}),
                metadata=metadata.of_broken_day(rows, self._examples_of(check, day)),
            )
            for check in self._checks()
            for day, rows in sorted(part.broken.get(check.name, {}).items())
        ]
        record_in_step(self.context, evaluations)

    def _result(self, check: Check) -> dg.AssetCheckResult:
        """The check over the whole range, with the first days and rows that break it."""
        by_day = {day: rows for part in self.done for day, rows in part.broken.get(check.name, {}).items()}
        return dg.AssetCheckResult(
            check_name=check.name,
            asset_key=self._key,
            passed=not by_day,
            severity=_SEVERITY[check.severity],
            description=metadata.rule_broken(check, by_day) if by_day else None,
            metadata=self._breaches(check, by_day) if by_day else {},
        )

    def _breaches(self, check: Check, by_day: dict[date, int]) -> dict[str, Any]:
        if check is HISTORY:
            lacking = sorted({(source.full_name, day) for gaps in self.gaps.values() for source, day in gaps})
            tables, days = zip(*lacking[:LACKING_SHOWN], strict=True)
            never_built = pa.table({"never built": tables, "date": days})
            return metadata.of_broken_range(by_day, never_built, LACKING_SHOWN)
        return metadata.of_broken_range(by_day, self._look_up(check), *([LACKING_SHOWN] if check is DRIFT else []))

    def _look_up(self, check: Check) -> pa.Table:
        """Rows that break a check, of the first season in which any do."""
        if check is DRIFT:
            self.examples[check.name] = metadata.of_drifts(self.drifts, str(self.table.partition_by))
        elif check.name not in self.examples:
            window = next(part.window for part in self.done if check.name in part.broken)
            self.session.create_views(inputs_in(self.table, window))
            self.examples[check.name] = self.session.fetch(examples(self.table, check, window, self.dialect))
        return self.examples[check.name]

    def _examples_of(self, check: Check, day: date) -> pa.Table | None:
        """Rows of one day, of those that were looked up."""
        found = self.examples.get(check.name)
        if found is None or self.table.partition_by not in found.column_names:
            return None
        days = found[self.table.partition_by].to_pylist()
        of_day = [found.slice(number, 1) for number, its in enumerate(days) if its == day]
        return pa.concat_tables(of_day) if of_day else None  # to take a list of numbers, Arrow loads pandas
