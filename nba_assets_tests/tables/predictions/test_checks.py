"""What the checks of the predictions find, and what at their edge they do not."""

from __future__ import annotations

from typing import Any

import pytest

from nba_assets.basketball import performance
from nba_assets.basketball.forecast import DISTRIBUTION, QUANTILE_COLUMNS
from nba_assets.contracts.table import Table
from nba_assets.tables.predictions.player_points_forecasts import player_points_forecasts
from nba_assets.tables.predictions.player_points_model_forecasts import player_points_model_forecasts
from nba_assets.tables.predictions.player_prop_offers import player_prop_offers
from nba_assets.tables.predictions.player_prop_predictions import player_prop_predictions
from nba_assets.tables.predictions.prediction_accuracy import prediction_accuracy
from nba_assets.tables.predictions.prediction_performance_summary import prediction_performance_summary
from nba_assets.tables.predictions.system_daily_performance import system_daily_performance
from nba_assets_tests.given import TODAY, ago, eastern
from nba_assets_tests.rows import Row
from nba_assets_tests.tables.trials import Trial, Trials, assert_noticed, each, named, wanted

DISTRIBUTED: Row = {"game_date": TODAY, **dict.fromkeys(DISTRIBUTION, 10.0)}


def of_forecasts() -> dict[str, Trial]:
    """Of the checks that tables of forecasts share."""
    return {
        "quantiles_increase": each(
            DISTRIBUTED,
            [{}, dict.fromkeys(DISTRIBUTION), {"quantile_95": 10.1}],
            [{name: 9.9} for name in QUANTILE_COLUMNS[1:]],
        ),
        "distribution_is_whole": each(
            DISTRIBUTED, [{}, dict.fromkeys(DISTRIBUTION)], [{name: None} for name in DISTRIBUTION]
        ),
        "trained_before_the_date": each(
            {"game_date": TODAY},
            [{"trained_to": None}, {"trained_to": ago(1)["game_date"]}],
            [{"trained_to": TODAY}, {"trained_to": ago(-1)["game_date"]}],
        ),
        "plausible": each({"game_date": TODAY}, [{"mean": 0.0}, {"mean": 60.0}], [{"mean": -0.1}, {"mean": 60.1}]),
    }


PREDICTED_BY: Row = {
    "player_lookup": "tatum",
    "game_id": "g",
    "game_date": TODAY,
    "market": "points",
    "system_id": "rules",
}
PREDICTED: Row = PREDICTED_BY | {"book": "draftkings"}
FINAL_BOX: Row = {"game_id": "g", "game_date": TODAY, "player_lookup": "tatum"}
OFFERED: Row = {"player_lookup": "tatum", "game_id": "g", "game_date": TODAY, "book": "draftkings", "is_chosen": True}
COUNTED: Row = {"game_date": TODAY, "market": "points", "system_id": "rules"} | dict.fromkeys(
    [column.name for column in performance.COLUMNS if column.name.endswith("_count")], 0
)
FINAL: Row = {"game_id": "g", "game_date": TODAY, "is_final": True, "is_postponed": False}
THIRD = {"probability_over": 0.3, "probability_under": 0.3, "probability_push": 0.4}

OF_OFFERS: dict[str, Trial] = {
    "one_book_is_chosen": Trial(
        ({"rows": [OFFERED, OFFERED | {"book": "fanduel", "is_chosen": False}]},),
        ((1, {"rows": [OFFERED | {"is_chosen": False}]}), (1, {"rows": [OFFERED, OFFERED | {"book": "fanduel"}]})),
    ),
    "closing_is_later": each(
        {"game_date": TODAY, "line_seen_at": eastern(TODAY, 18)},
        [{"closing_seen_at": None}, {"closing_seen_at": eastern(TODAY, 18.1)}],
        [{"closing_seen_at": eastern(TODAY, 18)}],
    ),
}

OF_PREDICTIONS: dict[str, Trial] = {
    "every_forecast_has_a_row": Trial(
        ({"rows": [PREDICTED], "forecasts": [PREDICTED_BY]},),
        (
            (1, {"rows": [], "forecasts": [PREDICTED_BY]}),
            (1, {"rows": [PREDICTED], "model_forecasts": [PREDICTED_BY | {"system_id": "model"}]}),
        ),
    ),
    "one_row_is_graded": Trial(
        ({"rows": [PREDICTED | {"is_graded": True}, PREDICTED | {"book": "fanduel", "is_graded": False}]},),
        ((1, {"rows": [PREDICTED | {"is_graded": False}]}),),
    ),
    "games_have_a_tip": Trial(
        ({"rows": [PREDICTED], "slate": [FINAL | {"tip_at": eastern(TODAY, 19)}]},),
        ((1, {"rows": [PREDICTED], "slate": [FINAL]}),),
    ),
    "probabilities_add_up": each(
        {"game_date": TODAY}, [THIRD, dict.fromkeys(THIRD)], [THIRD | {"probability_push": 0.41}]
    ),
    "bets_have_a_price": each(
        {"game_date": TODAY},
        [{"recommendation": "OVER", "price": -110}, {"recommendation": "PASS"}, {"recommendation": None}],
        [{"recommendation": "OVER"}, {"recommendation": "UNDER"}],
    ),
}

OF_GRADED: dict[str, Trial] = {
    "every_result_is_graded": Trial(
        (
            {"rows": [PREDICTED], "predictions": [PREDICTED], "slate": [FINAL], "players": [FINAL_BOX]},
            {"rows": [], "predictions": [PREDICTED], "slate": [FINAL]},
        ),
        (
            (1, {"rows": [], "predictions": [PREDICTED], "slate": [FINAL], "players": [FINAL_BOX]}),
            (1, {"rows": [], "predictions": [PREDICTED], "slate": [FINAL | {"is_final": False, "is_postponed": True}]}),
        ),
    ),
    "bets_are_settled": each(
        {"game_date": TODAY},
        [{"recommendation": "OVER", "outcome": "void"}, {"recommendation": "PASS"}, {"recommendation": None}],
        [{"recommendation": "UNDER"}, {"recommendation": "PASS", "outcome": "win"}],
    ),
    "profit_follows_the_outcome": each(
        {"game_date": TODAY},
        [{"outcome": "win", "profit": 0.5}, {"outcome": "loss", "profit": -1.0}, {"outcome": "push", "profit": 0.0}],
        [{"outcome": "win", "profit": 0.0}, {"outcome": "loss", "profit": 0.1}],
    ),
}

OF_DAYS: dict[str, Trial] = {
    "all_graded_rows_are_counted": Trial(
        ({"rows": [COUNTED | {"predictions_count": 1}], "accuracy": [PREDICTED | {"is_graded": True}]},),
        ((1, {"rows": [COUNTED | {"predictions_count": 2}], "accuracy": [PREDICTED | {"is_graded": True}]}),),
    ),
    "bets_add_up": each(
        COUNTED,
        [{}, {"recommendations_count": 4, "win_count": 1, "loss_count": 1, "push_count": 1, "void_count": 1}],
        [{"recommendations_count": 1}, {"win_count": 1}],
    ),
    "recommendations_add_up": each(
        COUNTED,
        [
            {},
            {"predictions_count": 4}
            | {f"{what}_count": 1 for what in ("recommendations", "pass", "no_line", "no_price")},
        ],
        [{"predictions_count": 1}, {"pass_count": 1}],
    ),
}

SUMMED: Row = {"as_of_date": TODAY, "period": "season", "market": "points", "system_id": "rules"} | {
    "slice_by": "all",
    "slice": "all",
    "predictions_count": 5,
}

OF_PERIODS: dict[str, Trial] = {
    "season_holds_the_others": Trial(
        ({"rows": [SUMMED, SUMMED | {"period": "month"}]},),
        ((1, {"rows": [SUMMED, SUMMED | {"period": "month", "predictions_count": 6}]}),),
    ),
    "interval_holds_the_mean": each(
        {"as_of_date": TODAY, "profit_per_bet": 0.1},
        [{}, {"profit_per_bet_low": 0.1, "profit_per_bet_high": 0.1}],
        [{"profit_per_bet_low": 0.11, "profit_per_bet_high": 0.2}],
    ),
}

TRIALS: Trials = {
    (made, name): trial
    for made, trials in (
        (player_points_forecasts, of_forecasts()),
        (player_points_model_forecasts, of_forecasts()),
        (player_prop_offers, OF_OFFERS),
        (player_prop_predictions, OF_PREDICTIONS),
        (prediction_accuracy, OF_GRADED),
        (system_daily_performance, OF_DAYS),
        (prediction_performance_summary, OF_PERIODS),
    )
    for name, trial in trials.items()
}

TRIED_WITH_THEIR_TABLE = ("eligible_is_forecast_or_failed",)


@pytest.mark.parametrize(
    ("made", "check"), [pair for pair in wanted("predictions") if pair[1] not in TRIED_WITH_THEIR_TABLE], ids=named
)
def test_a_check_finds_what_breaks_it(made: Table, check: Any) -> None:
    assert_noticed(made, check, TRIALS)
