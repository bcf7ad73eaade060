"""Inputs that were never built: those of the same day, which a table cannot do without, and days of its history.

Of our own tables only: what raw data there is, sources decide. A day off lacks nothing, nor does a day of history that
is not over: a slate is built before its eve is played. Whether what is there is out of date is not asked here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from nba_assets.audit.drift import DRIFT
from nba_assets.audit.game_days import Calendar
from nba_assets.contracts.calendar import Window, first_date, season_year, today
from nba_assets.contracts.checks import checks_of
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.measures import watched
from nba_assets.contracts.read import Reach
from nba_assets.contracts.table import Check, Table
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.inputs import dated_inputs

Stored = Callable[[Table], Collection[date]]
"""The dates that are stored of a table."""

Contents = Callable[[Contract], Mapping[date, str]]
"""What each stored date of a contract holds; empty where that is no rows."""

Gaps = dict[Table, dict[date, list[tuple[Table, date]]]]
"""For each table the dates whose history lacks something, and what: tables and their dates, in order."""

NOT_BUILT = "which is not built"
"""How the message about such an input says it."""

HISTORY = Check(
    "history_is_built",
    "of every date with games of the season so far, what the table reads as history was built before it",
    lambda rows: rows.limit(0),  # no row shows it: what is stored does
)


def recorded_checks(table: Table) -> tuple[Check, ...]:
    """All checks that a table's partitions are recorded with."""
    history = [HISTORY] if _ours(table, history=True) else []
    return (*checks_of(table), *history, *([DRIFT] if watched(table) else []))


def _ours(table: Table, *, history: bool) -> list[tuple[Table, Reach]]:
    found = [(source, reach) for source, reach in dated_inputs(table) if isinstance(source, Table)]
    daily = [(source, reach) for source, reach in found if not source.monthly]
    return [(source, reach) for source, reach in daily if (reach is not Reach.SAME_DAY) == history]


def require_inputs(table: Table, days: Iterable[date], stored: Stored, calendar: Calendar) -> None:
    """Raises BadInput for the first input of the same day that was never built."""
    for source, _ in _ours(table, history=False):
        there = stored(source)
        if missing := [day for day in days if day not in there and not calendar.is_off(source, day)]:
            others = f" (nor is that of {len(missing) - 1} other dates)" if len(missing) > 1 else ""
            raise BadInput(f"reads {source.full_name} of {missing[0]}, {NOT_BUILT}{others}")


def empty_inputs(table: Table, days: Sequence[date], contents: Contents) -> dict[date, list[str]]:
    """For each of `days` the inputs of the same day that nothing is stored of, raw ones too, by their full names."""
    if not days:
        return {}
    of_the_day = [source for source, reach in dated_inputs(table) if reach is Reach.SAME_DAY]
    return {day: [source.full_name for source in of_the_day if not contents(source).get(day)] for day in days}


def history_gaps(
    table: Table, days: Sequence[date], stored: Stored, calendar: Calendar
) -> dict[date, list[tuple[Table, date]]]:
    """For each of `days` (of one season, in order) the history that was never built, if any."""
    found: dict[date, list[tuple[Table, date]]] = {}
    if not days:
        return found
    for source, reach in _ours(table, history=True):
        owed = _owed(source, reach, days, calendar)
        there = stored(source)
        if missing := [day for day in owed if day not in there]:
            for day in days:
                dates = reach.dates(Window(day, day))
                if lacking := [(source, before) for before in missing if before in dates]:
                    found.setdefault(day, []).extend(lacking)
    return found


def _owed(source: Table, reach: Reach, days: Sequence[date], calendar: Calendar) -> list[date]:
    """The dates with games that are over, of those that some days of one season read as history."""
    dates = reach.dates(Window(days[0], days[-1]))
    over = Window(max(dates.start, first_date()), min(dates.end, _yesterday()))
    return sorted(day for day in calendar.scheduled if day in over and not calendar.is_off(source, day))


def _by_season(table: Table, days: Iterable[date], calendar: Calendar) -> Iterator[list[date]]:
    """The days that a table has, less days off, in order, those of each season together."""
    for _, of_season in groupby(sorted(day for day in days if not calendar.is_off(table, day)), season_year):
        yield list(of_season)


def _yesterday() -> date:
    return today() - timedelta(days=1)


def gaps_in(warehouse: Warehouse, wanted: Mapping[Table, Iterable[date]], calendar: Calendar) -> Gaps:
    """Of the stored partitions among those wanted, the ones whose history lacks something."""
    dates: dict[Table, set[date]] = {}

    def stored(table: Table) -> set[date]:
        if table not in dates:
            dates[table] = set(warehouse.dates(table))
        return dates[table]

    found: Gaps = {}
    for table, days in wanted.items():
        if not _ours(table, history=True):
            continue
        for of_season in _by_season(table, stored(table).intersection(days), calendar):
            if lacking := history_gaps(table, of_season, stored, calendar):
                found.setdefault(table, {}).update(lacking)
    return found


def with_upstream(
    named: Mapping[Table, Iterable[date]], order: Sequence[Table], calendar: Calendar
) -> dict[Table, list[date]]:
    """The tables with all days of other tables of ours that they need, themselves or through others, in `order`."""
    needed: dict[Table, set[date]] = {table: set(days) for table, days in named.items()}
    for table in reversed(order):
        for days in _by_season(table, needed.get(table, ()), calendar):
            for source, _ in _ours(table, history=False):
                needed.setdefault(source, set()).update(days)
            for source, reach in _ours(table, history=True):
                needed.setdefault(source, set()).update(_owed(source, reach, days, calendar))
    return {table: sorted(needed[table]) for table in order if table in needed}
