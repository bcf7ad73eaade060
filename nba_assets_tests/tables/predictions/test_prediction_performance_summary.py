"""Periods of a summary: seven days are seven, a month is the calendar's, a player is summed up on his own dates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nba_assets.tables.predictions.prediction_performance_summary import prediction_performance_summary
from nba_assets_tests.given import MATCH
from nba_assets_tests.rows import Row, one, rows_of, told

pytestmark = pytest.mark.slow


def graded(days_ago: int, error: float, **more: Any) -> Row:
    return {
        "game_date": MATCH.day - timedelta(days=days_ago),
        "game_id": f"g{days_ago}",
        "player_lookup": "tatum",
        "market": "points",
        "system_id": "rules",
        "is_graded": True,
        "absolute_error": error,
        "signed_error": error,
        "recommendation": "PASS",
    } | more


def summed(*accuracy: Row) -> list[dict[str, Any]]:
    slate = [{"game_date": MATCH.day, "is_final": True}]
    return rows_of(prediction_performance_summary, accuracy=accuracy, slate=slate)


def test_the_periods_of_the_eighth_of_november() -> None:
    rows = summed(graded(0, 2.0), graded(6, 4.0), graded(7, 6.0), graded(8, 8.0), graded(17, 10.0))
    whole = [row for row in rows if row["slice_by"] == "all"]
    assert told(whole, "period", "played_count", "mae") == [
        ("month", 3, 4.0),
        ("rolling_30d", 5, 6.0),
        ("rolling_7d", 2, 3.0),
        ("season", 5, 6.0),
    ]
    assert {row["as_of_date"] for row in rows} == {MATCH.day}


def test_only_rows_that_count_are_summed_up() -> None:
    rows = summed(graded(0, 2.0), graded(0, 9.0, is_graded=False))
    assert one(rows, period="season", slice_by="all")["mae"] == 2.0


def test_a_player_needs_five_decided_bets_and_is_summed_up_on_his_own_dates() -> None:
    bets = [graded(n, 1.0, outcome="win", recommendation="OVER", profit=0.9, confidence=0.6) for n in range(5)]
    assert one(summed(*bets), period="season", slice_by="player")["win_count"] == 5
    assert not [row for row in summed(*bets[:4]) if row["slice_by"] == "player"]
    assert not [row for row in summed(graded(0, 1.0, player_lookup="brown"), *bets[1:]) if row["slice"] == "tatum"]
