"""Grading of a win, a loss, a push and all that makes a bet void; of a superseded line and a corrected box score."""

from __future__ import annotations

from typing import Any

import pytest

from nba_assets.basketball.distribution import LEVELS
from nba_assets.tables.predictions.prediction_accuracy import prediction_accuracy
from nba_assets_tests.given import MATCH
from nba_assets_tests.rows import Row, failed_of, one, rows_of

pytestmark = pytest.mark.slow

GAME = "20241108_NYK_BOS"
FINAL = {"game_id": GAME, "game_date": MATCH.day, "is_final": True, "is_postponed": False}
TEAMMATE = {"game_id": GAME, "game_date": MATCH.day, "player_lookup": "brown", "points": 9, "seconds_played": 900}


def prediction(**more: Any) -> Row:
    return {
        "player_lookup": "tatum",
        "universal_player_id": "tatum_001",
        "game_id": GAME,
        "game_date": MATCH.day,
        "market": "points",
        "system_id": "rules",
        "book": "draftkings",
        "is_graded": True,
        "predicted_points": 24.0,
        "line_value": 20.5,
        "line_margin": 3.5,
        "recommendation": "OVER",
        "recommendation_reason": "edge",
        "price": -110,
        "probability_over": 0.6,
        "probability_under": 0.4,
        "market_probability_over": 0.5,
        "confidence": 0.6,
        "quality_tier": "gold",
        **dict(zip(LEVELS, (12.0, 14.0, 18.0, 24.0, 28.0, 32.0, 36.0), strict=True)),
    } | more


def graded(points: int | None = 25, slate: Row = FINAL, offer: Row | None = None, **more: Any) -> dict[str, Any]:
    box = [TEAMMATE]
    if points is not None:
        box.append(TEAMMATE | {"player_lookup": "tatum", "points": points, "minutes_played": 30.0})
    offers = [offer] if offer else []
    return one(
        rows_of(prediction_accuracy, predictions=[prediction(**more)], players=box, slate=[slate], offered=offers)
    )


def test_a_win() -> None:
    row = graded(25)
    assert (row["outcome"], row["prediction_correct"], row["profit"]) == ("win", True, pytest.approx(0.9091))
    assert (row["actual_points"], row["signed_error"], row["absolute_error"]) == (25, -1.0, 1.0)
    assert (row["within_3_points"], row["within_50_pct"], row["within_80_pct"]) == (True, True, True)
    assert (row["went_over"], row["actual_margin"], row["line_error"]) == (True, 4.5, 4.5)
    assert (row["brier_score"], row["market_brier_score"], row["confidence_decile"]) == (0.16, 0.25, 7)
    losses = [0.05 * 13, 0.10 * 11, 0.25 * 7, 0.50 * 1, 0.25 * 3, 0.10 * 7, 0.05 * 11]
    assert row["pinball_loss"] == pytest.approx(sum(losses) / 7, abs=1e-4)


def test_a_loss_and_a_push() -> None:
    lost = graded(15)
    assert (lost["outcome"], lost["prediction_correct"], lost["profit"]) == ("loss", False, -1.0)
    push = graded(21, line_value=21.0)
    assert (push["outcome"], push["prediction_correct"], push["profit"]) == ("push", None, 0.0)
    assert (push["went_over"], push["brier_score"], push["absolute_error"]) == (None, None, 3.0)


def test_within_is_at_most() -> None:
    within = [(row["within_3_points"], row["within_5_points"]) for row in map(graded, (21, 20, 19, 18))]
    assert within == [(True, True), (False, True), (False, True), (False, False)]


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ({"points": None}, None),
        ({"points": None, "slate": FINAL | {"is_final": False, "is_postponed": True}}, None),
        ({"offer": {"is_withdrawn": True}}, 1.0),
    ],
    ids=["did not play", "postponed", "withdrawn"],
)
def test_what_makes_a_bet_void(case: dict[str, Any], error: float | None) -> None:
    if "offer" in case:
        case = {"offer": case["offer"] | {"game_id": GAME, "player_lookup": "tatum", "book": "draftkings"}}
    row = graded(**case)
    assert (row["outcome"], row["is_void"], row["profit"]) == ("void", True, 0.0)
    assert (row["absolute_error"], row["prediction_correct"]) == (error, None)


@pytest.mark.parametrize("recommendation", ["PASS", "NO_LINE", None])
def test_what_recommends_nothing_is_graded_for_its_error_only(recommendation: str | None) -> None:
    row = graded(recommendation=recommendation, line_value=None if recommendation == "NO_LINE" else 20.5)
    assert (row["outcome"], row["profit"], row["absolute_error"]) == (None, None, 1.0)


@pytest.mark.parametrize(("side", "value"), [("OVER", 1.0), ("UNDER", -1.0)])
def test_a_superseded_line_is_graded_as_it_was_bet_and_valued_by_its_close(side: str, value: float) -> None:
    offer = {"game_id": GAME, "player_lookup": "tatum", "book": "draftkings", "closing_line": 21.5}
    row = graded(21, offer=offer | {"is_withdrawn": False}, recommendation=side)
    assert (row["line_value"], row["closing_line"], row["closing_line_value"]) == (20.5, 21.5, value)
    assert row["outcome"] == ("win" if side == "OVER" else "loss")


def test_a_corrected_box_score_grades_again() -> None:
    assert (graded(21)["outcome"], graded(20)["outcome"]) == ("win", "loss")


def test_a_game_that_is_not_over_has_no_row_and_one_without_a_box_score_a_record() -> None:
    given = {"predictions": [prediction()], "players": [], "offered": []}
    running = FINAL | {"is_final": False}
    assert rows_of(prediction_accuracy, slate=[running], **given) == []
    assert rows_of(prediction_accuracy, slate=[FINAL], **given) == []
    record = one(failed_of(prediction_accuracy, slate=[FINAL], **given))
    assert (record["entity_id"], record["failure_category"]) == ("tatum", "INCOMPLETE_UPSTREAM")
