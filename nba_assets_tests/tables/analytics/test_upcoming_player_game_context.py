"""What is known of a player before his game. The day is 20 November 2024, Boston at New York; the player is Tatum.

His games are written as `played(day of November, points)`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets_tests.rows import Row, one, rows_of, told

GAME_ID = "20241120_BOS_NYK"
TODAY = {"game_date": date(2024, 11, 20), "season_year": 2024}


def on(day: int) -> date:
    return date(2024, 10, 31) + timedelta(days=day)


def slate(**boston: Any) -> list[Row]:
    """The two rows of `upcoming_team_game_context`."""
    game = TODAY | {"game_id": GAME_ID, "season_type": "regular", "season_phase": "early", "neutral_site": False}
    return [
        game | {"team_abbr": "BOS", "opponent_team_abbr": "NYK", "home_game": False} | boston,
        game | {"team_abbr": "NYK", "opponent_team_abbr": "BOS", "home_game": True},
    ]


def on_roster(player: str, team: str = "BOS", **more: Any) -> Row:
    """A row of `rosters`."""
    who = {"team_abbr": team, "player_lookup": player, "universal_player_id": f"{player}_001"}
    return TODAY | who | {"since": on(1)} | more


def played(day: int, points: int = 20, player: str = "tatum", minutes: float = 36.0, **more: Any) -> Row:
    """A row of `player_game_summary`."""
    return {
        "player_lookup": player,
        "game_id": f"{on(day):%Y%m%d}_PHI_BOS",
        "game_date": on(day),
        "season_year": 2024,
        "season_type": "regular",
        "team_abbr": "BOS",
        "points": points,
        "seconds_played": round(60 * minutes),
        "minutes_played": minutes,
    } | more


def rows_with(*players: Row, **inputs: list[Row]) -> list[dict[str, Any]]:
    given = {"slate": slate(), "rosters": [on_roster("tatum")], "players": list(players)}
    return rows_of(upcoming_player_game_context, **given | inputs)


def tatum(*players: Row, **inputs: list[Row]) -> dict[str, Any]:
    return one(rows_with(*players, **inputs), player_lookup="tatum")


def columns(row: Row, *names: str) -> tuple:
    return tuple(row[name] for name in names)


def status(player: str, said: str, team: str = "BOS") -> Row:
    return {
        "game_id": GAME_ID,
        "game_date": on(20),
        "team_abbr": team,
        "player_lookup": player,
        "player_status": said,
        "injury_report": "Knee",
    }


def test_everybody_on_the_roster_but_who_is_out() -> None:
    """Whom his team plans without but may play, stays and is marked."""
    rows = rows_with(
        rosters=[on_roster(player) for player in ("tatum", "brown", "white")] + [on_roster("hart", "NYK")],
        availability=[status("brown", "out"), status("white", "doubtful")],
    )
    assert told(rows, "player_lookup", "team_abbr", "opponent_team_abbr", "home_game", "player_status") == [
        ("hart", "NYK", "BOS", True, None),
        ("tatum", "BOS", "NYK", False, None),
        ("white", "BOS", "NYK", False, "doubtful"),
    ]


def test_before_his_first_game_nothing_is_known_of_him() -> None:
    row = tatum()
    unknown = ("days_rest", "days_rest_before_last_game", "days_since_2_plus_days_rest", "points_avg_last_5")
    more = ("avg_minutes_per_game_last_7", "avg_usage_rate_last_7_games", "fourth_quarter_minutes_last_7")
    assert columns(row, *unknown, *more) == (None,) * 7
    zeros = ("games_in_last_7_days", "minutes_in_last_14_days", "back_to_backs_last_14_days", "l10_games_used")
    assert columns(row, "back_to_back", *zeros) == (False, 0, 0, 0, 0)
    assert columns(row, "l5_sample_quality", "quality_tier") == ("insufficient", "bronze")
    assert "thin_sample" in row["quality_issues"]


REST = ("days_rest", "back_to_back", "days_rest_before_last_game", "days_since_2_plus_days_rest")


def test_rest() -> None:
    """Two whole days off are a gap of three dates; yesterday's game is no day of rest (U1, U11)."""
    assert columns(tatum(played(19)), *REST) == (0, True, None, None)
    assert columns(tatum(played(15), played(18)), *REST) == (1, False, 2, 2)
    assert columns(tatum(played(10), played(13), played(15), played(16)), *REST) == (3, False, 0, 7)
    assert columns(tatum(played(14), played(16)), *REST) == (3, False, 1, None)


def test_a_game_without_a_minute_is_none() -> None:
    sat_out = played(19, 0, minutes=0)
    row = tatum(played(14), played(15), sat_out, played(18, minutes=0))
    assert columns(row, *REST, "games_in_last_7_days", "points_avg_last_5") == (4, False, 0, None, 2, 20)


def test_load_of_the_last_dates_includes_both_ends() -> None:
    """D-7 and D-14 count, D-15 does not; minutes are cut to whole ones, after they are added up."""
    games = [played(day, minutes=30.6) for day in (5, 6, 12, 13, 14, 19)]
    row = tatum(*games)
    assert columns(row, "games_in_last_7_days", "games_in_last_14_days") == (3, 5)
    assert columns(row, "minutes_in_last_7_days", "minutes_in_last_14_days") == (91, 153)
    assert columns(row, "avg_minutes_per_game_last_7", "back_to_backs_last_14_days") == (30.6, 2)


def test_a_back_to_back_lies_whole_in_the_fourteen_dates() -> None:
    assert tatum(played(5), played(6), played(7))["back_to_backs_last_14_days"] == 1


def test_form_is_of_games_not_of_days() -> None:
    points = [10, 20, 30, 40, 50, 60]
    row = tatum(*[played(3 * n - 14, p) for n, p in enumerate(points)])
    assert columns(row, "points_avg_last_5", "l5_games_used", "l5_sample_quality") == (40, 5, "excellent")
    assert columns(row, "points_avg_last_10", "l10_games_used", "l10_sample_quality") == (35, 6, "limited")
    assert row["quality_tier"] == "silver"


def test_the_cup_final_is_work_but_no_form() -> None:
    row = tatum(played(15, 20), played(19, 50, season_type="cup_final"))
    assert columns(row, "days_rest", "games_in_last_7_days", "points_avg_last_5", "l5_games_used") == (0, 2, 20, 1)


def test_last_season_is_forgotten() -> None:
    row = tatum(played(19, season_year=2023))
    assert columns(row, "days_rest", "games_in_last_7_days", "points_avg_last_5") == (None, 0, None)


def test_usage_and_shooting_form() -> None:
    """Usage of seven games; the eFG of the season, 10 of 20, less that of the last five, 1 of 10."""
    old = [played(n, usage_rate=10.0, fg_makes=9, three_pt_makes=0, fg_attempts=10) for n in (1, 2, 3)]
    new = [played(n, usage_rate=24.0, fg_makes=0, three_pt_makes=0, fg_attempts=2) for n in (5, 6, 7, 8)]
    new += [played(9, usage_rate=24.0, fg_makes=2, three_pt_makes=2, fg_attempts=2)]
    row = tatum(*old, *new)
    assert row["avg_usage_rate_last_7_games"] == pytest.approx((2 * 10 + 5 * 24) / 7, abs=0.005)
    assert row["shooting_pct_decline_last_5"] == pytest.approx((27 + 2 + 1) / 40 - 3 / 10)


def test_late_minutes_are_of_the_last_seven_games_with_line_ups() -> None:
    covered = [played(n, fourth_quarter_minutes=8.2, clutch_minutes=1.5, fourth_quarter_points=6) for n in range(1, 9)]
    uncovered = [played(10, fourth_quarter_points=None), played(12, fourth_quarter_points=0)]
    row = tatum(*covered, *uncovered)
    assert columns(row, "fourth_quarter_minutes_last_7", "clutch_minutes_last_7_games") == (57, 11)
    assert row["fourth_quarter_production_last_7"] == 5.0, "five games of 6, one of 0, one unknown"


STREAKS = ("prop_over_streak", "prop_under_streak")


def lined(value: float = 20.0, opening: float | None = 18.5) -> list[Row]:
    found = {"game_date": on(20), "player_lookup": "tatum", "line": value, "opening": opening, "book": "fanduel"}
    return [found]


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


def test_the_points_line() -> None:
    names = ("current_points_line", "opening_points_line", "line_movement", "current_points_line_source")
    assert columns(tatum(prop_lines=lined()), "has_prop_line", *names) == (True, 20.0, 18.5, 1.5, "fanduel")
    first = tatum(prop_lines=lined(opening=None))
    assert columns(first, "opening_points_line", "opening_points_line_source", "line_movement") == (None, None, None)
    without = tatum(played(19))
    assert columns(without, "has_prop_line", *names, *STREAKS) == (False, *[None] * 6)


def test_spread_and_total_are_the_medians_of_the_books() -> None:
    def line(market: str, value: float, opening: float, books: int) -> Row:
        key = {"game_id": GAME_ID, "team_abbr": "BOS", "market": market, "one_book": "betmgm"}
        return key | {"median_line": value, "median_opening": opening, "books": books, "line": 99.5, "book": "fanduel"}

    row = tatum(team_lines=[line("spread", -5.5, -4.0, 3), line("total", 221.0, 222.5, 1)])
    assert columns(row, "game_spread", "opening_spread", "spread_movement") == (-5.5, -4.0, -1.5)
    assert columns(row, "game_spread_source", "game_total_source") == ("median of 3 books", "betmgm")
    assert columns(row, "game_total", "total_movement") == (221.0, -1.5)


def usage(player: str, rate: float, minutes: float, points: int = 10) -> list[Row]:
    return [played(n, points, player, minutes, usage_rate=rate) for n in (15, 17)]


SQUAD = [*usage("tatum", 30, 36, 27), *usage("brown", 20, 36), *usage("white", 15, 24), *usage("scrub", 50, 2)]
ROSTER = [on_roster(player) for player in ("tatum", "brown", "white", "scrub")]


def test_usage_of_an_absent_star_falls_to_the_others() -> None:
    """The roster's mean is (30 36 + 20 36 + 15 24 + 50 2) / 98 = 23.06 %, without Tatum 1180 / 62 = 19.03 %."""
    rows = rows_with(*SQUAD, rosters=ROSTER, availability=[status("tatum", "out"), status("white", "questionable")])
    brown = one(rows, player_lookup="brown")
    assert brown["projected_usage_rate"] == pytest.approx(20 * (2260 / 98) / (1180 / 62), abs=0.005)
    assert columns(brown, "star_teammates_out", "questionable_teammates", "probable_teammates") == (1, 1, 0)
    assert columns(one(rows, player_lookup="white"), "star_teammates_out", "questionable_teammates") == (1, 0)


def test_with_everybody_there_usage_stays_as_it_was() -> None:
    rows = rows_with(*SQUAD, rosters=ROSTER, availability=[status("hart", "out", "NYK")])
    assert told(rows, "player_lookup", "projected_usage_rate", "star_teammates_out") == [
        ("brown", 20, 0),
        ("scrub", 50, 0),
        ("tatum", 30, 0),
        ("white", 15, 0),
    ]


def test_a_doubtful_star_is_counted_out_but_not_his_own_teammate() -> None:
    rows = rows_with(*SQUAD, rosters=ROSTER, availability=[status("tatum", "doubtful")])
    assert told(rows, "player_lookup", "star_teammates_out") == [("brown", 1), ("scrub", 1), ("tatum", 0), ("white", 1)]


def test_usage_in_a_few_minutes_makes_no_star() -> None:
    rows = rows_with(*SQUAD, rosters=ROSTER, availability=[status("scrub", "out")])
    assert {row["star_teammates_out"] for row in rows} == {0}


def test_without_a_report_nobodys_absence_is_known() -> None:
    rows = rows_with(*SQUAD, rosters=ROSTER)
    names = ("star_teammates_out", "questionable_teammates", "probable_teammates", "projected_usage_rate")
    assert {columns(row, *names) for row in rows} == {(None,) * 4}


def test_age_is_the_rosters() -> None:
    assert tatum(rosters=[on_roster("tatum", age=27)])["player_age"] == 27


def team_row(day: int, team: str, **more: Any) -> Row:
    name = "defending_team_abbr" if "defensive_rating" in more else "team_abbr"
    kept = {"game_id": f"{day}", "game_date": on(day), "season_year": 2024, "season_type": "regular"}
    return kept | {name: team} | more


def test_the_opponent() -> None:
    row = tatum(
        offense=[team_row(1, "BOS", pace=100.0), team_row(1, "NYK", pace=96.0), team_row(3, "NYK", pace=97.0)],
        defense=[
            team_row(1, "NYK", defensive_rating=110.0, opp_ft_attempts=20, opp_fg_attempts=80),
            team_row(3, "NYK", defensive_rating=113.0, opp_ft_attempts=16, opp_fg_attempts=100),
        ],
    )
    assert columns(row, "opponent_pace_last_10", "pace_differential") == (96.5, 3.5)
    assert columns(row, "opponent_def_rating_last_10", "opponent_ft_rate_allowed") == (111.5, 0.2)
    unknown = columns(tatum(), "opponent_pace_last_10", "pace_differential", "opponent_ft_rate_allowed")
    assert unknown == (None, None, None)


def test_rest_and_travel_are_the_teams() -> None:
    calendar = {"travel_miles": 188, "consecutive_road_games": 2, "next_game_days_rest": 1, "games_in_next_7_days": 4}
    opponent = {"team_days_rest": 0, "games_in_next_7_days": 3, "next_game_days_rest": 2}
    boston, new_york = slate(**calendar, games_in_last_7_days=9)
    row = tatum(slate=[boston, new_york | opponent])
    assert columns(row, *calendar) == tuple(calendar.values())
    names = ("opponent_days_rest", "opponent_games_in_next_7_days", "opponent_next_game_days_rest")
    assert columns(row, *names, "games_in_last_7_days") == (0, 3, 2, 0)


DAY = st.integers(1, 26)
GAMES = st.lists(
    st.tuples(DAY, st.sampled_from(["tatum", "brown"]), st.integers(0, 50), st.sampled_from([0.0, 12.5, 36.0])),
    max_size=20,
    unique_by=lambda game: game[:2],
)


def _history(games: list) -> dict[str, list[Row]]:
    """The same games as rows of all three summaries."""
    stats = {
        "fg_makes": 5,
        "three_pt_makes": 1,
        "fg_attempts": 12,
        "fourth_quarter_minutes": 6.5,
        "clutch_minutes": 1.0,
    }
    return {
        "players": [
            played(day, points, who, minutes, usage_rate=20.0 + points / 10, **stats)
            for day, who, points, minutes in games
        ],
        "offense": [team_row(day, "BOS", pace=90.0 + points) for day, who, points, _ in games if who == "tatum"],
        "defense": [
            team_row(day, "NYK", defensive_rating=90.0 + points, opp_ft_attempts=points, opp_fg_attempts=80)
            for day, who, points, _ in games
            if who == "tatum"
        ],
    }


@settings(max_examples=8, deadline=None)
@given(games=GAMES, line=st.integers(0, 50))
def test_nothing_on_or_after_the_day_is_seen(games: list, line: int) -> None:
    inputs = {
        "rosters": [on_roster("tatum"), on_roster("brown")],
        "availability": [status("brown", "doubtful")],
        "prop_lines": lined(line),
    }
    rows = rows_with(**inputs, **_history(games))

    assert rows == rows_with(**inputs, **_history([game for game in games if game[0] < 20]))
    assert told(rows, "player_lookup", "game_id") == [("brown", GAME_ID), ("tatum", GAME_ID)]
    for row in rows:
        assert row["back_to_back"] == (row["days_rest"] == 0)
        assert row["prop_over_streak"] in (0, None) or row["prop_under_streak"] == 0
        assert row["l5_games_used"] == min(5, row["l10_games_used"])
