"""The ensemble: whose forecasts it averages, with which weights. The day is 20 December 2024."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import pytest

from nba_assets.basketball.forecast import COLUMNS, DISTRIBUTION
from nba_assets.basketball.systems import ensemble
from nba_assets.tables.predictions.player_points_forecasts import player_points_forecasts
from nba_assets_tests.given import TODAY, ago, played
from nba_assets_tests.rows import Query, Row, one, schema_of

PLAYERS = ibis.schema(
    {
        **dict.fromkeys(("player_lookup", "game_id", "season_type"), "string"),
        **dict.fromkeys(("points", "seconds_played"), "int64"),
        "game_date": "date",
    }
)
FOUND = Query(
    ensemble.forecasts_of,
    {"forecasts": schema_of(player_points_forecasts), "players": PLAYERS, "days": ibis.schema({"game_date": "date"})},
)


def forecast(system: str, mean: float, days: int = 0, player: str = "brunson", spread: float | None = 2.0) -> Row:
    """One with a distribution of one number, or none."""
    game = {name: value for name, value in ago(days).items() if name in ("game_id", "game_date")}
    known = {"market": "points", "team_abbr": "NYK", "is_home": True, "role": "20-29.9", "quality_tier": "gold"}
    made = {"player_lookup": player, "system_id": system, "mean": mean, "errors_behind": 300}
    return game | known | made | dict.fromkeys(DISTRIBUTION, spread and mean + spread)


def scored(points: int, days: int, player: str = "brunson") -> Row:
    return {name: value for name, value in played(days, points, player).items() if name in PLAYERS}


def of_the_day(*forecasts: Row, players: Any = ()) -> list[dict[str, Any]]:
    return FOUND(forecasts=forecasts, players=players, days=[{"game_date": TODAY}])


BENCH = [f"bench{n}" for n in range(20)]


def behind(days: range, players: Sequence[str] = BENCH) -> tuple[list[Row], list[Row]]:
    """Forecasts of players for those days, by one system 2 points off and by one 4 off; and what they scored."""
    every = [(player, day) for player in players for day in days]
    near = [forecast("moving_average", 12, day, player) for player, day in every]
    far = [forecast("rules", 6, day, player) for player, day in every]
    return near + far, [scored(10, day, player) for player, day in every]


TONIGHT = (forecast("moving_average", 20), forecast("rules", 30))


def test_weighted_by_one_over_the_squared_error() -> None:
    """A sixteenth and a quarter: four fifths of 20 and a fifth of 30."""
    past, points = behind(range(1, 11))
    row = one(of_the_day(*TONIGHT, *past, players=points), system_id="ensemble")
    assert row["mean"] == pytest.approx(22)
    assert [row[name] for name in DISTRIBUTION] == pytest.approx([24] * len(DISTRIBUTION))
    assert (row["player_lookup"], row["game_id"], row["market"], row["role"]) == (
        *("brunson", "20241220_PHI_NYK", "points"),
        "20-29.9",
    )


@pytest.mark.parametrize("days", [range(1, 10), range(31, 51), range(0)], ids=["180 errors", "long ago", "none"])
def test_equal_weights_until_each_has_two_hundred_errors_of_thirty_days(days: range) -> None:
    past, points = behind(days)
    assert one(of_the_day(*TONIGHT, *past, players=points), player_lookup="brunson")["mean"] == pytest.approx(25)


@pytest.mark.parametrize(("day", "mean"), [(30, 22), (31, 25)])
def test_thirty_days_are_thirty(day: int, mean: float) -> None:
    past, points = behind(range(day, day + 1), [f"bench{n}" for n in range(200)])
    assert one(of_the_day(*TONIGHT, *past, players=points), player_lookup="brunson")["mean"] == pytest.approx(mean)


def test_results_of_the_day_and_later_ones_change_nothing() -> None:
    past, points = behind(range(1, 11))
    later, theirs = behind(range(-10, 1))
    assert of_the_day(*TONIGHT, *past, *(row for row in later if row["game_date"] != TODAY), players=points) == (
        of_the_day(*TONIGHT, *past, players=[*points, *(row | {"points": 90} for row in theirs)])
    )


def test_two_systems_it_takes_of_a_row_and_of_a_distribution() -> None:
    assert of_the_day(TONIGHT[0]) == []
    row = one(of_the_day(TONIGHT[0], forecast("rules", 30, spread=None)), system_id="ensemble")
    assert (row["mean"], row["errors_behind"], row["quality_issues"]) == (
        *(25, 0),
        ["no_distribution", "minutes_unknown"],
    )
    assert {row[name] for name in DISTRIBUTION} == {None}


def test_the_quantiles_of_those_that_have_a_distribution() -> None:
    row = one(of_the_day(*TONIGHT, forecast("similarity", 40, spread=None)), system_id="ensemble")
    assert (row["mean"], row["median"]) == (pytest.approx(30), pytest.approx(27))


def test_its_columns_are_those_of_forecasts() -> None:
    (row,) = of_the_day(*TONIGHT)
    assert set(row) == {column.name for column in COLUMNS} | {"quality_tier", "quality_issues"}
