"""The one daily partition of all tables, and how an input's reach reads in Dagster's terms.

All dates of the year, and a constant number of those to come. A calendar that followed the schedule in the lake would
change under a running back-fill; which dates have games is asked when something is to be built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

import dagster as dg

from nba_assets.contracts.calendar import EASTERN, LONGEST_SEASON, Window, first_date
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.read import Reach
from nba_assets.contracts.table import Table

DAYS_AHEAD = 7
"""Dates after today that have a partition: tomorrow's slate, and the one after the All-Star break, are among them.
Dagster counts one more, since to it a day exists when it is over."""

DAILY = dg.DailyPartitionsDefinition(
    start_date=first_date().isoformat(),
    timezone=EASTERN.key,
    end_offset=DAYS_AHEAD + 1,
)

MONTHLY = dg.MonthlyPartitionsDefinition(
    start_date=first_date().replace(day=1).isoformat(), timezone=EASTERN.key, end_offset=1
)
"""The months, each under its first day, from the first until this one."""


def partitions_of(table: Table) -> dg.TimeWindowPartitionsDefinition:
    """The partitions of a table: days, or months."""
    return MONTHLY if table.monthly else DAILY


SEASON_DAYS = LONGEST_SEASON - 1
"""Dagster's mappings step calendar days and know no season, so a season's reach is said to Dagster as this many days;
what is read is exact, through `Reach.dates`."""

_OFFSETS = {
    Reach.SAME_DAY: (0, 0),
    Reach.EVE_AND_DAY: (-1, 0),
    Reach.SEASON_TO_DATE: (-SEASON_DAYS, 0),
    Reach.SEASON_HISTORY: (-SEASON_DAYS, -1),
    Reach.WHOLE_SEASON: (-SEASON_DAYS, SEASON_DAYS),
}


def mapping(reaches: Iterable[Reach]) -> dg.TimeWindowPartitionMapping:
    """The upstream days that a day needs, over all the ways one table is read."""
    starts, ends = zip(*(_OFFSETS[reach] for reach in reaches), strict=True)
    return dg.TimeWindowPartitionMapping(start_offset=min(starts), end_offset=max(ends))


def last_partition() -> date:
    """The last date that has a partition now. Cheaper by far than to ask Dagster for each date whether it has one."""
    return date.fromisoformat(DAILY.get_last_partition_key() or first_date().isoformat())


def partition_days(window: Window) -> list[date]:
    """The dates of `window`. Raises BadInput for one that has no partition, before the first or too far ahead."""
    if window.start < first_date():
        raise BadInput(f"{window.start}: the first partition is {first_date()}")
    if window.end > (last := last_partition()):
        raise BadInput(f"{window.end}: the last partition is {last}, {DAYS_AHEAD} days from today")
    return window.dates()


T = TypeVar("T")


def in_a_row(days: Iterable[T], goes_on: Callable[[T, T], bool]) -> list[list[T]]:
    """Days, or their places among others, in stretches: each as long as it `goes_on` from one to the next."""
    stretches: list[list[T]] = []
    for day in days:
        if stretches and goes_on(stretches[-1][-1], day):
            stretches[-1].append(day)
        else:
            stretches.append([day])
    return stretches
