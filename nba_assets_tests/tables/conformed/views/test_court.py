"""Late minutes and first fives, through the stored court time."""

from __future__ import annotations

from typing import Any

from nba_assets.tables.conformed.court_time import court_time
from nba_assets.tables.conformed.views.court import first_fives, late_minutes
from nba_assets_tests.given import MATCH, game_row
from nba_assets_tests.rows import Row, rows_of, told
from nba_assets_tests.tables.conformed.play_by_play import AWAY, HOME, NAMES, bigdataball, other


def stretches(*events: Row) -> list[dict[str, Any]]:
    return rows_of(court_time, events=bigdataball(*events), games=[game_row(MATCH)], names=NAMES)


def late(*events: tuple[int, int, int] | Row) -> dict[str, tuple[int, int]]:
    """Seconds in the fourth quarter and in the clutch by player; an event is period, clock, home's lead."""
    written = [event if isinstance(event, dict) else at(*event) for event in events]
    periods = {event["period"]: event for event in written}
    written = sorted(
        [*written, *(last | {"game_clock_seconds": 0} for last in periods.values())], key=lambda event: event["period"]
    )
    rows = rows_of(late_minutes, court_time=stretches(*written))
    return {row["player_lookup"]: (row["fourth_quarter_seconds"], row["clutch_seconds"]) for row in rows}


def at(period: int, clock: int, lead: int = 0, **more: Any) -> Row:
    return other("shot", period=period, game_clock_seconds=clock, score_home=80 + lead, score_away=80, **more)


def test_the_whole_fourth_quarter() -> None:
    seconds = late((4, 720, 20), (4, 400, 20))
    assert seconds == dict.fromkeys((*HOME, *AWAY), (720, 0))


def test_the_clutch_is_the_last_five_minutes_within_five() -> None:
    """From 6:00 to 4:00 the score is close: only the minute after 5:00 counts."""
    assert late((4, 720, 20), (4, 360, 5), (4, 240, 6))["tatum"] == (720, 60)
    assert late((4, 720, 20), (4, 360, -5), (4, 240, 0), (4, 100, 6))["tatum"] == (720, 200)
    assert late((4, 720, 0), (4, 310, 0), (4, 300, 6))["tatum"] == (720, 0)


def test_overtime_is_clutch_but_not_fourth_quarter() -> None:
    assert late((4, 720, 20), (5, 300, 0), (5, 200, 10))["tatum"] == (720, 100)


def test_how_many_late_periods_are_told() -> None:
    """A source without the overtime of a game, or without one of two, does not know its clutch."""
    for named in ((4,), (4, 5), (4, 6)):
        ends = [at(period, clock) for period in named for clock in (720 if period == 4 else 300, 0)]
        rows = rows_of(late_minutes, court_time=stretches(*ends))
        assert {row["late_periods"] for row in rows} == {len(named)}


def test_earlier_quarters_do_not_count() -> None:
    assert late((3, 200, 0)) == {}


def test_who_comes_in_plays_from_then_on() -> None:
    seconds = late((4, 720, 20), at(4, 500, 20, home_player_1_lookup="porzingis"))
    assert (seconds["tatum"], seconds["porzingis"]) == ((220, 0), (500, 0))


def test_an_unknown_five_leaves_the_whole_team_unknown() -> None:
    seconds = late((4, 720, 20), at(4, 500, 20, home_player_5_lookup=None), (4, 300, 20))
    assert seconds == dict.fromkeys(AWAY, (720, 0))


def test_late_minutes_are_unknown_unless_every_second_is_told() -> None:
    """Of a fourth quarter that breaks off, that lacks its beginning or is not there at all."""
    for events in ([at(4, 720, 20), at(4, 400, 20)], [at(4, 690, 20), at(4, 0, 20)], [at(5, 300, 20), at(5, 0, 20)]):
        assert rows_of(late_minutes, court_time=stretches(*events)) == []


def test_first_fives_are_of_the_first_event_that_names_them() -> None:
    """A technical foul before the jump ball may name nobody. A minute into the game somebody may have come in."""
    nobody = {f"{side}_player_{n}_lookup": None for side in ("home", "away") for n in range(1, 6)}
    foul = other("foul", **nobody)
    rows = rows_of(first_fives, court_time=stretches(foul, other("jump ball"), other(home_player_1_lookup="porzingis")))
    assert sorted(row["player_lookup"] for row in rows) == sorted((*HOME, *AWAY))
    for clock, known in ((660, 10), (659, 0)):
        rows = rows_of(first_fives, court_time=stretches(foul, other(game_clock_seconds=clock)))
        assert len(rows) == known


def test_first_fives() -> None:
    events = [other(), other("substitution", home_player_1_lookup="porzingis")]
    rows = rows_of(first_fives, court_time=stretches(*events))
    assert told(rows, "team_abbr", "player_lookup") == sorted(
        [*[("BOS", name) for name in HOME], *[("NYK", name) for name in AWAY]]
    )


def test_first_fives_of_an_unknown_line_up() -> None:
    events = [other(home_player_3_lookup=None)]
    assert {row["team_abbr"] for row in rows_of(first_fives, court_time=stretches(*events))} == {"NYK"}


def test_a_line_ups_spelling_may_have_a_number_in_front_too() -> None:
    events = [other(home_player_1_lookup="12345tatum")]
    rows = rows_of(first_fives, court_time=stretches(*events))
    assert "tatum" in {row["player_lookup"] for row in rows}


def test_a_starter_whose_spelling_nobody_knows_has_no_name() -> None:
    """The nine others have, and the views keep the time of the known ones."""
    assert late(at(4, 720, 20, home_player_1_lookup="newcomer")) == dict.fromkeys((*HOME[1:], *AWAY), (720, 0))
    first = rows_of(first_fives, court_time=stretches(other(home_player_1_lookup="newcomer")))
    assert told(first, "team_abbr", "player_lookup")[0] == ("BOS", None)


def test_line_ups_unknown_while_no_time_passes_hide_nobody() -> None:
    """Between two free throws at one clock the source may lack a name."""
    seconds = late((4, 720, 20), at(4, 300, 20, home_player_5_lookup=None), (4, 300, 20))
    assert seconds == dict.fromkeys((*HOME, *AWAY), (720, 0))
