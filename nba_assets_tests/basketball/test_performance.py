"""Sums of graded rows, and the figures that follow: pushes are no losses, an interval is of dates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import ibis
import pytest

from nba_assets.basketball import performance
from nba_assets.tables.predictions.prediction_accuracy import prediction_accuracy
from nba_assets_tests.given import MATCH
from nba_assets_tests.rows import Query, Row, one, told, values_of

FIGURES = Query(
    lambda rows: performance.figures(performance.summed(performance.by_day(rows, "system_id"), "system_id")),
    {"rows": prediction_accuracy},
)


def bet(outcome: str | None, day: int = 0, side: str = "OVER", profit: float | None = None, **more: Any) -> Row:
    earned = {"win": 0.9, "loss": -1.0, "push": 0.0, "void": 0.0}.get(outcome or "")
    return {
        "system_id": "rules",
        "game_date": MATCH.day + timedelta(days=day),
        "recommendation": side if outcome else "PASS",
        "outcome": outcome,
        "profit": earned if profit is None else profit,
        "confidence": 0.6,
    } | more


def figures(*rows: Row) -> dict[str, Any]:
    return one(FIGURES(rows=rows))


def test_pushes_and_voids_are_no_part_of_the_win_rate() -> None:
    row = figures(bet("win"), bet("win", side="UNDER"), bet("loss"), bet("push"), bet("void"), bet(None))
    assert (row["win_rate"], row["recommendations_count"], row["pass_count"]) == (pytest.approx(2 / 3), 5, 1)
    assert (row["push_count"], row["void_count"], row["bets_count"]) == (1, 1, 4)
    assert (row["over_win_rate"], row["under_win_rate"]) == (0.5, 1.0)
    assert (row["profit"], row["profit_per_bet"]) == (pytest.approx(0.8), pytest.approx(0.2))


def test_what_is_no_bet_is_counted_by_its_reason() -> None:
    others = [bet(None, recommendation=said) for said in ("NO_LINE", "NO_LINE", None, None, None, "PASS")]
    row = figures(*others, bet("win", is_simulated=True), bet("win", is_simulated=False), bet(None, is_simulated=True))
    names = ("no_line", "no_price", "pass", "recommendations", "simulated_bets", "over_win", "under_win")
    assert [row[f"{name}_count"] for name in names] == [2, 3, 2, 2, 1, 2, 0]


def test_errors_are_of_those_who_played() -> None:
    played = {"absolute_error": 4.0, "signed_error": -4.0, "within_3_points": False, "within_5_points": True}
    row = figures(bet(None, **played), bet(None, absolute_error=2.0, signed_error=2.0, line_error=1.0), bet("void"))
    assert (row["predictions_count"], row["played_count"], row["did_not_play_count"]) == (3, 2, 1)
    assert (row["mae"], row["bias"], row["mae_lined"], row["line_mae"]) == (3.0, -1.0, 2.0, 1.0)
    assert (row["within_3_pct"], row["within_5_pct"]) == (0.0, 50.0)


def test_the_interval_of_a_profit_takes_each_date_as_one_draw() -> None:
    """Dates with profits 0.9, -1, 1.8 and bets 1, 1, 2: mean 0.425 a bet."""
    row = figures(bet("win"), bet("loss", 1), bet("win", 2), bet("win", 2), bet(None, 3), bet("void", 4))
    mean = 1.7 / 4
    squares = (0.9 - mean) ** 2 + (-1 - mean) ** 2 + (1.8 - 2 * mean) ** 2
    reach = row["profit_per_bet_high"] - row["profit_per_bet"]
    assert row["bet_dates"] == 3
    assert reach == pytest.approx(students_t(2) * (squares * 3 / 2) ** 0.5 / 4)
    assert row["profit_per_bet"] - row["profit_per_bet_low"] == pytest.approx(reach)


def test_dates_that_end_alike_leave_nothing_to_luck() -> None:
    row = figures(*(bet("win", day, profit=1.0) for day in range(3)))
    assert (row["profit_per_bet_low"], row["profit_per_bet_high"]) == (1.0, 1.0)


def test_scores_are_of_the_rows_that_have_them() -> None:
    """Of two rows with quantiles and a confidence, one with prices and a close; and of one without any."""
    scored = {"within_50_pct": False, "within_80_pct": True, "crps": 3.0, "pinball_loss": 1.0, "brier_score": 0.3}
    priced = {"within_50_pct": True, "crps": 1.0, "pinball_loss": 2.0, "brier_score": 0.1, "confidence": 0.7}
    priced |= {"market_brier_score": 0.2, "closing_line_value": 1.5}
    row = figures(bet("win", **priced), bet("loss", **scored), bet(None, confidence=None))
    assert (row["interval_count"], row["within_50_pct"], row["within_80_pct"]) == (2, 50.0, 50.0)
    assert (row["crps"], row["pinball_loss"]) == (2.0, 1.5)
    assert (row["brier_count"], row["brier_score"]) == (2, pytest.approx(0.2))
    assert (row["priced_brier_count"], row["priced_brier_score"], row["market_brier_score"]) == (1, 0.1, 0.2)
    assert (row["confidence_count"], row["avg_confidence"]) == (2, pytest.approx(0.65))
    assert (row["closing_count"], row["closing_line_value"]) == (1, 1.5)
    assert (row["high_confidence_win_rate"], row["high_confidence_loss_count"]) == (1.0, 0)


def test_on_two_dates_nothing_is_said_of_luck() -> None:
    row = figures(bet("win"), bet("win", 1))
    assert (row["profit_per_bet"], row["profit_per_bet_low"]) == (pytest.approx(0.9), None)


def students_t(freedom: int) -> float:
    (value,) = values_of(performance.students_t, "int64", freedom)
    return float(value)


@pytest.mark.parametrize(
    ("freedom", "t"), [(2, 4.3027), (3, 3.1824), (4, 2.7764), (10, 2.2281), (38, 2.0244), (200, 1.9719)]
)
def test_students_t_is_near_the_tables(freedom: int, t: float) -> None:
    assert students_t(freedom) == pytest.approx(t, rel=0.01)


def test_students_t_is_the_normal_quantile_and_four_terms() -> None:
    """Of one degree of freedom all four count whole: 1.960 + 2.372 + 2.823 + 2.556 + 1.589."""
    assert students_t(1) == pytest.approx(11.300, abs=0.002) == performance.students_t(1)


def test_how_often_what_was_thought_likely_came_true() -> None:
    """By tenths; of rows whose probability and outcome are both known."""
    query = Query(performance.reliability, {"rows": prediction_accuracy})
    thought = ((0.625, True), (0.65, True), (0.675, False), (0.625, None), (None, True), (0.25, False))
    rows = [{"system_id": "rules", "probability_over": over, "went_over": went} for over, went in thought]
    bins = told(query(rows=rows), "tenth", "rows_count", "probability", "share_over")
    assert bins == [(3, 1, 0.25, 0.0), (7, 3, 0.65, pytest.approx(2 / 3))]


def test_tiers_and_slices() -> None:
    assert values_of(performance.tier, "float64", 0.7, 0.69, 0.55, 0.54, 0.0, None) == [
        "high",
        "medium",
        "medium",
        "low",
        "low",
        None,
    ]
    sliced = Query(
        lambda rows: performance.sliced(rows).select("slice_by", "slice").order_by(ibis.asc("slice_by")),
        {"rows": prediction_accuracy},
    )
    row = bet("win", player_lookup="tatum", is_home=True, role="20-29.9")
    cuts = {cut["slice_by"]: cut["slice"] for cut in sliced(rows=[row])}
    assert cuts == {
        "all": "all",
        "player": "tatum",
        "confidence": "medium",
        "venue": "home",
        "side": "over",
        "role": "20-29.9",
    }
