"""Scoring: what the month's points model expects of each player of a slate.

What is given has a row a player and game, with his features and the model of the month. How the model came about is
training's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from nba_assets.basketball.forecast import QUANTILE_COLUMNS, QUANTILES
from nba_assets.basketball.trained import feature_column
from nba_assets.contracts.errors import BadInput
from nba_assets.models.arrays import Floats
from nba_assets.models.points_model import PointsModel
from nba_assets.models.training import matrix

if TYPE_CHECKING:
    from nba_assets.warehouse.artefacts import Artefacts

MODELS_HELD = 4


def score(given: pa.Table, days: Sequence[date], artefacts: Artefacts) -> pa.Table:
    """The rows with mean, median, spread and quantiles.

    Raises BadInput for a player without features, a model of other features, and a file that is not the model's.
    """
    parts = [
        _scored(given.filter(pc.equal(given["artefact_sha256"], digest)), digest, artefacts)
        for digest in sorted(pc.unique(given["artefact_sha256"]).to_pylist())
    ]
    return pa.concat_tables(parts) if parts else given  # of no rows


def _scored(rows: pa.Table, digest: str, artefacts: Artefacts) -> pa.Table:
    model = _model(artefacts, digest)
    _require_features(rows, model)
    expected = model.expects(matrix(rows, model.features))
    found: dict[str, Floats] = {"mean": expected.mean, "standard_deviation": expected.deviation}
    found |= dict(zip(QUANTILE_COLUMNS, expected.quantiles.T, strict=True))
    found["median"] = expected.quantiles[:, QUANTILES.index(0.5)]
    for name, numbers in found.items():
        rows = rows.append_column(name, pa.array(numbers))
    return rows


def _require_features(rows: pa.Table, model: PointsModel) -> None:
    given = rows["feature_version"][0].as_py()
    if given != model.feature_version or {*map(feature_column, model.features)} - {*rows.column_names}:
        month = f"{rows['month'][0].as_py():%Y-%m}"
        raise BadInput(f"the model of {month} knows features {model.feature_version}, not {given}: train it again")
    without = rows.filter(pc.invert(rows["has_features"]))
    if without.num_rows:
        first = without.slice(0, 1).to_pylist()[0]
        raise BadInput(
            f"{first['game_date']}: no features {given} of {without.num_rows} players, {first['player_lookup']} first:"
            " build ml_feature_store_v2 again"
        )


@lru_cache(MODELS_HELD)
def _model(artefacts: Artefacts, digest: str) -> PointsModel:
    try:
        return PointsModel.from_text(artefacts.load(digest))
    except ValueError as error:
        raise BadInput(f"{artefacts.name_of(digest)}: no model: {error}") from None
