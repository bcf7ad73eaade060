"""What a model says of points: intervals that hold what they say, quantiles in order, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest

from nba_assets.basketball.trained import FEATURES
from nba_assets.models import points_model
from nba_assets.models.linear import Linear
from nba_assets.models.points_model import Middle, PointsModel, Shape, distribution
from nba_assets.models.scores import scores
from nba_assets.models.training import learnt, matrix
from nba_assets_tests.models.made_up import games

FEW = {"trees": 20, "min_data_in_leaf": 50, "learning_rate": 0.2}


@pytest.fixture(scope="module")
def few_trees() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(points_model, "MIDDLE", {name: {**of, **FEW} for name, of in points_model.MIDDLE.items()})
        patch.setattr(points_model, "SPREAD", {**points_model.SPREAD, **FEW})
        yield


@pytest.fixture(scope="module")
def model(few_trees: None) -> PointsModel:
    return learnt(games(4_000, date(2021, 11, 2), 200))[0]


def test_intervals_hold_what_they_say_of_games_that_it_has_not_seen(model: PointsModel) -> None:
    later = games(6_000, date(2022, 11, 2), 200).slice(4_000)
    found = scores(np.array(later["points"], dtype=float), model.expects(matrix(later, FEATURES)).quantiles)
    assert found.within_50 == pytest.approx(0.5, abs=0.04)
    assert found.within_80 == pytest.approx(0.8, abs=0.04)
    assert found.below == pytest.approx((0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95), abs=0.05)


def test_the_same_games_give_the_same_bytes_and_a_text_gives_the_same_model(model: PointsModel) -> None:
    again, _ = learnt(games(4_000, date(2021, 11, 2), 200))
    assert again.as_text() == model.as_text()
    asked = matrix(games(50, date(2022, 11, 2), 1), FEATURES)
    read = PointsModel.from_text(model.as_text())
    assert np.array_equal(read.expects(asked).quantiles, model.expects(asked).quantiles)


def test_quantiles_rise_and_nobody_is_expected_to_score_less_than_nothing(model: PointsModel) -> None:
    strange = np.random.default_rng(5).normal(0, 40, (500, len(FEATURES)))
    strange[::3] = np.nan
    expected = model.expects(strange)
    assert (np.diff(expected.quantiles, axis=1) >= 0).all()
    assert expected.quantiles.min() >= 0
    assert expected.mean.min() >= 0


def test_slopes_count_as_much_as_all_others_together() -> None:
    def always(value: float) -> str:
        settings = {"trees": 1, "objective": "regression"}
        return points_model.grown(np.zeros((50, 1)), np.full(50, value), settings).model_to_string()

    trees = {"points": always(16), "count": always(16), "root": always(4), "root_slopes": always(2)}
    line = Linear(usual=[0.0], means=[0.0], deviations=[1.0], weights=[0.0], constant=4.0)
    assert Middle(trees, line).says(np.zeros((1, 1))).tolist() == pytest.approx([(16 + 4) / 2])


def test_a_line_is_not_followed_beyond_what_anybody_scores(model: PointsModel) -> None:
    far = np.zeros((1, len(FEATURES)))
    far[0, FEATURES.index("points_avg_season")] = 200
    assert model.expects(far).mean[0] < 64


def test_what_he_averages_is_what_it_learns_from(model: PointsModel) -> None:
    assert dict(zip(model.features, model.importance, strict=True))["points_avg_season"] == pytest.approx(1)


def test_a_shape_between_two_groups_lies_between_theirs() -> None:
    shape = Shape([10.0, 20.0], [[-2, -1.5, -1, 0, 1, 1.5, 2], [-4, -3, -2, 0, 2, 3, 4]], [0.0, 1.0], [1.0, 2.0])
    expected = distribution(np.array([5.0, 15.0]), np.array([1.0, 2.0]), shape)
    assert expected.quantiles.tolist() == [[3, 3.5, 4, 5, 6, 6.5, 7], [9, 10.5, 12, 15, 18, 19.5, 21]]
    assert expected.mean.tolist() == [5, 16]
    assert expected.deviation.tolist() == [1, 3]


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "Expecting value"), ("{}", "middle"), ('{"middle": {"trees": {}}}', "line"), ("tree", "Expecting")],
)
def test_what_is_no_model_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        PointsModel.from_text(text)
