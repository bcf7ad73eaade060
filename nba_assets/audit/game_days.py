"""Dates with games, by the schedule that the warehouse holds; and days off, on which no table has anything to build.

The one question of basketball that steps, schedules and sensors ask, and whether there is a schedule to ask. What a
game is stands in the conformed table of games.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from nba_assets.compile.bind import Binder, stored_inputs
from nba_assets.compile.dialects import to_script
from nba_assets.contracts.calendar import Window, season_label, season_year
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.read import Reach, same_day
from nba_assets.contracts.table import Table
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.warehouse.base import Warehouse

SECONDS = 60.0

SUMMER = (7, 8, 9)
"""Months without games."""


def games_on(warehouse: Warehouse, window: Window) -> dict[date, int]:
    """How many games the dates of `window` have that are not postponed, in order; dates without any are left out."""
    found: dict[date, int] = {}
    for part in window.by_season():
        binder = Binder(part)
        rows = binder.read(same_day(schedule))
        rows = rows.filter(~rows.is_postponed)
        days = rows.group_by("game_date").agg(games=rows.count()).order_by("game_date")
        for row in warehouse.fetch(to_script(days, warehouse.dialect), binder.scanned, SECONDS).to_pylist():
            found[row["game_date"]] = int(row["games"])
    return found


def game_days(warehouse: Warehouse, window: Window) -> list[date]:
    """The dates of `window` with a game that is not postponed, in order."""
    return list(games_on(warehouse, window))


def next_game_day(warehouse: Warehouse, day: date, last: date) -> date | None:
    """The first date after `day`, until `last`, with a game, be it of the next season; no query where none can be."""
    listed = [found for found in warehouse.dates(nbac_schedule) if day < found <= last]
    following = game_days(warehouse, Window(listed[0], listed[-1])) if listed else []
    return following[0] if following else None


@dataclass(frozen=True)
class Calendar:
    """The dates that the schedule names, found without a query."""

    scheduled: frozenset[date]
    fill: str = ""
    """What to do where a season has no schedule."""

    @classmethod
    def of(cls, warehouse: Warehouse) -> Calendar:
        return cls(frozenset(warehouse.dates(nbac_schedule)), warehouse.fill)

    @cached_property
    def _seasons(self) -> set[int]:
        return {season_year(day) for day in self.scheduled}

    def is_off(self, table: Contract, day: date) -> bool:
        """Whether the table has nothing to build for the day, since by its season's schedule no game is played on it.

        A postponed game is in the schedule, and so in the table of games. Of a table of months it is a month without a
        season behind it.
        """
        if isinstance(table, Table) and table.monthly:
            return season_year(day) - 1 not in self._seasons
        if day in self.scheduled or season_year(day) not in self._seasons:
            return False
        return isinstance(table, Table) and _follows_schedule(table)

    def wanted(self, tables: Iterable[Table], days: Collection[date]) -> dict[Table, list[date]]:
        """For each table those of `days` that it has anything to build for."""
        return {table: [day for day in days if not self.is_off(table, day)] for table in tables}

    def require_seasons(self, tables: Iterable[Contract], days: Iterable[date]) -> None:
        """Raises BadInput for the first of `days` whose season has no schedule: nobody knows what is owed on it."""
        if not any(isinstance(table, Table) and _follows_schedule(table) for table in tables):
            return
        for day in days:
            self.require_season(day)

    def require_season(self, day: date) -> None:
        """Raises BadInput for a day whose season has no schedule."""
        if (year := season_year(day)) not in self._seasons:
            raise BadInput(f"{day}: no schedule of {season_label(year)}: {self.fill}")


def require_season(warehouse: Warehouse, day: date) -> None:
    """Raises BadInput for a day whose season has no schedule: no games known is not none played. Summers have none."""
    if day.month not in SUMMER:
        Calendar.of(warehouse).require_season(day)


@cache
def _follows_schedule(table: Table) -> bool:
    """Whether it reads the day's schedule, itself or through a table of the day, so that it has no rows without."""
    today = {source for source, reaches in stored_inputs(table).items() if Reach.SAME_DAY in reaches}
    return nbac_schedule in today or any(_follows_schedule(source) for source in today if isinstance(source, Table))


def require_schedule(warehouse: Warehouse) -> None:
    """Raises BadInput where there is not even a schedule: nothing was ever put into it."""
    if not warehouse.dates(nbac_schedule):
        raise BadInput(f"{warehouse.place} is empty: {warehouse.fill}")
