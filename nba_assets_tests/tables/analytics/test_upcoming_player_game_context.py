"""What is known of a player before his game. The day is 20 November 2024, Boston at New York; the player is Tatum.

His games are written as `played(day of November, points)`.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets_tests.given import used
from nba_assets_tests.rows import Row, told
from nba_assets_tests.tables.analytics.player_context import (
    GAME_ID,
    columns,
    lined,
    on_roster,
    played,
    rows_with,
    slate,
    status,
    tatum,
)


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
    load = [f"{what}_in_last_{days}_days" for what in ("games", "minutes") for days in (7, 14)]
    zeros = (*load, "back_to_backs_last_14_days", "l5_games_used", "l10_games_used")
    assert columns(row, "back_to_back", *zeros) == (False, *[0] * 7)
    assert columns(row, "l5_sample_quality", "quality_tier") == ("insufficient", "bronze")
    assert "thin_sample" in row["quality_issues"]


def test_who_he_is() -> None:
    row = tatum(rosters=[on_roster("tatum", player_full_name="Jayson Tatum", position="SF-PF")])
    assert columns(row, "player_full_name", "position") == ("Jayson Tatum", "SF-PF")


SEASON = ("games_played_season", "l20_games_used", "points_avg_season", "minutes_avg_season")
WINDOWS = ("minutes_avg_last_5", "minutes_avg_last_10")
STRAYS = ("points_std_last_5", "points_std_last_10", "minutes_std_last_5", "minutes_std_last_10")


def test_averages_and_how_far_games_stray_from_them() -> None:
    """Points 9 to 20; of 16 to 20 the squares about 18 are 10 in all, over four; of the last ten 82.5 over nine."""
    games = [played(n, 8 + n, minutes=20.0 + n) for n in range(1, 13)]
    row = tatum(*games)
    assert columns(row, *SEASON) == (12, 12, 14.5, 26.5)
    assert columns(row, *WINDOWS) == (30.0, 27.5)
    assert columns(row, *STRAYS) == (1.58, 3.03, 1.58, 3.03)


def test_usage_of_the_season_is_pooled() -> None:
    """A quarter of 60 plays and three quarters of 20 are 30 of 80; a game of unknown usage is not among them."""
    games = [played(1, **used(25.0, 30)), played(3, minutes=10.0, **used(75.0, 10)), played(5, **used(None, 36))]
    assert columns(tatum(*games), "usage_rate_season", "usage_games_season", "games_played_season") == (37.5, 2, 3)
    assert columns(tatum(), "usage_rate_season", "usage_games_season") == (None, 0)


def test_one_game_strays_from_nothing() -> None:
    assert columns(tatum(played(1, 30)), *STRAYS, "games_played_season") == (None, None, None, None, 1)
    assert columns(tatum(played(1, 30), played(2, 20, minutes=0)), *STRAYS) == (None,) * 4
    assert columns(tatum(played(1, 30), played(2, 20)), *STRAYS) == (7.07, 7.07, 0.0, 0.0)


def test_the_minutes_forecast_is_the_mean_of_four() -> None:
    """Last game 40, last five 24, last ten 22, season 21."""
    minutes = [20.0] * 16 + [20.0] * 4 + [40.0]
    row = tatum(*[played(n - 5, minutes=m) for n, m in enumerate(minutes)])
    assert row["minutes_forecast"] == round((40 + 24 + 22 + 440 / 21) / 4, 1)
    assert tatum(played(1, minutes=12.0))["minutes_forecast"] == 12.0


def test_half_of_a_last_digit_stays_half_of_it() -> None:
    """(3 10.05 + 5 10.85) / 8 = 10.55 minutes forecast, 22.35 minutes a game, 33/80 less 16/40: none a hair less."""
    assert tatum(played(1, minutes=10.05), played(2, minutes=10.85))["minutes_forecast"] == 10.6
    games = [played(day, minutes=22.35) for day in (15, 16, 18)]
    assert tatum(*games)["avg_minutes_per_game_last_7"] == 22.4
    shots = {"fg_attempts": 40, "fg_makes": 17, "three_pt_makes": 0}
    games = [played(1, **shots), *(played(n, **shots | {"fg_attempts": 8, "fg_makes": 3}) for n in (3, 4, 5, 6))]
    row = tatum(*games, played(8, **shots | {"fg_attempts": 8, "fg_makes": 4}))
    assert row["shooting_pct_decline_last_5"] == 0.013


def test_before_his_first_game_there_are_counts_and_no_averages() -> None:
    row = tatum(played(19, season_year=2023), played(20), played(18, season_type="cup_final"))
    assert columns(row, *SEASON, *WINDOWS, *STRAYS, "minutes_forecast") == (0, 0, *[None] * 9)


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
    """D-7 and D-14 count, D-15 does not; minutes are rounded once, from all seconds: 91.8 and 153."""
    games = [played(day, minutes=30.6) for day in (5, 6, 12, 13, 14, 19)]
    row = tatum(*games)
    assert columns(row, "games_in_last_7_days", "games_in_last_14_days") == (3, 5)
    assert columns(row, "minutes_in_last_7_days", "minutes_in_last_14_days") == (92, 153)
    assert columns(row, "avg_minutes_per_game_last_7", "back_to_backs_last_14_days") == (30.6, 2)


def test_a_back_to_back_lies_whole_in_the_fourteen_dates() -> None:
    assert tatum(played(5), played(6), played(7))["back_to_backs_last_14_days"] == 1


def test_form_is_of_games_not_of_days() -> None:
    points = [10, 20, 30, 40, 50, 60]
    row = tatum(*[played(3 * n - 14, p) for n, p in enumerate(points)])
    assert columns(row, "points_avg_last_5", "l5_games_used", "l5_sample_quality") == (40, 5, "excellent")
    assert columns(row, "points_avg_last_10", "l10_games_used", "l10_sample_quality") == (35, 6, "limited")
    assert row["quality_tier"] == "silver"


def test_the_tier_is_of_how_many_games_his_form_is() -> None:
    """Gold from ten, silver from five; fewer than three are a thin sample."""
    tiers = {2: "bronze", 3: "bronze", 4: "bronze", 5: "silver", 9: "silver", 10: "gold", 11: "gold"}
    games = [played(day, player=f"of_{count:02}") for count in tiers for day in range(1, 1 + count)]
    rows = rows_with(*games, rosters=[on_roster(f"of_{count:02}") for count in tiers])
    assert [tier for _, tier in told(rows, "player_lookup", "quality_tier")] == list(tiers.values())
    thin, short = ([row for row in rows if code in row["quality_issues"]] for code in ("thin_sample", "short_sample"))
    assert [row["player_lookup"] for row in thin] == ["of_02"]
    assert short == [row for row in rows if row["quality_tier"] != "gold"], "a lower tier says why"


def test_a_game_that_no_report_covers_is_said() -> None:
    """As his team's context says it: what absences mean for him is NULL then, and not for who is merely not listed."""
    assert "missing_injury_report" in tatum()["quality_issues"]
    assert "missing_injury_report" not in tatum(availability=[status("hart", "out", "NYK")])["quality_issues"]


def test_the_cup_final_is_work_but_no_form() -> None:
    row = tatum(played(15, 20), played(19, 50, season_type="cup_final"))
    assert columns(row, "days_rest", "games_in_last_7_days", "points_avg_last_5", "l5_games_used") == (0, 2, 20, 1)


def test_last_season_is_forgotten() -> None:
    row = tatum(played(19, season_year=2023))
    assert columns(row, "days_rest", "games_in_last_7_days", "points_avg_last_5") == (None, 0, None)


def test_usage_and_shooting_form() -> None:
    """Usage of seven games as long; the eFG of the season, 10 of 20, less that of the last five, 1 of 10."""
    old = [played(n, **used(10, 36), fg_makes=9, three_pt_makes=0, fg_attempts=10) for n in (1, 2, 3)]
    new = [played(n, **used(24, 36), fg_makes=0, three_pt_makes=0, fg_attempts=2) for n in (5, 6, 7, 8)]
    new += [played(9, **used(24, 36), fg_makes=2, three_pt_makes=2, fg_attempts=2)]
    row = tatum(*old, *new)
    assert row["avg_usage_rate_last_7_games"] == pytest.approx((2 * 10 + 5 * 24) / 7, abs=0.005)
    assert row["shooting_pct_decline_last_5"] == pytest.approx((27 + 2 + 1) / 40 - 3 / 10)


def test_usage_is_pooled_over_the_games() -> None:
    """Wendell Moore's seven games before 11 April 2023: one shot in four seconds is a usage of 639 %, and the mean of
    the seven is 103.96 %. He used seven of the 44.4 plays that Minnesota had while he was on court."""
    games = [
        (264, 0, 10.2),
        (99, 1, 3.79),
        (281, 2, 10.37),
        (108, 0, 4.2),
        (181, 3, 7.0),
        (226, 0, 8.69),
        (4, 1, 0.15645),
    ]
    row = tatum(
        *[
            played(n, minutes=seconds / 60, plays_used=own, team_plays_on_court=plays, usage_rate=100 * own / plays)
            for n, (seconds, own, plays) in enumerate(games, start=3)
        ],
        availability=[status("hart", "out", "NYK")],
    )
    assert row["avg_usage_rate_last_7_games"] == row["projected_usage_rate"] == 15.76


def test_after_a_long_absence_the_projection_is_of_his_last_games() -> None:
    """Two games, 40 and 45 days before: usage is what it was in them, and the row says how old they are."""
    games = [played(n, **used(25, 36)) for n in (-20, -25)]
    row = tatum(*games, availability=[status("hart", "out", "NYK")])
    assert columns(row, "projected_usage_rate", "projected_usage_games_age", "days_rest") == (25, 42.5, 39)
    ten = [played(n, **used(30 if n < 5 else 20, 36)) for n in range(1, 15)]
    row = tatum(*ten, availability=[status("hart", "out", "NYK")])
    assert columns(row, "projected_usage_rate", "projected_usage_games_age") == (20, 10.5)
    assert tatum()["projected_usage_games_age"] is None


def test_a_game_without_team_totals_is_in_no_part_of_the_usage() -> None:
    games = [played(n, **used(20, 30)) for n in range(1, 7)]
    assert tatum(*games, played(8, **used(None, 30)))["avg_usage_rate_last_7_games"] == 20
    assert tatum(played(8, **used(None, 30)))["avg_usage_rate_last_7_games"] is None


LATE = ("fourth_quarter_minutes_last_7", "clutch_minutes_last_7_games", "fourth_quarter_production_last_7")
LATE_KNOWN = ("late_minutes_games_last_7", "late_points_games_last_7")


def late(day: int, quarter: int | None = 492, clutch: int | None = 91, points: int | None = 6) -> Row:
    """Eight minutes and twelve seconds of a fourth quarter, unless said otherwise."""
    return played(day, fourth_quarter_seconds=quarter, clutch_seconds=clutch, fourth_quarter_points=points)


def test_late_minutes_are_of_the_last_seven_games() -> None:
    """Of those of the seven that are known; games before them do not stand in. Minutes are rounded from all seconds."""
    unseen = [late(10, None, None, None), late(12, None, None, 0)]
    row = tatum(*[late(n) for n in range(1, 9)], *unseen)
    assert columns(row, *LATE, *LATE_KNOWN) == (41, 8, 5.0, 5, 6), (
        "five games of 8:12 and 1:31; five of 6 points, one of 0"
    )


def test_on_fewer_than_four_known_games_late_minutes_say_nothing() -> None:
    unseen = [late(n, None, None, None) for n in (12, 13, 14, 15)]
    assert columns(tatum(*[late(n) for n in range(1, 9)], *unseen), *LATE, *LATE_KNOWN) == (None, None, None, 3, 3)
    assert columns(tatum(*[late(n) for n in range(1, 5)]), *LATE, *LATE_KNOWN) == (33, 6, 6.0, 4, 4)
    assert columns(tatum(), *LATE, *LATE_KNOWN) == (None, None, None, 0, 0)


def test_absence_is_rest_beyond_that_of_the_team() -> None:
    """Whole days: he played five days ago and his team three; his team's last game; nothing yet."""
    teams = slate(team_days_rest=2)
    names = ("days_rest", "team_days_rest", "days_absent")
    assert columns(tatum(played(15), slate=teams), *names) == (4, 2, 2)
    assert columns(tatum(played(17), slate=teams), *names) == (2, 2, 0)
    assert columns(tatum(played(18), slate=teams), *names) == (1, 2, 0), "for another team"
    assert columns(tatum(slate=teams), *names) == (None, 2, None)
    assert columns(tatum(played(15), slate=slate()), *names) == (4, None, 0)


def test_age_is_the_rosters() -> None:
    assert tatum(rosters=[on_roster("tatum", age=27)])["player_age"] == 27


def test_the_opponents_form_is_the_teams_to_tell() -> None:
    form = {"opponent_pace_last_10": 96.5, "opponent_def_rating_last_10": 111.5, "opponent_ft_rate_allowed": 0.2}
    row = tatum(slate=slate(**form, pace_differential=3.5))
    assert columns(row, *form, "pace_differential") == (*form.values(), 3.5)
    assert columns(tatum(), *form, "pace_differential") == (None,) * 4


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
    """The same games as rows of the summary."""
    stats = {
        "fg_makes": 5,
        "three_pt_makes": 1,
        "fg_attempts": 12,
        "fourth_quarter_seconds": 390,
        "fourth_quarter_points": 7,
        "clutch_seconds": 60,
    }
    rows = [
        played(day, points, who, minutes, **used(20.0 + points / 10, minutes), **stats)
        for day, who, points, minutes in games
    ]
    return {"players": rows}


@settings(max_examples=6, deadline=None)
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
        assert row["l20_games_used"] == min(20, row["games_played_season"])
        assert (row["over_line_share_season"] is None) == (not row["has_prop_line"] or row["l5_games_used"] == 0)
