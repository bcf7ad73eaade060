"""Build of one season's part of a table: rows, failure records, what was skipped, what breaks a check.

The same queries in the same order whoever builds: a Dagster step, a replay, a test, the benchmark. What is recorded of
it is theirs; no Dagster here.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pyarrow as pa

from nba_assets.compile.code_version import Code
from nba_assets.compile.dialects import script_of
from nba_assets.compile.statements import CompiledSQL, inputs_in, made_from
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.checks import checks_of, counted_in
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.kept_out import by_reason
from nba_assets.contracts.table import Table
from nba_assets.warehouse.base import Job, Session, Written
from nba_assets.warehouse.inputs import Content, Inputs
from nba_assets.warehouse.python_rows import made


@dataclass(frozen=True)
class Part:
    """One season's part of a range, written and checked."""

    window: Window
    written: Written
    failed: Written | None
    """Failure records, of a table that has any."""
    skipped: Mapping[date, str]
    """Why nothing was built on a day with games."""
    broken: Mapping[str, Mapping[date, int]]
    """Broken rows by check and day."""
    older_schema: Mapping[str, int] = field(default_factory=dict)
    """The tables of which partitions of another schema were read, and how many."""
    kept_out: Mapping[date, Mapping[str, int]] = field(default_factory=dict)
    """By day and reason, how many rows of the sources are in no row of the table, or how often one was passed over."""
    measured: Mapping[date, Mapping[str, float]] = field(default_factory=dict)
    """Numbers that say how a day is, by name; none of what nothing can be taken of."""
    jobs: tuple[Job, ...] = ()
    """What it took on a server."""
    empty_inputs: Mapping[date, Sequence[str]] = field(default_factory=dict)
    """Of each day with games and no rows, what the table reads of that day and nothing is stored of."""

    @property
    def seconds(self) -> float:
        return sum(w.query_seconds + w.write_seconds for w in (self.written, self.failed) if w)

    @property
    def rows(self) -> int:
        return sum(self.written.rows.values())


def build_part(
    session: Session, table: Table, sql: CompiledSQL, window: Window, days: Sequence[date], code: Code | None = None
) -> Part:
    """Write the days of one season's window, then count the rows that break each check, all checks in one query.

    Partitions note the `code` that made them.

    Raises QueryTimeout and TransientError as the warehouse does.
    """
    written, failed = write_part(session, table, sql, window, days, code)
    older = dict(session.older)
    skipped: dict[date, str] = {}
    if sql.skipped and not all(written.rows.values()):
        found = session.fetch(script_of(sql.steps_in("skipped", window))).to_pylist()
        skipped = {row["game_date"]: row["reason"] for row in found}
    checks = counted_in(table)
    counted: dict[str, dict[date, int]] = {}
    for row in session.fetch(script_of(sql.steps_in("broken", window))).to_pylist():
        counted.setdefault(checks[row["check"]].name, {})[row["day"]] = int(row["broken"])
    broken = {check.name: counted[check.name] for check in checks_of(table) if check.name in counted}
    measured = _measured(session, sql, window)
    jobs = tuple(session.jobs)
    session.jobs.clear()
    return Part(window, written, failed, skipped, broken, older, by_reason(table, counted), measured, jobs)


def _written(
    session: Session,
    table: Table,
    sql: CompiledSQL,
    window: Window,
    days: Sequence[date],
    code: Code | None,
    read: Mapping[date, str],
) -> Written:
    at_once = table.days_at_once if session.in_process else 0
    if not (table.python or 0 < at_once < len(days)):
        return session.replace(table, sql.steps_in("rows", window), days, code, read)
    started = time.perf_counter()
    found = [session.fetch(script_of(sql.steps_in("rows", of))) for of in _windows(window, days, at_once)]
    rows = [made(table, found[0], days, session.artefacts) if table.python else pa.concat_tables(found)]
    found.clear()  # and below handed on, not lent: what they are copied to takes as much memory again
    made_in = time.perf_counter() - started
    written = session.put(table, rows.pop(), days, code, read)
    return replace(written, query_seconds=written.query_seconds + made_in)


def _windows(window: Window, days: Sequence[date], at_once: int) -> list[Window]:
    """A window in parts of so many of its days; 0 is all of them."""
    starts = [window.start, *days[at_once::at_once]] if at_once else [window.start]
    ends = [start - timedelta(days=1) for start in starts[1:]]
    return [Window(start, end) for start, end in zip(starts, [*ends, window.end], strict=True)]


def _measured(session: Session, sql: CompiledSQL, window: Window) -> dict[date, dict[str, float]]:
    """A table's measures of each day, and how many failure records of each category it has."""
    found: dict[date, dict[str, float]] = {}
    if sql.measured:
        for row in session.fetch(script_of(sql.steps_in("measured", window))).to_pylist():
            day = row.pop("day")
            found[day] = {name: round(float(value), 4) for name, value in row.items() if value is not None}
    if sql.categories:
        for row in session.fetch(script_of(sql.steps_in("categories", window))).to_pylist():
            found.setdefault(row["day"], {})[f"failed_{row['category']}"] = int(row["entities"])
    return found


def write_part(
    session: Session, table: Table, sql: CompiledSQL, window: Window, days: Sequence[date], code: Code | None = None
) -> tuple[Written, Written | None]:
    """Replace the rows of the days and their failure records, without a look at what came out.

    Raises BadInput for an input that is damaged.
    """
    needed = inputs_in(table, window)
    session.require(needed)
    # Looked at before anything is read: what changes meanwhile is then other than noted, and built again.
    inputs = Inputs(table, lambda source: Content(session.contents(source, needed[source])))
    inputs.require_whole(window)
    read = {day: inputs.read_on(day) for day in days}
    # What is to be replaced is not read before: it may be damaged.
    session.create_views(made_from(table, window))
    written = _written(session, table, sql, window, days, code, read)
    records = failures_of(table)
    return written, session.replace(records, sql.steps_in("failed", window), days) if records else None
