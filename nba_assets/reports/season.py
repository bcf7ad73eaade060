"""Season report: coverage as a calendar, quality by source, and drift of what is watched, as one page.

Each panel is asked of the warehouse by the SQL under it. Whether a date is covered and whether a measure is off is
judged where the checks are; here is what is put on the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from nba_assets.audit.coverage import LEAST_READY, Coverage, tally_sql, verify
from nba_assets.audit.drift import Drift, Measured, drifts
from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import EASTERN, Window, season_label, season_year
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.measures import watched
from nba_assets.contracts.table import Table
from nba_assets.reports.page import rendered
from nba_assets.reports.pictures import OTHERS, TIERS, calendar, series, shares
from nba_assets.reports.question import SECONDS, Question
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import Warehouse

GAPS_SHOWN = 40
ISSUES_SHOWN = 15
UNRATED = "no tier"
"""Beside the tiers, for a row that has none."""


@dataclass(frozen=True)
class Panel:
    """What rows of a table are, by kind: a picture and the numbers in it."""

    picture: str
    kinds: Sequence[str]
    counts: Mapping[str, Mapping[str, int]]
    sql: str


@dataclass(frozen=True)
class Watched:
    """A watched measure: its days as a picture, and those on which it is off."""

    table: str
    measure: str
    picture: str
    days: int
    off: Sequence[Drift]


def season_page(warehouse: Warehouse, window: Window, now: datetime) -> str:
    """The page of the dates of `window`, of one season. Raises BadInput where the season has no schedule."""
    covered = [of for of in verify(warehouse, tables(), window) if of.days or of.error]
    days = shares_by_day(covered)
    return rendered(
        "season.html.j2",
        season=season_label(season_year(window.start)),
        window=window,
        made_at=f"{now.astimezone(EASTERN):%Y-%m-%d %H:%M} ET",
        covered=covered,
        least=LEAST_READY,
        gaps=[gap for of in covered for gap in of.gaps],
        gaps_shown=GAPS_SHOWN,
        months=_by_month(days),
        calendar=calendar("coverage", days) if days else "",
        coverage_sql={of.table: tally_sql(_table(of.table), window, warehouse.dialect) for of in covered},
        tiers=_panel(warehouse, "tiers", question_of_tiers(window), TIERS),
        sources=_panel(warehouse, "sources", question_of_sources(window), {}),
        issues=question_of_issues(window).answer(warehouse),
        issues_sql=question_of_issues(window).sql,
        measures=[of for table in tables() if watched(table) for of in _watched(warehouse, table, window)],
        measures_sql={t.name: _measured_sql(t, warehouse, window) for t in tables() if watched(t)},
    )


def _table(name: str) -> Table:
    return next(table for table in tables() if table.name == name)


def shares_by_day(covered: Sequence[Coverage]) -> dict[date, float]:
    """Of the tables that owe something on a date, the share that is covered well enough, and built."""
    owing, good = Counter[date](), Counter[date]()
    for of in covered:
        for day in of.days:
            owing[day.day] += 1
            good[day.day] += day.coverage >= of.least
    return {day: good[day] / owing[day] for day in sorted(owing)}


def _by_month(days: Mapping[date, float]) -> list[tuple[str, int, int]]:
    """Of each month the dates on which something is owed, and those on which all of it is there."""
    owing = Counter(f"{day:%Y-%m}" for day in days)
    good = Counter(f"{day:%Y-%m}" for day, share in days.items() if share >= 1)
    return [(month, owing[month], good[month]) for month in owing]


def _panel(warehouse: Warehouse, name: str, question: Question, colours: Mapping[str, str]) -> Panel:
    counts: dict[str, dict[str, int]] = {}
    for row in question.answer(warehouse):
        counts.setdefault(row["table_name"], {})[row["kind"] or UNRATED] = row["row_count"]
    found = dict.fromkeys(kind for of in counts.values() for kind in of)
    kinds = [*(kind for kind in colours if kind in found), *(kind for kind in found if kind not in colours)]
    spare = iter(OTHERS * len(kinds))
    picture = shares(name, counts, {kind: colours.get(kind) or next(spare) for kind in kinds}) if counts else ""
    return Panel(picture, kinds, counts, question.sql)


def _counted(by: str, of: Sequence[Contract], window: Window) -> Question:
    parts = [
        f"SELECT '{table.name}' AS table_name, {by} AS kind, COUNT(*) AS row_count FROM {table.full_name}"
        f"\nWHERE {_within(table, window)} GROUP BY {by}"
        for table in of
    ]
    sql = "\nUNION ALL\n".join(parts) + "\nORDER BY table_name, row_count DESC, kind"
    return Question(sql, {table.name: window for table in of})


def _within(table: Contract, window: Window) -> str:
    return f"{table.partition_by} BETWEEN DATE '{window.start}' AND DATE '{window.end}'"


def question_of_tiers(window: Window) -> Question:
    """How many rows of each rated table are gold, silver and bronze."""
    return _counted("quality_tier", [table for table in tables() if table.rated], window)


def question_of_sources(window: Window) -> Question:
    """From which source the rows of conformed tables are."""
    return _counted("source", [t for t in tables() if any(column.name == "source" for column in t.columns)], window)


def question_of_issues(window: Window) -> Question:
    """The quality issues that most rows have."""
    rated = [table for table in tables() if table.rated]
    parts = [
        f"SELECT '{table.name}' AS table_name, issue FROM {table.full_name}"
        f"\nCROSS JOIN UNNEST(quality_issues) AS u(issue) WHERE {_within(table, window)}"
        for table in rated
    ]
    sql = "\nUNION ALL\n".join(parts)
    sql = f"SELECT table_name, issue, COUNT(*) AS row_count FROM (\n{sql}\n) AS issues GROUP BY table_name, issue"
    sql += f"\nORDER BY row_count DESC, table_name, issue LIMIT {ISSUES_SHOWN}"
    return Question(sql, {table.name: window for table in rated})


def _measured_sql(table: Table, warehouse: Warehouse, window: Window) -> str:
    ((_, sql),) = statements(table, warehouse.dialect).steps_in("measured", window)
    return sql


def _watched(warehouse: Warehouse, table: Table, window: Window) -> list[Watched]:
    rows: list[dict[str, Any]] = warehouse.fetch(
        _measured_sql(table, warehouse, window), {table: window}, SECONDS
    ).to_pylist()
    counts = _rows_by_day(warehouse, table, window)
    found = {
        row["day"]: Measured(counts[row["day"]], {n: float(row[n]) for n in watched(table) if row[n] is not None})
        for row in sorted(rows, key=lambda row: row["day"])
    }
    off = drifts(found, list(found), watched(table))
    measures = []
    for name in watched(table):
        values = {day: of.values[name] for day, of in found.items() if name in of.values}
        own = [drift for drift in off if drift.measure == name]
        picture = series(f"{table.name}-{name}", values, {drift.day for drift in own}) if values else ""
        measures.append(Watched(table.name, name, picture, len(values), own))
    return measures


def _rows_by_day(warehouse: Warehouse, table: Table, window: Window) -> dict[date, int]:
    sql = f"SELECT {table.partition_by} AS day, COUNT(*) AS row_count FROM {table.full_name}"
    question = Question(f"{sql} WHERE {_within(table, window)} GROUP BY day", {table.name: window})
    return {row["day"]: row["row_count"] for row in question.answer(warehouse)}
