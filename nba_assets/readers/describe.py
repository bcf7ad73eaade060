"""Descriptions of what is stored: of a table which dates there are, of its columns an example and the share of NULL.

What columns mean is their contract's; what is owed and not there is coverage's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract, RawTable
from nba_assets.contracts.read import Reach, stored_sources
from nba_assets.contracts.reading_view import ReadingView
from nba_assets.contracts.table import Table
from nba_assets.readers.catalog import dates_of
from nba_assets.readers.read import rows_of
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.records import records

LOOKED_AT = 14
"""Partitions with rows, the latest, that examples and shares of NULL are of."""


ROW = "A row is "
"""How the sentence of a description begins that says it."""


@dataclass(frozen=True)
class Stored:
    """What is stored of a table: its dates in order, none of one that is stored whole."""

    contract: Contract
    dates: tuple[date, ...]

    @property
    def partitions(self) -> int | None:
        return len(self.dates) if self.contract.partition_by else None

    @property
    def group(self) -> str:
        """`raw`, the table's own group, `view`, or the data set."""
        match self.contract:
            case Table():
                return self.contract.group
            case RawTable():
                return "raw"
            case ReadingView():
                return "view"
        return self.contract.dataset

    @property
    def a_row_is(self) -> str:
        """What the description says that a row is: the sentence that begins so, else the first, as of raw tables."""
        description = " ".join(self.contract.description.split())
        _, _, row = description.partition(ROW)
        sentence, stop, _ = (row or description).partition(". ")
        told = sentence + "." if stop else sentence
        return told[0].upper() + told[1:]

    @property
    def first(self) -> date | None:
        return self.dates[0] if self.dates else None

    @property
    def last(self) -> date | None:
        return self.dates[-1] if self.dates else None


@dataclass(frozen=True)
class Described:
    """A column, and of the rows that were looked at the share that is NULL and the first value of the latest date."""

    column: Column
    null_share: float | None
    example: Any


def stored(warehouse: Warehouse, contract: Contract) -> Stored:
    """What there is of a table: its partitions."""
    source = dates_of(contract)
    if not source.partition_by:
        return Stored(contract, ())
    # Of a table that several write, a part each, a lake knows the dates by what the parts hold.
    return Stored(contract, tuple(warehouse.dates(source) or sorted(warehouse.contents(source))))


def columns_of(warehouse: Warehouse, of: Stored) -> tuple[list[Described], int, Window | None]:
    """Its columns, how many rows were looked at, and between which dates: none of a table that is stored whole."""
    window = _latest(warehouse, of)
    if of.contract.partition_by and window is None:
        return [Described(column, None, None) for column in of.contract.columns], 0, None
    rows = rows_of(warehouse, of.contract, window, [column.name for column in of.contract.columns]).arrow
    newest_first = records(rows.slice(max(rows.num_rows - 200, 0)))[::-1]
    found = []
    for column in of.contract.columns:
        example = next((row[column.name] for row in newest_first if row[column.name] is not None), None)
        share = rows[column.name].null_count / rows.num_rows if rows.num_rows else None
        found.append(Described(column, share, example))
    return found, rows.num_rows, window


def _latest(warehouse: Warehouse, of: Stored) -> Window | None:
    """The latest partitions with rows."""
    filled = [day for day, content in sorted(warehouse.contents(dates_of(of.contract)).items()) if content]
    return Window(filled[-LOOKED_AT:][0], filled[-1]) if of.contract.partition_by and filled else None


def reads_of(contract: Contract) -> dict[str, str]:
    """What it is made of, by the names of stored tables, and how far back each is read."""
    if isinstance(contract, ReadingView):
        return {of.full_name: Reach.SAME_DAY.value for of in contract.inputs.values()}
    found: dict[str, set[str]] = {}
    for read in contract.reads.values() if isinstance(contract, Table) else ():
        for source, reach in stored_sources(read):
            found.setdefault(source.full_name, set()).add(reach.value)
    return {name: "; ".join(sorted(reaches)) for name, reaches in found.items()}
