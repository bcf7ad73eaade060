"""Our expression of the arenas' clocks against Python's own time zones, every date of fourteen years."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis.expr.types as ir

from nba_assets.basketball.clock import (
    EASTERN,
    ZONES,
    eastern_time,
    hours_between,
    in_summer_time,
    local_time,
    utc_offset_hours,
)
from nba_assets_tests.rows import values_of

FIRST, LAST = date(2019, 1, 1), date(2032, 12, 31)
"""Who moves the first date back has games of the summer of 2020."""


def test_offsets_are_zoneinfos_on_every_date_in_every_zone() -> None:
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    pairs = [(zone, day) for zone in ZONES for day in days]
    noon = {day: datetime(day.year, day.month, day.day, 12, tzinfo=UTC) for day in days}
    hours = [noon[day].astimezone(ZoneInfo(zone)).utcoffset() / timedelta(hours=1) for zone, day in pairs]

    found = values_of(utc_offset_hours, "string date", *pairs)

    wrong = [(pair, mine, real) for pair, mine, real in zip(pairs, found, hours, strict=True) if mine != real]
    assert wrong == []


def test_an_unknown_zone_has_no_offset() -> None:
    unknown = [("Asia/Tokyo", date(2024, 11, 8)), (None, date(2024, 11, 8))]
    assert values_of(utc_offset_hours, "string date", *unknown) == [None, None]


def test_local_time_of_a_tip() -> None:
    """00:30 in London's winter, UTC, is 19:30 in Boston and 17:30 in Denver the evening before."""
    tip, day = datetime(2024, 11, 9, 0, 30, tzinfo=UTC), date(2024, 11, 8)
    zones = ["America/New_York", "America/Denver", "Europe/London", "America/Phoenix", "Mars/Base"]
    clocks = values_of(
        lambda at, zone, day: local_time(at, zone, day).strftime("%Y-%m-%d %H:%M"),
        "timestamp('UTC') string date",
        *[(tip, zone, day) for zone in zones],
    )
    assert clocks == ["2024-11-08 19:30", "2024-11-08 17:30", "2024-11-09 00:30", "2024-11-08 17:30", None]


def test_eastern_time_is_local_time_in_new_york() -> None:
    """In winter, in summer, and on the days between."""
    days = [
        date(2024, 11, 2),
        date(2024, 11, 3),
        date(2025, 3, 8),
        date(2025, 3, 9),
        date(2025, 6, 15),
        date(2020, 8, 1),
    ]
    tips = [(datetime(day.year, day.month, day.day, 23, tzinfo=UTC), day) for day in days]
    clocks = values_of(lambda at, day: eastern_time(at, day).strftime("%H:%M"), "timestamp('UTC') date", *tips)
    assert clocks == [f"{tip.astimezone(ZoneInfo(EASTERN)):%H:%M}" for tip, _ in tips]


def test_hours_between_two_zones_are_the_difference_of_their_offsets() -> None:
    """Europe and Arizona change on other days, or never; an unknown zone has none."""
    days = [date(2024, 10, 27), date(2024, 11, 2), date(2024, 11, 8), date(2025, 3, 15), date(2025, 4, 2)]
    triples = [(one, other, day) for one in ZONES for other in ZONES for day in days]
    offsets = {
        (zone, day): datetime(day.year, day.month, day.day, 12, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
        for zone in ZONES
        for day in days
    }
    hours = [(offsets[one, day] - offsets[other, day]) / timedelta(hours=1) for one, other, day in triples]
    unknown = [("Asia/Tokyo", EASTERN, days[0]), (EASTERN, None, days[0])]

    def between(one: ir.StringValue, other: ir.StringValue, day: ir.DateValue) -> ir.IntegerValue:
        return hours_between(one, other, in_summer_time(day))

    assert values_of(between, "string string date", *triples, *unknown) == [*hours, None, None]
