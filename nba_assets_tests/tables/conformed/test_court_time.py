"""Who was on court from when to when: BOS at home to NYK, each event with the ten on court, its clock and the lead."""

from __future__ import annotations

from typing import Any

from nba_assets.tables.conformed.court_time import FIVE, court_time
from nba_assets_tests.given import MATCH, game_row
from nba_assets_tests.rows import Row, one, rows_of, told
from nba_assets_tests.tables.conformed.play_by_play import AWAY, HOME, NAMES, bigdataball, numbers, other


def horn(period: int, lead: int | None = 0, **more: Any) -> Row:
    return at(period, 0, lead, **more)


def at(period: int, clock: int | None, lead: int | None = 0, **more: Any) -> Row:
    score = {"score_home": 80 + (lead or 0) if lead is not None else None, "score_away": 80}
    return other("shot", period=period, game_clock_seconds=clock) | score | more


def stretches(*events: Row, team: str = "BOS") -> list[dict[str, Any]]:
    rows = rows_of(court_time, events=bigdataball(*events), games=[game_row(MATCH)], names=NAMES)
    return [row for row in numbers(rows, *SPAN[1:3]) if row["team_abbr"] == team]


SPAN = ("period", "from_sequence", "until_sequence", "start_clock", "end_clock", "seconds")


def test_a_period_with_one_five_is_one_stretch_of_each_team() -> None:
    rows = rows_of(
        court_time, events=bigdataball(at(1, 720), at(1, 400), at(1, 0)), games=[game_row(MATCH)], names=NAMES
    )
    assert told(numbers(rows, *SPAN[1:3]), "team_abbr", *SPAN, "five_known") == [
        ("BOS", 1, 0, 2, 720, 0, 720, True),
        ("NYK", 1, 0, 2, 720, 0, 720, True),
    ]
    assert [tuple(one(rows, team_abbr=team)[name] for name in FIVE) for team in ("BOS", "NYK")] == [HOME, AWAY]
    assert {(row["game_id"], row["game_date"], row["season_year"]) for row in rows} == {(MATCH.id, MATCH.day, 2024)}


def test_a_substitution_ends_a_stretch_of_its_team_only() -> None:
    """The new five plays from the event that first names it; who comes back makes a third stretch."""
    porzingis = {"home_player_1_lookup": "porzingis"}
    events = at(1, 720), at(1, 500, **porzingis), at(1, 300, **porzingis), at(1, 100), horn(1)
    assert told(stretches(*events), *SPAN, "player_1") == [
        (1, 0, 0, 720, 500, 220, "tatum"),
        (1, 1, 2, 500, 100, 400, "porzingis"),
        (1, 3, 4, 100, 0, 100, "tatum"),
    ]
    assert told(stretches(*events, team="NYK"), *SPAN) == [(1, 0, 4, 720, 0, 720)]


def test_a_period_ends_a_stretch() -> None:
    assert told(stretches(at(1, 720), horn(1), at(2, 720), horn(2)), *SPAN) == [
        (1, 0, 1, 720, 0, 720),
        (2, 2, 3, 720, 0, 720),
    ]


def test_an_unknown_five_is_a_stretch_of_its_own() -> None:
    """Whoever of the five is known: they are NULL together. Two unknown events in a row are one stretch."""
    unknown = {"home_player_3_lookup": None}
    rows = stretches(at(1, 720), at(1, 500, **unknown), at(1, 400, **unknown), at(1, 300), horn(1))
    assert told(rows, *SPAN, "five_known", "player_1") == [
        (1, 0, 0, 720, 500, 220, True, "tatum"),
        (1, 1, 2, 500, 300, 200, False, None),
        (1, 3, 4, 300, 0, 300, True, "tatum"),
    ]
    assert told(stretches(at(1, 720, **unknown), horn(1, **unknown)), *SPAN, "five_known") == [
        (1, 0, 1, 720, 0, 720, False)
    ]


def test_a_known_five_with_a_spelling_that_nobody_knows() -> None:
    """All five are named by the source, one of them means nobody; a number in front of a name is no part of it."""
    row = one(stretches(at(1, 720, home_player_1_lookup="newcomer", home_player_2_lookup="12345brown")))
    assert (row["five_known"], row["player_1"], row["player_2"]) == (True, None, "brown")


def test_the_clutch_is_the_last_five_minutes_within_five() -> None:
    """From 6:00 to 4:00 the score is close: only the minute after 5:00 counts."""
    assert told(stretches(at(4, 720, 20), at(4, 360, 5), at(4, 240, 6), horn(4)), "seconds", "clutch_seconds") == [
        (720, 60)
    ]
    assert told(stretches(at(4, 720, 20), at(4, 360, -5), at(4, 100, -6), horn(4)), "clutch_seconds") == [(200,)]
    assert told(stretches(at(4, 310, 0), at(4, 300, 6), horn(4)), "clutch_seconds") == [(0,)]
    assert told(stretches(at(3, 200, 0), horn(3)), "clutch_seconds") == [(0,)], "no earlier quarter has a clutch"
    assert told(stretches(at(4, 200, None), horn(4)), "clutch_seconds") == [(0,)], "nor an unknown score"


def test_a_close_overtime_is_clutch() -> None:
    rows = stretches(at(4, 720, 20), horn(4), at(5, 300, 0), at(5, 200, 10), horn(5), at(6, 300, 3), horn(6))
    assert told(rows, "period", "seconds", "clutch_seconds") == [(4, 720, 0), (5, 300, 100), (6, 300, 300)]


def test_clutch_time_is_of_the_five_on_court() -> None:
    porzingis = {"home_player_1_lookup": "porzingis"}
    rows = stretches(at(4, 400), at(4, 250, **porzingis), horn(4, **porzingis))
    assert told(rows, "player_1", "seconds", "clutch_seconds") == [("porzingis", 250, 250), ("tatum", 150, 50)]


def test_events_at_one_clock_take_no_time() -> None:
    assert told(stretches(at(4, 300), at(4, 300), at(4, 120), horn(4)), "seconds", "clutch_seconds") == [(300, 300)]


def test_a_play_entered_late_stands_where_its_clock_says() -> None:
    """Its number is the highest of the period. Told in the order of the numbers the quarter had 18 minutes."""
    porzingis = {"home_player_1_lookup": "porzingis"}
    events = at(4, 720), at(4, 300, **porzingis), horn(4, **porzingis), at(4, 400)
    assert told(stretches(*events), *SPAN, "player_1") == [
        (4, 0, 3, 720, 300, 420, "tatum"),
        (4, 1, 2, 300, 0, 300, "porzingis"),
    ]


def test_a_clock_that_counts_up_is_told_by_what_has_elapsed() -> None:
    events = [at(4, up, elapsed_seconds=2160 + up) for up in (0, 420, 720)]
    assert told(stretches(*events), "start_clock", "end_clock", "seconds", "clutch_seconds") == [(720, 0, 720, 300)]


def test_time_around_an_unknown_clock_is_nobodys() -> None:
    """The clock says 5:00, and that two minutes of the quarter are over."""
    events = at(4, 720), at(4, 600), at(4, 300, elapsed_seconds=2280), at(4, 200), horn(4)
    assert told(stretches(*events), "seconds") == [(320,)]


def test_a_period_that_breaks_off_ends_with_its_last_event() -> None:
    """Unless no more than a possession is left of it."""
    assert told(stretches(at(4, 720), at(4, 25)), "end_clock", "seconds") == [(25, 695)]
    assert told(stretches(at(4, 720), at(4, 24)), "end_clock", "seconds") == [(0, 720)]


def test_a_game_under_way_has_no_court_time() -> None:
    live = [game_row(MATCH, is_final=False)]
    assert rows_of(court_time, events=bigdataball(at(1, 720)), games=live, names=NAMES) == []


def test_events_of_no_game_are_left_out() -> None:
    strays = [row | {"home_team_abbr": "LAL"} for row in bigdataball(at(1, 720))]
    assert rows_of(court_time, events=strays, games=[game_row(MATCH)], names=NAMES) == []
