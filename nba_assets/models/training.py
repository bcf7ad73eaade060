"""Training: a month's points model of all games before the month, and its row in the table of models.

What is given are the games of all seasons with their features and the points that were scored. How the model works is
its own, where its file is kept the warehouse's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nba_assets.basketball.forecast import QUANTILES
from nba_assets.basketball.trained import FEATURE_VERSION, FEATURES, SYSTEM, feature_column
from nba_assets.contracts.calendar import Window, season_label, season_year
from nba_assets.contracts.errors import BadInput
from nba_assets.models import points_model
from nba_assets.models.arrays import Floats
from nba_assets.models.points_model import PointsModel, Unseen, learn, outlook, unseen_games
from nba_assets.models.scores import scores

if TYPE_CHECKING:
    from nba_assets.warehouse.artefacts import Artefacts

LEAST_GAMES = 5_000
"""Player-games of the season before: fewer are no season."""

PARTS = (0.4, 0.6, 0.8)
"""Where the history is cut, in shares of its games: each part but the first is predicted by what is before it."""

LIBRARIES = ("lightgbm", "numpy")


def train(given: pa.Table, days: Sequence[date], artefacts: Artefacts) -> pa.Table:
    """A row for each month, named by its first day; its model is kept.

    Raises BadInput for a month without a full season behind it, before any is trained.
    """
    parts = [given.filter(pc.less(given["game_date"], pa.scalar(month))) for month in days]
    for month, games in zip(days, parts, strict=True):
        _require_season(month, games)
    return pa.Table.from_pylist([_trained(month, games, artefacts) for month, games in zip(days, parts, strict=True)])


def _require_season(month: date, games: pa.Table) -> None:
    before = Window.season(season_year(month) - 1)
    day = games["game_date"]
    held = pc.sum(pc.and_(pc.greater_equal(day, pa.scalar(before.start)), pc.less_equal(day, pa.scalar(before.end))))
    if (found := held.as_py() or 0) < LEAST_GAMES:
        raise BadInput(
            f"no model of {month:%Y-%m}: no full season behind it, of {LEAST_GAMES:,} player-games with features"
            f" {FEATURE_VERSION} there are {found:,} in {season_label(before.start.year)}"
        )


def matrix(games: pa.Table, names: Sequence[str]) -> Floats:
    """The features of games, a column each, NaN where one is not known."""
    return np.column_stack([_numbers(games, feature_column(name)) for name in names])


def _numbers(games: pa.Table, name: str) -> Floats:
    return np.asarray(games[name].cast(pa.float64()).to_numpy(), dtype=np.float64)


def learnt(games: pa.Table, names: Sequence[str] = FEATURES) -> tuple[PointsModel, Unseen]:
    """The model of some games in order of time, and how the later ones of them were predicted unseen."""
    features, points = matrix(games, names), _numbers(games, "points")
    days = games["game_date"].to_numpy()
    # Between dates: players of one night are predicted by the nights before it.
    ends = [int(np.searchsorted(days, days[int(share * len(points))])) for share in PARTS]
    unseen = unseen_games(features, points, ends)
    return learn(features, points, names, FEATURE_VERSION, unseen), unseen


def _trained(month: date, games: pa.Table, artefacts: Artefacts) -> dict[str, Any]:
    model, unseen = learnt(games)
    text = model.as_text()
    days = pc.min_max(games["game_date"]).as_py()
    return {
        "month": month,
        "model_id": f"{SYSTEM}_points_{month:%Y-%m}",
        "trained_from": days["min"],
        "trained_to": days["max"],
        "dates_trained": pc.count_distinct(games["game_date"]).as_py(),
        "rows_trained": games.num_rows,
        "feature_version": FEATURE_VERSION,
        "features": list(model.features),
        "importance": model.importance,
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "seed": points_model.SEED,
        "hyper_parameters": json.dumps({"middle": points_model.MIDDLE, "spread": points_model.SPREAD}, sort_keys=True),
        **out_of_sample(games, unseen),
        "errors_behind": len(unseen.points),
        "artefact_sha256": artefacts.keep(text),
        "artefact_bytes": len(text.encode()),
    }


def out_of_sample(games: pa.Table, unseen: Unseen) -> dict[str, Any]:
    """How good such a model was on the last part of the games, by trees and a shape that knew those before it only."""
    days = games["game_date"].slice(games.num_rows - len(unseen.points))
    cut = int(np.searchsorted(days.to_numpy(), days.to_numpy()[int(len(unseen.points) * 2 / 3)]))
    known, last = unseen.part(slice(None, cut)), unseen.part(slice(cut, None))
    found = scores(last.points, outlook(known, last.features, last.middles).quantiles)
    return {
        "tested_from": days[cut].as_py(),
        "rows_tested": found.games,
        "mean_absolute_error": found.error,
        "pinball_loss": found.pinball,
        "within_50": found.within_50,
        "within_80": found.within_80,
        "reliability_levels": list(QUANTILES),
        "reliability_observed": list(found.below),
    }


def months(window: Window) -> Iterator[date]:
    """The first days of the months that some dates lie in."""
    month = window.start.replace(day=1)
    while month <= window.end:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)
