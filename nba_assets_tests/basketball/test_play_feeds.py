"""Seconds left of a period, by a clock and by what has elapsed since the tip."""

from __future__ import annotations

import pytest

from nba_assets.basketball.play_feeds import seconds_left
from nba_assets_tests.rows import values_of


@pytest.mark.parametrize(
    ("period", "clock", "elapsed", "left"),
    [
        (1, 700, 20, 700),
        (4, 0, 2880, 0),
        (5, 300, 2880, 300),
        (6, 100, 3380, 100),
        (6, None, 3380, 100),
        (1, 20, 20, 700),
        (5, 100, 2980, 200),
        (1, 701, 20, 701),
        (1, 702, 20, None),
        (1, 300, 120, None),
        (2, None, 740, 700),
        (1, 700, None, 700),
        (5, 301, None, None),
        (1, None, None, None),
    ],
)
def test_seconds_left(period: int, clock: int | None, elapsed: int | None, left: int | None) -> None:
    """A clock that counts up is turned round, one that fits neither way is none; a second is rounding."""
    assert values_of(seconds_left, "int64 int64 int64", (period, clock, elapsed)) == [left]
