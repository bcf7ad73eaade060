"""Distributions from past errors, beside what the errors themselves say."""

from __future__ import annotations

import random
from statistics import stdev
from typing import Any

import ibis
import pytest

from nba_assets.basketball.forecast import QUANTILE_COLUMNS, QUANTILES
from nba_assets.basketball.forecast_errors import distributions
from nba_assets_tests.given import TODAY, ago
from nba_assets_tests.rows import Query, Row, one

FORECASTS = ibis.schema(
    {"game_date": "date", "system_id": "string", "role": "string", "mean": "float64", "points": "int64"}
)
FOUND = Query(distributions, {"forecasts": FORECASTS, "days": ibis.schema({"game_date": "date"})})


def forecast(error: int, days: int = 1, role: str = "under 10", system: str = "rules") -> Row:
    """One that was `error` hundredths off, of 50 points."""
    day = {"game_date": ago(days)["game_date"]}
    return day | {"system_id": system, "role": role, "points": 50, "mean": 50 - error / 100}


def of_errors(*forecasts: Row) -> list[dict[str, Any]]:
    return FOUND(forecasts=forecasts, days=[{"game_date": TODAY}])


def test_two_hundred_errors_it_takes_of_a_role_and_a_system() -> None:
    least = [forecast(n) for n in range(200)]
    assert of_errors(*least[:199], forecast(0, role="30+"), forecast(0, system="similarity"), forecast(0, days=0)) == []
    assert one(of_errors(*least), role="under 10")["errors_behind"] == 200


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_quantiles_are_within_half_a_point_of_the_errors_own(seed: int) -> None:
    """And increase; the standard deviation is exact."""
    chance = random.Random(seed)
    errors = sorted(round(100 * chance.gauss(-1, 6)) for _ in range(400))
    row = one(of_errors(*(forecast(error, days=1 + n % 5) for n, error in enumerate(errors))), system_id="rules")
    quantiles = [row[name] for name in QUANTILE_COLUMNS]
    assert quantiles == sorted(quantiles)
    for level, quantile in zip(QUANTILES, quantiles, strict=True):
        assert quantile == pytest.approx(errors[round(level * len(errors))] / 100, abs=0.51)
    assert row["standard_deviation"] == pytest.approx(stdev(errors) / 100)


def test_a_quantile_lies_evenly_within_its_half_point() -> None:
    """All are 1.30 off: from 1 to 1.5, for all that is known."""
    row = one(of_errors(*(forecast(130) for _ in range(200))), system_id="rules")
    assert [row[name] for name in QUANTILE_COLUMNS] == pytest.approx([1 + level / 2 for level in QUANTILES])
    assert row["standard_deviation"] == 0


def test_games_not_played_and_the_day_itself_say_nothing() -> None:
    past = [forecast(100) for _ in range(250)]
    others = [forecast(5000) | {"points": None} for _ in range(250)] + [forecast(5000, days=-n) for n in range(250)]
    assert of_errors(*past, *others) == of_errors(*past)
