"""What `v3` has beyond the 25: rates, whom a squad had of late, and what is left out by name."""

from __future__ import annotations

import pytest

from nba_assets.basketball.features import v2, v3
from nba_assets_tests.given import TODAY, ago, played
from nba_assets_tests.rows import one, values_of
from nba_assets_tests.tables.precompute.features import GAMES, context, rows_with

NAMES = v3.VERSION.names


def test_it_begins_with_the_25_and_ends_with_availability() -> None:
    assert NAMES[:25] == v2.VERSION.names
    assert v3.VERSION.availability == ("usage_spike_score", "injury_risk", *NAMES[-6:])
    assert not [name for name in NAMES if "line" in name]
    assert all(feature.meaning for feature in v3.VERSION.features[25:])


def test_a_rate_of_few_minutes_is_drawn_towards_a_usual_scorers() -> None:
    """60 points in 100 minutes beside 45 in another 100; of none at all, a usual scorer's."""
    found = values_of(v3.shrunken_rate, "int64 int64", (60, 6000), (0, 0), (None, 6000))
    assert found == [pytest.approx(0.525), pytest.approx(0.45), None]
    assert values_of(v3.per_minute, "int64 int64", (30, 3600), (30, 0)) == [0.5, None]


def test_squads_are_of_those_who_played() -> None:
    """He played six games of 30 minutes and 10 to 30 points; beside him in the first four, and not since, one of 20
    minutes and 10 points, who is there tonight. Tonight's own game is not seen."""
    hart = [played(days, 10, "hart", seconds_played=1200) for days in (3, 4, 5, 6)]
    tonight = [played(0, 99, who, seconds_played=2800) for who in ("brunson", "hart")]
    rows = rows_with("v3", context=[context(), context("hart")], players=[*GAMES, *hart, *tonight])
    row = one(rows, player_lookup="brunson")
    found = dict(zip(row["feature_names"], row["features"], strict=True))
    assert row["game_date"] == TODAY == ago(0)["game_date"]
    assert [found[name] for name in ("squad_minutes", "squad_players", "squad_minutes_tonight")] == [30, 1, 50]
    assert found["his_squads_minutes"] == pytest.approx((2 * 30 + 4 * 50) / 6)
    assert found["squad_points_tonight"] == pytest.approx(133 / 6 + 10, abs=1e-6)
    assert (found["points_last_game"], found["minutes_last_game"], found["points_avg_last_3"]) == (30, 30, 27)
