"""Linear regression with a penalty on squared weights: what one thing rises with, a feature at a time.

It stands beside the trees of the points model, which know every bend and are rough where games are few. Of numbers at
hand; which features and of what games is the model's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nba_assets.models.arrays import Floats

PENALTY = 300.0
"""Games whose squared error a standardised feature's squared weight counts like."""

FARTHEST = 4.0
"""Standard deviations: beyond them more of a feature says no more."""

DIGITS = 9
"""Decimals of a weight: engines of linear algebra differ in later ones."""


@dataclass(frozen=True)
class Linear:
    """A weight for each feature, in standard deviations from its mean; `usual` stands for one that is not known."""

    usual: list[float]
    means: list[float]
    deviations: list[float]
    weights: list[float]
    constant: float

    @classmethod
    def of(cls, features: Floats, wanted: Floats) -> Linear:
        """Ridge regression (Hoerl and Kennard, 1970), by the normal equations."""
        unknown = np.isnan(features).all(axis=0)
        usual = np.nanmedian(np.where(unknown, 0.0, features), axis=0)
        filled = np.where(np.isnan(features), usual, features)
        means, deviations = filled.mean(axis=0), filled.std(axis=0)
        deviations = np.where(deviations > 0, deviations, 1.0)
        given, constant = _standardised(filled, means, deviations), float(wanted.mean())
        centre = given.mean(axis=0)
        apart = given - centre
        squares = apart.T @ apart + PENALTY * np.eye(features.shape[1])
        weights = np.round(np.linalg.solve(squares, apart.T @ (wanted - constant)), DIGITS)
        constant = round(constant - float(centre @ weights), DIGITS)
        return cls(usual.tolist(), means.tolist(), deviations.tolist(), weights.tolist(), constant)

    def says(self, features: Floats) -> Floats:
        filled = np.where(np.isnan(features), np.array(self.usual), features)
        given = _standardised(filled, np.array(self.means), np.array(self.deviations))
        return np.asarray(given @ np.array(self.weights) + self.constant)


def _standardised(features: Floats, means: Floats, deviations: Floats) -> Floats:
    return np.asarray(np.clip((features - means) / deviations, -FARTHEST, FARTHEST))
