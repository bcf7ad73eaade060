"""Dates as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from nba_assets.cli.arguments import parse_date

HALF_PAST_MIDNIGHT_IN_LONDON = datetime(2026, 11, 26, 0, 30, tzinfo=UTC)
"""Still the evening of the 25th where dates are told."""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-02-29+1", date(2024, 3, 1)),
        ("today", date(2026, 11, 25)),
        ("yesterday", date(2026, 11, 24)),
        ("tomorrow", date(2026, 11, 26)),
        ("today-25", date(2026, 10, 31)),
    ],
)
def test_dates_may_be_told_from_today(text: str, meant: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", HALF_PAST_MIDNIGHT_IN_LONDON.timestamp)
    assert parse_date(text, "--date") == meant
