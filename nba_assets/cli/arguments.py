"""What people type, checked: dates, ranges and table names. Everything wrong is told in one line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, get_args

from nba_assets.contracts.calendar import FIRST_DATE, Window, season_label
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.table import Table
from nba_assets.orchestration.partitions import DAILY
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import Warehouse

Chunk = Literal["season", "month", "none"]
"""What has a run of its own in a back-fill."""


def parse_date(text: str, option: str) -> date:
    """A date as YYYY-MM-DD. Raises BadInput."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option}: {text!r} is no date; write YYYY-MM-DD") from None


def parse_day(text: str) -> Window:
    """One date, as a window. Raises BadInput."""
    day = parse_date(text, "--date")
    return Window(day, day)


def parse_range(start: str, end: str) -> Window:
    """Two dates in order. Raises BadInput."""
    window = Window(parse_date(start, "--start"), parse_date(end, "--end"))
    if window.end < window.start:
        raise BadInput(f"--start {start} is after --end {end}")
    return window


def partition_days(window: Window) -> list[date]:
    """The dates of `window` that have a partition; its two ends must, save that off-season days are passed over.

    Raises BadInput for a date before the first season, after tomorrow, or a range without any partition.
    """
    last = date.fromisoformat(DAILY.get_last_partition_key() or FIRST_DATE.isoformat())
    for day in (window.start, window.end):
        if day < FIRST_DATE:
            raise BadInput(f"{day}: the first partition is {FIRST_DATE}")
        if day > last:
            raise BadInput(f"{day}: the last partition is {last}, tomorrow's slate")
    days = [day for part in window.by_season() for day in part.dates()]
    if not days:
        raise BadInput(f"{window}: July to September is the off-season and has no partitions")
    return days


def named_tables(names: Sequence[str]) -> list[Table]:
    """The tables by their bare names, all of them for none, in the order they build on each other.

    Raises BadInput for a name there is no table of.
    """
    known = {table.name: table for table in tables()}
    wanted = [name.strip() for given in names for name in given.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in known]:
        raise BadInput(f"--tables: no table called {unknown[0]!r}; there are {', '.join(known)}")
    if names and not wanted:
        raise BadInput(f"--tables names no table; there are {', '.join(known)}")
    return [table for table in tables() if not wanted or table.name in wanted]


def require_data(warehouse: Warehouse, where: str) -> None:
    """Raises BadInput where there is not even a schedule."""
    if not warehouse.dates(nbac_schedule):
        raise BadInput(f"the lake {where} is empty: fill it with `nba ingest DIR` or `nba simulate`")


def parse_season(text: str) -> int:
    """`2024-25` -> 2024. Raises BadInput."""
    year = text[:4]
    if not (year.isascii() and year.isdigit()) or season_label(int(year)) != text:
        raise BadInput(f"--season: {text!r} is no season; write it as 2024-25")
    if int(year) < FIRST_DATE.year:
        raise BadInput(f"--season: the first season is {season_label(FIRST_DATE.year)}")
    return int(year)


def parse_chunk(text: str) -> Chunk:
    """How a back-fill is split into runs. Raises BadInput."""
    if text not in get_args(Chunk):
        raise BadInput(f"--chunk: {text!r} is none of {', '.join(get_args(Chunk))}")
    return text
