"""Plots of performance: the running profit and its interval by hand, and pictures that are the same each time."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from nba_assets.audit.performance_plots import SHOWN, drawn, drawn_importance, importance, running_profit
from nba_assets_tests.basketball.test_performance import bet, figures

FIRST = date(2024, 3, 2)
TENTHS = [
    {"system_id": "rules", "tenth": 5, "rows_count": 40, "probability": 0.45, "share_over": 0.5},
    {"system_id": "<script>", "tenth": 6, "rows_count": 60, "probability": 0.55, "share_over": 0.52},
]


def days(*results: tuple[float, int]) -> list[dict[str, Any]]:
    return [
        {"system_id": "rules", "game_date": FIRST + timedelta(days=n), "profit": profit, "bets_count": bets}
        for n, (profit, bets) in enumerate(results)
    ]


def test_the_running_profit_and_what_chance_alone_would_explain() -> None:
    """Profits 0.9, -1 and 1.8 on 1, 1 and 2 bets: the mean is 0.425 a bet."""
    running, low, high = running_profit(days((0.9, 1), (-1.0, 1), (1.8, 2)))
    assert running == pytest.approx([0.9, -0.1, 1.7])
    assert all(math.isnan(end) for end in (*low[:2], *high[:2]))
    squares = (0.9 - 0.425) ** 2 + (-1 - 0.425) ** 2 + (1.8 - 0.85) ** 2
    reach = 4.3027 * math.sqrt(squares * 3 / 2)
    assert high[2] - 1.7 == pytest.approx(reach, rel=0.01)
    assert high[2] - 1.7 == pytest.approx(1.7 - low[2])


def test_the_last_interval_is_the_one_that_is_printed() -> None:
    results = ((0.9, 1), (-1.0, 1), (1.8, 2), (-2.0, 3))
    bets = [(day, profit / count) for day, (profit, count) in enumerate(results) for _ in range(count)]
    printed = figures(*(bet("win", day, profit=profit) for day, profit in bets))
    running, low, high = running_profit(days(*results))
    ends = [float(printed[name]) * 7 for name in ("profit_per_bet", "profit_per_bet_low", "profit_per_bet_high")]
    assert [running[-1], low[-1], high[-1]] == pytest.approx(ends, abs=1e-4)


@pytest.mark.slow
def test_pictures_are_the_same_each_time_and_take_names_as_they_are() -> None:
    profits = days((0.9, 1), (-1.0, 1), (1.8, 2), (0.0, 0))
    made = drawn(profits, TENTHS, simulated=True, form="svg")
    assert made == drawn(profits, TENTHS, simulated=True, form="svg")
    assert set(made) == {"profit", "reliability"}
    assert b"<script>" not in made["reliability"]
    assert drawn(profits, TENTHS, simulated=False, form="png")["profit"].startswith(b"\x89PNG")


@pytest.mark.slow
def test_what_a_model_goes_by_is_of_the_last_one_with_the_greatest_share_at_the_top() -> None:
    names = [f"feature{n}" for n in range(SHOWN + 5)]
    older, newer = (
        {"month": date(2022, month, 1), "features": names, "importance": [float(n * month) for n in range(len(names))]}
        for month in (11, 12)
    )
    (axes,) = importance(newer).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == names[5:]
    assert "2022-12" in axes.get_title()
    assert b"2022-12" in drawn_importance(pa.Table.from_pylist([newer, older]), "svg")
