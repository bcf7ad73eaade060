"""Coverage: what each table owes on the dates of the schedule, against what it holds.

Whom a table owes rows says its own population; a table that says nothing owes a row a day with games. Whether the
numbers are right is the tables' checks' business; printing is the command's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from nba_assets.audit.game_days import Calendar, game_days
from nba_assets.compile.bind import Binder
from nba_assets.compile.dialects import Dialect, to_script
from nba_assets.compile.sql_cache import compiled_once
from nba_assets.compile.statements import MADE_UP, inputs_in, with_dates
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Table
from nba_assets.warehouse.base import QueryFailed, QueryTimeout, TransientError, Warehouse

LEAST_READY = 0.95
NAMED = 5
"""So many of those who are missing are named; of the others, the number is told."""

TIMEOUT_SECONDS = 300.0


@dataclass(frozen=True)
class Day:
    """One date of one table: whether it is stored, its rows, and who is owed one, has one, or has a failure record.

    What is owed is a player, a team, or a team's side of a game, which holds several rows of a player table.
    """

    day: date
    stored: bool
    rows: int = 0
    owed: int = 0
    written: int = 0
    failed: int = 0
    missing: tuple[str, ...] = ()

    @property
    def coverage(self) -> float:
        """Written and failed, of all who are owed something. Nobody owed on an expected date is nothing covered: what
        would say who is owed is not there either."""
        return (self.written + self.failed) / self.owed if self.owed and self.stored else 0.0

    @property
    def lacks(self) -> str:
        """What is missing, in words; nothing if all is there."""
        if not self.stored:
            return "not built"
        if not self.owed:
            return "nobody is owed a row: what it is built from is empty"
        if not self.missing:
            return ""
        others = len(self.missing) - NAMED
        named = ", ".join(self.missing[:NAMED]) + (f" and {others} more" if others > 0 else "")
        return f"{len(self.missing)} of {self.owed} missing: {named}"


@dataclass(frozen=True)
class Gap:
    """Dates of a table, in a row but for days without games, that lack something."""

    table: str
    dates: Window
    number: int
    lacks: str


@dataclass
class Coverage:
    """One table in the range: its expected dates, or the error that kept it from being looked at."""

    table: str
    least: float
    days: list[Day] = field(default_factory=list)
    error: str = ""

    @property
    def found(self) -> int:
        """Dates that are covered well enough."""
        return sum(day.coverage >= self.least for day in self.days)

    @property
    def rows(self) -> int:
        return sum(day.rows for day in self.days)

    @property
    def owed(self) -> int:
        return sum(day.owed for day in self.days)

    @property
    def written(self) -> int:
        return sum(day.written for day in self.days)

    @property
    def failed(self) -> int:
        return sum(day.failed for day in self.days)

    @property
    def coverage(self) -> float:
        """Covered of all expected dates; nothing expected is nothing missing."""
        return self.found / len(self.days) if self.days else 1.0

    @property
    def ready(self) -> bool:
        return not self.error and self.coverage >= self.least

    @property
    def gaps(self) -> list[Gap]:
        found: list[Gap] = []
        previous = ""
        for day in self.days:
            if day.lacks and day.lacks == previous and not day.missing:
                last = found.pop()
                found.append(Gap(self.table, Window(last.dates.start, day.day), last.number + 1, day.lacks))
            elif day.lacks:
                found.append(Gap(self.table, Window(day.day, day.day), 1, day.lacks))
            previous = day.lacks
        return found


def verify(warehouse: Warehouse, tables: Sequence[Table], window: Window, least: float = LEAST_READY) -> list[Coverage]:
    """Each table's coverage of the dates of `window`, of which a share of `least` must be there.

    Raises BadInput where the schedule of a season is not there. What fails to be asked is told, never counted as 0.
    """
    parts = window.by_season()
    Calendar.of(warehouse).require_seasons(tables, [part.start for part in parts])
    seasons = [_Season(warehouse, part) for part in parts]
    return [_coverage(warehouse, table, seasons, least) for table in tables]


def _coverage(warehouse: Warehouse, table: Table, seasons: Sequence[_Season], least: float) -> Coverage:
    coverage = Coverage(table.name, least)
    stored = set(warehouse.dates(table))
    try:
        for season in seasons:
            coverage.days += season.days(table, stored)
    except (duckdb.Error, QueryFailed, QueryTimeout, TransientError) as error:
        coverage.error = str(error).strip().splitlines()[0]
    return coverage


@dataclass
class _Season:
    """The part of the range that lies in one season, asked about table by table."""

    warehouse: Warehouse
    window: Window
    _asked: dict[str, set[date]] = field(default_factory=dict)

    def days(self, table: Table, stored: set[date]) -> Iterator[Day]:
        """The dates on which `table` owes something, and what it holds of it."""
        due = sorted(self._due(table))
        found: Mapping[date, Mapping[str, Any]] = {}
        if stored.intersection(due):
            questions = _questions(table, self.warehouse.dialect)
            found = {row["day"]: row for row in self._fetch(questions.tally, questions.named, table)}
        for day in due:
            row = found.get(day) or (_NOTHING_THERE if table.population is None else {})
            # Sums are decimals.
            counts = {name: int(row.get(name, 0)) for name in ("rows", "owed", "written", "failed")}
            missing = tuple(sorted(row.get("missing") or ()))
            yield Day(day, True, missing=missing, **counts) if day in stored else Day(day, False)

    def _due(self, table: Table) -> set[date]:
        if table.population is None:
            return self._with_games
        if table.population.due is None:
            return set()
        questions = _questions(table, self.warehouse.dialect)
        sql = questions.due
        if sql not in self._asked:  # tables of one kind are due on the same days and ask for them in the same words
            self._asked[sql] = {row["game_date"] for row in self._fetch(sql, questions.due_named, table)}
        return self._asked[sql]

    @cached_property
    def _with_games(self) -> set[date]:
        return set(game_days(self.warehouse, self.window))

    def _fetch(self, sql: str, named: Collection[str], table: Table) -> list[dict]:
        """The rows of a question with made-up dates, asked of the season's."""
        read = inputs_in(_with_all_reads(table), self.window)
        inputs = {source: dates for source, dates in read.items() if source.full_name in named}
        return self.warehouse.fetch(with_dates(sql, self.window), inputs, TIMEOUT_SECONDS).to_pylist()


_NOTHING_THERE: Mapping[str, Any] = {"owed": 1, "missing": ["any row"]}
"""Of a table that owes any row."""


def tally_sql(table: Table, window: Window, dialect: Dialect) -> str:
    """What is asked about one table, of dates of one season."""
    return with_dates(_questions(table, dialect).tally, window)


@dataclass(frozen=True)
class _Questions:
    """The SQL to ask about one table, with made-up dates, and the stored tables that each names."""

    tally: str
    named: list[str]
    due: str
    due_named: list[str]


@cache
def _questions(table: Table, dialect: Dialect) -> _Questions:
    """Compiled once for all seasons, and kept on disk: that takes longer than the answers."""
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]
    return compiled_once(f"{table.full_name}.{dialect}.tally-{own}", _Questions, lambda: _compile(table, dialect))


def _compile(table: Table, dialect: Dialect) -> _Questions:
    counting, dating = Binder(MADE_UP), Binder(MADE_UP)
    sql, due = to_script(tally(table, counting), dialect), ""
    if table.population and table.population.due:
        days = dating.given(_with_all_reads(table), table.population.due)
        due = to_script(days.select("game_date").distinct(), dialect)
    named, due_named = ([source.full_name for source in binder.scanned] for binder in (counting, dating))
    return _Questions(sql, named, due, due_named)


def _with_all_reads(table: Table) -> Table:
    """The table with the inputs that only its population asks for."""
    return replace(table, reads={**table.reads, **table.population.reads}) if table.population else table


def tally(table: Table, binder: Binder) -> ir.Table:
    """For each day: the table's rows, how many are owed, written and failed, and the names of the missing."""
    day = str(table.partition_by)
    rows = binder.scan(table, binder.window)
    parts = [part for owed in _owed(table, binder, rows) for part in owed]
    if records := failures_of(table):
        failures = binder.scan(records, binder.window)
        parts.append(
            failures.select(
                day="analysis_date", entity="entity_id", least=_NONE, rows=_NONE, failed=ibis.literal(1, "int64")
            )
        )
    entities = parts[0].union(*parts[1:]).group_by("day", "entity")
    sums = entities.agg(
        least=lambda t: t.least.max(), rows=lambda t: t.rows.sum(), failed=lambda t: t.failed.max()
    ).filter(lambda t: t.least > 0)
    sums = sums.mutate(written=sums.rows >= sums.least)
    by_day = sums.group_by("day").agg(
        owed=sums.count(),
        written=sums.written.ifelse(1, 0).sum(),
        failed=(~sums.written & (sums.failed > 0)).ifelse(1, 0).sum(),
        missing=sums.entity.collect(where=~sums.written & (sums.failed == 0)),
    )
    counted = rows.group_by(_day=rows[day]).agg(rows=rows.count())
    joined = by_day.left_join(counted, by_day.day == counted._day)
    return joined.select("day", "owed", "written", "failed", "missing", rows=joined.rows.fill_null(0))


_NONE = ibis.literal(0, "int64")
_ANY_ROW = ibis.literal("any row")


def _owed(table: Table, binder: Binder, rows: ir.Table) -> Iterator[tuple[ir.Table, ir.Table]]:
    """Of each kind of what is owed: those owed it, with how many rows, and what the table's rows are of."""
    day, one = str(table.partition_by), ibis.literal(1, "int64")
    if table.population is None:  # says nothing of whom it is about, so all it owes is to be filled
        held = rows.select(day=day, entity=_ANY_ROW, least=one, rows=one, failed=_NONE)
        yield held, held.limit(0)
        return
    for owed in table.population.owed:
        eligible = binder.given(_with_all_reads(table), owed.eligible)
        least = ibis.literal(owed.least, "int64")
        yield (
            eligible.select(day=day, entity=owed.name(eligible), least=least, rows=_NONE, failed=_NONE),
            rows.select(day=day, entity=owed.name(rows), least=_NONE, rows=one, failed=_NONE),
        )
