"""Where a player shoots from. The day is 20 December 2024; the player is Brunson; games are by how many days ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.tables.precompute.player_shot_zone_analysis import player_shot_zone_analysis
from nba_assets_tests.given import COVERED, TODAY, ago, known_on, played, result
from nba_assets_tests.rows import Row, failed_of, one, rows_of, told

RATES = ("paint_rate_last_10", "mid_range_rate_last_10", "three_pt_rate_last_10")
NO_PLAY_BY_PLAY: Row = dict.fromkeys(("paint_attempts", "mid_range_attempts", "assisted_fg_makes"))

Shots = tuple[int, int]


def shot(days: int, paint: Shots = (2, 4), mid_range: Shots = (1, 4), three: Shots = (1, 2), **more: Any) -> Row:
    """A game with the shots (made, attempted) from each zone; a quarter of the makes came from a pass."""
    makes = paint[0] + mid_range[0] + three[0]
    zones = {"paint": paint, "mid_range": mid_range, "three_pt": three}
    counts = {f"{zone}_{what}": pair[n] for zone, pair in zones.items() for n, what in enumerate(("makes", "attempts"))}
    passes = {"fg_makes": makes, "assisted_fg_makes": makes // 4, "unassisted_fg_makes": makes - makes // 4}
    return played(days, **counts | passes | more)


def unseen(days: int, threes: Shots = (5, 10)) -> Row:
    """A game without play-by-play: threes and makes stand in the box score."""
    made = {"three_pt_makes": threes[0], "three_pt_attempts": threes[1], "fg_makes": 8}
    return played(days, **NO_PLAY_BY_PLAY, **made)


def games(count: int, first: int = 1, **more: Any) -> list[Row]:
    return [shot(days, **more) for days in range(first, first + count)]


def inputs_of(*players: Row, **inputs: list[Row]) -> dict[str, list[Row]]:
    """Every game of a row is in the schedule, with New York's name."""
    keys = ("game_id", "game_date", "season_year", "season_type", "team_abbr")
    results = [{key: row[key] for key in keys} | {"is_final": True} for row in players]
    return {**COVERED, "players": list(players), "results": results} | inputs


def rows_with(*players: Row, **inputs: list[Row]) -> list[dict[str, Any]]:
    return rows_of(player_shot_zone_analysis, **inputs_of(*players, **inputs))


def brunson(*players: Row) -> dict[str, Any]:
    return one(rows_with(*players), player_lookup="brunson")


def failures(*players: Row, **inputs: list[Row]) -> list[tuple]:
    names = ("entity_id", "failure_category", "can_retry", "expected_game_count", "actual_game_count")
    return told(failed_of(player_shot_zone_analysis, **inputs_of(*players, **inputs)), *names)


def columns(row: Row, *names: str) -> tuple:
    return tuple(row[name] for name in names)


def test_ten_games() -> None:
    """Five of 4, 4 and 2 shots and five of 1, 1 and 8 are 25, 25 and 50 of a hundred; an eleventh is too old."""
    far = games(5, first=6, paint=(1, 1), mid_range=(0, 1), three=(3, 8))
    row = brunson(*games(5), *far, shot(11, paint=(90, 90)))
    assert columns(row, *RATES, "total_shots_last_10") == (25, 25, 50, 100)
    assert columns(row, "paint_pct_last_10", "mid_range_pct_last_10", "three_pt_pct_last_10") == (0.6, 0.2, 0.4)
    per_game = ("paint_attempts_per_game", "mid_range_attempts_per_game", "three_pt_attempts_per_game")
    assert columns(row, *per_game) == (2.5, 2.5, 5)
    assert columns(row, "assisted_rate_last_10", "unassisted_rate_last_10") == (25, 75)
    assert columns(row, "games_in_sample_10", "games_in_sample_20", "zone_games_in_sample_10") == (10, 11, 10)
    assert columns(row, "sample_quality_10", "sample_quality_20") == ("excellent", "limited")
    assert columns(row, "universal_player_id", "analysis_date") == ("brunson_001", TODAY)
    assert columns(row, "primary_scoring_zone", "quality_tier", "quality_issues") == ("perimeter", "gold", [])


def test_rates_are_shares_of_a_hundred() -> None:
    assert columns(brunson(*games(10, paint=(1, 1), mid_range=(1, 1), three=(1, 1))), *RATES) == (33.33,) * 3


def test_threes_of_games_without_play_by_play_do_not_count() -> None:
    """Seven games of 4, 4 and 2 shots; thirty more threes would make him a perimeter player."""
    row = brunson(*[unseen(days) for days in (1, 2, 3)], *games(7, first=4))
    assert columns(row, *RATES, "total_shots_last_10") == (40, 40, 20, 70)
    assert columns(row, "three_pt_pct_last_10", "three_pt_attempts_per_game", "paint_attempts_per_game") == (0.5, 2, 4)
    assert columns(row, "assisted_rate_last_10", "unassisted_rate_last_10") == (25, 75)
    assert columns(row, "games_in_sample_10", "zone_games_in_sample_10") == (10, 7)
    assert columns(row, "quality_tier", "quality_issues") == ("silver", ["games_without_play_by_play"])


def test_shares_of_the_leagues_areas() -> None:
    """Of games whose shots are placed, five at least: 2, 1, 1, 4 and 2 of ten a game."""
    tried = {"restricted": 2, "paint": 1, "mid_range": 1, "corner_three": 4, "above_break": 2}
    placed = {f"area_{area}_attempts": shots for area, shots in tried.items()}
    placed |= {f"area_{area}_makes": 1 for area in tried}
    rates = [f"area_{area}_rate_last_10" for area in tried]
    row = brunson(*games(5, **placed), *games(5, first=6))
    assert columns(row, *rates, "area_games_in_sample_10") == (20, 10, 10, 40, 20, 5)
    assert columns(row, "area_corner_three_pct_last_10", "area_paint_pct_last_10") == (0.25, 1)
    few = brunson(*games(4, **placed), *games(6, first=5))
    assert columns(few, *rates, "area_paint_pct_last_10", "area_games_in_sample_10") == (*[None] * 6, 4)


def test_thin_coverage_makes_zones_unknown() -> None:
    """Five games of ten are enough, four are not."""
    enough = brunson(*[unseen(days) for days in range(1, 6)], *games(5, first=6))
    assert columns(enough, "paint_rate_last_10", "quality_tier") == (40, "bronze")

    row = brunson(*[unseen(days) for days in range(1, 7)], *games(4, first=7))
    unknown = (*RATES, "total_shots_last_10", "paint_pct_last_10", "three_pt_attempts_per_game", "primary_scoring_zone")
    assert columns(row, *unknown, "assisted_rate_last_10", "paint_rate_last_20") == (None,) * 9
    assert columns(row, "zone_games_in_sample_10", "quality_tier") == (4, "bronze")
    assert row["quality_issues"] == ["games_without_play_by_play", "thin_zone_coverage"]

    half = brunson(*games(9), shot(10, mid_range_attempts=None))
    assert half["zone_games_in_sample_10"] == 9, "of half the zones nothing is counted"
    none = brunson(*[unseen(days) for days in range(1, 11)])
    assert columns(none, *RATES, "zone_games_in_sample_10") == (None, None, None, 0)


def test_without_a_shot_there_is_no_share() -> None:
    row = brunson(*games(10, paint=(0, 0), mid_range=(0, 0), three=(0, 0)))
    assert columns(row, *RATES, "total_shots_last_10", "primary_scoring_zone") == (None,) * 5
    assert columns(row, "paint_attempts_per_game", "quality_issues") == (0, ["no_shots"])


def test_the_trend_wants_fifteen_games() -> None:
    """Ten games with 4 of 10 shots in the paint before ten with 8 of 10: 12 of 20 over all; 20 of 40 after five."""
    old = {"paint": (4, 8), "mid_range": (0, 0), "three": (1, 2)}
    trend = ("paint_rate_last_20", "paint_pct_last_20", "games_in_sample_20")
    assert columns(brunson(*games(10), *games(4, first=11, **old)), *trend) == (None, None, 14)
    rate = 100 * (10 * 4 + 5 * 8) / 150
    assert columns(brunson(*games(10), *games(5, first=11, **old)), *trend) == (pytest.approx(rate, abs=0.005), 0.5, 15)
    too_old = shot(21, paint=(90, 90))
    assert columns(brunson(*games(10), *games(10, first=11, **old), too_old), *trend) == (60, 0.5, 20)


def test_the_trend_wants_ten_games_with_play_by_play() -> None:
    seen, blind = games(10), [unseen(days) for days in range(11, 21)]
    assert brunson(*seen, *blind)["paint_rate_last_20"] == 40
    row = brunson(*seen[:9], unseen(10), *blind)
    assert columns(row, "paint_rate_last_10", "paint_rate_last_20", "zone_games_in_sample_20") == (40, None, 9)


@pytest.mark.parametrize(
    ("paint", "mid_range", "three", "zone"),
    [
        (40, 0, 60, "paint"),
        (39, 21, 40, "perimeter"),
        (39, 35, 26, "mid_range"),
        (30, 34, 36, "balanced"),
        (39, 61, 0, "mid_range"),
        (40, 60, 0, "paint"),
        (25, 35, 40, "perimeter"),
        (27, 34, 39, "balanced"),
    ],
)
def test_the_primary_zone(paint: int, mid_range: int, three: int, zone: str) -> None:
    row = brunson(*games(10, paint=(0, paint), mid_range=(0, mid_range), three=(0, three)))
    assert columns(row, *RATES, "primary_scoring_zone") == (paint, mid_range, three, zone)


def test_a_short_sample_is_a_row_that_says_so() -> None:
    told_of = ("paint_rate_last_10", "sample_quality_10", "quality_tier", "quality_issues")
    assert columns(brunson(*games(9)), *told_of) == (40, "good", "silver", ["short_sample"])
    assert columns(brunson(*games(5)), *told_of) == (40, "limited", "bronze", ["short_sample"])
    blind = brunson(*games(4), unseen(5))
    assert columns(blind, "paint_rate_last_10", "games_in_sample_10", "zone_games_in_sample_10") == (None, 5, 4)


def test_four_games_are_a_failure_record() -> None:
    """Nobody expects more of him: the game his teammates have and he has not is one he sat out."""
    assert rows_with(*games(4)) == []
    expected = [("brunson", "EXPECTED_INCOMPLETE", False, 4, 4)]
    assert failures(*games(4)) == expected
    hart = shot(30, player="hart")
    assert failures(*games(4), hart) == [*expected, ("hart", "EXPECTED_INCOMPLETE", False, 1, 1)]


def test_a_game_that_nobody_has_a_row_of_is_missing() -> None:
    four = games(4)
    played_too = inputs_of(*four)["results"]

    def with_result(**more: Any) -> list[tuple]:
        return failures(*four, results=[*played_too, result(30, **more)])

    assert with_result() == [("brunson", "INCOMPLETE_UPSTREAM", True, 5, 4)]
    nothing_missing = [("brunson", "EXPECTED_INCOMPLETE", False, 4, 4)]
    assert with_result(is_final=False) == nothing_missing
    assert with_result(season_type="cup_final") == nothing_missing
    assert with_result(team_abbr="PHI") == nothing_missing
    assert with_result(game_date=TODAY) == nothing_missing


def test_after_a_trade_the_latest_team_counts() -> None:
    """The games of a player follow him; what is missing is of the team that he was with."""
    old = games(6, first=10, team_abbr="PHI")
    assert brunson(*games(5), *old)["games_in_sample_10"] == 10
    moved = [*games(2), *old[:2]]
    results = inputs_of(*moved)["results"]
    assert failures(*moved, results=[*results, result(20, "PHI")])[0][1] == "INCOMPLETE_UPSTREAM"
    assert failures(*moved, results=[*results, result(20, "NYK")])[0][1] == "EXPECTED_INCOMPLETE"


def test_a_missing_game_lowers_the_tier() -> None:
    ten = games(10)
    row = one(rows_with(*ten, results=[*inputs_of(*ten)["results"], result(20)]), player_lookup="brunson")
    assert columns(row, "games_missing", "quality_tier", "quality_issues") == (1, "silver", ["games_missing"])


def test_no_game_without_a_minute_nor_a_cup_final() -> None:
    others = [shot(1, seconds_played=0), shot(2, season_type="cup_final")]
    assert rows_with(*others, *games(4, first=3)) == []
    assert rows_with(others[0], player_only := shot(2, player="hart", seconds_played=0)) == []
    assert failures(others[0], player_only) == []


def test_everybody_with_a_game_whether_he_plays_or_not() -> None:
    rows = rows_with(*games(10), *games(10, player="james", team_abbr="LAL"), *games(8, first=-3, player="future"))
    assert told(rows, "player_lookup") == [("brunson",), ("james",)]


def test_two_dates_at_once_do_not_mix() -> None:
    later = TODAY + timedelta(days=1)
    slate = [*COVERED["slate"], COVERED["slate"][0] | {"game_date": later}]
    rows = rows_with(shot(0, paint=(0, 44), mid_range=(0, 0), three=(0, 0)), *games(10), slate=slate)
    assert told(rows, "analysis_date", "total_shots_last_10") == [(TODAY, 100), (later, 90 + 44)]


DAY = st.integers(-4, 30) | st.integers(362, 372)
"""This season's or, a year before, the last one's."""
ANY_GAMES = st.lists(
    st.builds(
        shot,
        days=DAY,
        paint=st.tuples(st.integers(0, 3), st.integers(3, 9)),
        three=st.tuples(st.integers(0, 3), st.integers(3, 9)),
        player=st.sampled_from(["brunson", "hart"]),
        team_abbr=st.sampled_from(["NYK", "PHI"]),
        seconds_played=st.sampled_from([0, 1800, 1800, 1800]),
        assisted_fg_makes=st.integers(0, 2),
    )
    | st.builds(unseen, days=DAY),
    max_size=45,
    unique_by=lambda row: (row["player_lookup"], row["game_date"]),
)
RESULTS = st.lists(st.builds(result, DAY, st.sampled_from(["NYK", "PHI"])), max_size=10)


@settings(max_examples=10, deadline=None)
@given(players=ANY_GAMES, more=RESULTS)
def test_nothing_on_or_after_the_day_is_seen(players: list[Row], more: list[Row]) -> None:
    """Nor another season; and whoever played before the day has a row or a record, and nobody both."""
    slate = [COVERED["slate"][0] | ago(days) for days in (3, 0, -3)]
    every = [*players, *games(12, first=2, player="hub")]
    given = inputs_of(*every, slate=slate)
    given["results"] += more
    cut = known_on(TODAY, given, "players")

    def told_today(inputs: dict[str, list[Row]]) -> tuple[list[Row], list[Row]]:
        rows = rows_of(player_shot_zone_analysis, **{name: inputs[name] for name in inputs if name != "results"})
        failed = failed_of(player_shot_zone_analysis, **inputs)
        return tuple([row for row in found if row["analysis_date"] == TODAY] for found in (rows, failed))

    made, failed = told_today(given)
    assert (made, failed) == told_today(cut)
    who = {row["player_lookup"] for row in cut["players"] if row["seconds_played"] > 0}
    assert sorted([*(row["player_lookup"] for row in made), *(row["entity_id"] for row in failed)]) == sorted(who)
    for row in made:
        if row["paint_rate_last_10"] is not None:
            assert sum(row[name] for name in RATES) == pytest.approx(100, abs=0.031)
