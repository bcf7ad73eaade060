"""Dates with games, by the schedule that the warehouse holds.

The one question of basketball that schedules and sensors ask, and whether there is a schedule to ask. What a game is
stands in the conformed table of games.
"""

from __future__ import annotations

from datetime import date

from nba_assets.compile.bind import Binder
from nba_assets.compile.dialects import to_sql
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.read import same_day
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.warehouse.base import Warehouse

SECONDS = 60.0


def game_days(warehouse: Warehouse, window: Window) -> list[date]:
    """The dates of `window` with a game that is not postponed, in order."""
    found: list[date] = []
    for part in window.by_season():
        binder = Binder(part)
        rows = binder.read(same_day(schedule))
        days = rows.filter(~rows.is_postponed).select("game_date").distinct().order_by("game_date")
        answer = warehouse.fetch(to_sql(days, warehouse.dialect), binder.scanned, SECONDS)
        found += answer["game_date"].to_pylist()
    return found


def next_game_day(warehouse: Warehouse, day: date) -> date | None:
    """The first date after `day` with a game, of the same season."""
    season = Window.season(season_year(day))
    following = [found for found in game_days(warehouse, season) if found > day]
    return following[0] if following else None


def require_schedule(warehouse: Warehouse, where: str) -> None:
    """Raises BadInput where there is not even a schedule: nothing was ever put into the lake called `where`."""
    if not warehouse.dates(nbac_schedule):
        raise BadInput(f"the lake {where} is empty: fill it with `nba ingest DIR` or `nba simulate`")
