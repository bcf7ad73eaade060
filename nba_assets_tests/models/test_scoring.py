"""What scoring says of wrong input: features of another version, none at all, a file that is not the model's."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from nba_assets.basketball.forecast import QUANTILE_COLUMNS
from nba_assets.basketball.trained import FEATURE_VERSION, FEATURES, feature_column
from nba_assets.contracts.errors import BadInput
from nba_assets.models.linear import Linear
from nba_assets.models.points_model import MIDDLE, Middle, PointsModel, Shape, grown
from nba_assets.models.scoring import score
from nba_assets.models.training import matrix
from nba_assets.warehouse.artefacts import FILE, Artefacts
from nba_assets_tests.models.made_up import games

DAY = date(2022, 11, 2)
FLAT = Shape([10.0], [[-2.0, -1.5, -0.5, 0.0, 0.5, 1.5, 2.0]], [0.1], [1.2])


def model(version: str = FEATURE_VERSION) -> PointsModel:
    seen = games(300, date(2021, 11, 2), 100)
    wanted = matrix(seen, FEATURES)[:, 2]
    trees = grown(matrix(seen, FEATURES), wanted, {"trees": 2, "objective": "regression", "min_data_in_leaf": 20})
    wide = {"trees": 1, "objective": "regression", "min_data_in_leaf": 20}
    spread = grown(matrix(seen, [*FEATURES, FEATURES[0]]), wanted, wide)
    line = Linear.of(matrix(seen, FEATURES), np.sqrt(wanted))
    middle = Middle(dict.fromkeys(MIDDLE, trees.model_to_string()), line)
    return PointsModel(version, FEATURES, middle, spread.model_to_string(), FLAT)


def asked(digest: str, **changes: Any) -> pa.Table:
    rows = games(3, DAY, 1).drop_columns(["points"]).to_pylist()
    known = {
        "player_lookup": "brunson",
        "month": DAY.replace(day=1),
        "artefact_sha256": digest,
        "feature_version": FEATURE_VERSION,
        "has_features": True,
    }
    return pa.Table.from_pylist([{**row, **known, **changes} for row in rows])


def test_each_player_gets_his_distribution(tmp_path: Path) -> None:
    kept = Artefacts(str(tmp_path))
    first = score(asked(kept.keep(model().as_text())), [DAY], kept).to_pylist()[0]
    quantiles = [first[name] for name in QUANTILE_COLUMNS]
    assert first["median"] == first["quantile_50"]
    assert quantiles == sorted(quantiles)
    assert first["mean"] > first["median"]


def test_nobody_to_score_needs_no_model(tmp_path: Path) -> None:
    assert score(asked("0").slice(0, 0), [DAY], Artefacts(str(tmp_path))).num_rows == 0


def test_a_feature_version_that_the_model_does_not_know(tmp_path: Path) -> None:
    kept = Artefacts(str(tmp_path))
    digest = kept.keep(model("v0").as_text())
    with pytest.raises(BadInput, match=f"^the model of 2022-11 knows features v0, not {FEATURE_VERSION}: train it"):
        score(asked(digest), [DAY], kept)


def test_a_player_without_features(tmp_path: Path) -> None:
    kept = Artefacts(str(tmp_path))
    digest = kept.keep(model().as_text())
    with pytest.raises(
        BadInput, match=f"^2022-11-02: no features {FEATURE_VERSION} of 3 players, brunson first: build"
    ):
        score(asked(digest, has_features=False), [DAY], kept)


def test_a_file_that_is_not_the_models(tmp_path: Path) -> None:
    kept = Artefacts(str(tmp_path))
    digest = kept.keep(model("v1").as_text())
    (tmp_path / digest / FILE).write_text("another")
    with pytest.raises(BadInput, match="not as it was written, its SHA-256 is"):
        score(asked(digest), [DAY], kept)
    with pytest.raises(BadInput, match="no model: "):
        score(asked(kept.keep("text that is no model")), [DAY], kept)


def test_feature_columns_are_told_apart_from_all_else() -> None:
    assert feature_column("mean") == "feature_mean"
