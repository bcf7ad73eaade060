"""Whom the trained model is asked about, with what, and which model."""

from __future__ import annotations

from datetime import date

import pytest

from nba_assets.basketball.trained import FEATURE_VERSION, FEATURES
from nba_assets.tables.predictions.player_points_model_forecasts import player_points_model_forecasts as table
from nba_assets_tests.rows import Query, Row, one, skipped_of

DAY = date(2022, 11, 2)
FORECAST: Row = {
    "player_lookup": "brunson",
    "game_id": "20221102_NYK_BOS",
    "game_date": DAY,
    "market": "points",
    "system_id": "moving_average",
    "mean": 20.0,
    "minutes_forecast": 34.0,
}
MODEL: Row = {
    "month": date(2022, 11, 1),
    "trained_to": date(2022, 10, 31),
    "errors_behind": 9000,
    "artefact_sha256": "ab",
    "feature_version": FEATURE_VERSION,
}
KNOWN: Row = {
    "player_lookup": "brunson",
    "game_id": "20221102_NYK_BOS",
    "game_date": DAY,
    "feature_version": FEATURE_VERSION,
    "features": [float(n) for n in range(len(FEATURES))],
    "feature_sources": ["phase4"] * len(FEATURES),
    "feature_quality_score": 90.0,
}


@pytest.fixture(scope="module")
def ask() -> Query:
    return Query(table.build, table.reads)


def test_a_player_that_two_systems_forecast_is_asked_about_once(ask: Query) -> None:
    twice = [FORECAST, {**FORECAST, "system_id": "rules", "mean": 22.0}]
    (row,) = ask(forecasts=twice, features=[KNOWN], models=[MODEL])
    assert (row["system_id"], row["artefact_sha256"], row["errors_behind"]) == ("model", "ab", 9000)
    assert (row["minutes_forecast"], row["feature_points_avg_last_10"], row["quality_tier"]) == (34.0, 1.0, "gold")
    assert row["has_features"]


def test_a_model_that_learnt_from_the_date_is_not_asked(ask: Query) -> None:
    assert ask(forecasts=[FORECAST], features=[KNOWN], models=[{**MODEL, "trained_to": DAY}]) == []


def test_another_months_model_is_not_asked_and_the_date_says_so(ask: Query) -> None:
    october = {**MODEL, "month": date(2022, 10, 1)}
    assert ask(forecasts=[FORECAST], features=[KNOWN], models=[october]) == []
    assert skipped_of(table, forecasts=[FORECAST], models=[october]) == [
        {"game_date": DAY, "reason": "no model of the month"}
    ]
    assert skipped_of(table, forecasts=[FORECAST], models=[MODEL]) == []


def test_a_player_without_features_of_the_version_is_told_from_one_with_defaults(ask: Query) -> None:
    blank = {**KNOWN, "player_lookup": "grimes", "feature_sources": ["default"] * len(FEATURES)}
    given = [KNOWN | {"feature_version": "another"}, blank]
    forecasts = [FORECAST, {**FORECAST, "player_lookup": "grimes"}]
    rows = ask(forecasts=forecasts, features=given, models=[MODEL])
    assert not one(rows, player_lookup="brunson")["has_features"]
    assert one(rows, player_lookup="grimes")["has_features"]
    assert one(rows, player_lookup="grimes")["feature_points_avg_last_10"] is None


def test_poor_features_are_said(ask: Query) -> None:
    poor = {**KNOWN, "feature_quality_score": 69.0}
    (row,) = ask(forecasts=[{**FORECAST, "minutes_forecast": None}], features=[poor], models=[MODEL])
    assert (row["quality_tier"], row["quality_issues"]) == ("bronze", ["low_feature_quality", "minutes_unknown"])
