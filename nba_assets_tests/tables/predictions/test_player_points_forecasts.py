"""Forecasts of points: who is forecast, by which systems, from what. The day is 20 December 2024."""

from __future__ import annotations

from typing import Any

import pytest

from nba_assets.basketball.forecast import QUANTILE_COLUMNS
from nba_assets.tables.predictions.player_points_forecasts import player_points_forecasts
from nba_assets_tests.given import TODAY, ago, known_on, played, upcoming
from nba_assets_tests.rows import Row, broken_of, failed_of, one, skipped_of, told
from nba_assets_tests.tables.predictions.slates import cached, featured, forecasts_of, slate

BENCH = [f"bench{n}" for n in range(30)]
"""Each with ten games behind him: 300 past forecasts of a system."""

PAST = range(1, 11)


def out(player: str) -> Row:
    return {"game_id": "20241220_BOS_NYK", "game_date": TODAY, "player_lookup": player, "player_status": "out"}


def failures(**inputs: list[Row]) -> list[tuple]:
    given = slate(**inputs)
    return told(failed_of(player_points_forecasts, **given), "entity_id", "failure_category", "can_retry")


def test_a_row_for_each_system() -> None:
    """18.6 + 0.5 at home; 16 + 0.72 + 0.24 + 0.66 + 0.336 + 0.8; 18.2 - 0.5 + 1.3 + 0.8 + 0.08 for the paint."""
    rows = forecasts_of(**slate())
    assert told(rows, "system_id", "mean") == [
        ("moving_average", pytest.approx(19.1)),
        ("rules", pytest.approx(19.88)),
        ("zone_matchup", pytest.approx(18.756)),
    ]
    row = one(rows, system_id="rules")
    assert (row["team_abbr"], row["opponent_team_abbr"], row["is_home"]) == ("NYK", "BOS", True)
    assert (row["season_points_avg"], row["role"], row["minutes_forecast"]) == (16, "10-19.9", 34)
    assert (row["market"], row["feature_version"], row["trained_to"]) == ("points", "v2_corrected_25", None)
    assert row["game_date"] == TODAY


def test_without_past_errors_there_is_no_distribution() -> None:
    row = one(forecasts_of(**slate()), system_id="moving_average")
    assert {row[name] for name in ("median", "standard_deviation", *QUANTILE_COLUMNS)} == {None}
    assert (row["errors_behind"], row["probability_plays"]) == (0, None)
    assert (row["quality_tier"], row["quality_issues"]) == ("silver", ["no_distribution"])


def test_points_stay_between_0_and_60() -> None:
    low = {"points_avg_last_5": 0.5, "points_avg_last_10": 0.5, "points_avg_season": 0.5, "home_away": 0.0}
    high = {"points_avg_last_5": 70.0, "points_avg_last_10": 70.0, "points_avg_season": 60.0}
    found = [
        one(forecasts_of(**slate(features=[featured(**form)])), system_id="moving_average")["mean"]
        for form in (low | {"back_to_back": 1.0}, high)
    ]
    assert found == [0, 60]


def many(points: dict[int, int]) -> dict[str, list[Row]]:
    """Thirty players, each of whom scored `points` by how many days ago; the moving average expected 19.1 of each."""
    games = [played(day, points[day], player) for player in BENCH for day in PAST]
    return slate(BENCH, PAST, players=games)


def test_the_distribution_is_the_spread_of_past_errors() -> None:
    """Five times 14.1 too few, five times 5.9 too many of 19.1: 5 and 25, each within its half point."""
    rows = forecasts_of(**many({day: 5 if day % 2 else 25 for day in PAST}))
    row = one(rows, system_id="moving_average", player_lookup="bench0")
    assert row["mean"] == pytest.approx(19.1)
    assert row["errors_behind"] == 300
    assert all(abs(row[name] - 5) <= 0.5 for name in QUANTILE_COLUMNS[:3])
    assert all(abs(row[name] - 25) <= 0.5 for name in QUANTILE_COLUMNS[4:])
    assert row["standard_deviation"] == pytest.approx(10 * (300 / 299) ** 0.5, abs=0.001)
    assert row["median"] == row["quantile_50"]
    assert row["probability_plays"] == 1
    assert row["quality_tier"] == "gold"
    assert "similarity" in {row["system_id"] for row in rows}


def test_no_quantile_is_below_zero() -> None:
    rows = forecasts_of(**many({day: 0 if day % 2 else 40 for day in PAST}))
    low = {"points_avg_last_5": 1.0, "points_avg_last_10": 1.0, "points_avg_season": 10.0}
    weak = many(dict.fromkeys(PAST, 0))
    weak["features"] = [row | featured(**low) if row["game_date"] == TODAY else row for row in weak["features"]]
    assert min(row["quantile_05"] for row in [*rows, *forecasts_of(**weak)] if row["quantile_05"] is not None) == 0


def test_who_is_ruled_out_has_no_forecast() -> None:
    for status in ("out", "doubtful"):
        assert forecasts_of(**slate(context=[upcoming(player_status=status)])) == []
    for status in ("questionable", "probable", "available"):
        assert len(forecasts_of(**slate(context=[upcoming(player_status=status)]))) == 3


def test_the_chance_that_the_questionable_play_is_how_often_they_did() -> None:
    """Of 60 questionable evenings 45 were played; those that are not listed go by their role."""
    listed = BENCH[:6]
    given = slate(BENCH, PAST)
    given["context"] = [
        row | {"player_status": "questionable"} if row["player_lookup"] in listed else row for row in given["context"]
    ]
    sat_out = {(player, day) for player in listed[:5] for day in (1, 2, 3)}
    given["players"] = [played(day, 20, player) for player in BENCH for day in PAST if (player, day) not in sat_out]
    rows = forecasts_of(**given)
    assert one(rows, player_lookup="bench0", system_id="rules")["probability_plays"] == 0.75
    assert one(rows, player_lookup="bench9", system_id="rules")["probability_plays"] == 1


def test_whoever_is_owed_a_forecast_and_has_none_is_recorded() -> None:
    context = [upcoming(name) for name in ("brunson", "hart", "mcbride", "hukporti")]
    context += [upcoming("anunoby", player_status="doubtful"), upcoming("bridges")]
    features = [featured(), featured(player="mcbride", quality=49.9), featured(player="hukporti", known=False)]
    features += [featured(player="bridges", quality=50.0)]
    given = {"context": context, "features": features, "availability": [out("robinson")]}
    assert failures(**given) == [
        ("anunoby", "RULED_OUT", False),
        ("hart", "NO_FEATURES", True),
        ("hukporti", "NO_HISTORY", False),
        ("mcbride", "LOW_QUALITY", False),
        ("robinson", "RULED_OUT", False),
    ]
    rows, recorded = forecasts_of(**slate(**given)), failed_of(player_points_forecasts, **slate(**given))
    assert {row["player_lookup"] for row in rows} == {"brunson", "bridges"}

    def unaccounted(rows: list[dict[str, Any]], recorded: list[dict[str, Any]]) -> list[dict[str, Any]]:
        inputs = {name: given for name, given in slate(**given).items() if name in ("slate", "season_starts")}
        check = "eligible_is_forecast_or_failed"
        others = {"context": context, "availability": [out("robinson")]}
        return broken_of(player_points_forecasts, check, rows, recorded, **inputs, **others)

    assert unaccounted(rows, recorded) == []
    assert len(unaccounted([], recorded)) == 2
    assert len(unaccounted(rows, recorded[1:])) == 1
    assert len(unaccounted([*rows, rows[0] | {"player_lookup": "hart"}], recorded)) == 1


def test_another_version_of_features_is_not_looked_at() -> None:
    other = featured(points_avg_last_5=60.0) | {"feature_version": "v3"}
    assert forecasts_of(**slate(features=[featured(), other])) == forecasts_of(**slate())


def test_early_days_have_no_forecasts_and_say_so() -> None:
    early = [{"season_year": 2024, "starts_on": TODAY}]
    assert forecasts_of(**slate(season_starts=early)) == []
    (skipped,) = skipped_of(player_points_forecasts, **slate(season_starts=early))
    assert "early season" in skipped["reason"]


def test_nothing_on_the_day_or_after_it_changes_a_forecast() -> None:
    """Results of the day, and everything of later ones, in every input."""
    given = many({day: 3 * day for day in PAST})
    later = slate(BENCH, [-1, -2])
    for name in ("context", "features", "cache"):
        given[name] = [*given[name], *later[name][len(BENCH) :]]
    given["players"] = [*given["players"], *(played(-day, 99, player) for player in BENCH for day in range(3))]
    assert forecasts_of(**given) == forecasts_of(**known_on(TODAY, given, "players"))


def test_a_day_alone_is_as_a_day_in_a_range() -> None:
    given = many({day: 2 * day for day in PAST})
    given["slate"] = [*given["slate"], *({**row, "game_date": ago(1)["game_date"]} for row in given["slate"])]
    both = forecasts_of(**given)
    alone = forecasts_of(**many({day: 2 * day for day in PAST}))
    assert {row["game_date"] for row in both} == {TODAY, ago(1)["game_date"]}
    assert [row for row in both if row["game_date"] == TODAY] == alone


def test_minutes_that_nobody_knows_are_said() -> None:
    row = one(forecasts_of(**slate(context=[upcoming(minutes_forecast=None)])), system_id="rules")
    assert row["minutes_forecast"] is None
    assert row["quality_issues"] == ["no_distribution", "minutes_unknown"]


def test_rules_go_by_the_minutes_of_the_last_ten_games() -> None:
    """Below 25 takes 1.2 away; nobody knows them, and nothing is added."""
    unknown, few = (
        one(forecasts_of(**slate(cache=cache)), system_id="rules") for cache in ([], [cached(minutes=20.0)])
    )
    assert few["mean"] == pytest.approx(unknown["mean"] - 1.2)
    assert (unknown["minutes_forecast"], few["minutes_forecast"]) == (34, 34)


def test_of_fewer_than_five_games_the_last_ten_are_the_last_five() -> None:
    """Two points a game, at home: the store's ten for five games that there are not would make it 6.5."""
    form = {"points_avg_last_5": 10.0, "points_avg_last_10": 2.0, "points_avg_season": 2.0}
    new = featured(**form)
    new["feature_sources"] = ["default", *new["feature_sources"][1:]]
    assert one(forecasts_of(**slate(features=[new])), system_id="moving_average")["mean"] == pytest.approx(2.5)
    known = forecasts_of(**slate(features=[featured(**form)]))
    assert one(known, system_id="moving_average")["mean"] == pytest.approx(6.5)
