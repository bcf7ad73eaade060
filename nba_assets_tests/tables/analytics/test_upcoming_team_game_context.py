"""What is known of a team before its game: the calendar, the road, the record, the market, the absent.

The calendar is written as `g(day of November 2024, away, home, score)`; the row told is Boston's of one day.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets_tests.given import eastern, started
from nba_assets_tests.rows import Row, one, told
from nba_assets_tests.tables.analytics.team_context import TODAY, boston, columns, expected, g, on, rows_on


def test_both_teams_of_a_game_have_a_row() -> None:
    rows = rows_on(20, TODAY)
    assert told(rows, "team_abbr", "opponent_team_abbr", "home_game", "neutral_site", "game_start_time_local") == [
        ("BOS", "NYK", False, False, "19:30"),
        ("NYK", "BOS", True, False, "19:30"),
    ]


def test_the_tip_is_told_on_the_arenas_clocks() -> None:
    assert boston(20, g(20, "BOS", "DEN"))["game_start_time_local"] == "17:30"
    assert boston(20, g(20, "BOS", "DEN", venue_timezone=None))["game_start_time_local"] is None


REST = ("team_days_rest", "days_since_last_game", "team_back_to_back")


def test_no_day_of_rest_is_a_back_to_back() -> None:
    """Though yesterday's game is not final yet (G1)."""
    assert columns(boston(20, g(19, "PHI", "BOS"), TODAY), *REST) == (0, 1, True)
    assert columns(boston(20, g(17, "PHI", "BOS", (90, 80)), TODAY), *REST) == (2, 3, False)
    assert columns(boston(20, TODAY), *REST) == (None, None, False)


def test_a_postponed_game_is_no_game() -> None:
    postponed = g(19, "PHI", "BOS", is_postponed=True)
    row = boston(20, g(16, "LAL", "BOS", (90, 80)), postponed, TODAY)
    assert columns(row, *REST, "games_in_last_7_days", "game_number_in_season") == (3, 4, False, 1, 2)
    assert rows_on(19, postponed, TODAY) == []


def test_games_of_the_last_dates_include_both_ends() -> None:
    """The reference counts 6 and 13 dates (G6)."""
    season = [g(day, "PHI", "BOS", (90, 80)) for day in (5, 6, 12, 13, 19)]
    assert columns(boston(20, *season, TODAY), "games_in_last_7_days", "games_in_last_14_days") == (2, 4)
    assert columns(boston(20, TODAY), "games_in_last_7_days", "games_in_last_14_days") == (0, 0)


def test_what_comes_next() -> None:
    """As settled with the next games; a team without any has no week ahead."""
    coming = {"game_id": "20241120_BOS_NYK", "team_abbr": "BOS", "next_game_date": on(23), "games_in_next_7_days": 2}
    coming |= {"next_opponent_team_abbr": "LAL", "next_opponent_win_pct": 0.5, "next_game_is_primetime": True}
    names = ("next_game_days_rest", "games_in_next_7_days", "next_opponent_team_abbr", "next_game_is_primetime")
    row = boston(20, TODAY, g(21, "PHI", "BOS"), next_games=[coming])
    assert columns(row, *names, "next_opponent_win_pct") == (2, 2, "LAL", True, 0.5)
    assert columns(boston(20, TODAY, g(21, "PHI", "BOS")), *names) == (None, 0, None, None)


def test_phases_of_the_season() -> None:
    """Twenty games early, twenty late, by the team's own count; the cup final is in the middle."""
    season = [g(day, "PHI", "BOS", (90, 80)) for day in range(1, 43)]
    late = g(43, "PHI", "BOS", season_type="play_in")

    def phase(day: int) -> tuple:
        return columns(boston(day, *season, late), "season_phase", "game_number_in_season")

    assert phase(20) == ("early", 20)
    assert phase(21) == ("mid", 21)
    assert phase(22) == ("mid", 22)
    assert phase(23) == ("late", 23)
    assert phase(43) == ("play_in", 1)
    cup = boston(5, g(5, "PHI", "BOS", season_type="cup_final"))
    assert cup["season_phase"] == "mid"


def test_a_game_that_will_be_off_does_not_make_tonights_a_late_one() -> None:
    """Of 42 games the 22nd is in the middle, and of the 41 that are left when the last one is off it would be late."""
    season = [g(day, "PHI", "BOS", (90, 80)) for day in range(1, 42)]
    row = boston(22, *season, g(42, "PHI", "BOS", is_postponed=True))
    assert columns(row, "season_phase", "game_number_in_season") == ("mid", 22)


RECORD = ("team_win_streak_entering", "team_loss_streak_entering", "season_win_pct")
LAST = ("last_game_margin", "last_game_result")


def test_streaks_and_the_last_result() -> None:
    won, lost = (90, 100), (100, 90)
    season = [g(1, "PHI", "BOS", lost), g(3, "PHI", "BOS", won), g(5, "BOS", "PHI", (101, 99))]
    assert columns(boston(20, TODAY), *RECORD, *LAST) == (0, 0, None, None, None)
    assert columns(boston(20, season[0], TODAY), *RECORD, *LAST) == (0, 1, 0, -10, "L")
    assert columns(boston(20, *season, TODAY), *RECORD, *LAST) == (2, 0, 0.667, 2, "W")
    assert columns(boston(20, *season, g(7, "PHI", "BOS", lost), TODAY), *RECORD) == (0, 1, 0.5)


def test_the_cup_final_is_work_but_no_result() -> None:
    cup = g(18, "PHI", "BOS", (100, 90), season_type="cup_final")
    row = boston(20, g(5, "PHI", "BOS", (90, 100)), cup, TODAY)
    assert columns(row, *RECORD, "team_days_rest", "last_game_result") == (1, 0, 1, 1, "W")
    assert columns(row, "games_in_last_7_days", "games_in_last_14_days", "game_number_in_season") == (1, 1, 2)
    on_the_road = g(18, "BOS", "LAL", (100, 90), season_type="cup_final", is_neutral=True)
    assert columns(boston(20, on_the_road, TODAY), *TRAVEL, "last_game_margin") == (2448, 3, 2, None)


TRAVEL = ("travel_miles", "time_zone_changes", "consecutive_road_games")


def test_the_first_game_is_travelled_to_from_home() -> None:
    """Boston to Denver is 1,766 miles and two hours; at home it is none."""
    fortnight = ("miles_traveled_last_14_days", "time_zones_crossed_last_14_days")
    assert columns(boston(20, g(20, "BOS", "DEN")), *TRAVEL, *fortnight) == (1766, 2, 1, 1766, 2)
    assert columns(boston(20, g(20, "DEN", "BOS")), *TRAVEL) == (0, 0, 0)


def test_each_game_is_travelled_to_from_the_one_before_the_way_home_included() -> None:
    road = [g(16, "BOS", "DEN", (1, 2)), g(18, "BOS", "LAL", (1, 2))]
    assert columns(boston(18, *road), *TRAVEL) == (831, 1, 2)
    home = boston(20, *road, g(20, "PHI", "BOS"))
    assert columns(home, *TRAVEL) == (2592, 3, 0)
    fortnight = ("miles_traveled_last_14_days", "time_zones_crossed_last_14_days")
    assert columns(home, *fortnight) == (1766 + 831 + 2592, 2 + 1 + 3)
    assert columns(boston(31, *road, g(31, "PHI", "BOS")), *fortnight) == (831 + 2592, 1 + 3), "15 and 13 days ago"


def test_a_neutral_arena_is_where_the_game_is() -> None:
    paris = {"is_neutral": True, "venue_latitude": 48.8387, "venue_longitude": 2.3786, "venue_timezone": "Europe/Paris"}
    both = rows_on(20, g(20, "PHI", "BOS", **paris))
    assert told(both, "team_abbr", "home_game", "neutral_site", "time_zone_changes", "consecutive_road_games") == [
        ("BOS", True, True, 6, 1),
        ("PHI", False, True, 6, 1),
    ]
    row = one(both, team_abbr="BOS")
    assert 3400 < row["travel_miles"] < 3500
    assert row["game_start_time_local"] == "01:30"
    after = boston(22, g(20, "PHI", "BOS", (1, 2), **paris), g(22, "NYK", "BOS"))
    assert columns(after, *TRAVEL) == (row["travel_miles"], 6, 0)


def test_after_four_nights_off_a_team_comes_from_home() -> None:
    """Boston in Los Angeles before the All-Star break, then in Denver: three nights off lead there straight, four by
    way of Boston, and the way home is in the fortnight's miles."""
    los_angeles = g(15, "BOS", "LAL", (1, 2))
    fortnight = ("miles_traveled_last_14_days", "time_zones_crossed_last_14_days")
    straight = boston(19, los_angeles, g(19, "BOS", "DEN"))
    assert columns(straight, "team_days_rest", *TRAVEL, *fortnight) == (3, 831, 1, 2, 2592 + 831, 3 + 1)
    by_home = boston(20, los_angeles, g(20, "BOS", "DEN"))
    assert columns(by_home, "team_days_rest", *TRAVEL, *fortnight) == (4, 1766, 2, 2, 2592 + 2592 + 1766, 3 + 3 + 2)
    at_home = boston(20, los_angeles, g(20, "LAL", "BOS"))
    assert columns(at_home, *TRAVEL, *fortnight) == (0, 0, 0, 2592 + 2592, 3 + 3)
    later = boston(30, los_angeles, g(20, "BOS", "DEN", (1, 2)), g(30, "DEN", "BOS"))
    assert columns(later, *TRAVEL, *fortnight) == (0, 0, 0, 2592 + 1766 + 1766, 3 + 2 + 2), "home twice, out once"


def test_after_four_nights_off_it_does_not_matter_where_the_last_game_was() -> None:
    nowhere = dict.fromkeys(("venue_latitude", "venue_longitude", "venue_timezone"))
    lost = g(15, "PHI", "BOS", (1, 2), is_neutral=True, **nowhere)
    row = boston(20, lost, g(20, "BOS", "DEN"))
    assert columns(row, *TRAVEL, "miles_traveled_last_14_days") == (1766, 2, 2, None)


def test_a_way_from_or_to_an_unknown_place_is_unknown() -> None:
    nowhere = dict.fromkeys(("venue_latitude", "venue_longitude", "venue_timezone"))
    lost = g(18, "PHI", "BOS", (1, 2), is_neutral=True, **nowhere)
    assert columns(boston(18, lost), *TRAVEL) == (None, None, 1)
    row = boston(20, lost, g(20, "PHI", "BOS"))
    assert columns(row, *TRAVEL, "miles_traveled_last_14_days") == (None, None, 0, None)
    assert "unknown_travel" in row["quality_issues"]
    assert boston(24, lost, g(20, "PHI", "BOS"), g(24, "BOS", "DEN"))["miles_traveled_last_14_days"] is None
    assert boston(40, lost, g(38, "PHI", "BOS"), g(40, "BOS", "DEN"))["travel_miles"] == 1766


def line(market: str, value: float, opening: float, hour: int, team: str = "BOS", **more: Any) -> Row:
    """A row of `team_lines`."""
    return {
        "game_id": "20241120_BOS_NYK",
        "team_abbr": team,
        "market": market,
        "line": value,
        "opening": opening,
        "movement": value - opening,
        "book": "draftkings",
        "over_price": -110.3,
        "under_price": -105.0,
        "over_probability": 0.5061,
        "books": 3,
        "lowest": value - 0.5,
        "highest": value + 1,
        "seen_at": eastern(on(20), hour),
        "age_minutes": 90,
    } | more


def test_the_market() -> None:
    lines = [line("spread", -5.5, -4.0, 15), line("total", 221.5, 223.0, 17)]
    row = boston(20, TODAY, team_lines=lines)
    assert columns(row, "game_spread", "opening_spread", "spread_movement", "game_spread_source") == (
        -5.5,
        -4.0,
        -1.5,
        "draftkings",
    )
    assert columns(row, "game_total", "opening_total", "total_movement") == (221.5, 223.0, -1.5)
    assert (row["betting_lines_updated_at"], row["quality_tier"]) == (eastern(on(20), 17), "gold")


def test_prices_and_the_other_books() -> None:
    lines = [line("spread", -5.5, -4.0, 15), line("total", 221.5, 223.0, 17, movement=None)]
    row = boston(20, TODAY, team_lines=lines)
    assert columns(row, "spread_price", "spread_opponent_price", "spread_cover_probability") == (-110, -105, 0.5061)
    assert columns(row, "total_over_price", "total_under_price", "total_over_probability") == (-110, -105, 0.5061)
    assert columns(row, "total_books", "total_lowest", "total_highest", "total_movement") == (3, 221.0, 222.5, None)
    assert columns(row, "spread_seen_at", "spread_age_minutes") == (eastern(on(20), 15), 90)


@pytest.mark.parametrize(("spread", "implied"), [(-5.5, 113.5), (5.5, 108.0), (0.0, 110.75)])
def test_the_implied_team_total(spread: float, implied: float) -> None:
    """The favourite's is the greater; lines of the morning and of the evening say nothing together."""
    total = line("total", 221.5, 223.0, 18)
    assert boston(20, TODAY, team_lines=[line("spread", spread, 0, 15), total])["implied_team_total"] == implied
    assert boston(20, TODAY, team_lines=[line("spread", spread, 0, 14), total])["implied_team_total"] is None
    assert boston(20, TODAY, team_lines=[total])["implied_team_total"] is None


def test_half_a_market_and_none() -> None:
    half = boston(20, TODAY, team_lines=[line("spread", -5.5, -4.0, 15)])
    assert (half["game_total"], half["betting_lines_updated_at"]) == (None, eastern(on(20), 15))
    assert (half["quality_tier"], "missing_game_total" in half["quality_issues"]) == ("silver", True)
    none = boston(20, TODAY)
    assert columns(none, "game_spread", "betting_lines_updated_at", "quality_tier") == (None, None, "bronze")


def absent(player: str, status: str, team: str = "BOS", confidence: float = 0.9) -> Row:
    return {
        "game_id": "20241120_BOS_NYK",
        "game_date": on(20),
        "team_abbr": team,
        "player_lookup": player,
        "player_status": status,
        "confidence": confidence,
    }


ABSENT = ("starters_out_count", "players_out_count", "doubtful_players_count", "questionable_players_count")


def test_absences() -> None:
    """Two of the three who are out start; a line that the parser hardly read counts, and the row says so."""
    five = expected(20, started(on(15), "BOS", "tatum", "brown", "white", "holiday", "horford"))
    report = [absent("tatum", "out"), absent("hauser", "out"), absent("brown", "doubtful")]
    report += [absent("white", "questionable"), absent("holiday", "probable"), absent("horford", "out", confidence=0.7)]
    row = boston(20, TODAY, availability=report, expected_starters=five)
    assert columns(row, *ABSENT, "low_confidence_count") == (2, 3, 1, 1, 1)
    assert "low_confidence_report" in row["quality_issues"]
    assert columns(boston(20, TODAY, availability=report), *ABSENT) == (None, 3, 1, 1)
    well_read = [*report[:-1], absent("horford", "out", confidence=0.8)]
    assert boston(20, TODAY, availability=well_read)["low_confidence_count"] == 0
    surely_read = boston(20, TODAY, availability=report[:-1], expected_starters=five)
    assert columns(surely_read, *ABSENT, "low_confidence_count") == (1, 2, 1, 1, 0)
    assert "low_confidence_report" not in surely_read["quality_issues"]


def test_a_healthy_team_and_an_unreported_game() -> None:
    """Zero where a report covers the game, NULL where none does."""
    five = expected(20, started(on(15), "BOS", "tatum"))
    healthy = boston(20, TODAY, availability=[absent("brunson", "out", "NYK")], expected_starters=five)
    assert columns(healthy, *ABSENT, "low_confidence_count") == (0, 0, 0, 0, 0)
    unreported = boston(20, TODAY, expected_starters=five)
    assert columns(unreported, *ABSENT, "low_confidence_count") == (None, None, None, None, None)
    assert "missing_injury_report" in unreported["quality_issues"]


TEAMS = ["BOS", "NYK", "PHI", "LAL", "DEN"]
SCORES = st.tuples(st.integers(80, 130), st.integers(80, 130))
CALENDAR = st.lists(
    st.tuples(st.integers(1, 30), st.permutations(TEAMS), SCORES),
    min_size=4,
    max_size=14,
    unique_by=lambda game: game[0],
)


@settings(max_examples=6, deadline=None)
@given(calendar=CALENDAR, day=st.integers(8, 25), rewritten=SCORES)
def test_results_of_the_day_and_after_change_nothing(calendar: list, day: int, rewritten: tuple[int, int]) -> None:
    """The calendar ahead is known, its results are not: not one column changes with them, nor with who starts."""
    planned = [(n, teams[0], teams[1], score) for n, teams, score in calendar if n != day]
    today = (day, "BOS", "NYK", rewritten)
    past = [g(*game) for game in planned if game[0] < day]
    future = [game for game in (today, *planned) if game[0] >= day]
    report = [absent("tatum", "out") | {"game_id": f"{on(day):%Y%m%d}_BOS_NYK", "game_date": on(day)}]
    five = [row for game in past for row in started(game[0]["game_date"], "BOS", "tatum", "brown")]
    later = [row for game in future for row in started(on(game[0]), "BOS", "white", "horford")]

    unplayed = rows_on(
        day, *past, *[g(*game[:3]) for game in future], availability=report, expected_starters=expected(day, five)
    )
    played = [g(*game[:3], rewritten) for game in future]
    assert rows_on(day, *past, *played, availability=report, expected_starters=expected(day, five, later)) == unplayed

    assert len({(row["team_abbr"], row["game_id"]) for row in unplayed}) == len(unplayed) == 2
    for row in unplayed:
        assert row["team_back_to_back"] == (row["team_days_rest"] == 0)
        assert row["team_win_streak_entering"] == 0 or row["team_loss_streak_entering"] == 0
        assert row["games_in_last_7_days"] <= row["games_in_last_14_days"]
