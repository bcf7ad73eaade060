"""A month's row, and months that can have none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from nba_assets.contracts.errors import BadInput
from nba_assets.models import points_model, training
from nba_assets.models.points_model import outlook
from nba_assets.models.scores import scores
from nba_assets.models.training import learnt, out_of_sample, train
from nba_assets.tables.monthly.player_points_models import player_points_models
from nba_assets.warehouse.artefacts import Artefacts
from nba_assets.warehouse.python_rows import made
from nba_assets_tests.models.made_up import games

FEW = {"trees": 5, "min_data_in_leaf": 20, "learning_rate": 0.3}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points_model, "MIDDLE", {name: {**of, **FEW} for name, of in points_model.MIDDLE.items()})
    monkeypatch.setattr(points_model, "SPREAD", {**points_model.SPREAD, **FEW})
    monkeypatch.setattr(training, "LEAST_GAMES", 500)


def test_a_months_model_knows_the_games_before_it_only(quick: None, tmp_path: Path) -> None:
    seen = games(900, date(2021, 11, 2), 400)  # until 6 December 2022
    days, kept = [date(2022, 11, 1), date(2022, 12, 1)], Artefacts(str(tmp_path))
    november, december = made(player_points_models, seen, days, kept).to_pylist()
    assert november["trained_to"] == date(2022, 10, 31)
    assert november["rows_trained"] < december["rows_trained"] < 900
    assert november["model_id"] == "model_points_2022-11"
    assert november["trained_from"] < november["tested_from"] < november["trained_to"]
    assert november["features"][2] == "points_avg_season"
    assert (
        points_model.PointsModel.from_text(kept.load(december["artefact_sha256"])).importance == december["importance"]
    )

    only = made(player_points_models, seen.filter(pc.less(seen["game_date"], pa.scalar(days[0]))), days[:1], kept)
    assert only.to_pylist() == [november]


def test_a_model_is_scored_by_what_was_known_before_the_games_that_it_is_scored_on(quick: None) -> None:
    """Points of the last part are thrown about: what was expected of them stays, so all that is below them is."""
    seen = games(900, date(2021, 11, 2), 400)
    _, unseen = learnt(seen)
    row = out_of_sample(seen, unseen)
    last = slice(len(unseen.points) - row["rows_tested"], None)
    other = unseen.points.copy()
    other[last] = np.random.default_rng(5).permutation(np.where(other[last] > 10, 60.0, 0.0))
    expected = outlook(unseen.part(slice(None, last.start)), unseen.features[last], unseen.middles[last]).quantiles
    for points in (unseen.points, other):
        found = out_of_sample(seen, replace(unseen, points=points))
        assert found["reliability_observed"] == list(scores(points[last], expected).below)


def test_a_month_without_a_season_behind_it_is_told_and_nothing_is_kept(quick: None, tmp_path: Path) -> None:
    seen = games(900, date(2021, 11, 2), 400)
    with pytest.raises(BadInput, match=r"no model of 2022-03: no full season behind it, .* there are 0 in 2020-21"):
        train(seen, [date(2022, 3, 1), date(2022, 11, 1)], Artefacts(str(tmp_path)))
    assert list(tmp_path.iterdir()) == []
