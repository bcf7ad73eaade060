"""Plays, the shots among them, second chances, and who was on court late.

BOS at home to NYK; an event is written as a few words, and its place in the list is its place in the game.
"""

from __future__ import annotations

from typing import Any

import pytest

from nba_assets.tables.conformed.plays import (
    first_fives,
    fourth_quarter_points,
    late_minutes,
    plays,
    second_chances,
    shots,
)
from nba_assets_tests.given import MATCH, game_row, named
from nba_assets_tests.rows import Row, one, rows_of, told

GAMES = [game_row(MATCH)]
HOME, AWAY = ("tatum", "brown", "white", "holiday", "horford"), ("brunson", "hart", "bridges", "anunoby", "towns")
NAMES = named(*HOME, *AWAY, "porzingis", "timhardawayjr", timhardaway="timhardawayjr")
TEAMS = {"game_date": MATCH.day, "home_team_abbr": "BOS", "away_team_abbr": "NYK"}


def shot(player: str, kind: str = "2PT", distance: float | None = 2.0, *, made: bool = True, **more: Any) -> Row:
    points = {"2PT": 2, "3PT": 3}[kind] if made else 0
    return {
        "event_type": "shot",
        "player_1_lookup": player,
        "shot_type": kind,
        "shot_distance": distance,
        "shot_made": made,
        "points_scored": points,
    } | more


def free_throw(player: str, trip: str, *, made: bool = True, **more: Any) -> Row:
    return {
        "event_type": "free throw",
        "event_subtype": f"free throw {trip}",
        "player_1_lookup": player,
        "points_scored": int(made),
    } | more


def rebound(player: str | None, kind: str, **more: Any) -> Row:
    return {"event_type": "rebound", "event_subtype": f"rebound {kind}", "player_1_lookup": player} | more


def turnover(player: str) -> Row:
    return {"event_type": "turnover", "player_1_lookup": player}


def other(kind: str = "start of period", **more: Any) -> Row:
    return {"event_type": kind} | more


def bigdataball(*events: Row) -> list[Row]:
    """Events in order; each ten seconds after the one before, in the first quarter, with both fives on court."""
    court = {f"home_player_{n}_lookup": name for n, name in enumerate(HOME, 1)}
    court |= {f"away_player_{n}_lookup": name for n, name in enumerate(AWAY, 1)}
    return [
        TEAMS
        | court
        | {
            "event_sequence": n,
            "period": 1,
            "game_clock_seconds": 720 - 10 * n,
            "player_1_team_abbr": _team(event.get("player_1_lookup")),
            "score_home": 0,
            "score_away": 0,
        }
        | event
        for n, event in enumerate(events)
    ]


def nbac(*events: tuple[str, str | None, dict[str, Any]]) -> list[Row]:
    """NBA.com's feed: action, player and the rest. Its home and away are random (R-2), so only its id counts."""
    swapped = {"game_date": MATCH.day, "home_team_abbr": "NYK", "away_team_abbr": "BOS", "nba_game_id": MATCH.nba_id}
    return [
        swapped
        | {
            "event_sequence": n,
            "period": 1,
            "game_clock_seconds": 720 - 10 * n,
            "action_type": action,
            "player_1_lookup": player,
            "player_1_team_abbr": _team(player),
        }
        | more
        for n, (action, player, more) in enumerate(events)
    ]


def _team(player: str | None) -> str | None:
    return player and ("BOS" if player.lstrip("0123456789") in (*HOME, "timhardaway", "porzingis") else "NYK")


def plays_of(*events: Row) -> list[dict[str, Any]]:
    return rows_of(plays, bigdataball=bigdataball(*events), games=GAMES)


def shots_of(*events: Row) -> list[dict[str, Any]]:
    return rows_of(shots, plays=plays_of(*events), games=GAMES, names=NAMES)


def nbac_shots(*events: tuple[str, str | None, dict[str, Any]]) -> list[dict[str, Any]]:
    played = rows_of(plays, nbac=nbac(*events), games=GAMES)
    return rows_of(shots, plays=played, games=GAMES, names=NAMES)


@pytest.mark.parametrize(
    ("kind", "distance", "zone"),
    [
        ("2PT", 8.0, "paint"),
        ("2PT", 8.1, "mid_range"),
        ("2PT", 24.5, "mid_range"),
        ("2PT", None, "unknown"),
        ("3PT", 22.0, "three"),
        ("3PT", 1.0, "three"),
        ("3PT", None, "three"),
    ],
)
def test_zone_of_a_shot(kind: str, distance: float | None, zone: str) -> None:
    row = one(shots_of(shot("tatum", kind, distance)))
    assert (row["zone"], row["team_abbr"], row["defending_team_abbr"]) == (zone, "BOS", "NYK")
    assert (row["game_id"], row["player_lookup"], row["source"]) == (MATCH.id, "tatum", "bigdataball")


def test_assisted_blocked_and_missed() -> None:
    rows = shots_of(
        shot("tatum", player_2_lookup="white", player_2_role="assist"),
        shot("tatum", made=False),
        shot("brunson", made=False, player_2_lookup="horford", player_2_role="block"),
    )
    assert told(rows, "player_lookup", "made", "is_assisted", "blocked_by", "defending_team_abbr") == [
        ("brunson", False, False, "horford", "BOS"),
        ("tatum", False, False, None, "NYK"),
        ("tatum", True, True, None, "NYK"),
    ]


def test_spellings_without_suffix_or_with_a_number_in_front() -> None:
    rows = shots_of(shot("timhardaway"), shot("12345tatum"), shot("newcomer", player_1_team_abbr="BOS"))
    assert told(rows, "player_lookup", "team_abbr") == [(None, "BOS"), ("tatum", "BOS"), ("timhardawayjr", "BOS")]


def test_a_blockers_spelling_may_have_a_number_in_front_too() -> None:
    blocked = shot("brunson", made=False, player_2_lookup="12345horford", player_2_role="block")
    assert one(shots_of(blocked))["blocked_by"] == "horford"


def test_an_and_one_is_a_made_shot_with_its_own_free_throw() -> None:
    moment = {"game_clock_seconds": 500}
    rows = plays_of(
        shot("tatum", **moment),
        other("foul", player_1_lookup="towns", **moment),
        free_throw("tatum", "1/1", **moment),
        shot("brown", game_clock_seconds=480),
        free_throw("white", "1/1", game_clock_seconds=480),
        free_throw("brown", "1/1", game_clock_seconds=470),
        shot("holiday", made=False, game_clock_seconds=460),
        free_throw("holiday", "1/2", game_clock_seconds=460),
    )
    assert told(rows, "sequence", "is_and_one") == [(0, True), (2, False)] + [(n, False) for n in range(3, 8)]


def test_a_single_free_throw_before_the_shot_is_no_and_one() -> None:
    """Away from the play, then a shot at the same clock."""
    moment = {"game_clock_seconds": 500}
    rows = plays_of(free_throw("tatum", "1/1", **moment), shot("tatum", **moment))
    assert told(rows, "is_and_one") == [(False,), (False,)]


def test_what_ends_a_trip_and_scores() -> None:
    rows = plays_of(
        free_throw("tatum", "1/2"),
        free_throw("tatum", "2/2", made=False),
        free_throw("tatum", "3/3"),
        turnover("tatum"),
    )
    assert told(rows, "sequence", "kind", "made", "points", "ends_trip") == [
        (0, "free throw", True, 1, False),
        (1, "free throw", False, 0, True),
        (2, "free throw", True, 1, True),
        (3, "turnover", None, 0, None),
    ]


def test_the_nba_feed_stands_in_for_a_whole_game() -> None:
    made = {"shot_result": "Made", "shot_distance": 3.0}
    other_feed = nbac(("2pt", "tatum", made), ("3pt", "brunson", {"shot_result": "Missed"}))
    played = rows_of(plays, nbac=other_feed, games=GAMES)
    assert told(played, "game_id", "spelling", "points", "source") == [
        (MATCH.id, "brunson", 0, "nbac"),
        (MATCH.id, "tatum", 2, "nbac"),
    ]
    both = rows_of(plays, bigdataball=bigdataball(shot("white")), nbac=other_feed, games=GAMES)
    assert told(both, "spelling", "source") == [("white", "bigdataball")]


@pytest.mark.parametrize(
    ("action", "distance", "area", "zone"),
    [
        ("2pt", 8.0, "In The Paint (Non-RA)", "paint"),
        ("2pt", 12.0, "In The Paint (Non-RA)", "mid_range"),
        ("2pt", None, "Restricted Area", "paint"),
        ("2pt", None, "Mid-Range", "mid_range"),
        ("2pt", None, "In The Paint (Non-RA)", "unknown"),
        ("2pt", None, None, "unknown"),
        ("3pt", 22.0, "Left Corner 3", "three"),
    ],
)
def test_zone_of_a_shot_of_the_nba_feed(action: str, distance: float | None, area: str | None, zone: str) -> None:
    row = one(nbac_shots((action, "tatum", {"shot_result": "Missed", "shot_distance": distance, "area": area})))
    assert (row["zone"], row["made"], row["source"]) == (zone, False, "nbac")


def test_assists_blocks_and_and_ones_of_the_nba_feed() -> None:
    moment = {"game_clock_seconds": 500, "shot_result": "Made"}
    rows = nbac_shots(
        ("2pt", "tatum", moment | {"assist_player_lookup": "white"}),
        ("freethrow", "tatum", moment | {"sub_type": "1 of 1"}),
        ("2pt", "brown", {"shot_result": "Missed", "block_player_lookup": "towns"}),
        ("3pt", "hart", moment),
        ("freethrow", "hart", moment | {"sub_type": "1 of 1", "descriptor": "technical"}),
    )
    assert told(rows, "player_lookup", "is_assisted", "is_and_one", "blocked_by") == [
        ("brown", False, False, "towns"),
        ("hart", False, False, None),
        ("tatum", True, True, None),
    ]


def second_chance(*events: Row) -> dict[str, int]:
    rows = rows_of(second_chances, plays=plays_of(*events))
    return {row["team_abbr"]: row["points"] for row in rows}


def test_second_chances() -> None:
    """Points after the own rebound, none before it, and none in the next possession."""
    miss, board = shot("tatum", made=False), rebound("brown", "offensive")
    assert second_chance(miss, board, shot("brown")) == {"BOS": 2}
    assert second_chance(miss, board, miss, board, shot("white", "3PT", 25.0)) == {"BOS": 3}
    assert second_chance(miss, board, shot("brown"), shot("brunson"), shot("tatum")) == {"BOS": 2, "NYK": 0}
    assert second_chance(miss, rebound("towns", "defensive"), shot("brunson"), shot("tatum")) == {"BOS": 0, "NYK": 0}
    assert second_chance(miss, board, turnover("brown"), shot("brunson"), shot("tatum")) == {"BOS": 0, "NYK": 0}
    assert second_chance(miss, board, other(), shot("brown")) == {"BOS": 0}


def test_second_chances_at_the_line() -> None:
    board = rebound("brown", "offensive")
    trip = [free_throw("brown", "1/2"), free_throw("brown", "2/2"), shot("tatum")]
    assert second_chance(shot("tatum", made=False), board, *trip) == {"BOS": 2}
    missed = [free_throw("brown", "1/2"), free_throw("brown", "2/2", made=False), board, shot("brown")]
    assert second_chance(*missed) == {"BOS": 2}


def test_an_and_one_ends_with_its_free_throw() -> None:
    miss, board = shot("tatum", made=False), rebound("brown", "offensive")
    basket = shot("brown", game_clock_seconds=500), free_throw("brown", "1/1", game_clock_seconds=500)
    assert second_chance(miss, board, *basket, shot("tatum")) == {"BOS": 3}


def test_a_rebound_of_nobody_is_filler_between_free_throws() -> None:
    filler = rebound(None, "offensive", player_1_team_abbr="BOS")
    trip = [free_throw("tatum", "1/2", made=False), filler, free_throw("tatum", "2/2")]
    assert second_chance(*trip) == {"BOS": 0}


def test_fourth_quarter_points() -> None:
    late = {"period": 4}
    played = plays_of(
        shot("tatum"),
        shot("tatum", "3PT", **late),
        free_throw("tatum", "1/2", **late),
        shot("timhardaway", made=False, **late),
        shot("newcomer", **late),
        shot("brown", period=5),
    )
    rows = rows_of(fourth_quarter_points, plays=played, names=NAMES)
    assert told(rows, "game_id", "player_lookup", "points") == [
        (MATCH.id, "tatum", 4),
        (MATCH.id, "timhardawayjr", 0),
    ]


def late(*events: tuple[int, int, int] | Row) -> dict[str, tuple[int, int]]:
    """Seconds in the fourth quarter and in the clutch by player; an event is period, clock, home's lead."""
    written = [event if isinstance(event, dict) else at(*event) for event in events]
    rows = rows_of(late_minutes, events=bigdataball(*written), games=GAMES, names=NAMES)
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


def test_earlier_quarters_do_not_count() -> None:
    assert late((3, 200, 0)) == {}


def test_who_comes_in_plays_from_then_on() -> None:
    seconds = late((4, 720, 20), at(4, 500, 20, home_player_1_lookup="porzingis"))
    assert (seconds["tatum"], seconds["porzingis"]) == ((220, 0), (500, 0))


def test_an_unknown_five_leaves_the_whole_team_unknown() -> None:
    seconds = late((4, 720, 20), at(4, 500, 20, home_player_5_lookup=None), (4, 300, 20))
    assert seconds == dict.fromkeys(AWAY, (720, 0))


def test_first_fives() -> None:
    events = bigdataball(other(), other("substitution", home_player_1_lookup="porzingis"))
    rows = rows_of(first_fives, events=events, games=GAMES, names=NAMES)
    assert told(rows, "team_abbr", "player_lookup") == sorted(
        [*[("BOS", name) for name in HOME], *[("NYK", name) for name in AWAY]]
    )


def test_first_fives_of_an_unknown_line_up() -> None:
    events = bigdataball(other(home_player_3_lookup=None))
    assert {row["team_abbr"] for row in rows_of(first_fives, events=events, games=GAMES, names=NAMES)} == {"NYK"}


def test_a_line_ups_spelling_may_have_a_number_in_front_too() -> None:
    events = bigdataball(other(home_player_1_lookup="12345tatum"))
    rows = rows_of(first_fives, events=events, games=GAMES, names=NAMES)
    assert "tatum" in {row["player_lookup"] for row in rows}
