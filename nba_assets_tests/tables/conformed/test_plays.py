"""Plays in order, and the shots among them: zone, assist, block, and-one, from either feed."""

from __future__ import annotations

from typing import Any

import pytest

from nba_assets.tables.conformed.plays import plays
from nba_assets.tables.conformed.views.shots import shots
from nba_assets_tests.given import MATCH, game_row
from nba_assets_tests.rows import Row, broken_of, one, rows_of, told
from nba_assets_tests.tables.conformed.play_by_play import (
    NAMES,
    bigdataball,
    free_throw,
    nbac,
    numbers,
    other,
    rebound,
    shot,
    turnover,
)

GAMES = [game_row(MATCH)]


def plays_of(*events: Row) -> list[dict[str, Any]]:
    return rows_of(plays, bigdataball=bigdataball(*events), games=GAMES, names=NAMES)


def shots_of(*events: Row) -> list[dict[str, Any]]:
    return rows_of(shots, plays=plays_of(*events))


def nbac_shots(*events: tuple[str, str | None, dict[str, Any]]) -> list[dict[str, Any]]:
    return rows_of(shots, plays=rows_of(plays, nbac=nbac(*events), games=GAMES, names=NAMES))


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
    assert told(numbers(rows, "sequence"), "sequence", "is_and_one") == [(0, True), (2, False)] + [
        (n, False) for n in range(3, 8)
    ]


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
    assert told(numbers(rows, "sequence"), "sequence", "kind", "made", "points", "ends_trip") == [
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


def test_a_heave_that_misses_is_a_three_of_the_team_and_of_no_player() -> None:
    """By either feed; one that goes in is who threw it."""
    thrown = other("heave", player_1_lookup="tatum", player_1_team_abbr="BOS")
    made = thrown | {"points_scored": 3}
    by_bigdataball = plays_of(thrown, rebound("hart", "defensive"), made)
    missed = {"sub_type": "Team Field Goal Attempt", "player_1_team_abbr": "BOS"}
    events = nbac(
        ("heave", None, missed),
        ("rebound", "hart", {"sub_type": "defensive"}),
        ("heave", "tatum", {"shot_result": "Made"}),
    )
    for rows in (by_bigdataball, rows_of(plays, nbac=events, games=GAMES, names=NAMES)):
        shots = [row for row in sorted(rows, key=lambda row: row["sequence"]) if row["kind"] == "shot"]
        assert [(row["spelling"], row["team_abbr"], row["zone"], row["made"], row["points"]) for row in shots] == [
            (None, "BOS", "three", False, 0),
            ("tatum", "BOS", "three", True, 3),
        ]
        assert [row["ends_possession_of"] for row in rows if row["kind"] == "rebound"] == ["BOS"]


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


def test_area_of_a_shot() -> None:
    """By its place in one feed, by the other's own word."""
    placed = [
        shot("tatum", original_x=0.0, original_y=60.0),
        shot("brown", "3PT", 23.0, original_x=-225.0, original_y=0.0),
    ]
    assert told(shots_of(*placed, shot("white")), "player_lookup", "area") == [
        ("brown", "corner_three"),
        ("tatum", "paint"),
        ("white", None),
    ]
    missed = {"shot_result": "Missed"}
    words = {"2pt": ["Restricted Area", "In The Paint (Non-RA)", "Mid-Range", "Above the Break 3", None]}
    words |= {"3pt": ["Left Corner 3", "Right Corner 3", "Above the Break 3", "Backcourt", "Mid-Range"]}
    said = [(kind, "tatum", missed | {"area": word}) for kind, of_kind in words.items() for word in of_kind]
    rows = rows_of(plays, nbac=nbac(*said), games=GAMES)
    assert [row["area"] for row in sorted(rows, key=lambda row: row["sequence"])] == [
        *("restricted", "paint", "mid_range", "mid_range", None),
        *("corner_three", "corner_three", "above_break", "above_break", "above_break"),
    ]


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


def test_periods_and_free_throws_of_the_nba_feed() -> None:
    """The end of a period is no play; a trip ends with its last ordinary throw, and one that is not named ends none."""
    made = {"shot_result": "Made", "game_clock_seconds": 500}
    throws = ["1 of 2", "2 of 2", "1 of 1", None]
    events = nbac(
        ("period", None, {"sub_type": "start"}),
        *(("freethrow", "tatum", made | {"sub_type": throw}) for throw in throws),
        ("freethrow", "tatum", made | {"sub_type": "1 of 1", "descriptor": "technical"}),
        ("2pt", "brown", made),
        ("freethrow", "brown", made),
        ("period", None, {"sub_type": "end", "game_clock_seconds": 0}),
    )
    rows = rows_of(plays, nbac=events, games=GAMES, names=NAMES)
    assert [row["kind"] for row in rows] == ["start of period", *["free throw"] * 5, "shot", "free throw"]
    assert [row["ends_trip"] for row in rows[1:6]] == [False, True, True, None, False]
    assert not any(row["is_and_one"] for row in rows)


def test_a_teams_play_has_no_name_and_an_unknown_players_has_his_spelling() -> None:
    rows = plays_of(
        rebound(None, "offensive", player_1_team_abbr="BOS"), rebound("newcomer", "defensive"), shot("12345tatum")
    )
    assert told(numbers(rows, "sequence"), "sequence", "player_lookup", "spelling") == [
        (0, None, None),
        (1, None, "newcomer"),
        (2, "tatum", "tatum"),
    ]


def test_only_a_shot_has_a_zone() -> None:
    rows = plays_of(shot("tatum"), free_throw("tatum", "1/2"), turnover("tatum"), other())
    assert told(rows, "kind", "zone") == [
        ("free throw", None),
        ("shot", "paint"),
        ("start of period", None),
        ("turnover", None),
    ]


def test_a_play_entered_late_stands_where_its_clock_says() -> None:
    """Two plays at one clock keep the order of their numbers."""
    rows = plays_of(shot("tatum", game_clock_seconds=700), turnover("tatum"), turnover("brown"), shot("white"))
    late = plays_of(*bigdataball(turnover("hart"), turnover("towns")), shot("white", game_clock_seconds=715))
    assert [row["player_lookup"] for row in rows] == ["tatum", "tatum", "brown", "white"]
    assert [row["player_lookup"] for row in late] == ["hart", "white", "towns"]


def test_a_period_comes_before_the_next_one_whatever_its_numbers() -> None:
    rows = plays_of(shot("white", period=2, game_clock_seconds=720), shot("hart", game_clock_seconds=0))
    assert [row["player_lookup"] for row in rows] == ["hart", "white"]


def test_a_clock_that_nothing_tells_is_unknown() -> None:
    """It says 5:00 where two minutes are over. The play stands where the clock says."""
    rows = plays_of(turnover("hart"), shot("tatum", game_clock_seconds=300, elapsed_seconds=120), turnover("towns"))
    assert [(row["player_lookup"], row["clock"]) for row in rows] == [("hart", 720), ("towns", 700), ("tatum", None)]
    assert told(broken_of(plays, "clocks_are_known", rows), "player_lookup") == [("tatum",)]


def score(points: int, team: str, period: int, **more: Any) -> Row:
    """A shot that is worth many."""
    player = "tatum" if team == "BOS" else "hart"
    return shot(player, points_scored=points, period=period, **more)


WHOLE = [score(points, team, period) for team, points in (("BOS", 20), ("NYK", 15)) for period in (1, 2, 3, 4)]
ENDED = [game_row(MATCH, home_points=80, away_points=60)]


def other_feed(*periods: int, threes: int = 1) -> list[Row]:
    made = {"shot_result": "Made"}
    return nbac(*(("3pt", "brown", made | {"period": period}) for period in periods for _ in range(threes)))


def feeds(first: list[Row], second: list[Row], *game: Row) -> list[tuple]:
    """Source and period of the plays, with whether they are the whole game."""
    rows = rows_of(plays, bigdataball=bigdataball(*first), nbac=second, games=game or ENDED, names=NAMES)
    return sorted({(row["source"], row["period"], row["is_whole"]) for row in rows})


def test_a_feed_that_tells_the_whole_game_is_taken_whole() -> None:
    assert feeds(WHOLE, other_feed(1, 2, 3, 4, 5)) == [("bigdataball", period, True) for period in (1, 2, 3, 4)]


def test_half_a_game_of_the_first_feed_does_not_hide_the_second() -> None:
    """Nor one that has every period and lacks points."""
    ended = game_row(MATCH, home_points=24, away_points=0)
    whole = other_feed(1, 2, 3, 4, threes=2)
    assert feeds(WHOLE[:2], whole, ended) == [("nbac", period, True) for period in (1, 2, 3, 4)]
    assert feeds(WHOLE[:4], whole, ended) == [("nbac", period, True) for period in (1, 2, 3, 4)]


def test_where_no_feed_is_whole_periods_are_of_the_one_nearer_the_score() -> None:
    """The other adds whole periods which that one lacks."""
    three_quarters = [row for row in WHOLE if row["period"] < 4]
    ended = game_row(MATCH, home_points=60 + 3, away_points=45)
    assert feeds(three_quarters, other_feed(3, 4), ended) == [
        *(("bigdataball", period, True) for period in (1, 2, 3)),
        ("nbac", 4, True),
    ]
    assert feeds(WHOLE[:1], other_feed(1, 2, 3)) == [("bigdataball", 1, False), ("nbac", 2, False), ("nbac", 3, False)]


def test_of_two_feeds_of_which_none_is_whole_the_first_by_name_counts() -> None:
    """Without a final score it is unknown whether four periods are the whole game."""
    unscored = game_row(MATCH, home_points=None, away_points=None)
    assert feeds(WHOLE, other_feed(1, 2), unscored) == [("bigdataball", period, None) for period in (1, 2, 3, 4)]
    assert feeds(WHOLE[:1], other_feed(1), unscored) == [("bigdataball", 1, False)]


def test_what_is_not_the_whole_game_is_not_summed() -> None:
    """Its zones are unknown, and nobody's fourth quarter is without points."""
    half = rows_of(plays, bigdataball=bigdataball(*WHOLE[:2]), games=ENDED, names=NAMES)
    assert told(broken_of(plays, "games_are_whole", half), "game_id") == [(MATCH.id,)]
    whole = rows_of(plays, bigdataball=bigdataball(*WHOLE), games=ENDED, names=NAMES)
    assert broken_of(plays, "games_are_whole", whole) == []


def test_a_feed_that_is_passed_over_is_counted() -> None:
    rows = rows_of(plays, bigdataball=bigdataball(*WHOLE[:2]), nbac=other_feed(3, 4), games=ENDED, names=NAMES)
    found = broken_of(plays, "first_feed_is_whole", rows, bigdataball=bigdataball(*WHOLE[:2]), games=ENDED)
    assert told(found, "period", "source") == [(3, "nbac"), (4, "nbac")]
    assert broken_of(plays, "first_feed_is_whole", rows, bigdataball=[], games=ENDED) == []


def test_plays_of_a_game_under_way_and_of_another_team_are_left_out() -> None:
    assert rows_of(plays, bigdataball=bigdataball(*WHOLE), games=[game_row(MATCH, is_final=False)]) == []
    assert told(plays_of(shot("tatum"), shot("jokic", player_1_team_abbr="DEN")), "spelling") == [("tatum",)]


@pytest.mark.parametrize("shown", [(500, 0), (220, 720)], ids=["down", "up"])
def test_the_horn_goes_by_the_clock_as_it_is_read(shown: tuple[int, int]) -> None:
    """NULL at zero, where seconds are whole; one that counts up shows all of a period there."""
    early, last = shown
    rows = plays_of(
        shot("tatum", game_clock_seconds=early, elapsed_seconds=220),
        shot("tatum", game_clock_seconds=last, elapsed_seconds=720),
    )
    assert told(rows, "clock", "at_horn") == [(0, None), (500, False)]


def test_the_horn_where_tenths_are_known() -> None:
    """But of a clock that counts up, whose tenths are another moment's."""

    def at(left: str, clock: int, since: int) -> tuple[str, str | None, dict[str, Any]]:
        more = {"game_clock": f"PT{clock // 60:02}M{left}S", "game_clock_seconds": clock}
        return "2pt", "tatum", more | {"time_elapsed_seconds": since, "shot_result": "Made"}

    def horns(*events: tuple[str, str | None, dict[str, Any]]) -> list[tuple[Any, ...]]:
        return told(rows_of(plays, nbac=nbac(*events), games=GAMES, names=NAMES), "clock", "at_horn")

    down = at("20.40", 500, 220), at("00.40", 0, 720), at("00.00", 0, 720)
    assert horns(*down) == [(0, False), (0, True), (500, False)]
    assert horns(at("40.40", 220, 220), at("00.00", 720, 720)) == [(0, None), (500, False)]


@pytest.mark.parametrize(
    ("tenths", "known"),
    [(("00.00",), True), (("00.40",), False), (("00.40", "00.00"), None), (("00.00", "00.00"), True), ((), None)],
)
def test_tenths_of_one_feed_tell_the_horn_of_the_other(tenths: tuple[str, ...], known: bool | None) -> None:
    """BigDataBall tells the game and knows whole seconds: of the same kind of play of the same team, if all agree."""

    def at(left: str, player: str, clock: int = 0) -> tuple[str, str | None, dict[str, Any]]:
        return "2pt", player, {"game_clock": f"PT00M{left}S", "game_clock_seconds": clock, "shot_result": "Missed"}

    own = bigdataball(shot("tatum", game_clock_seconds=0), shot("tatum", game_clock_seconds=20), turnover("tatum"))
    feed = nbac(at("20.40", "tatum", 20), at("00.40", "hart"), *(at(left, "tatum") for left in tenths))
    rows = rows_of(plays, bigdataball=own, nbac=feed, games=GAMES, names=NAMES)
    assert {row["source"] for row in rows} == {"bigdataball"}
    assert told(rows, "kind", "clock", "at_horn") == [
        ("shot", 0, known),
        ("shot", 20, False),
        ("turnover", 700, False),
    ]
