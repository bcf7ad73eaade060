"""Metadata of events: every name that a materialisation, a check or a failed step of ours carries, spelled once.

For each a writer, which a step uses, and a reader, which gives whoever looks at a run Python's own values. Here too is
the one line of a log that is read back, since Dagster keeps no more of a log than its text. What the values mean to a
run history or a terminal is not said here.
"""

from __future__ import annotations

import re
import traceback
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import dagster as dg
import pyarrow as pa

from nba_assets.audit.drift import Drift, Measured
from nba_assets.compile import ancestry
from nba_assets.compile.dialects import Dialect
from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import Window, season_label, season_year
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.table import Check, Table
from nba_assets.orchestration.dagster_patches.partition_versions import PARTITION_VERSION
from nba_assets.orchestration.event_size import size_of
from nba_assets.warehouse.build import Part
from nba_assets.warehouse.changes import Changes
from nba_assets.warehouse.records import cells, markdown_table

Metadata = Mapping[str, dg.MetadataValue]

ROWS = "dagster/partition_row_count"
_LINEAGE = "dagster/column_lineage"
_COLUMNS_FROM = "columns_come_from"
_CHECKS_FAILED = "checks_failed"
_NONE_FAILED = "none"
"""What earlier releases said where a day breaks no check; now nothing is said."""
_ADDED, _REMOVED, _CHANGED = "rows_added", "rows_removed", "rows_changed"
_FAILURE_RECORDS = "failure_records"
_SKIPPED = "skipped"
_NOTE = "note"
_OLDER_SCHEMA = "read_with_older_schema"
_KEPT_OUT = "kept_out"
_SECONDS = "seconds"
_STARTED, _ENDED = "started", "ended"
_BYTES_PROCESSED, _SLOT_MS, _JOB = "bytes_processed", "slot_ms", "job"
_IN_RUN = "in_run"
_SQL, _PREVIEW, _EXAMPLE = "sql", "preview", "example"
_PICTURE = "picture"
_BROKEN_ROWS, _BROKEN_DAYS, _FIRST_DAYS = "broken_rows", "broken_days", "days"
_FAILED_TABLES = "failed_tables"

DAYS_SHOWN = 20
EXAMPLES_SHOWN = 5

EXAMPLE = Window(date(2024, 1, 15), date(2024, 1, 15))
"""The date that a table's query is shown for."""

PREVIEW_SIZE = 400
"""Bytes of a preview at most."""

NOTHING = "nothing"
"""The content of a day off."""


def of_days(part: Part) -> Iterator[tuple[date, dict[str, Any]]]:
    """What each day's materialisation says of itself."""
    for day, rows in part.written.rows.items():
        broken = [name for name, by_day in part.broken.items() if day in by_day]
        metadata: dict[str, Any] = {
            ROWS: rows,
            PARTITION_VERSION: part.written.hashes[day],
            **_of_changes(part.written.changes.get(day)),
            **part.measured.get(day, {}),
        }
        if broken:
            metadata[_CHECKS_FAILED] = ", ".join(broken)
        if part.failed:
            metadata[_FAILURE_RECORDS] = part.failed.rows[day]
        if day in part.skipped:
            metadata[_SKIPPED] = part.skipped[day]
        elif not rows:
            missing = ", ".join(part.empty_inputs.get(day, ()))
            metadata[_NOTE] = f"no rows: nothing is there of {missing}" if missing else "no rows: none in the sources"
        if part.older_schema:
            read = sorted(part.older_schema.items())
            metadata[_OLDER_SCHEMA] = ", ".join(f"{partitions} partitions of {name}" for name, partitions in read)
        if kept_out := part.kept_out.get(day):
            metadata[_KEPT_OUT] = dg.MetadataValue.json(dict(kept_out))
        yield day, metadata


def of_day_off(removed: int, *, monthly: bool = False) -> dict[str, str | int]:
    """The same, of a day or month with nothing to build; rows that were left of an earlier schedule are gone."""
    return {
        ROWS: 0,
        PARTITION_VERSION: NOTHING,
        _NOTE: "no season behind it to learn from" if monthly else "no games scheduled on this date",
        **_of_changes(Changes(removed=removed)),
    }


def of_moved(rows: int, content: str, origin: str, changes: Changes | None) -> dict[str, str | int]:
    """The same, of a partition that was not built here but brought from another warehouse."""
    return {ROWS: rows, PARTITION_VERSION: content, _NOTE: f"imported from {origin}", **_of_changes(changes)}


def _of_changes(changes: Changes | None) -> dict[str, int]:
    """Those above 0, for room; one of them in any case, so that nothing changed is not the same as nothing said."""
    if changes is None:
        return {}
    counts = dict(zip((_ADDED, _REMOVED, _CHANGED), changes, strict=True))
    return {name: count for name, count in counts.items() if count} or {_CHANGED: 0}


def changes_in(metadata: Metadata) -> Changes | None:
    """What a materialisation says of the rows that were there before; None where it says nothing."""
    counts = [_number(metadata, name) for name in (_ADDED, _REMOVED, _CHANGED)]
    return None if counts == [None] * 3 else Changes(*[int(count or 0) for count in counts])


def of_run(parts: Sequence[Part], times: tuple[float, float] | None) -> dict[str, Any]:
    """What the materialisation of a run's last day says of the whole run; `times` are the table's own within a step of
    several."""
    metadata: dict[str, Any] = {_SECONDS: round(sum(part.seconds for part in parts), 2)}
    if jobs := [job for part in parts for job in part.jobs]:
        metadata[_BYTES_PROCESSED] = sum(job.bytes_processed for job in jobs)
        metadata[_SLOT_MS] = sum(job.slot_ms for job in jobs)
        metadata[_JOB] = dg.MetadataValue.url(jobs[0].link)
    if times:
        metadata |= {_STARTED: dg.MetadataValue.timestamp(times[0]), _ENDED: dg.MetadataValue.timestamp(times[1])}
    return metadata


def as_far_as_fits(parts: Sequence[Part], some: pa.Table, room: int) -> dict[str, Any]:
    """What the same event says where it has room: how much the run has built, and `some` rows, with as many of their
    first columns as fit."""
    partitions, rows = sum(len(part.written.rows) for part in parts), sum(part.rows for part in parts)
    written = sum(part.written.bytes_written for part in parts)
    bytes_written = f", {written:,} bytes" if written else ""  # of a server only it knows
    in_run = {_IN_RUN: f"{partitions:,} partitions, {rows:,} rows{bytes_written}"}
    if (left := room - size_of(in_run)) < 0:
        return {}
    preview: dict[str, Any] = {}
    for columns in range(1, some.num_columns + 1):
        wider = {_PREVIEW: dg.MetadataValue.md(rows_as_markdown(some.select(range(columns))))}
        if size_of(wider) > min(PREVIEW_SIZE, left):
            break
        preview = wider
    return in_run | preview


def of_definition(table: Table, dialect: Dialect) -> dict[str, Any]:
    """What follows from a table's code alone and is long, so it is no part of an event: the query, as it is for one
    date, and where each column comes from, for Dagster and, since its own UI shows none of that, for people."""
    sql = statements(table, dialect)
    lineage = {
        column: [dg.TableColumnDep(dg.AssetKey([dataset, name]), c) for dataset, name, c in found]
        for column, found in sql.sources.items()
    }
    return {
        _SQL: dg.MetadataValue.md(f"```sql\n{sql.rows_in(EXAMPLE)}\n```"),
        _LINEAGE: dg.TableColumnLineage(lineage),
        _COLUMNS_FROM: dg.MetadataValue.md("\n".join(f"- `{line}`" for line in ancestry.told(table, dialect))),
    }


def of_picture(png: bytes) -> dict[str, Any]:
    """A PNG as the picture of a materialisation."""
    return {_PICTURE: inline_picture(_PICTURE, png)}


def inline_picture(name: str, png: bytes) -> dg.MetadataValue:
    """A picture within Markdown: the UI shows it, and needs no place where it lies."""
    return dg.MetadataValue.md(f"![{name}](data:image/png;base64,{b64encode(png).decode()})")


def of_broken_day(rows: int, example: pa.Table | None) -> dict[str, Any]:
    """What a check says of one day that breaks it: how many rows, and some of them where they are at hand."""
    shown = {} if example is None else {_EXAMPLE: dg.MetadataValue.md(rows_as_markdown(example[:EXAMPLES_SHOWN]))}
    return {_BROKEN_ROWS: rows, **shown}


def rule_broken(check: Check, by_day: Mapping[date, int]) -> str:
    """The rule in one sentence, how much breaks it, and the days, newest first."""
    rows, newest = sum(by_day.values()), sorted(by_day, reverse=True)
    days = ", ".join(f"{day} ({by_day[day]:,})" for day in newest[:DAYS_SHOWN])
    others = f" and {len(newest) - DAYS_SHOWN} days before" if len(newest) > DAYS_SHOWN else ""
    return f"The rule: {check.description}. Broken by {rows:,} row{'s' * (rows != 1)}, by day: {days}{others}."


def of_broken_range(by_day: Mapping[date, int], example: pa.Table, shown: int = EXAMPLES_SHOWN) -> dict[str, Any]:
    """What a check says of a whole range of which some days break it: how many, the first ones, and some rows."""
    first_days = ", ".join(str(day) for day in sorted(by_day)[:DAYS_SHOWN])
    return {
        _BROKEN_ROWS: sum(by_day.values()),
        _BROKEN_DAYS: len(by_day),
        _FIRST_DAYS: f"{len(by_day)}: {first_days}",
        _EXAMPLE: dg.MetadataValue.md(rows_as_markdown(example[:shown])),
    }


def rows_as_markdown(rows: pa.Table) -> str:
    """Rows as a Markdown table, all of them."""
    return markdown_table(rows.column_names, cells(rows))


@dataclass(frozen=True)
class Materialised:
    """What one materialisation of ours says, as far as it is read back."""

    rows: int = 0
    seconds: float | None = None
    """Of the table's queries and writing in the whole run: said by the last of its days, as all that is of the run."""
    skipped: str | None = None
    whole: bool = False
    """Whether all that the run wanted of the table was built: else it is what a failed step has finished."""
    started: float | None = None
    ended: float | None = None
    """When the table's part of a step of several began and ended."""
    broken: tuple[str, ...] = ()
    """The checks that the day's rows broke."""

    @classmethod
    def read(cls, metadata: Metadata) -> Materialised:
        """From an event's metadata, whatever of it there is."""
        rows, skipped = _value(metadata, ROWS), _value(metadata, _SKIPPED)
        broken = str(_value(metadata, _CHECKS_FAILED) or "")
        return cls(
            rows=int(str(rows)) if rows is not None else 0,
            seconds=_number(metadata, _SECONDS),
            skipped=str(skipped) if skipped is not None else None,
            whole=_SECONDS in metadata,
            started=_number(metadata, _STARTED),
            ended=_number(metadata, _ENDED),
            broken=() if broken in ("", _NONE_FAILED) else tuple(broken.split(", ")),
        )


def measured_on(
    instance: dg.DagsterInstance, key: dg.AssetKey, days: Sequence[date], names: Sequence[str]
) -> dict[date, Measured]:
    """What the latest materialisations of some days say was measured."""
    if not days:
        return {}
    wanted = dg.AssetRecordsFilter(key, asset_partitions=[day.isoformat() for day in days])
    found: dict[date, Measured] = {}
    for record in instance.fetch_materializations(wanted, limit=3 * len(days)).records:  # newest first
        if (event := record.asset_materialization) and event.partition:
            found.setdefault(date.fromisoformat(event.partition), _measured_in(event.metadata, names))
    return found


def _measured_in(metadata: Metadata, names: Sequence[str]) -> Measured:
    """What a materialisation says was measured, as far as it does."""
    values = {name: value for name in names if (value := _number(metadata, name)) is not None}
    return Measured(Materialised.read(metadata).rows, values)


def of_drifts(drifts: Sequence[Drift], day_column: str) -> pa.Table:
    """Measures that are off, as the rows that a check shows."""
    numbers = {name: [round(getattr(of, name), 4) for of in drifts] for name in ("value", "usual", "deviations")}
    return pa.table({day_column: [of.day for of in drifts], "measure": [of.measure for of in drifts], **numbers})


def broken_rows(metadata: Metadata) -> int:
    """How many rows a check's evaluation says break it."""
    return int(_number(metadata, _BROKEN_ROWS) or 0)


def broken_days(metadata: Metadata) -> int:
    """How many days of a range a check's evaluation says have such rows."""
    return int(_number(metadata, _BROKEN_DAYS) or 0)


@dataclass(frozen=True)
class TableFailure:
    """Why a step did not build one of its tables: the first line of the error, and whether time ran out."""

    reason: str
    timed_out: bool = False
    times: tuple[float, float] | None = None
    """When the table's part of a step of several began and ended."""

    @classmethod
    def of(cls, error: BaseException) -> TableFailure:
        """Of the innermost cause, which says what went wrong; what wraps it only says where."""
        while error.__cause__ is not None and not isinstance(error, BadInput):  # it is one line already
            error = error.__cause__
        told = "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()
        return cls(told[0] if told else "no reason given")


def of_failures(failures: Mapping[str, TableFailure]) -> dict[str, dg.MetadataValue]:
    """What a failed step says: why it did not build some of its tables, by name."""
    return {_FAILED_TABLES: dg.MetadataValue.json({name: asdict(failure) for name, failure in failures.items()})}


def failures_in(event: dg.DagsterEvent) -> dict[str, TableFailure]:
    """By table, what the event of a failed step says; nothing for a step that did not come to say it."""
    told = event.step_failure_data.user_failure_data if event.is_step_failure else None
    found = _value(told.metadata, _FAILED_TABLES) if told else None
    return {name: TableFailure(**failure) for name, failure in found.items()} if isinstance(found, dict) else {}


@dataclass(frozen=True)
class DaysDone:
    """How far a step is with one of its tables."""

    table: str
    done: int
    days: int

    def line(self, parts: Sequence[Part], of: int) -> str:
        """The line for the log, for people and to be read back."""
        told = f"{self.table}: part {len(parts)} of {of}, {self.done} of {self.days} days"
        if not parts:
            return told
        rate = self.done / max(sum(part.seconds for part in parts), 0.001)
        season, rows = season_label(season_year(parts[-1].window.start)), parts[-1].rows
        left = (self.days - self.done) / rate
        return f"{told}; {season} is built, {rows:,} rows; {rate:.0f} days/s, {left:.0f} s left"

    @classmethod
    def read(cls, line: str) -> DaysDone | None:
        """Back from a line of the log; None for any other line."""
        found = _DAYS_DONE.match(line)
        return cls(found["table"], int(found["done"]), int(found["days"])) if found else None


_DAYS_DONE = re.compile(r"(?P<table>\w+): part \d+ of \d+, (?P<done>\d+) of (?P<days>\d+) days")


def _value(metadata: Metadata, name: str) -> object:
    return metadata[name].value if name in metadata else None


def _number(metadata: Metadata, name: str) -> float | None:
    value = _value(metadata, name)
    return float(value) if isinstance(value, int | float) else None
