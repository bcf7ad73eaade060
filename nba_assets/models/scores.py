"""Scores of a distribution against what happened: errors, intervals, pinball loss, and what each quantile held.

Of numbers at hand, for a model's own row and for the table of accuracy. What is stored of a graded prediction is the
tables' business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nba_assets.basketball.forecast import QUANTILES
from nba_assets.models.arrays import Floats

Q10, Q25, MEDIAN, Q75, Q90 = (QUANTILES.index(level) for level in (0.10, 0.25, 0.50, 0.75, 0.90))


@dataclass(frozen=True)
class Scores:
    """Of some games: how many, the mean absolute error of the median, the pinball loss over all quantiles, the shares
    of outcomes within the 50 % and 80 % intervals, and below each quantile."""

    games: int
    error: float
    pinball: float
    within_50: float
    within_80: float
    below: tuple[float, ...]


def scores(points: Floats, quantiles: Floats) -> Scores:
    """Raises ValueError where there is no game."""
    if not len(points):
        raise ValueError("no game to score")
    off = points[:, None] - quantiles
    levels = np.array(QUANTILES)
    return Scores(
        len(points),
        float(np.abs(off[:, MEDIAN]).mean()),
        float(np.maximum(levels * off, (levels - 1) * off).mean()),
        _share((points >= quantiles[:, Q25]) & (points <= quantiles[:, Q75])),
        _share((points >= quantiles[:, Q10]) & (points <= quantiles[:, Q90])),
        tuple(_share(points < quantiles[:, n]) for n in range(len(QUANTILES))),
    )


def _share(true: np.ndarray[Any, np.dtype[np.bool_]]) -> float:
    return float(true.mean())
