"""Forecasts against lines: a row a book, one without a line, the market beside, and nothing of the close."""

from __future__ import annotations

from typing import Any

import pytest

from nba_assets.basketball.calibration import USUAL
from nba_assets.basketball.distribution import LEVELS
from nba_assets.tables.predictions.player_prop_predictions import player_prop_predictions
from nba_assets_tests.given import MATCH, ago, played
from nba_assets_tests.rows import Row, one, rows_of, told

pytestmark = pytest.mark.slow

GAME = "20241108_NYK_BOS"
TWENTY = dict(zip(LEVELS, (8.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0), strict=True))


def forecast(player: str = "tatum", **more: Any) -> Row:
    return {
        "player_lookup": player,
        "universal_player_id": f"{player}_001",
        "game_id": GAME,
        "game_date": MATCH.day,
        "market": "points",
        "system_id": "moving_average",
        "team_abbr": "BOS",
        "opponent_team_abbr": "NYK",
        "is_home": True,
        "role": "20-29.9",
        "mean": 20.4,
        "median": 20.0,
        "standard_deviation": 7.0,
        "errors_behind": 400,
        "feature_version": "v2",
        "quality_tier": "gold",
        **TWENTY,
    } | more


def offer(book: str = "draftkings", line: float = 16.5, **more: Any) -> Row:
    return {
        "player_lookup": "tatum",
        "game_id": GAME,
        "game_date": MATCH.day,
        "book": book,
        "is_chosen": book == "draftkings",
        "line_value": line,
        "over_price": -110,
        "under_price": -110,
        "overround": 0.0476,
        "market_probability_over": 0.5,
        "closing_line": 40.5,
        "is_withdrawn": False,
        "is_simulated": False,
    } | more


def predicted(*offers: Row, **more: Any) -> list[dict[str, Any]]:
    forecasts = [forecast(**more)]
    return rows_of(player_prop_predictions, forecasts=forecasts, so_far=forecasts, offered=offers)


def test_a_row_for_each_book_and_the_market_beside() -> None:
    rows = predicted(offer(), offer("betmgm", 20.5))
    assert told(rows, "system_id", "book", "line_value", "is_graded") == [
        ("market", "betmgm", 20.5, False),
        ("market", "draftkings", 16.5, True),
        ("moving_average", "betmgm", 20.5, False),
        ("moving_average", "draftkings", 16.5, True),
    ]
    own = one(rows, system_id="moving_average", book="draftkings")
    by_itself = 1 - (0.25 + 0.25 * 0.5 / 4)
    assert own["probability_over"] == pytest.approx(0.5 + USUAL * (by_itself - 0.5), abs=1e-4)
    assert (own["recommendation"], own["side"], own["line_margin"]) == ("PASS", "OVER", 3.5)
    line = one(rows, system_id="market", book="draftkings")
    assert (line["predicted_points"], line["probability_over"], line["recommendation"]) == (16.5, 0.5, "PASS")


def test_model_and_ensemble_stand_beside_the_rules() -> None:
    """The mean of two equal weights, quantile by quantile; a model alone makes no ensemble."""
    rules, model = forecast(), forecast(system_id="model", mean=22.4, median=22.0, quantile_50=22.0)
    given = {"forecasts": [rules], "so_far": [rules], "model_forecasts": [model], "model_so_far": [model]}
    rows = rows_of(player_prop_predictions, **given)
    assert told(rows, "system_id", "predicted_points", "mean") == [
        ("ensemble", 21.0, 21.4),
        ("model", 22.0, 22.4),
        ("moving_average", 20.0, 20.4),
    ]


def test_without_a_line_there_is_one_row_and_no_market() -> None:
    row = one(predicted())
    assert (row["book"], row["recommendation"], row["is_graded"], row["line_value"]) == ("none", "NO_LINE", True, None)
    assert (row["predicted_points"], row["quality_issues"]) == (20.0, ["no_line"])


def test_without_a_price_the_probability_stays() -> None:
    row = one(predicted(offer(over_price=None, under_price=None, overround=None)), system_id="moving_average")
    assert (row["recommendation"], row["recommendation_reason"], row["quality_tier"]) == (None, "no_price", "silver")
    assert row["probability_over"] > 0.5


def test_a_price_of_zero_is_no_price() -> None:
    none = {"overround": None, "market_probability_over": None}
    row = one(predicted(offer(over_price=0, under_price=0, **none)), system_id="moving_average")
    assert (row["recommendation_reason"], row["quality_issues"]) == ("no_price", ["no_price"])
    row = one(predicted(offer(over_price=0, **none)), system_id="moving_average")
    assert (row["recommendation_reason"], row["price"]) == ("no_edge", -110)
    assert "one_price" in row["quality_issues"]


def test_a_system_without_a_distribution_passes() -> None:
    row = one(predicted(offer(), **dict.fromkeys(TWENTY), median=None), system_id="moving_average")
    assert (row["recommendation"], row["recommendation_reason"]) == ("PASS", "no_distribution")
    assert row["predicted_points"] == 20.4


def test_where_a_line_closes_is_not_known_when_a_bet_is_decided() -> None:
    assert predicted(offer()) == predicted(offer(closing_line=None, is_withdrawn=True))


def test_what_never_came_beyond_the_lines_is_not_said_any_more() -> None:
    """Sixty dates on which a system of 72 % saw him stay below the line: the market's word is all that is left."""
    past = [forecast(**{name: ago(n)[name] for name in ("game_id", "game_date")}) for n in range(50, 110)]
    lines = [offer(**{name: row[name] for name in ("game_id", "game_date")}) for row in past]
    points = [played(n, 10, "tatum") for n in range(50, 110)]
    today = [forecast()]
    given = {"forecasts": today, "so_far": [*past, *today], "offered": [offer(market_probability_over=0.6)]}
    rows = rows_of(player_prop_predictions, **given, offered_before=lines, players=points)
    own = one(rows, system_id="moving_average")
    assert (own["line_slope"], own["probability_over"]) == (0, 0.6)
    assert len(rows) == 2
