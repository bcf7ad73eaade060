"""A date's predictions as people look them up: the rows that count, and what keeps a date from being predicted.

Only reads. How they are printed is the command's, what they mean the tables'.
"""

from __future__ import annotations

from typing import Any

from nba_assets.compile.bind import Binder
from nba_assets.compile.dialects import to_script
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import Table
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.registry import every_table
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.records import records

SECONDS = 120.0


def predictions() -> Table:
    """The table of predictions."""
    return next(table for table in every_table() if table.name == "player_prop_predictions")


def require_tips(warehouse: Warehouse, window: Window) -> None:
    """Raises BadInput for a game that has no tip: bets on it are decided so long before."""
    for part in window.by_season():
        binder = Binder(part)
        games = binder.read(same_day(schedule))
        games = games.filter(games.tip_at.isnull() & ~games.is_postponed).select("game_date", "game_id")
        found = warehouse.fetch(to_script(games.order_by("game_id"), warehouse.dialect), binder.scanned, SECONDS)
        for game in found.to_pylist():
            raise BadInput(f"{game['game_date']}: the game {game['game_id']} has no tip in the schedule")


def counted_rows(warehouse: Warehouse, window: Window) -> list[dict[str, Any]]:
    """The rows that count, one of a player, game, market and system; the best edges first, then the others by name."""
    table = predictions()
    rows = Binder(window).scan(table, window)
    rows = rows.filter(rows.is_graded).drop("quality_tier", "quality_issues", "data_hash")
    sql = to_script(rows, warehouse.dialect)
    return best_first(records(warehouse.fetch(sql, {table: window}, SECONDS)))


def best_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By edge; an edge of nothing is known, and stands before those below it and those that are not."""
    return sorted(
        rows, key=lambda row: (row["edge"] is None, -(row["edge"] or 0), row["player_lookup"], row["system_id"])
    )


def shown_system(rows: list[dict[str, Any]]) -> str:
    """Whose rows people are shown where they ask for none: the most that is made of the others."""
    there = {row["system_id"] for row in rows}
    return next((system for system in ("ensemble", "model", "moving_average") if system in there), "market")
