"""Measures: a few numbers that say how a day of a table is, plotted in the UI and watched for drift.

Each table names its own in its header; the share of gold rows is every rated table's. What is off the usual is judged
elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis.expr.types as ir

from nba_assets.contracts.quality import GOLD

if TYPE_CHECKING:
    from nba_assets.contracts.table import Table


@dataclass(frozen=True)
class Measure:
    """One number of a day's rows; NULL where there is nothing to take it of. `watched` ones are compared with the days
    before."""

    name: str
    of: Callable[[ir.Table], ir.Value]
    watched: bool = False


def mean_of(column: str, *, watched: bool = True) -> Measure:
    """The mean of a column over a day's rows, in the column's unit; NULLs do not count."""
    return Measure(f"mean_{column}", lambda rows: rows[column].cast("float64").mean(), watched)


def share_without(column: str) -> Measure:
    """Of the rows, those in which a column is unknown: it goes with the sources, so it is not watched."""
    return Measure(f"share_without_{column}", lambda rows: rows[column].isnull().ifelse(1.0, 0.0).mean())


_GOLD = Measure("share_gold", lambda rows: (rows.quality_tier == GOLD).ifelse(1.0, 0.0).mean())


def measures_of(table: Table) -> tuple[Measure, ...]:
    """All measures of a table: the share of gold rows where rows are rated, and its own."""
    return (*([_GOLD] if table.rated else []), *table.measures)


def watched(table: Table) -> tuple[str, ...]:
    """The names of those that are compared with the days before."""
    return tuple(measure.name for measure in measures_of(table) if measure.watched)
