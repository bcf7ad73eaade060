"""The points model: boosted trees for the middle and the spread of a player's points, and what a spread means.

A middle, a typical distance from it, and how points lie around both for players who are expected to score alike: taken
from games that the trees had not seen. As text it is JSON around LightGBM's own format. Which games it learns from is
not said here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nba_assets.basketball.forecast import QUANTILES
from nba_assets.models.arrays import Floats
from nba_assets.models.linear import Linear

if TYPE_CHECKING:
    from lightgbm import Booster

SEED = 17
CORES = 2
COMMON: dict[str, Any] = {
    "num_leaves": 15,
    "min_data_in_leaf": 200,
    "learning_rate": 0.05,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
}
MIDDLE: dict[str, dict[str, Any]] = {
    "points": {**COMMON, "objective": "regression_l1", "trees": 300},
    "root": {**COMMON, "objective": "regression", "learning_rate": 0.04, "trees": 250},
    "count": {**COMMON, "objective": "poisson", "learning_rate": 0.04, "trees": 250},
    "root_slopes": {
        **COMMON,
        "objective": "regression",
        "learning_rate": 0.03,
        "trees": 250,
        "linear_tree": True,
        "linear_lambda": 50.0,
        "num_leaves": 8,
    },
}
"""How the trees of the middle are grown: of points, by absolute error; of their square root, whose noise is about as
wide for a star as for a reserve, by squared error; of points as of a count; and of roots by trees whose leaves hold a
line through what their branches asked of, not a number (Shi et al., 2019).

Beside them stands a line through all roots. Each errs in other places, and the middle is the mean of what they say, by
`COUNTS`; that it is no median exactly is for the shape to mend.
"""

COUNTS = {"points": 1, "root": 1, "count": 1, "root_slopes": 4}
"""How often each counts, where the line counts once: the slopes, the best by themselves, as much as all others."""

ROOTS = ("root", "root_slopes")
"""Those that learn square roots."""

LARGEST_ROOT = 8.0
"""Of points: a line, which has no end, is followed no further."""

SPREAD: dict[str, Any] = {**COMMON, "objective": "regression", "learning_rate": 0.03, "trees": 100}
"""How those of the mean distance from the middle are grown."""

_SAME_EVERY_TIME: dict[str, Any] = {
    "seed": SEED,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}

EDGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Players are put together by the middle expected of them, in these shares: smaller groups have too few games."""

LEAST_SPREAD = 0.3
"""Points: nobody is more certain."""


@dataclass(frozen=True)
class Shape:
    """How points lie around their middle, in spreads, for players by the middle expected of them.

    Of each group: the mean of its middles, and of the distances from them the quantiles, mean and standard deviation.
    Between groups it is interpolated.
    """

    centres: list[float]
    quantiles: list[list[float]]
    means: list[float]
    deviations: list[float]

    @classmethod
    def of(cls, middles: Floats, distances: Floats) -> Shape:
        group = np.searchsorted(np.quantile(middles, EDGES), middles)
        groups = [group == number for number in np.unique(group)]
        return cls(
            [float(middles[g].mean()) for g in groups],
            [[float(q) for q in np.quantile(distances[g], QUANTILES)] for g in groups],
            [float(distances[g].mean()) for g in groups],
            [float(distances[g].std()) for g in groups],
        )

    def at(self, middles: Floats) -> tuple[Floats, Floats, Floats]:
        """The quantiles, the mean and the standard deviation of the distances, for each of the middles."""
        columns = np.column_stack([np.array(self.quantiles), self.means, self.deviations])
        found = np.column_stack([np.interp(middles, self.centres, column) for column in columns.T])
        return found[:, : len(QUANTILES)], found[:, -2], found[:, -1]


@dataclass(frozen=True)
class Distribution:
    """What is expected of each of some games: mean, standard deviation, and quantiles in rising order."""

    mean: Floats
    deviation: Floats
    quantiles: Floats


@dataclass(frozen=True)
class Middle:
    """What says where the middle of a player's points lies: trees, as LightGBM's text, and a line through the roots."""

    trees: dict[str, str]
    line: Linear

    @classmethod
    def of(cls, features: Floats, points: Floats) -> Middle:
        """Trees side by side: LightGBM leaves Python's lock, and each keeps to one thread."""
        roots = np.sqrt(np.maximum(points, 0))
        with ThreadPoolExecutor(CORES) as together:
            jobs = {
                name: together.submit(grown, features, roots if name in ROOTS else points, settings)
                for name, settings in MIDDLE.items()
            }
            line = Linear.of(features, roots)
            return cls({name: job.result().model_to_string() for name, job in jobs.items()}, line)

    @cached_property
    def grown(self) -> dict[str, Booster]:
        from lightgbm import Booster

        # In one order: a mean of floats depends on it, and a file does not keep it.
        return {name: Booster(model_str=self.trees[name]) for name in sorted(self.trees)}

    def says(self, features: Floats) -> Floats:
        said = {name: _predicted(trees, features) for name, trees in self.grown.items()}
        said |= {name: _squared(said[name]) for name in ROOTS}
        counts = [*(COUNTS[name] for name in said), 1]
        every = [*said.values(), _squared(self.line.says(features))]
        return np.asarray(np.average(every, axis=0, weights=counts))


def _squared(roots: Floats) -> Floats:
    return np.asarray(np.clip(roots, 0, LARGEST_ROOT) ** 2)


@dataclass(frozen=True)
class PointsModel:
    """A trained model: what says the middle, the trees of the spread as text, and the shape of what is left."""

    feature_version: str
    features: tuple[str, ...]
    middle: Middle
    spread: str
    shape: Shape

    @cached_property
    def _spread(self) -> Booster:
        from lightgbm import Booster

        return Booster(model_str=self.spread)

    def expects(self, features: Floats) -> Distribution:
        """The points of games of which the features are known, NaN where one is not."""
        middles = self.middle.says(features)
        return distribution(middles, _spreads(self._spread, features, middles), self.shape)

    @property
    def importance(self) -> list[float]:
        """Of each feature, its share of what all of them gain in the trees of the middle, as those count."""
        gains = {name: trees.feature_importance("gain") for name, trees in self.middle.grown.items()}
        shares, counts = [gain / gain.sum() for gain in gains.values()], [COUNTS[name] for name in gains]
        return [float(share) for share in np.average(shares, axis=0, weights=counts)]

    def as_text(self) -> str:
        return json.dumps(asdict(self), indent=0, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> PointsModel:
        """Raises ValueError for what is no such model."""
        try:
            held = json.loads(text)
            middle = Middle(held["middle"]["trees"], Linear(**held["middle"]["line"]))
            held |= {"features": tuple(held["features"]), "middle": middle, "shape": Shape(**held["shape"])}
            return cls(**held)
        except (TypeError, KeyError, json.JSONDecodeError) as error:
            raise ValueError(str(error)) from None


def distribution(middles: Floats, spreads: Floats, shape: Shape) -> Distribution:
    """The points of players, from the middle and the spread of each and the shape of all: never below zero."""
    quantiles, mean, deviation = shape.at(middles)
    points = np.maximum(middles[:, None] + spreads[:, None] * quantiles, 0)
    return Distribution(
        np.maximum(middles + spreads * mean, 0), spreads * deviation, np.maximum.accumulate(points, axis=1)
    )


def learn(features: Floats, points: Floats, names: Sequence[str], version: str, unseen: Unseen) -> PointsModel:
    """The model of all games, with the shape that those had which were predicted unseen."""
    spread, shape = _around(unseen)
    return PointsModel(version, tuple(names), Middle.of(features, points), spread.model_to_string(), shape)


def outlook(known: Unseen, features: Floats, middles: Floats) -> Distribution:
    """What would have been expected of games around their middles by a spread and a shape of the known ones alone."""
    spread, shape = _around(known)
    return distribution(middles, _spreads(spread, features, middles), shape)


def _around(unseen: Unseen) -> tuple[Booster, Shape]:
    """The trees of the spread, and the shape of what is left of games by such trees as had not seen them."""
    given, off = _with(unseen.features, unseen.middles), np.abs(unseen.off)
    return grown(given, off, SPREAD), Shape.of(unseen.middles, unseen.off / _unseen_spreads(given, off))


@dataclass(frozen=True)
class Unseen:
    """Games as they were predicted by trees that had learnt from those before them only; in order of time."""

    features: Floats
    middles: Floats
    points: Floats

    @property
    def off(self) -> Floats:
        return self.points - self.middles

    def part(self, chosen: slice) -> Unseen:
        return Unseen(self.features[chosen], self.middles[chosen], self.points[chosen])


SPREAD_PARTS = 5


def unseen_games(features: Floats, points: Floats, ends: Sequence[int]) -> Unseen:
    """The games from the first of `ends` on: each part predicted by trees of all games before it."""
    parts = list(zip(ends, [*ends[1:], len(points)], strict=True))
    middles = np.concatenate(
        [Middle.of(features[:end], points[:end]).says(features[end:until]) for end, until in parts]
    )
    return Unseen(features[ends[0] :], middles, points[ends[0] :])


def _unseen_spreads(given: Floats, off: Floats) -> Floats:
    """Of each of some games, by trees of the others: a fifth of them at a time."""
    spreads, turn = np.zeros(len(off)), np.arange(len(off)) % SPREAD_PARTS
    for number in range(SPREAD_PARTS):
        trees = grown(given[turn != number], off[turn != number], SPREAD)
        spreads[turn == number] = _predicted(trees, given[turn == number])
    return np.maximum(spreads, LEAST_SPREAD)


def grown(features: Floats, wanted: Floats, settings: dict[str, Any]) -> Booster:
    """Trees that learn what is wanted: on one thread, from one seed, so the same each time."""
    import lightgbm

    rest = {name: value for name, value in settings.items() if name != "trees"}
    return lightgbm.train({**rest, **_SAME_EVERY_TIME}, lightgbm.Dataset(features, wanted), settings["trees"])


def _predicted(trees: Booster, features: Floats) -> Floats:
    return np.asarray(trees.predict(features, num_threads=1), dtype=np.float64)


def _spreads(trees: Booster, features: Floats, middles: Floats) -> Floats:
    return np.maximum(_predicted(trees, _with(features, middles)), LEAST_SPREAD)


def _with(features: Floats, middles: Floats) -> Floats:
    return np.column_stack([features, middles])
