"""Which games a month's model is given to learn from, and what its checks find."""

from __future__ import annotations

from datetime import date

import pytest

from nba_assets.basketball.trained import FEATURE_VERSION, FEATURES
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.read import Reach
from nba_assets.tables.monthly.player_points_models import player_points_models as table
from nba_assets_tests.rows import Query, Row
from nba_assets_tests.tables.trials import Trial, assert_noticed, each, named

DAY = date(2022, 11, 2)


def features(player: str, version: str = FEATURE_VERSION, source: str = "phase4") -> Row:
    return {
        "player_lookup": player,
        "game_id": "20221102_NYK_BOS",
        "game_date": DAY,
        "feature_version": version,
        "features": [float(n) for n in range(len(FEATURES))],
        "feature_sources": [source] * len(FEATURES),
    }


def test_a_game_that_was_played_with_its_features_and_points() -> None:
    ask = Query(table.build, table.reads)
    box = {"game_id": "20221102_NYK_BOS", "seconds_played": 60, "points": 21}
    boxes = [{**box, "player_lookup": "brunson"}, {**box, "player_lookup": "grimes", "seconds_played": 0}]
    given = [features("brunson"), features("brunson", "another"), features("grimes"), features("nobody")]
    (row,) = ask(features=given, players=boxes)
    assert (row["player_lookup"], row["points"], row["feature_points_avg_season"]) == ("brunson", 21, 2.0)


def test_a_default_is_no_value_to_learn_from() -> None:
    box = {"player_lookup": "brunson", "game_id": "20221102_NYK_BOS", "seconds_played": 60, "points": 21}
    (row,) = Query(table.build, table.reads)(features=[features("brunson", source="default")], players=[box])
    assert {row[name] for name in row if name.startswith("feature_") and name != "feature_quality_score"} == {None}


def test_a_month_reads_all_that_was_before_it_and_nothing_in_it() -> None:
    month = Window(date(2022, 11, 1), date(2022, 11, 1))
    assert {read.reach for read in table.reads.values()} == {Reach.ALL_BEFORE}
    assert Reach.ALL_BEFORE.dates(month).end == date(2022, 10, 31)
    assert Reach.ITS_MONTH.dates(Window(date(2022, 11, 2), date(2022, 12, 30))) == Window(
        month.start, date(2022, 12, 1)
    )


ROW: Row = {
    "month": date(2022, 11, 1),
    "trained_to": date(2022, 10, 31),
    "features": ["a", "b"],
    "importance": [0.5, 0.5],
    "mean_absolute_error": 4.5,
    "within_50": 0.5,
    "within_80": 0.8,
}
TRIALS = {
    (table, "trained_before_the_month"): each(ROW, [{}], [{"trained_to": date(2022, 11, 1)}]),
    (table, "one_share_a_feature"): each(ROW, [{}], [{"importance": [1.0]}]),
    (table, "plausible"): each(
        ROW, [{"mean_absolute_error": 2}, {"mean_absolute_error": 6}], [{"mean_absolute_error": 6.01}]
    ),
    (table, "intervals_hold_what_they_say"): each(
        ROW, [{"within_50": 0.46, "within_80": 0.84}], [{"within_50": 0.459}, {"within_80": 0.841}]
    ),
}


@pytest.mark.parametrize(("made", "check"), [(table, check.name) for check in table.checks], ids=named)
def test_each_check_finds_what_breaks_it(made: object, check: str) -> None:
    trials: dict[tuple[object, str], Trial] = dict(TRIALS)
    assert_noticed(table, check, trials)  # type: ignore[arg-type]
