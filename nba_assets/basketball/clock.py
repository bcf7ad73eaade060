"""UTC offsets of the arenas' time zones, daylight saving included, as expressions that both engines know.

Neither engine's own zone functions have a form in Ibis that takes the zone from a column, so the transitions of
the zones NBA games are played in are read from Python's `zoneinfo` when the expression is built.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from nba_assets.contracts import calendar as season

EASTERN = season.EASTERN.key

ZONES = (
    EASTERN,
    "America/Toronto",
    "America/Detroit",
    "America/Indiana/Indianapolis",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Mexico_City",
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
)
"""Zones of the 30 arenas and of the places abroad where games count. Another zone has an unknown (NULL) offset."""

_YEARS = range(2019, 2033)
"""From 2019-20 on, since seasons before the first date can be loaded. Each year makes every query of clocks longer."""


@cache
def _summers(zone: str) -> tuple[tuple[date, date, int], ...]:
    """First and last date of each summer time of `_YEARS`, with its offset at noon in hours."""
    found: list[tuple[date, date, int]] = []
    standard = winter_offset(zone)
    day, start = date(_YEARS.start, 1, 1), None
    while day.year < _YEARS.stop:
        offset = _offset(zone, day)
        if offset != standard and start is None:
            start = day
        if offset == standard and start is not None:
            found.append((start, day - timedelta(days=1), _offset(zone, start)))
            start = None
        day += timedelta(days=1)
    return tuple(found)


def winter_offset(zone: str) -> int:
    """Hours from UTC in January."""
    return _offset(zone, date(_YEARS.start, 1, 15))


def _offset(zone: str, day: date) -> int:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return int(noon.astimezone(ZoneInfo(zone)).utcoffset().total_seconds() // 3600)  # type: ignore[union-attr]


def utc_offset_hours(zone: ir.StringValue, day: ir.DateValue) -> ir.IntegerValue:
    """Hours from UTC of `zone` at noon of `day`; NULL for a zone where no NBA game is played."""
    summer = [zone.isin(names) & _within(day, spans) for spans, names in _families()]
    return (_winter(zone) + ibis.or_(*summer).ifelse(1, 0)).cast("int64")


def in_summer_time(day: ir.DateValue) -> list[ir.BooleanValue]:
    """Of each kind of zones that have summer time, whether `day` is in it."""
    return [_within(day, spans) for spans, _ in _families()]


def hours_between(
    one: ir.StringValue, other: ir.StringValue, summer_time: Sequence[ir.BooleanValue]
) -> ir.IntegerValue:
    """How much later the clocks of the zone `one` are than those of `other`, on a day that is `in_summer_time`; NULL if
    either is unknown."""
    hours = _winter(one) - _winter(other)
    for is_summer, (_, names) in zip(summer_time, _families(), strict=True):
        hours = hours + is_summer.ifelse(one.isin(names).ifelse(1, 0) - other.isin(names).ifelse(1, 0), 0)
    return hours.cast("int64")


def local_time(instant: ir.TimestampValue, zone: ir.StringValue, day: ir.DateValue) -> ir.TimestampValue:
    """A UTC instant on local clocks of `zone`, at the offset that holds on `day`; NULL for an unknown zone."""
    return instant + utc_offset_hours(zone, day).as_interval("h")


def eastern_time(instant: ir.TimestampValue, day: ir.DateValue) -> ir.TimestampValue:
    """A UTC instant on Eastern clocks, at the offset that holds on `day`."""
    spans = tuple((a, b) for a, b, _ in _summers(EASTERN))
    hours = _within(day, spans).ifelse(winter_offset(EASTERN) + 1, winter_offset(EASTERN)).cast("int64")
    return instant + hours.as_interval("h")


Spans = tuple[tuple[date, date], ...]


@cache
def _families() -> tuple[tuple[Spans, tuple[str, ...]], ...]:
    """The zones that have summer time, by when it is."""
    found: dict[Spans, list[str]] = {}
    for name in ZONES:
        found.setdefault(tuple((a, b) for a, b, _ in _summers(name)), []).append(name)
    return tuple((spans, tuple(names)) for spans, names in found.items() if spans)


def _within(day: ir.DateValue, spans: Spans) -> ir.BooleanValue:
    return ibis.or_(*[day.between(ibis.literal(a), ibis.literal(b)) for a, b in spans])


def _winter(zone: ir.StringValue) -> ir.IntegerValue:
    offsets: dict[int, list[str]] = {}
    for name in ZONES:
        offsets.setdefault(winter_offset(name), []).append(name)
    return ibis.cases(*[(zone.isin(names), hours) for hours, names in offsets.items()])
