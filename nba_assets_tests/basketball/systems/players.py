"""Three players before a game, as the rule-based systems see them; what is worked out by hand is of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import ibis
import ibis.expr.types as ir

from nba_assets_tests.rows import Query, Row

COLUMNS = (
    *("points_avg_last_5", "points_avg_last_10", "points_avg_season", "fatigue_score", "shot_zone_mismatch_score"),
    *("pace_score", "usage_spike_score", "opponent_def_rating", "home_away", "back_to_back", "pct_paint"),
    *("pct_mid_range", "pct_three", "pct_free_throw", "minutes_avg_last_10", "usage_rate_last_10"),
)

FRESH: Row = dict(zip(COLUMNS, (20, 18, 16, 80, 2, -1, 1, 115, 1, 0, 0.45, 0.15, 0.40, 0.20, 37, 30), strict=True))
"""At home, rested, against a weak defence."""

TIRED: Row = dict(zip(COLUMNS, (10, 12, 11, 40, -3, 2, 0, 105, 0, 1, 0.3, 0.25, 0.45, 0.2, 30, 20), strict=True))
"""Away, on a back-to-back, against a strong defence."""

STAR: Row = dict(zip(COLUMNS, (24, 22, 20, 95, 0, 1, 3, 121, 1, 0, 0.8, 0, 0.2, 0.1, None, None), strict=True))
"""At home against the weakest defence; nobody knows his minutes or usage."""


def points_of(system: Callable[[ir.Table], ir.Value], players: Iterable[Row]) -> list[float]:
    """What a system expects of each."""
    rows = _query(system)(t=[{"nth": n, **player} for n, player in enumerate(players)])
    return [row["points"] for row in rows]


@cache
def _query(system: Callable[[ir.Table], ir.Value]) -> Query:
    schema = ibis.schema({"nth": "int64", **dict.fromkeys(COLUMNS, "float64")})
    return Query(lambda t: t.select("nth", points=system(t)).order_by("nth"), {"t": schema})
