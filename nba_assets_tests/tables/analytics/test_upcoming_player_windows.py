"""Which games the averages of a player's context are of, and which they lack. The day is 20 November 2024."""

from __future__ import annotations

from nba_assets_tests.given import THE_DAY
from nba_assets_tests.rows import Row
from nba_assets_tests.tables.analytics.player_context import columns, on, played, slate, tatum


def finished(day: int) -> Row:
    """A row of `team_schedule`."""
    game = {name: played(day)[name] for name in ("game_id", "game_date", "season_year", "season_type", "team_abbr")}
    return THE_DAY | game | {"is_final": True}


def test_which_games_the_averages_are_of() -> None:
    """Eleven games, the first of another kind of season; a Cup final since is none of them."""
    games = [played(day, 10) for day in range(2, 12)] + [played(1, 21, season_type="play_in")]
    row = tatum(*games, played(15, 50, season_type="cup_final"))
    names = ("points_avg_season", "points_avg_regular_season", "last_game_date", "window_days")
    assert columns(row, *names) == (11, 10, on(11), 9)


def test_a_row_whose_averages_lack_a_game_is_no_gold_one() -> None:
    """He has ten games, and an eleventh was played; or it is only his team's or the opponent's that is missing."""
    games = [played(day) for day in range(1, 11)]
    named = ("games_missing", "team_games_missing", "opponent_games_missing", "quality_tier")

    def said(results: range, **counts: int) -> tuple:
        row = tatum(*games, results=[finished(day) for day in results], slate=slate(**counts))
        return (*columns(row, *named), "games_missing" in row["quality_issues"])

    none = {"team_games_missing": 0, "opponent_games_missing": 0}
    assert said(range(1, 11), **none) == (0, 0, 0, "gold", False)
    assert said(range(1, 12), **none) == (1, 0, 0, "silver", True)
    assert said(range(1, 11), **none | {"opponent_games_missing": 2}) == (0, 0, 2, "silver", True)
    of_league = [tatum(*games, slate=slate(**none, league_games_missing=count))["quality_issues"] for count in (0, 1)]
    assert ["league_games_missing" in issues for issues in of_league] == [False, True]
