"""Games that were never played, with two features of which one says something: for tests of models."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from nba_assets.basketball.trained import FEATURES, feature_column

KNOWN = "points_avg_season"


def games(count: int, first: date, days: int) -> pa.Table:
    """Games in order of time, as training is given them: points lie around his average, the wider the more it is."""
    draw = np.random.default_rng(3)
    average = np.round(draw.gamma(2.5, 4.0, count), 2)
    points = np.maximum(0, np.round(average + draw.normal(0, 1.5 + average / 4)))
    columns: dict[str, Any] = {feature_column(name): np.zeros(count) for name in FEATURES}
    columns[feature_column(KNOWN)] = average
    dates = [first + timedelta(days=n * days // count) for n in range(count)]
    return pa.table({"game_date": dates, "points": points.astype(np.int64), **columns})
