"""The one daily partition of all tables, and how an input's reach reads in Dagster's terms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import dagster as dg

from nba_assets.contracts.calendar import EASTERN, FIRST_DATE, OFF_SEASON_MONTHS, Window
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.read import Reach

DAILY = dg.DailyPartitionsDefinition(
    start_date=FIRST_DATE.isoformat(),
    timezone=EASTERN.key,
    end_offset=1,  # tomorrow's slate exists today
    exclusions=[f"0 0 * {OFF_SEASON_MONTHS[0]}-{OFF_SEASON_MONTHS[-1]} *"],
)

SEASON_DAYS = 273
"""Days from 1 October to 30 June. Dagster's mappings step calendar days and know no season, so a season's reach
is said to Dagster as this many days; what is read is exact, through `Reach.dates`."""

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
