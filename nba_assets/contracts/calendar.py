"""Season calendar: which season a date belongs to and when a season runs.

Pure dates. What they are to Dagster is its partitions', what a table makes of them its history's.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
"""The clock that all dates are told by."""

FIRST_DATE = date(2021, 10, 19)
"""The first date any table has a partition for: opening night of 2021-22."""

OFF_SEASON_MONTHS = (7, 8, 9)
"""Months without games, which have no partitions."""


def season_year(day: date) -> int:
    """The year a season starts in: 2024 for every date of 2024-25 (`spec/raw_tables.md` 1.3)."""
    return day.year if day.month >= 10 else day.year - 1


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
        """All dates of one season, pre-season scrapes and finals included: 1 October to 30 June."""
        return cls(date(year, 10, 1), date(year + 1, 6, 30))

    @property
    def days(self) -> int:
        return max(0, (self.end - self.start).days + 1)

    def dates(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(self.days)]

    def by_season(self) -> list["Window"]:
        """The parts of this window that lie in one season each, off-season days left out."""
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
