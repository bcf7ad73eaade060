"""What `v3` has beyond the 25: rates, whom a squad had of late, and what is left out by name."""

from __future__ import annotations

import pytest

from nba_assets.basketball.features import v2, v3
from nba_assets_tests.given import TODAY, ago, night, played
from nba_assets_tests.rows import one, values_of
from nba_assets_tests.tables.precompute.features import GAMES, context, rows_with

NAMES = v3.VERSION.names


def test_it_begins_with_the_25_and_ends_with_availability() -> None:
    assert NAMES[:25] == v2.VERSION.names
    assert v3.VERSION.availability == ("usage_spike_score", "injury_risk", *NAMES[-6:])
    assert not [name for name in NAMES if "line" in name]
    assert all(feature.meaning for feature in v3.VERSION.features[25:])


def test_what_stands_for_the_unknown() -> None:
    minutes, game, load = [*[18] * 7, 6, 0.5, 0.5, 0.5, 0, 26], [113, 226, 0, 6, 99, 113, 0, 0, 0, 0.25], [1, 1, 0, 60]
    rates = [8, 8, 8, 0.45, 0.45, 0.43, 0.43, 0.08, 0.15, 0.56, 0.56, 65, 18, 18, 0.57, 0.35]
    squads = [220, 105, 10, 220, 105, 0, 0, 0, 0, 0, 260, 120, 18, 0, 0, 0]
    assert [feature.default for feature in v3.VERSION.features[25:]] == [
        *minutes,
        *rates,
        *game,
        *load,
        400,
        0,
        *squads,
    ]


def test_windows_end_where_they_say() -> None:
    """Ten games of 300 minutes and 200 points, and two of 80 and 80 before them."""
    seconds, points = [600, 1200, 1800, 2400, 3000, *[1800] * 5, 2400, 2400], [10, 20, 30, *[20] * 7, 40, 40]
    games = []
    for n in range(12):
        shots = {"fg_attempts": 15, "ft_attempts": 4, "three_pt_attempts": 5}
        if n >= 10:
            shots = {"fg_attempts": 30, "ft_attempts": 10, "three_pt_attempts": 12}
        games.append(played(n + 1, points[n], seconds_played=seconds[n], starter_flag=n in (1, 2, 5), **shots))
    row = one(rows_with("v3", players=games), player_lookup="brunson")
    found = dict(zip(row["feature_names"], row["features"], strict=True))
    expected = {
        "minutes_last_game": 10,
        "minutes_avg_last_2": 15,
        "minutes_avg_last_3": 20,
        "minutes_avg_last_5": 30,
        "minutes_avg_last_10": 30,
        "minutes_avg_season": 380 / 12,
        "started_last_game": 0,
        "starts_last_5": 0.4,
        "starts_season": 0.25,
        "points_last_game": 10,
        "points_avg_last_3": 20,
        "points_avg_last_20": 280 / 12,
        "points_per_minute_season": 325 / 480,
        "points_per_minute_last_10": 200 / 300,
        "shots_per_minute_season": (210 + 0.44 * 60) / 380,
        "shots_per_minute_last_10": (150 + 0.44 * 40) / 300,
        "free_throws_per_minute_season": 60 / 380,
        "threes_per_minute_last_10": 50 / 300,
        "true_shooting_season": 280 / (2 * (210 + 0.44 * 60)),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-8)


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


def test_what_the_spread_says_of_his_team_stands_beside_the_usual_and_his_own() -> None:
    """On neutral ground, Boston was even with an even Philadelphia. New York was favoured by 6 over Boston twice, the
    second time over a Boston that was 2 under on average; he played then. Tonight it is by 1."""
    neutral = {"neutral_site": True}
    even = [*night(9, 0.0, "PHI", "LAL", **neutral), *night(8, 0.0, "PHI", "LAL", **neutral)]
    boston = [*night(7, 0.0, "BOS", "PHI", **neutral), *night(6, 0.0, "BOS", "PHI", **neutral)]
    usual = [*night(5, -6.0, "NYK", "BOS", **neutral), *night(3, -6.0, "NYK", "BOS", **neutral)]
    tonight = night(0, -1.0, "NYK", "BOS", **neutral | {"game_id": ago(0)["game_id"]})
    rows = rows_with("v3", team_context=[*even, *boston, *usual, *tonight], players=[played(3, game_id="3_BOS_NYK")])
    row = one(rows, player_lookup="brunson")
    found = dict(zip(row["feature_names"], row["features"], strict=True))
    strengths = [found[name] for name in NAMES if name.startswith("priced_strength")]
    assert strengths == [1, (6 + 6 - 2) / 2, 0, 1 - 5, 1 - 6]
