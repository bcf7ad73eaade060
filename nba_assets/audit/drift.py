"""Drift: a watched measure of a day far off what it was on the last days with games of its season.

Off by median deviations, so that one odd day before does not hide the next. A day with fewer rows than usual varies
more, by the root of how many fewer, and is judged so. Which measures are watched, the tables say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import median

from nba_assets.contracts.calendar import season_year
from nba_assets.contracts.table import Check

DAYS = 30
"""So many days with games before are the usual."""

LEAST_DAYS = 15

MOST_DEVIATIONS = 10.0
"""Of the real seasons of 2021-22 and 2022-23 the farthest is 9.6 off, on a last day of the season: stars rested."""

LEAST_DEVIATION = 0.01
"""Of the median: where days hardly differ, a small difference is none."""

DRIFT = Check(
    "measures_are_as_usual",
    f"no watched measure is more than {MOST_DEVIATIONS:.0f} median deviations off the median of the last {DAYS} days"
    " with games",
    lambda rows: rows.limit(0),  # no row shows it: the days before do
    severity="warn",
)


@dataclass(frozen=True)
class Measured:
    """What was measured of a day, and of how many rows."""

    rows: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class Drift:
    """A measure of a day that is off, and by how many median deviations."""

    day: date
    measure: str
    value: float
    usual: float
    deviations: float


def drifts(found: Mapping[date, Measured], days: Collection[date], names: Sequence[str]) -> list[Drift]:
    """What is off on some of the days, each compared with those before it of its season."""
    off = []
    for day in sorted(days):
        before = [other for other in sorted(found) if other < day and season_year(other) == season_year(day)]
        for name in names:
            told = _drift(found, day, [other for other in before if name in found[other].values][-DAYS:], name)
            if told and told.deviations > MOST_DEVIATIONS:
                off.append(told)
    return off


def _drift(found: Mapping[date, Measured], day: date, before: Sequence[date], name: str) -> Drift | None:
    if day not in found or name not in found[day].values or len(before) < LEAST_DAYS:
        return None
    value, earlier = found[day].values[name], [found[other].values[name] for other in before]
    usual, rows = median(earlier), median(found[other].rows for other in before)
    deviation = max(median(abs(other - usual) for other in earlier), LEAST_DEVIATION * abs(usual), 1e-9)
    fewer = sqrt(min(1.0, found[day].rows / rows)) if rows else 1.0
    return Drift(day, name, value, usual, abs(value - usual) / deviation * fewer)
