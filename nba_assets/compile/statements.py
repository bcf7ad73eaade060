"""The SQL of a table, compiled once and kept: what makes its rows, what finds rows that break its checks.

Ibis takes seconds of Python to compile an expression that the engine answers in one. The dates of a run are all
that differs between two compilations, so each table is compiled for one made-up window, kept on disk, and its dates are
filled in. Nothing here runs SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import ibis

from nba_assets.compile.bind import Binder, Dates, stored_inputs
from nba_assets.compile.breaches import example_rows
from nba_assets.compile.dialects import Dialect, in_both_forms, to_script
from nba_assets.compile.lineage import Source, column_sources
from nba_assets.compile.sql_cache import compiled_once
from nba_assets.compile.steps import LAST
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.checks import counted_in
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.measures import measures_of
from nba_assets.contracts.table import Check, Table

MADE_UP = Window(date(1901, 12, 5), date(1902, 2, 17))
"""A window whose ends, their neighbours and whose season's ends are dates no expression has of its own."""


PREVIEW_ROWS = 5

EXAMPLE_ROWS = 500
"""Of which each day shows some."""

QUERIES = ("rows", "broken", "failed", "skipped", "preview", "measured", "categories")
"""All that a table may have."""


@dataclass(frozen=True)
class CompiledSQL:
    """One table's SQL in one dialect, with made-up dates, and the sources of each column.

    `broken` gives the columns day, broken (a count) and check (the check's place in `counted_in`); `failed` gives the
    failure records and `skipped` day and reason, and are empty for a table without; `preview` gives some rows of the
    window's last day. `measured` gives day and a column for each measure, `categories` how many failure records of
    each category a day has: day, category and entities.
    """

    rows: str
    broken: str
    failed: str
    skipped: str
    preview: str
    measured: str
    categories: str
    sources: Mapping[str, list[list[str]]]
    steps: Mapping[str, list[list[str]]]
    """On BigQuery, which computes what is named once for each reference to it: by the name of one of the queries above,
    the same in steps, each a name and a query. All but the last, which has no name, are temporary tables."""

    def steps_in(self, query: str, window: Window) -> list[tuple[str, str]]:
        """One of the queries by its name, as it is to be run; a single step where nothing is computed twice."""
        steps = self.steps.get(query) or [[LAST, getattr(self, query)]]
        return [(name, with_dates(step, window)) for name, step in steps]

    def rows_in(self, window: Window) -> str:
        return with_dates(self.rows, window)

    def broken_in(self, window: Window) -> str:
        return with_dates(self.broken, window)

    def failed_in(self, window: Window) -> str:
        return with_dates(self.failed, window)

    def preview_in(self, window: Window) -> str:
        return with_dates(self.preview, window)


def made_from(table: Table, window: Window) -> Dates:
    """The stored tables that a window's rows are made from, with the dates needed."""
    found: dict[Contract, Window | None] = {}
    for source, reaches in stored_inputs(table).items():
        dates = [reach.dates(window) for reach in reaches]
        found[source] = None
        if source.partition_by:
            found[source] = Window(min(d.start for d in dates), max(d.end for d in dates))
    return found


def inputs_in(table: Table, window: Window) -> Dates:
    """The same, and what checks read beside it: the table itself and its failure records."""
    records = failures_of(table)
    return {table: window, **made_from(table, window), **({records: window} if records else {})}


@cache
def statements(table: Table, dialect: Dialect) -> CompiledSQL:
    """The table's SQL, from the cache on disk where this very code has compiled it before."""
    return compiled_once(f"{table.full_name}.{dialect}", CompiledSQL, lambda: _compile(table, dialect))


def examples(table: Table, check: Check, window: Window, dialect: Dialect) -> str:
    """SQL for rows that break one check, by day: needed only when it is broken, so not kept."""
    return to_script(example_rows(Binder(window).broken(check, table), table).limit(EXAMPLE_ROWS), dialect)


def expressions(table: Table) -> dict[str, ibis.Table]:
    """What is compiled: the queries that the table has, by the names of `CompiledSQL`, with made-up dates."""
    binder = Binder(MADE_UP)
    records = failures_of(table)
    queries = {
        "rows": binder.rows(table) if table.python else _in_order(binder.rows(table), table),
        "broken": _broken(binder, table),
        "failed": _in_order(binder.failed(table), records) if records else None,
        "skipped": binder.skipped(table) if table.population and table.population.skipped else None,
        "preview": binder.scan(table, Window(MADE_UP.end, MADE_UP.end)).limit(PREVIEW_ROWS),
        "measured": _measured(binder, table) if measures_of(table) else None,
        "categories": _categories(binder, records) if records else None,
    }
    return {name: query for name, query in queries.items() if query is not None}


def _compile(table: Table, dialect: Dialect) -> CompiledSQL:
    queries = expressions(table)
    both = {name: in_both_forms(query, dialect) for name, query in queries.items()}
    sources = _sources(queries["rows"], table)
    return CompiledSQL(
        **{name: both[name][0] if name in both else "" for name in QUERIES},
        sources={name: [list(source) for source in found] for name, found in sources.items()},
        steps={name: steps for name, (_, steps) in both.items() if steps},
    )


def _sources(rows: ibis.Table, table: Table) -> Mapping[str, Iterable[Source]]:
    """Of each column. What python makes, it makes of all that it is given beside the table's own columns."""
    found = column_sources(rows)
    if not table.python:
        return found
    own = {column.name: found[column.name] for column in table.columns if column.name in found}
    beside = sorted({source for name, sources in found.items() if name not in own for source in sources})
    told = {column.name: own.get(column.name, beside) for column in table.columns}
    every = sorted({source for sources in found.values() for source in sources})
    return told | ({"data_hash": every} if table.rated else {})


def _in_order(rows: ibis.Table, contract: Contract) -> ibis.Table:
    assert contract.partition_by
    return rows.order_by(list(dict.fromkeys([contract.partition_by, *contract.key])))


def _measured(binder: Binder, table: Table) -> ibis.Table:
    rows = binder.scan(table, binder.window)
    numbers = {measure.name: measure.of(rows) for measure in measures_of(table)}
    return rows.group_by(day=rows[table.partition_by]).agg(**numbers)


def _categories(binder: Binder, records: Contract) -> ibis.Table:
    rows = binder.scan(records, binder.window)
    return rows.group_by(day=rows[records.partition_by], category=rows.failure_category).agg(entities=rows.count())


def _broken(binder: Binder, table: Table) -> ibis.Table:
    """How many rows break each check, by day."""
    first, *others = _of_each_row(binder, table) + [
        _count(binder.broken(check, table), table, number, check)
        for number, check in enumerate(counted_in(table))
        if not check.keeps
    ]
    return first.union(*others)


def _of_each_row(binder: Binder, table: Table) -> list[ibis.Table]:
    """Of all checks that a row keeps or breaks by itself, in one look at the rows."""
    rows, rules = binder.scan(table, binder.window), dict[str, ibis.expr.types.BooleanValue]()
    for number, check in enumerate(counted_in(table)):
        if check.keeps:
            rules[str(number)] = check.keeps(rows)
    broken = {number: rows.count(where=~rule) for number, rule in rules.items()}
    by_day = rows.group_by(day=rows[table.partition_by]).agg(**broken)
    return [
        by_day.filter(by_day[number] > 0).select("day", broken=number, check=ibis.literal(int(number), "int64"))
        for number in rules
    ]


def _count(rows: ibis.Table, table: Table, number: int, check: Check) -> ibis.Table:
    broken = rows[check.weight].sum() if check.weight else rows.count()
    by_day = rows.group_by(day=rows[table.partition_by]).agg(broken=broken)
    return by_day.select("day", "broken", check=ibis.literal(number, "int64"))


def with_dates(sql: str, window: Window) -> str:
    """Fill in the dates of `window`, which lies in one season, for the made-up ones."""
    for made_up, real in zip(_dates(MADE_UP), _dates(window), strict=True):
        sql = sql.replace(_literal(made_up), _literal(real))
    return sql


def _dates(window: Window) -> tuple[date, ...]:
    season, day = Window.season(season_year(window.start)), timedelta(days=1)
    months = window.start.replace(day=1), window.end.replace(day=1)
    return window.start, window.end, window.start - day, window.end - day, season.start, season.end, *months


def _literal(day: date) -> str:
    """A date's arguments as both dialects write them: MAKE_DATE(2021, 11, 15), DATE(2021, 11, 15)."""
    return f"({day.year}, {day.month}, {day.day})"
