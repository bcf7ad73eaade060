"""What a team's context says of both teams' form: pace and ratings, of which games, and the opponent's back-to-back."""

from __future__ import annotations

from typing import Any

import pytest

from nba_assets_tests.rows import Row, told
from nba_assets_tests.tables.analytics.team_context import TODAY, boston, columns, g, on, rows_on


def form(day: int, team: str, pace: float | None, off: float, against: float, **more: Any) -> tuple[Row, Row]:
    """A game's rows of the two summaries, of the team that had the ball and of the same team defending."""
    game = {"game_id": f"{on(day):%Y%m%d}_{team}", "game_date": on(day), "season_year": 2024, "season_type": "regular"}
    game |= more
    shots = {"opp_ft_attempts": 20, "opp_fg_attempts": 80}
    return (
        game | {"team_abbr": team, "pace": pace, "offensive_rating": off},
        game | {"defending_team_abbr": team, "defensive_rating": against} | shots,
    )


def with_form(*games: tuple[Row, Row]) -> dict[str, Any]:
    """Boston's row, after those games."""
    return boston(20, TODAY, offense=[game[0] for game in games], defense=[game[1] for game in games])


PACE, RATINGS = ("pace_last_10", "pace_season"), ("off_rating_last_10", "off_rating_season", "def_rating_last_10")


def own(*names: str) -> tuple[str, ...]:
    return tuple(f"team_{name}" for name in names)


def theirs(*names: str) -> tuple[str, ...]:
    return tuple(f"opponent_{name}" for name in names)


def test_form_of_both_teams() -> None:
    """Boston has twelve games, the two oldest quicker; the season's mean has all of them and the last ten's has not."""
    boston_games = [form(n, "BOS", 100.0 + 12 * (n < 3), 110.0 + n, 108.0) for n in range(1, 13)]
    row = with_form(*boston_games, form(3, "NYK", 96.0, 112.5, 111.0), form(5, "NYK", 97.0, 110.5, 112.0))
    assert columns(row, *own(*PACE), *own(*RATINGS)) == (100.0, 102.0, 117.5, 116.5, 108.0)
    assert columns(row, *theirs(*PACE), *theirs(*RATINGS)) == (96.5, 96.5, 111.5, 111.5, 111.5)
    assert columns(row, "opponent_def_rating_season", "opponent_ft_rate_allowed") == (111.5, 0.25)
    assert columns(row, "pace_differential", *own("games_played_season"), *theirs("games_played_season")) == (
        3.5,
        12,
        2,
    )


def test_a_difference_that_is_half_of_a_last_digit_is_rounded_up() -> None:
    """90 - 83.65 = 6.35, of doubles a hair less."""
    games = [form(8, "BOS", 90.0, 110.0, 108.0), form(8, "NYK", 83.6, 110.0, 108.0), form(9, "NYK", 83.7, 110.0, 108.0)]
    row = with_form(*games)
    assert columns(row, "pace_differential") == (6.4,)


def test_form_is_of_before_today_this_season_and_of_no_cup_final() -> None:
    other = [form(20, "BOS", 90.0, 90.0, 90.0), form(9, "BOS", 90.0, 90.0, 90.0, season_year=2023)]
    final = form(10, "BOS", 90.0, 90.0, 90.0, season_type="cup_final")
    row = with_form(*other, final, form(8, "BOS", 101.0, 115.0, 109.0))
    assert columns(row, *own(*PACE), *own(*RATINGS), *own("games_played_season")) == (101, 101, 115, 115, 109, 1)
    assert columns(row, *theirs(*PACE), "pace_differential", *theirs("games_played_season")) == (None, None, None, 0)


def test_a_game_of_unknown_pace_is_left_out_of_its_mean() -> None:
    games = [form(8, "BOS", 101.0, 115.0, 109.0), form(9, "BOS", None, 117.0, 109.0)]
    assert columns(with_form(*games), *own(*PACE), *own(*RATINGS[:1])) == (101.0, 101.0, 116.0)


def test_a_finished_game_without_a_summary_is_missing_of_both_rows() -> None:
    """Of Boston's row as its own, of New York's as the opponent's."""
    game, rows = g(8, "PHI", "BOS", (100, 90)), form(8, "BOS", 101.0, 115.0, 109.0, game_id="20241108_PHI_BOS")
    offense, defense = [rows[0]], [rows[1]]
    found = rows_on(20, game, TODAY, offense=offense)
    names = ("team_abbr", "team_games_missing", "opponent_games_missing")
    assert told(found, *names) == [("BOS", 1, 0), ("NYK", 0, 1)]
    assert all({"games_missing", "league_games_missing"} <= {*row["quality_issues"]} for row in found)
    whole = rows_on(20, game, TODAY, offense=offense, defense=defense)
    assert not [row for row in whole if "games_missing" in row["quality_issues"]]
    others = form(8, "PHI", 101.0, 109.0, 115.0, game_id="20241108_PHI_BOS")
    of_both = rows_on(20, game, TODAY, offense=[*offense, others[0]], defense=[*defense, others[1]])
    said = [["league_games_missing" in row["quality_issues"] for row in rows] for rows in (whole, of_both)]
    assert said == [[True, True], [False, False]]


def test_the_opponents_back_to_back() -> None:
    assert boston(20, g(19, "PHI", "NYK"), TODAY)["opponent_back_to_back"] is True
    assert boston(20, g(19, "PHI", "BOS"), TODAY)["opponent_back_to_back"] is False
    assert boston(20, TODAY)["opponent_back_to_back"] is False


def test_the_pace_to_expect() -> None:
    """Each team's season is so far off the league's: the game is off by both. Of last ten games it is 1.5 faster."""
    games = [form(n, "BOS", 96.0 + 12 * (n < 3), 110.0, 108.0) for n in range(1, 13)]
    games += [form(3, "NYK", 100.5, 112.5, 111.0), form(3, "PHI", 101.0, 112.5, 111.0)]
    row = with_form(*games, form(20, "PHI", 140.0, 112.5, 111.0), form(9, "PHI", 140.0, 90, 90, season_year=2023))
    league = (12 * 98 + 100.5 + 101) / 14
    assert row["league_pace_season"] == pytest.approx(league, abs=0.05)
    assert row["expected_game_pace"] == pytest.approx(98 + 100.5 - league, abs=0.05)
    assert row["expected_pace_change"] == pytest.approx(98 + 100.5 - league - 96, abs=0.05)
    unknown = with_form(form(8, "BOS", 101.0, 115.0, 109.0))
    assert columns(unknown, "league_pace_season", "expected_game_pace", "expected_pace_change") == (101, None, None)
