"""What a player's context says of tonight's lines: his own, his record against it, and his game's."""

from __future__ import annotations

from typing import Any

import pytest

from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets_tests.given import eastern
from nba_assets_tests.rows import broken_of
from nba_assets_tests.tables.analytics.player_context import (
    GAME_ID,
    columns,
    lined,
    on,
    played,
    slate,
    tatum,
)

STREAKS = ("prop_over_streak", "prop_under_streak")


@pytest.mark.parametrize(
    ("points", "streaks"),
    [
        ([30, 10, 21, 25], (2, 0)),
        ([30, 10, 21, 20, 25], (2, 0)),
        ([10, 20, 30, 20], (1, 0)),
        ([30, 19, 18], (0, 2)),
        ([20, 20], (0, 0)),
        ([25, 26, 27], (3, 0)),
        ([], (0, 0)),
    ],
)
def test_prop_streaks_stand_against_todays_line(points: list[int], streaks: tuple[int, int]) -> None:
    """Oldest first; a game equal to the line is skipped and does not end the streak."""
    games = [played(n, p) for n, p in enumerate(points, start=1)]
    assert columns(tatum(*games, prop_lines=lined()), *STREAKS) == streaks


SHARES = ("over_line_share_last_10", "over_line_share_last_20", "over_line_share_season")


def test_the_share_of_games_over_todays_line() -> None:
    """Two at the line are games and not over it; with 24 games the last ten and twenty leave the oldest out."""
    three = tatum(played(1, 30), played(3, 20), played(5, 10), prop_lines=lined())
    assert columns(three, *SHARES) == (0.333, 0.333, 0.333)
    points = [30] * 4 + [10] * 10 + [20] * 2 + [25] * 8
    many = tatum(*[played(n - 10, p) for n, p in enumerate(points)], prop_lines=lined())
    assert columns(many, *SHARES) == (0.8, 0.4, 0.5)
    assert columns(many, "l10_games_used", "l20_games_used", "games_played_season") == (10, 20, 24)


def test_without_a_line_or_a_game_no_share_is_known() -> None:
    assert columns(tatum(played(1, 30)), *SHARES) == (None,) * 3
    assert columns(tatum(prop_lines=lined()), *SHARES) == (None,) * 3
    final = played(1, 30, season_type="cup_final")
    assert columns(tatum(final, played(2, 0, minutes=0), prop_lines=lined()), *SHARES) == (None,) * 3


def test_the_points_line() -> None:
    names = ("current_points_line", "opening_points_line", "line_movement", "current_points_line_source")
    assert columns(tatum(prop_lines=lined()), "has_prop_line", *names) == (True, 20.0, 18.5, 1.5, "fanduel")
    once = tatum(prop_lines=lined(movement=None))
    assert columns(once, "opening_points_line", "opening_points_line_source", "line_movement") == (
        20.0,
        "fanduel",
        None,
    )
    without = tatum(played(19))
    assert columns(without, *names, *STREAKS) == (None,) * 6


def test_prices_and_the_other_books() -> None:
    row = tatum(prop_lines=lined())
    prices = ("points_line_over_price", "points_line_under_price", "points_line_over_probability")
    assert columns(row, *prices) == (-120, 100, 0.5217)
    assert columns(row, "points_line_books", "points_line_lowest", "points_line_highest") == (4, 19.0, 20.5)
    assert columns(row, "points_line_seen_at", "points_line_age_minutes") == (eastern(on(20), 18), 75)


def test_whether_he_has_a_line_is_unknown_where_no_feed_covers_the_date() -> None:
    assert tatum()["has_prop_line"] is None
    assert tatum(games_with_props=[{"game_id": GAME_ID}])["has_prop_line"] is False
    assert tatum(games_with_props=[{"game_id": "20241120_PHI_LAL"}])["has_prop_line"] is None
    assert tatum(games_with_props=[{"game_id": GAME_ID}], prop_lines=lined())["has_prop_line"] is True


def test_spread_and_total_are_his_teams() -> None:
    teams = {
        "game_spread": -5.5,
        "opening_spread": -4.0,
        "spread_movement": -1.5,
        "game_spread_source": "betmgm",
        "game_total": 221.0,
        "total_movement": None,
        "game_total_source": "fanduel",
        "implied_team_total": 113.25,
    }
    row = tatum(slate=slate(**teams))
    assert columns(row, *teams) == tuple(teams.values())
    assert [issue for issue in row["quality_issues"] if "game" in issue] == []
    missing = ["missing_game_spread", "missing_game_total"]
    assert [issue for issue in tatum()["quality_issues"] if "game" in issue] == missing

    def broken(**other: Any) -> int:
        return len(broken_of(upcoming_player_game_context, "one_line_a_game", [row | other], slate=slate(**teams)))

    assert (broken(), broken(game_spread=-6.0), broken(game_total=None)) == (0, 1, 1)
