"""Performance over any dates: what graded predictions add up to, by system and slice, and how probabilities came out.

Asked of the graded rows themselves, so that any range can be figured and not only the periods that are stored. What a
figure means is basketball's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import ibis.expr.types as ir

from nba_assets.basketball import performance
from nba_assets.compile.bind import Binder
from nba_assets.compile.dialects import to_script
from nba_assets.compile.sql_cache import compiled_once
from nba_assets.compile.statements import MADE_UP, with_dates
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import every_table
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.records import records

SECONDS = 300.0
SLICES = tuple(performance.SLICES)


@dataclass(frozen=True)
class _Question:
    sql: str


def accuracy() -> Table:
    """The table of graded rows."""
    return next(table for table in every_table() if table.name == "prediction_accuracy")


def by_system(warehouse: Warehouse, window: Window, slice_by: str = "all") -> list[dict[str, Any]]:
    """The figures of each system and slice over all the dates together."""
    return _ask(warehouse, window, f"performance-{slice_by}", partial(performance.over_all_dates, way=slice_by))


def enough_decided(row: Mapping[str, Any]) -> bool:
    """Whether a row of `by_system` says anything of profit: a player's on few decided bets does not."""
    decided = (row["win_count"] or 0) + (row["loss_count"] or 0)
    return row["slice_by"] != "player" or decided >= performance.LEAST_DECIDED


def by_date(warehouse: Warehouse, window: Window) -> list[dict[str, Any]]:
    """Of each date and system the bets and their profit, in order."""
    return _ask(warehouse, window, "profits", performance.profits)


def reliability(warehouse: Warehouse, window: Window) -> list[dict[str, Any]]:
    """Of each system and tenth of P(over): how many rows, the mean probability, and the share that went over."""
    return _ask(warehouse, window, "reliability", performance.reliability)


def _ask(warehouse: Warehouse, window: Window, name: str, made: Callable[[ir.Table], ir.Table]) -> list[dict[str, Any]]:
    table = accuracy()

    def compiled() -> _Question:
        rows = Binder(MADE_UP).scan(table, MADE_UP)
        return _Question(to_script(made(rows.filter(rows.is_graded)), warehouse.dialect))

    question = compiled_once(f"{table.full_name}.{warehouse.dialect}.{name}", _Question, compiled)
    return records(warehouse.fetch(with_dates(question.sql, window), {table: window}, SECONDS))


def simulated(rows: Sequence[dict[str, Any]]) -> int:
    """Bets on lines that nobody ever offered."""
    return sum(int(row["simulated_bets_count"]) for row in rows if row["slice_by"] == "all")
