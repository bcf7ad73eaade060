"""Drift of a day's measures: a shift fires, noise and small days do not, and little is said of the real season."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from nba_assets.audit.drift import DAYS, LEAST_DAYS, Measured, drifts
from nba_assets.compile.statements import statements, with_dates
from nba_assets.contracts.measures import watched
from nba_assets.tables.registry import tables
from nba_assets_tests.shared import BOTH_SEASONS, needs_shared

FIRST = date(2024, 10, 22)
NAME = "mean_points"


def season(seed: int, shifted: float = 1.0) -> dict[date, Measured]:
    """160 days of some hundred players, whose mean is of so many games; the last one is shifted."""
    chosen = random.Random(seed)
    days = [FIRST + timedelta(n) for n in range(160)]
    rows = [22 * chosen.choice((2, 5, 8, 12)) for _ in days]
    means = [chosen.gauss(10, 6 / count**0.5) for count in rows]
    means[-1] = 10 * shifted
    rows[-1] = 22 * 7
    return {day: Measured(count, {NAME: mean}) for day, count, mean in zip(days, rows, means, strict=True)}


@pytest.mark.parametrize("seed", range(5))
def test_a_shift_fires_and_a_clean_season_hardly_does(seed: int) -> None:
    clean = season(seed)
    assert len({drift.day for drift in drifts(clean, clean, [NAME])}) <= len(clean) // 100
    last = max(clean)
    (told,) = drifts(season(seed, shifted=1.8), [last], [NAME])
    assert (told.day, told.measure, told.value) == (last, NAME, 18)
    assert 9 < told.usual < 11
    assert drifts(season(seed, shifted=1.05), [last], [NAME]) == []


def test_too_few_days_another_season_and_an_unknown_value_say_nothing() -> None:
    found = {FIRST + timedelta(n): Measured(200, {NAME: 10.0}) for n in range(LEAST_DAYS)}
    odd = max(found) + timedelta(1)
    found[odd] = Measured(200, {NAME: 20.0})
    assert [drift.day for drift in drifts(found, [odd], [NAME])] == [odd]
    fewer = {day: of for day, of in found.items() if day != FIRST}
    assert drifts(fewer, [odd], [NAME]) == []
    assert drifts(found, [odd], ["mean_assists"]) == []
    late = date(2025, 10, 22)
    assert drifts({**found, late: Measured(200, {NAME: 20.0})}, [late], [NAME]) == []


def test_only_the_last_days_are_the_usual() -> None:
    """After a change that stays, what was before it is forgotten."""
    days = [FIRST + timedelta(n) for n in range(3 * DAYS)]
    found = {day: Measured(200, {NAME: 10.0 if n < DAYS else 20.0}) for n, day in enumerate(days)}
    off = {drift.day for drift in drifts(found, days, [NAME])}
    assert days[DAYS] in off
    assert not off & set(days[2 * DAYS :])


@needs_shared
@pytest.mark.slow
def test_the_real_seasons_warn_on_at_most_one_date_of_a_hundred(real_warehouse: Any) -> None:
    warned: dict[int, set[date]] = {}
    looked_at: dict[int, set[date]] = {}
    for table in filter(watched, tables()):
        for part in BOTH_SEASONS.by_season():
            sql = statements(table, "duckdb").measured
            rows = real_warehouse.fetch(with_dates(sql, part), {table: part}, 60).to_pylist()
            counts = real_warehouse.fetch(
                f'SELECT "{table.partition_by}" AS day, count(*) AS n FROM "{table.dataset}"."{table.name}" GROUP BY 1',
                {table: part},
                60,
            ).to_pylist()
            number = {row["day"]: row["n"] for row in counts}
            found = {row.pop("day"): row for row in rows}
            measured = {
                day: Measured(number[day], {name: value for name, value in row.items() if value is not None})
                for day, row in found.items()
            }
            year = part.start.year
            looked_at.setdefault(year, set()).update(measured)
            off = drifts(measured, measured, watched(table))
            warned.setdefault(year, set()).update(drift.day for drift in off)
            assert len({drift.day for drift in off}) <= max(1, len(measured) // 100), (table.name, off)
    assert len(set().union(*warned.values())) <= 0.01 * len(set().union(*looked_at.values())), warned
