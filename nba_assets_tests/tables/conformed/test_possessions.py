"""Possessions as they were played: golden games, a few plays each of BOS at home to NYK, and what is true of any."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.simulate.feeds.plays import live_feed
from nba_assets.simulate.season import GameNight, SimulatedSeason
from nba_assets.tables.conformed.plays import plays
from nba_assets.tables.conformed.possessions import possessions
from nba_assets.tables.conformed.views.possessions import on_court, possession_counts
from nba_assets_tests.rows import Row, one, rows_of, told
from nba_assets_tests.tables.conformed.golden_possessions import (
    BOARD,
    GAMES,
    LAST,
    MISS,
    START,
    SUBSTITUTION,
    foul,
    plays_of,
    possessions_of,
    same_clock,
    tables_of,
    told_of,
)
from nba_assets_tests.tables.conformed.play_by_play import (
    AWAY,
    HOME,
    NAMES,
    bigdataball,
    free_throw,
    nbac,
    other,
    rebound,
    shot,
    turnover,
)


def test_the_ends_of_possessions() -> None:
    rows = possessions_of(START, shot("tatum"), turnover("hart"), MISS, BOARD, free_throw("hart", "1/2"),
                          free_throw("hart", "2/2"), MISS)  # fmt: skip
    assert told_of(rows) == [
        ("BOS", "shot", 2),
        ("NYK", "turnover", 0),
        ("BOS", "rebound", 0),
        ("NYK", "free throw", 2),
        ("BOS", "period", 0),
    ]
    assert [(row["number"], row["start_clock"], row["end_clock"]) for row in rows] == [
        (1, 720, 710),
        (2, 710, 700),
        (3, 700, 680),
        (4, 680, 660),
        (5, 660, 0),
    ]
    assert [(row["used_by"], row["is_used"]) for row in rows[:4]] == [
        ("tatum", True), ("hart", True), ("tatum", True), ("hart", True)]  # fmt: skip


def test_overtime_is_a_period_of_its_own() -> None:
    rows = possessions_of(START, shot("tatum"), other(period=5, game_clock_seconds=300),
                          shot("hart", period=5, game_clock_seconds=250))  # fmt: skip
    assert [(row["period"], *told) for row, told in zip(rows, told_of(rows), strict=True)] == [
        (1, "BOS", "shot", 2),
        (1, *LAST),
        (5, "NYK", "shot", 2),
        (5, "BOS", "period", 0),
    ]


AND_ONE = (shot("tatum"), foul("hart", "shooting"))


def test_an_and_one_ends_with_its_free_throw_or_the_rebound() -> None:
    made, missed = free_throw("tatum", "1/1"), free_throw("tatum", "1/1", made=False)
    assert told_of(possessions_of(START, *same_clock(*AND_ONE, made))) == [("BOS", "free throw", 3), LAST]
    assert told_of(possessions_of(START, *AND_ONE, made)) == [("BOS", "free throw", 3), LAST], "at another second"
    kept = [rebound("brown", "offensive"), shot("brown")]
    assert told_of(possessions_of(START, *AND_ONE, missed, *kept)) == [("BOS", "shot", 4), LAST]
    assert told_of(possessions_of(START, *AND_ONE, missed, BOARD)) == [("BOS", "rebound", 2), LAST]
    technical = free_throw("hart", "technical")
    assert told_of(possessions_of(START, *AND_ONE, technical, made)) == [("BOS", "free throw", 3), LAST]


def test_another_mans_free_throw_is_no_and_one() -> None:
    rows = possessions_of(START, *same_clock(shot("tatum"), foul("hart", "away from play"), free_throw("brown", "1/1")))
    assert told_of(rows) == [("BOS", "shot", 2), ("NYK", "period", 0)]
    assert rows[-1]["opponent_points"] == 1


@pytest.mark.parametrize(
    ("kind", "trip"),
    [
        ("flagrant type 1", "flagrant 1/1"),
        ("clear path", "clear path 1/1"),
        ("transition take", "1/1"),
        ("away from play", "1/1"),
    ],
)
def test_a_free_throw_after_which_the_ball_is_kept(kind: str, trip: str) -> None:
    """It ends nothing where the team plays on at once, and a possession where something stops play."""
    whistle = same_clock(foul("hart", kind), free_throw("tatum", trip))
    on = [START, *whistle, shot("tatum", game_clock_seconds=490)]
    assert told_of(possessions_of(*on)) == [("BOS", "shot", 3), LAST]
    stopped = [START, *whistle, SUBSTITUTION | {"game_clock_seconds": 500}, shot("tatum", game_clock_seconds=490)]
    assert told_of(possessions_of(*stopped)) == [("BOS", "free throw", 1), ("BOS", "shot", 2), LAST]


def test_a_common_foul_after_a_flagrant_one_ends_its_own_trip() -> None:
    rows = possessions_of(
        START,
        *same_clock(foul("hart", "flagrant type 1"), foul("hart", "shooting"), free_throw("tatum", "2/2")),
    )
    assert told_of(rows) == [("BOS", "free throw", 1), LAST]


def test_what_the_other_team_does_after_kept_free_throws_is_a_possession_of_its_own() -> None:
    """So the league counts: a foul before the bonus or a kicked ball, but not the foul on the next shooter."""
    whistle = same_clock(foul("hart", "flagrant type 1"), free_throw("tatum", "flagrant 2/2"))
    shot_after = shot("tatum", game_clock_seconds=480)
    personal = [foul("hart", "personal") | {"game_clock_seconds": 490}]
    three = [("BOS", "free throw", 1), ("NYK", "lost", 0), ("BOS", "shot", 2), LAST]
    assert told_of(possessions_of(START, *whistle, *personal, shot_after)) == three
    assert (
        told_of(possessions_of(START, *whistle, SUBSTITUTION | {"game_clock_seconds": 500}, *personal, shot_after))
        == three
    )
    lane = other("violation", player_1_lookup="hart", game_clock_seconds=500)
    first, last = same_clock(*(free_throw("tatum", f"flagrant {n}/2") for n in (1, 2)))
    between = [whistle[0], first, lane, last]
    assert told_of(possessions_of(START, *between, shot_after)) == [("BOS", "shot", 4), LAST]
    shooting = [foul("hart", "shooting") | {"game_clock_seconds": 490}]
    trip = [free_throw("tatum", f"{n}/2", game_clock_seconds=490) for n in (1, 2)]
    assert told_of(possessions_of(START, *whistle, *shooting, *trip)) == [("BOS", "free throw", 3), LAST]


def test_kept_free_throws_end_a_possession_with_the_period_or_the_other_teams_shot() -> None:
    whistle = same_clock(foul("hart", "clear path"), free_throw("tatum", "clear path 2/2"))
    assert told_of(possessions_of(START, *whistle)) == [("BOS", "free throw", 1), LAST]
    shots = possessions_of(START, shot("hart"), *whistle, shot("hart", game_clock_seconds=480))
    assert [(row["team_abbr"], row["ended_by"]) for row in shots] == [
        ("NYK", "shot"), ("BOS", "lost"), ("NYK", "shot"), ("BOS", "period")]  # fmt: skip


def test_a_ball_lost_at_a_jump_ball_ends_a_possession() -> None:
    """Of the team that had it: no play of either says so, but the same team plays on."""
    jump = other("jump ball", player_1_lookup="tatum")
    dead = rebound(None, "offensive", player_1_team_abbr="NYK")
    again = [shot("brown", made=False), rebound("tatum", "offensive"), shot("tatum")]
    rows = possessions_of(START, shot("tatum"), shot("hart", made=False), dead, jump, *again)
    assert told_of(rows) == [("BOS", "shot", 2), ("NYK", "lost", 0), ("BOS", "shot", 2), LAST]
    assert (rows[1]["start_clock"], rows[1]["end_clock"], rows[1]["until_sequence"]) == (710, 680, 10300003)
    assert (rows[1]["used_by"], rows[1]["is_used"], rows[1]["opponent_points"]) == ("hart", True, 0)
    last = possessions_of(START, shot("tatum"), jump, shot("brown", made=False))
    assert told_of(last) == [("BOS", "shot", 2), ("NYK", "lost", 0), ("BOS", "period", 0)]
    won = possessions_of(START, shot("tatum"), jump, shot("hart"))
    assert told_of(won) == [("BOS", "shot", 2), ("NYK", "shot", 2), ("BOS", "period", 0)]


def test_a_basket_and_a_lane_violation_on_top_are_one_end() -> None:
    lane = turnover("brown") | {"event_subtype": "lane violation"}
    assert told_of(possessions_of(START, *same_clock(shot("tatum"), foul("hart", "shooting"), lane))) == [
        ("BOS", "shot", 2),
        LAST,
    ]


def test_a_rebound_entered_late_loses_nobody_the_ball() -> None:
    """Hart's rebound stands after the turnover that followed it."""
    late = same_clock(turnover("hart"), rebound("hart", "defensive"))
    rows = possessions_of(START, turnover("hart"), MISS, *late, shot("tatum", game_clock_seconds=480))
    assert [row["team_abbr"] for row in rows].count("BOS") == 2
    assert "lost" not in {row["ended_by"] for row in rows}


def test_a_period_that_ends_on_a_missed_shot() -> None:
    """The shooter's possession, whether or not his team is given the dead ball; the next period is another's."""
    dead = rebound(None, "offensive", player_1_team_abbr="BOS", game_clock_seconds=0)
    missed = [START, shot("hart"), shot("tatum", made=False, game_clock_seconds=1)]
    for events in (missed, [*missed, dead]):
        rows = possessions_of(*events, other(period=2, game_clock_seconds=720), shot("hart", period=2))
        assert told_of(rows) == [("NYK", "shot", 2), ("BOS", "period", 0), ("NYK", "shot", 2), ("BOS", "period", 0)]
        assert (rows[1]["end_clock"], rows[1]["used_by"]) == (0, "tatum")


def test_a_technical_ends_nothing_and_its_point_is_told_apart() -> None:
    rows = possessions_of(START, free_throw("hart", "technical"), shot("tatum"))
    assert told_of(rows) == [("BOS", "shot", 2), LAST]
    assert rows[0]["opponent_points"] == 1
    last = possessions_of(START, MISS, rebound("brown", "offensive"), free_throw("brown", "technical"))[-1]
    assert (last["ended_by"], last["points"], last["used_by"]) == ("period", 1, "tatum"), "nor is it a use"


def test_a_rebound_written_twice_ends_one_possession() -> None:
    team = rebound(None, "defensive", player_1_team_abbr="NYK")
    assert told_of(possessions_of(START, MISS, BOARD, team, shot("hart"))) == [
        ("BOS", "rebound", 0),
        ("NYK", "shot", 2),
        ("BOS", "period", 0),
    ]


def test_who_has_the_ball_at_the_end_of_a_period() -> None:
    """Who shot last, or else who did not lose it: a jump ball says nothing."""
    assert told_of(possessions_of(START, shot("hart"), MISS))[-1] == ("BOS", "period", 0)
    assert told_of(possessions_of(START, shot("tatum"), other("jump ball", player_1_lookup="brown")))[-1] == LAST
    again = possessions_of(START, shot("hart"), other("jump ball", player_1_lookup="hart"), shot("hart", made=False))
    assert told_of(again)[-1] == ("NYK", "period", 0)
    unsaid = rebound("hart", "offensive") | {"event_subtype": None}
    assert told_of(possessions_of(START, shot("hart"), MISS, unsaid))[-1] == ("BOS", "period", 0)
    assert told_of(possessions_of(START)) == [], "of nobody"
    assert told_of(possessions_of(START, MISS)) == [("BOS", "period", 0)], "nobody lost it before"


def test_after_a_change_at_the_horn_there_is_one_more_unless_tenths_say_no() -> None:
    assert told_of(possessions_of(START, shot("tatum"), at={1: 0})) == [("BOS", "shot", 2), LAST]

    def told_by_the_league(*clocks: str) -> list[tuple]:
        made = {"shot_result": "Made", "game_clock_seconds": 0}
        events = nbac(
            ("2pt", "hart", {"shot_result": "Made", "game_clock": clocks[0]}),
            ("2pt", "tatum", made | {"game_clock": clocks[1]}),
        )
        rows = rows_of(plays, nbac=events, games=GAMES, names=NAMES)
        return told_of(rows_of(possessions, plays=rows))

    whole = [("NYK", "shot", 2), ("BOS", "shot", 2)]
    assert told_by_the_league("PT11M42.60S", "PT00M00.00S") == whole
    assert told_by_the_league("PT11M42.60S", "PT00M00.40S") == [*whole, LAST]
    assert told_by_the_league("PT11M42.00S", "PT00M00.00S") == [*whole, LAST], "the feed has whole seconds"


def in_tenths(row: dict[str, Any]) -> dict[str, Any]:
    """As the league's own feed has it: what was at a full second is 0.6 earlier, but the end of the period at 0.0."""
    seconds = row["game_clock_seconds"]
    shown = max(seconds - 1, 0)
    left = f"{shown % 60:02d}.{'40' if seconds else '00'}S"
    elapsed = row["time_elapsed_seconds"] + (seconds - shown)
    return row | {
        "game_clock": f"PT{shown // 60:02d}M{left}",
        "game_clock_seconds": shown,
        "time_elapsed_seconds": elapsed,
    }


def counted(nights: list[GameNight]) -> dict[tuple[str, str], int]:
    """Possessions by game and team, from the league's feed in tenths."""
    games = [
        {
            "game_id": night.game.game_id,
            "nba_game_id": night.game.nba_id,
            "game_date": night.game.day,
            "season_year": 2024,
            "away_team_abbr": night.game.away.abbr,
            "home_team_abbr": night.game.home.abbr,
            "away_points": night.played.result.away_score,
            "home_points": night.played.result.home_score,
            "is_final": True,
        }
        for night in nights
    ]
    events = [in_tenths(row) for night in nights for row in live_feed(night, 2024, swapped=False)]
    known = {column.name for column in plays.reads["nbac"].source.columns}
    made = rows_of(plays, nbac=[{k: v for k, v in row.items() if k in known} for row in events], games=games)
    rows = rows_of(possession_counts, possessions=rows_of(possessions, plays=made))
    return {(row["game_id"], row["team_abbr"]): row["possessions"] for row in rows}


def test_simulated_games_in_tenths_are_counted_as_they_were_played() -> None:
    """All of them, and so are the ratings: who had the ball how often is known exactly there."""
    season = SimulatedSeason(2024, 7, days=2)
    nights = [night for day in season.play() for night in day.nights]
    played = {
        (night.game.game_id, team.abbr): count
        for night in nights
        for team, count in zip((night.game.away, night.game.home), night.played.possessions, strict=True)
    }
    assert len(played) >= 20
    assert counted(nights) == played


def test_only_whole_games_are_counted() -> None:
    events = bigdataball(START, shot("tatum"), shot("hart"))
    for whole, expected in ((True, [("BOS", 2), ("NYK", 1)]), (False, [])):
        made = rows_of(possessions, plays=plays_of(events, whole))
        assert told(rows_of(possession_counts, possessions=made), "team_abbr", "possessions") == expected


def test_who_was_on_court_and_who_used_it() -> None:
    """Porzingis comes in for the second free throw of a trip: he has no part in it."""
    white = {"home_player_1_lookup": "porzingis"}
    events = bigdataball(
        START,
        shot("tatum", "3PT"),
        shot("hart"),
        *same_clock(foul("hart", "shooting"), free_throw("brown", "1/2"), SUBSTITUTION | white),
        free_throw("brown", "2/2", game_clock_seconds=500, **white),
        shot("hart", made=False, game_clock_seconds=480, **white),
        rebound("porzingis", "defensive", game_clock_seconds=478, **white),
        other("end of period", game_clock_seconds=0, **white),
    )
    given = tables_of(events)
    made = rows_of(possessions, **given)
    assert [(row["player_1"], row["opponent_1"]) for row in made[:3]] == [
        ("tatum", "brunson"),
        ("brunson", "tatum"),
        ("tatum", "brunson"),
    ]
    assert all(row["five_known"] for row in made)
    rows = rows_of(on_court, possessions=made, plays=given["plays"], court_time=given["court_time"])
    names = ("on_court_possessions", "on_court_possessions_against", "on_court_points_for", "on_court_points_against")
    assert told([one(rows, player_lookup="tatum")], *names, "used", "used_on_court") == [(2, 1, 5, 2, 1, 2)]
    assert told([one(rows, player_lookup="porzingis")], *names) == [(1, 1, 0, 0)]
    assert told([one(rows, player_lookup="brunson")], *names) == [(2, 3, 2, 5)]
    assert {row["player_lookup"] for row in rows} == {*HOME, *AWAY, "porzingis"}


def test_without_line_ups_nobody_was_on_court() -> None:
    events = [row | {"home_player_1_lookup": None} for row in bigdataball(START, shot("tatum"))]
    given = tables_of(events)
    made = rows_of(possessions, **given)
    assert not any(row["five_known"] for row in made)
    assert rows_of(on_court, possessions=made, plays=given["plays"], court_time=given["court_time"]) == []


def ending(team: int) -> st.SearchStrategy[tuple[Row, ...]]:
    """One possession of a team, any of the ordinary ways."""
    us, them = (("tatum", "hart"), ("hart", "tatum"))[team]
    miss = shot(us, made=False)
    return st.sampled_from(
        [
            (shot(us),),
            (turnover(us),),
            (miss, rebound(them, "defensive")),
            (miss, rebound(us, "offensive"), shot(us, "3PT")),
            (free_throw(us, "1/2", made=False), free_throw(us, "2/2")),
            (free_throw(us, "1/2"), free_throw(us, "2/2", made=False), rebound(them, "defensive")),
            (shot(us), foul(them, "shooting"), free_throw(us, "1/1")),
        ]
    )


@settings(max_examples=10, deadline=None)
@given(data=st.data(), count=st.integers(1, 12), first=st.integers(0, 1))
def test_teams_take_turns(data: st.DataObject, count: int, first: int) -> None:
    """As many as were played, each team's within one of the other's, and all points in them."""
    played = [data.draw(ending((first + n) % 2)) for n in range(count)]
    rows = possessions_of(START, *(event for events in played for event in events))
    assert len(rows) == count + 1
    teams = [row["team_abbr"] for row in rows]
    assert teams == [("BOS", "NYK")[(first + n) % 2] for n in range(count + 1)]
    assert [row["number"] for row in rows] == list(range(1, count + 2))
    assert sum(row["points"] for row in rows) == sum(e.get("points_scored", 0) for events in played for e in events)
