"""Roles of players by their season's average."""

from __future__ import annotations

from nba_assets.basketball.forecast import role
from nba_assets_tests.rows import values_of


def test_roles() -> None:
    found = values_of(role, "float64", 30, 29.9, 20, 19.9, 10, 9.9, 0, None)
    assert found == ["30+", "20-29.9", "20-29.9", "10-19.9", "10-19.9", "under 10", "under 10", None]
