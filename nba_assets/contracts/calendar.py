"""Season calendar: which season a date belongs to and when a season runs.

Every date is of one season, the summer's of the one before it: seasons have run into August and beyond. Pure dates.
What they are to Dagster is its partitions', which of them have games the schedule's.
"""

import os
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from nba_assets.contracts.errors import BadInput

EASTERN = ZoneInfo("America/New_York")
"""The clock that all dates are told by."""

FIRST_DATE = date(2021, 10, 19)
"""The first date any table has a partition for unless a setting says otherwise: opening night of 2021-22."""

FIRST_DATE_VARIABLE = "NBA_FIRST_DATE"
"""The setting that moves the first date back, for who loads older seasons."""

_LATE_STARTS = {2020: date(2020, 10, 12)}
"""Seasons that begin later than 1 October: the finals of 2019-20 ended on 11 October 2020."""

LONGEST_SEASON = 377
"""Days of the longest season, 2019-20: 1 October 2019 to 11 October 2020."""


@cache
def first_date() -> date:
    """The first date any table has a partition for. Raises BadInput for a setting that is no date or moves it on."""
    text = os.environ.get(FIRST_DATE_VARIABLE)
    if not text:
        return FIRST_DATE
    try:
        first = date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{FIRST_DATE_VARIABLE}: {text!r} is no date; write YYYY-MM-DD") from None
    if first > FIRST_DATE:
        raise BadInput(f"{FIRST_DATE_VARIABLE}: {first} is after {FIRST_DATE}; the first date moves back only")
    return first


def season_year(day: date) -> int:
    """The year a season starts in: 2024 for every date of 2024-25, its summer included."""
    return day.year if day >= _season_start(day.year) else day.year - 1


def _season_start(year: int) -> date:
    return _LATE_STARTS.get(year) or date(year, 10, 1)


def season_label(year: int) -> str:
    """`2024` -> `2024-25`, as the registry and the static tables name seasons."""
    return f"{year}-{(year + 1) % 100:02d}"


@dataclass(frozen=True, order=True)
class Window:
    """Dates `start` to `end`, both included. Empty when `end` is before `start`."""

    start: date
    end: date

    @classmethod
    def season(cls, year: int) -> "Window":
        """All dates of one season, pre-season scrapes, finals and the summer after: 1 October to 30 September."""
        return cls(_season_start(year), _season_start(year + 1) - timedelta(days=1))

    @property
    def days(self) -> int:
        return max(0, (self.end - self.start).days + 1)

    def dates(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(self.days)]

    def by_season(self) -> list["Window"]:
        """The parts of this window that lie in one season each."""
        years = range(season_year(self.start), season_year(self.end) + 1)
        parts = [Window(max(self.start, w.start), min(self.end, w.end)) for w in map(Window.season, years)]
        return [part for part in parts if part.days]

    def hull(self, other: "Window") -> "Window":
        """The shortest window that holds both."""
        return Window(min(self.start, other.start), max(self.end, other.end))

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __str__(self) -> str:
        return f"{self.start}" if self.start == self.end else f"{self.start}..{self.end}"


def today() -> date:
    """The date it is where dates are told."""
    return datetime.fromtimestamp(time.time(), EASTERN).date()


def eastern(moment: datetime | None) -> str:
    """A moment as people are told it, empty for none."""
    return f"{moment.astimezone(EASTERN):%Y-%m-%d %H:%M:%S} ET" if moment else ""
