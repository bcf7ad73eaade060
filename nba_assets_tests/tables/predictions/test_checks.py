"""What the checks of the predictions find, and what at their edge they do not."""

from __future__ import annotations

from typing import Any

import pytest

from nba_assets.basketball.forecast import DISTRIBUTION, QUANTILE_COLUMNS
from nba_assets.contracts.table import Table
from nba_assets.tables.predictions.player_points_forecasts import player_points_forecasts
from nba_assets.tables.predictions.player_points_model_forecasts import player_points_model_forecasts
from nba_assets_tests.given import TODAY, ago
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


TRIALS: Trials = {
    (made, name): trial
    for made in (player_points_forecasts, player_points_model_forecasts)
    for name, trial in of_forecasts().items()
}

TRIED_WITH_THEIR_TABLE = ("eligible_is_forecast_or_failed",)


@pytest.mark.parametrize(
    ("made", "check"), [pair for pair in wanted("predictions") if pair[1] not in TRIED_WITH_THEIR_TABLE], ids=named
)
def test_a_check_finds_what_breaks_it(made: Table, check: Any) -> None:
    assert_noticed(made, check, TRIALS)
