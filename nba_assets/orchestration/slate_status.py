"""Slate status: how far last night's results, tonight's slate and tomorrow's are, table by table, and what is missing.

Nothing is judged anew: what a table owes is coverage's, what is out of date staleness's, which raw data is waited for
the triggers', when it came the cascade's. Runs, sensors and messages are not looked at here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from nba_assets.audit.coverage import LEAST_READY, Day, verify
from nba_assets.audit.game_days import games_on
from nba_assets.audit.never_built import recorded_checks
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.table import Table
from nba_assets.orchestration.events.triggers import lacking
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import Materialised
from nba_assets.orchestration.run_history.cascade import Arrival, arrivals
from nba_assets.orchestration.slates import is_conformed, slate_tables, summaries, with_conformed
from nba_assets.orchestration.staleness import Plan, out_of_date
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import Warehouse

RESULTS, TONIGHT, TOMORROW = "results", "tonight", "tomorrow"


@dataclass(frozen=True)
class TableStatus:
    """One table on one date."""

    table: str
    rows: int
    found: int
    """Those who are owed something and have a row or a failure record, of those `owed`."""
    owed: int
    built_at: datetime | None
    lacks: str
    """Why it is not good; empty where it is."""
    stale: bool
    """Whether that is mended by building it."""
    waits_for: tuple[str, ...]
    """Raw tables of the date that it needs and that have not come."""
    broken_errors: tuple[str, ...]
    broken_warnings: tuple[str, ...]

    @property
    def ready(self) -> bool:
        return not self.lacks and not self.broken_errors


@dataclass(frozen=True)
class Missing:
    """A raw table of the date that is waited for, by which tables, and since when: when the last of the others came."""

    raw: str
    waited_for_by: tuple[str, ...]
    since: datetime | None


@dataclass(frozen=True)
class Slate:
    """The results of a date, or its slate; without games it has no tables and is ready."""

    what: str
    day: date
    games: int
    tables: Sequence[TableStatus] = ()
    missing: Sequence[Missing] = ()

    @property
    def ready(self) -> bool:
        return all(table.ready for table in self.tables)

    @property
    def counts(self) -> bool:
        """Whether all is ready only with it: what tomorrow's slate lacks may still come."""
        return self.what != TOMORROW


def is_ready(slates: Iterable[Slate]) -> bool:
    """Whether every slate that counts is ready."""
    return all(slate.ready for slate in slates if slate.counts)


def next_steps(slates: Iterable[Slate]) -> list[str]:
    """What a person does about those that count and are not ready, in this order."""
    late = [slate for slate in slates if slate.counts and not slate.ready]
    days = [slate.day for slate in late if any(table.stale for table in slate.tables)]
    steps = []
    if any(slate.missing for slate in late):
        steps.append("bring in what is missing upstream (`nba ingest DIR`)")
    if days:
        steps.append(f"`nba backfill --start {min(days)} --end {max(days)} --upstream`")
    if any(table.lacks and not table.stale for slate in late for table in slate.tables):
        steps.append("have incomplete raw data delivered again")
    if any(table.broken_errors for slate in late for table in slate.tables):
        steps.append("look at the rows of broken checks in the UI")
    return steps


def slates_at(instance: dg.DagsterInstance, warehouse: Warehouse, today: date) -> list[Slate]:
    """The results of the last date with games before `today` in its season, the slates of `today` and of the day after.

    Raises BadInput where a season with games has no schedule.
    """
    tomorrow = today + timedelta(days=1)
    games = games_on(warehouse, Window(Window.season(season_year(today)).start, tomorrow))
    before = max((day for day in games if day < today), default=None)
    asked = [*([(RESULTS, before)] if before else []), (TONIGHT, today), (TOMORROW, tomorrow)]
    plan = out_of_date(instance, warehouse, tables(), _wanted(asked, games))
    return [_slate(instance, warehouse, what, day, games.get(day, 0), plan) for what, day in asked]


def _of(what: str) -> tuple[Table, ...]:
    return summaries() if what == RESULTS else slate_tables()


def _wanted(asked: Sequence[tuple[str, date]], games: Mapping[date, int]) -> dict[Table, list[date]]:
    """The dates that each table is looked at for."""
    found: dict[Table, list[date]] = {table: [] for table in tables()}
    for what, day in asked:
        for table in with_conformed(_of(what)) if day in games else ():
            found[table].append(day)
    return found


def _slate(instance: dg.DagsterInstance, warehouse: Warehouse, what: str, day: date, games: int, plan: Plan) -> Slate:
    if not games:
        return Slate(what, day, games)
    came = arrivals(instance, warehouse, day)
    there = {arrival.table for arrival in came if arrival.at}
    covered = {found.table: found.days for found in verify(warehouse, _of(what), Window(day, day))}
    found = {t: _state(instance, t, day, covered.get(t.name, []), plan, there) for t in with_conformed(_of(what))}
    # a wrong box score breaks the conformed tables' checks, and none of what is made of it
    states = [state for table, state in found.items() if not (is_conformed(table) and state.ready)]
    return Slate(what, day, games, states, _missing(states, came))


def _state(
    instance: dg.DagsterInstance, table: Table, day: date, covered: Sequence[Day], plan: Plan, there: set
) -> TableStatus:
    wanted = dg.AssetRecordsFilter(asset_key(table), asset_partitions=[day.isoformat()])
    latest = next(iter(instance.fetch_materializations(wanted, limit=1).records), None)
    event = latest.asset_materialization if latest else None
    made = Materialised.read(event.metadata) if event else Materialised()
    errors = {check.name for check in recorded_checks(table) if check.severity == "error"}
    of_day = covered[0] if covered else None
    short = of_day.lacks if of_day and of_day.coverage < LEAST_READY else ""
    stale = plan[table].get(day)
    lacks = stale or short
    return TableStatus(
        table.name,
        rows=of_day.rows if of_day else made.rows,
        found=of_day.written + of_day.failed if of_day else 0,
        owed=of_day.owed if of_day else 0,
        built_at=datetime.fromtimestamp(latest.timestamp, UTC) if latest else None,
        lacks=lacks,
        stale=bool(stale),
        waits_for=tuple(sorted(raw.name for raw in lacking(table, there))) if lacks else (),
        broken_errors=tuple(name for name in made.broken if name in errors),
        broken_warnings=tuple(name for name in made.broken if name not in errors),
    )


def _missing(states: Sequence[TableStatus], came: Sequence[Arrival]) -> list[Missing]:
    since = max((arrival.at for arrival in came if arrival.at), default=None)
    names = dict.fromkeys(raw for state in states for raw in state.waits_for)
    return [Missing(raw, tuple(s.table for s in states if raw in s.waits_for), since) for raw in names]
