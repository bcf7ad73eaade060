"""Games alike: which count, how much, and that each is known by what stood before it."""

from __future__ import annotations

from typing import Any

import ibis
import pytest

from nba_assets.basketball.systems import similarity
from nba_assets_tests.given import TODAY, ago
from nba_assets_tests.rows import Query, Row

FLOATS = (
    *("points_avg_last_5", "points_avg_season", "opponent_def_rating", "home_away", "fatigue_score"),
    *("shot_zone_mismatch_score", "pace_score", "usage_spike_score"),
)
SCHEMA = ibis.schema(
    {
        **dict.fromkeys(("player_lookup", "game_id", "season_type"), "string"),
        **dict.fromkeys(("season_year", "days_rest", "points"), "int64"),
        "game_date": "date",
        **dict.fromkeys(FLOATS, "float64"),
    }
)
FOUND = Query(similarity.points, {"rows": SCHEMA})


def game(days: int, points: int | None = None, rating: float = 112, rest: int | None = 1, **more: Any) -> Row:
    """A game at home against an average defence after one day of rest, in usual form."""
    form = {"points_avg_last_5": 15.0, "points_avg_season": 15.0, "home_away": 1.0}
    load = {"fatigue_score": 70.0, "shot_zone_mismatch_score": 0.0, "pace_score": 0.0, "usage_spike_score": 0.0}
    his = {"player_lookup": "brunson", "points": points, "opponent_def_rating": rating, "days_rest": rest}
    return ago(days) | form | load | his | more


def expected(*rows: Row) -> float | None:
    """Of the game on the day."""
    return next((row["points_alike"] for row in FOUND(rows=rows) if row["game_date"] == TODAY), None)


FIVE = [
    game(1, 20),  # 100: the same in everything
    game(2, 30, rating=118),  # 80: a weak defence is next to an average one
    game(3, 10, rest=5),  # 70: two steps of rest apart
    game(4, 24, rest=2, points_avg_last_5=18.0),  # 75: a step of rest, and in good form
    game(5, 16, home_away=0.0),  # 85: away
]


def test_weighted_by_how_alike_they_are() -> None:
    """(2000 + 2400 + 700 + 1800 + 1360) / 410, and 0.8 for home. The sixth, 65 alike, does not count."""
    assert expected(game(0), *FIVE, game(6, 60, rating=105, home_away=0.0)) == pytest.approx(8260 / 410 + 0.8)


def test_a_cup_final_is_no_game_of_the_season() -> None:
    final = game(6, 60, season_type="cup_final")
    assert expected(game(0), *FIVE, final) == expected(game(0), *FIVE)
    assert expected(game(0), *FIVE[1:], final) is None


def test_a_defence_is_strong_below_110_and_weak_from_115_on() -> None:
    """All but the defence is the same: next to it 80, two away 60."""

    def counts(rating: float, past: float) -> bool:
        return expected(game(0, rating=rating), *(game(days, 20, rating=past) for days in range(1, 6))) is not None

    pairs = [(109.9, 115), (109.9, 114.9), (110, 115)]
    assert [counts(*pair) for pair in pairs] == [False, True, True]


def test_steps_for_fatigue_match_up_and_venue() -> None:
    """0.15 + 0.4 - 0.4 + 0.8 - 0.5; away, the games at home are less alike."""
    load = {"fatigue_score": 80.0, "shot_zone_mismatch_score": 1.0, "pace_score": -0.5, "usage_spike_score": 1.0}
    away = [game(days, 20, home_away=0.0) for days in range(1, 6)]
    assert expected(game(0, home_away=0.0, **load), *away) == pytest.approx(20 + 0.45)


def test_five_games_it_takes() -> None:
    assert expected(game(0), *FIVE[:4]) is None


def test_the_twenty_most_alike_and_of_equals_the_latest() -> None:
    games = [game(days, 10 if days <= 20 else 40) for days in range(1, 26)]
    assert expected(game(0), *games) == pytest.approx(10.8)


def test_a_game_counts_by_the_opponent_as_it_stood_then_wherever_it_was_played() -> None:
    """An elite defence away was never alike in the reference, which took every past game for one at home."""
    elite = {"rating": 105, "home_away": 0.0}
    assert expected(game(0, **elite), *(game(days, 12, **elite) for days in range(1, 6))) == pytest.approx(11.5)


def test_later_games_and_other_seasons_do_not_count() -> None:
    others = [game(-days, 50) for days in range(5)] + [game(days, 50, season_year=2023) for days in range(1, 9)]
    assert expected(game(0), *FIVE, *others[1:]) == expected(game(0), *FIVE)


def test_first_games_of_a_season_have_no_rest_to_compare() -> None:
    assert expected(game(0, rest=None), *FIVE) is None
