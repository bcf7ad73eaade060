"""Moments on the Eastern clock, and a way to stand still at one of them: for Dagster, and for what asks the time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from unittest import mock

from dagster._core.test_utils import freeze_time

from nba_assets.contracts.calendar import EASTERN

HOURS = ["00:30", "16:00", "23:30"]

DAYS = {
    "an evening in November": date(2026, 11, 25),
    "the clock goes back": date(2026, 11, 1),
    "the clock goes forward": date(2027, 3, 14),
    "before the All-Star break": date(2027, 2, 11),
    "the All-Star game": date(2027, 2, 21),
    "the last of June": date(2026, 6, 30),
    "the middle of July": date(2026, 7, 15),
    "the last of September": date(2026, 9, 30),
}


def moment(day: date, hour: str) -> datetime:
    return datetime.combine(day, datetime.strptime(hour, "%H:%M").time(), EASTERN)


@contextmanager
def standing_at(at: datetime) -> Iterator[None]:
    with freeze_time(at.astimezone(UTC)), mock.patch.object(time, "time", at.timestamp):
        yield
