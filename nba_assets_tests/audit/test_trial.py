"""Dates built beside the lake: which they are, that a change shows on them alone, and that the lake stays as it is."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from nba_assets.audit.trial import sample, try_out
from nba_assets.tables.registry import tables
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.orchestration.stored import add_seven

SEASON = [date(2021, 10, 19) + timedelta(n) for n in range(240)]
DAYS = [date(2024, 10, 23), date(2024, 10, 25)]


def test_each_month_has_a_date_before_any_has_two() -> None:
    months = len({(day.year, day.month) for day in SEASON})
    for number in (1, 4, months, months + 3):
        found = sample(SEASON, number, seed=3)
        assert found == sorted(found) == sorted(set(found))
        of_month = [
            sum((day.year, day.month) == month for day in found) for month in {(d.year, d.month) for d in SEASON}
        ]
        assert len(found) == number
        assert max(of_month) - min(of_month) <= 1
    assert sample(SEASON, 5, seed=3) == sample(reversed(SEASON), 5, seed=3)  # type: ignore[arg-type]
    assert sample(SEASON, 5, seed=3) != sample(SEASON, 5, seed=4)
    assert sample(SEASON[:2], 5, seed=3) == SEASON[:2]


@pytest.mark.slow
def test_a_change_shows_where_it_is_and_nothing_is_written(conformed_lake: Path, lake: Path) -> None:
    """Another number in a stored row is what the build beside the lake does not come to."""
    games, boxes = (next(t for t in tables() if t.name == name) for name in ("games", "player_boxes"))
    for table in (games, boxes):
        for day in DAYS:
            place = Lake(lake).file(table, day)
            place.parent.mkdir(parents=True)
            place.hardlink_to(Lake(conformed_lake).file(table, day))
    assert [found.differences for found in try_out(lake, [games, boxes], DAYS)] == [[], []]

    row = add_seven(lake, boxes, "2024-10-25", "points")
    before = {file: file.stat().st_mtime_ns for file in lake.rglob("*") if file.is_file()}
    same, changed = try_out(lake, [games, boxes], DAYS)
    assert (same.differences, changed.changed, dict(changed.columns)) == ([], 1, {"points": 1})
    (difference,) = changed.differences
    assert (difference.old, difference.new) == (str(row["points"]), str(row["points"] - 7))
    assert {file: file.stat().st_mtime_ns for file in lake.rglob("*") if file.is_file()} == before
