"""A player's form on the morning of his game. The day is 20 December 2024; games are by how many days ago."""

from __future__ import annotations

from statistics import mean, stdev
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.tables.precompute.player_daily_cache import player_daily_cache
from nba_assets_tests.given import COVERED, TODAY, ago, known_on, played, upcoming, used
from nba_assets_tests.rows import Row, failed_of, one, rows_of, told


def scored(*points: int, first: int = 1, **more: Any) -> list[Row]:
    """Games of these points, the latest first."""
    return [played(days, each, **more) for days, each in enumerate(points, start=first)]


def team_game(days: int, team: str = "NYK", pace: float | None = 98.0, rating: float = 115.0, **more: Any) -> Row:
    """A row of `team_offense_game_summary`."""
    return ago(days, team_abbr=team, pace=pace, offensive_rating=rating) | more


def zones(player: str = "brunson", days: int = 0, paint: float | None = 35.0) -> Row:
    """A row of `player_shot_zone_analysis`."""
    primary = "balanced" if paint is not None else None
    day = {"player_lookup": player, "analysis_date": ago(days)["game_date"]}
    return day | {"primary_scoring_zone": primary, "paint_rate_last_10": paint, "three_pt_rate_last_10": paint}


def inputs_of(*players: Row, **inputs: list[Row]) -> dict[str, list[Row]]:
    given = {"context": [upcoming()], "player_zones": [zones()], "offense": [team_game(1)]}
    return {**COVERED, **given, "players": list(players)} | inputs


def made_of(inputs: dict[str, list[Row]]) -> list[dict[str, Any]]:
    return rows_of(player_daily_cache, **inputs)


def brunson(*players: Row, **inputs: list[Row]) -> dict[str, Any]:
    return one(made_of(inputs_of(*players, **inputs)), player_lookup="brunson")


def failures(*players: Row, **inputs: list[Row]) -> list[tuple]:
    names = ("entity_id", "failure_category", "can_retry", "expected_game_count", "actual_game_count")
    return told(failed_of(player_daily_cache, **inputs_of(*players, **inputs)), *names)


def columns(row: Row, *names: str) -> tuple:
    return tuple(row[name] for name in names)


TWELVE = (30, 20, 25, 15, 35, 10, 40, 22, 18, 25, 0, 60)


def test_points() -> None:
    """Five games of 125, ten of 240, twelve of 300; the squares of ten add up to 6508, less 5760, over nine."""
    row = brunson(*scored(*TWELVE))
    assert columns(row, "points_avg_last_5", "points_avg_last_10", "points_avg_season") == (25, 24, 25)
    assert row["points_std_last_10"] == pytest.approx(((6508 - 10 * 24**2) / 9) ** 0.5, abs=0.005)
    assert row["points_std_last_10"] == pytest.approx(stdev(TWELVE[:10]), abs=0.005)
    assert columns(row, "games_played_season", "cache_date", "universal_player_id") == (12, TODAY, "brunson_001")


def test_minutes_usage_and_shooting() -> None:
    """Over the games that have a value; the eleventh is of the season only. Usage is of all plays together: 20 of 100
    in the ten, and 40 % of a minute more changes little. So is shooting: eight games of 20 points on 16 shots and 9
    free throws, one without a shot, and one whose free throws nobody knows: 160 points on 2 x (128 + 0.44 x 72)."""
    last = [played(days, seconds_played=1830, **used(20, 30.5), fg_attempts=16, ft_attempts=9) for days in range(1, 9)]
    row = brunson(
        *last,
        played(9, 0, seconds_played=1830, **used(20, 30.5), fg_attempts=0, ft_attempts=0, ts_pct=None),
        played(10, 50, seconds_played=2430, **used(None, 40.5), fg_attempts=30, ts_pct=0.7),
        played(11, seconds_played=60, **used(40, 1), fg_attempts=10, ft_attempts=0, ts_pct=1.0),
    )
    assert row["minutes_avg_last_10"] == 0.1 * round(10 * (9 * 30.5 + 40.5) / 10)
    assert columns(row, "usage_rate_last_10", "player_usage_rate_season", "ts_pct_last_10") == (20, 20.07, 0.501)


def test_which_games_the_averages_are_of() -> None:
    """Ten of twelve, the latest three weeks back; the season's mean runs on into the playoffs, and another does not."""
    playoffs = scored(40, 40, first=21, season_type="playoffs")
    names = ("points_avg_season", "points_avg_regular_season", "last_game_date", "window_days", "team_abbr")
    row = brunson(*playoffs, *scored(10, 10, 10, 10, 10, 10, 10, 10, 10, 10, first=24), played(20, 0, seconds_played=0))
    assert columns(row, *names) == (15, 10, ago(21)["game_date"], 10, "NYK")
    assert columns(brunson(*scored(1, 2, 3, 4, 5, season_type="play_in")), *names[:2]) == (3, None)


def test_assists_are_counted_where_play_by_play_tells_them() -> None:
    """Nine games of 3 in 8, one of 8 that nobody knows the passes of: 27 of 72, in percent; an eleventh is too old."""
    seen = [played(days, fg_makes=8, assisted_fg_makes=3) for days in range(1, 10)]
    unseen, old = played(10, fg_makes=8), played(11, fg_makes=8, assisted_fg_makes=8)
    assert brunson(*seen, unseen, old)["assisted_rate_last_10"] == 37.5
    assert brunson(*scored(1, 2, 3, 4, 5))["assisted_rate_last_10"] is None


@pytest.mark.parametrize(
    ("games", "reason", "tier"),
    [
        (5, "only 5 games this season; 10 are wanted", "bronze"),
        (9, "only 9 games this season; 10 are wanted", "bronze"),
        (10, None, "gold"),
    ],
)
def test_five_games_make_a_row_and_ten_a_full_one(games: int, reason: str | None, tier: str) -> None:
    row = brunson(*scored(*TWELVE[:games]))
    assert columns(row, "games_played_season", "early_season_flag") == (games, reason is not None)
    assert columns(row, "insufficient_data_reason", "quality_tier") == (reason, tier)
    assert row["quality_issues"] == (["early_season"] if reason else [])
    assert row["points_avg_last_10"] == pytest.approx(mean(TWELVE[:games]), abs=0.05)
    assert failures(*scored(*TWELVE[:games])) == []


def test_four_games_are_a_failure_record() -> None:
    assert made_of(inputs_of(*scored(1, 2, 3, 4))) == []
    assert failures(*scored(1, 2, 3, 4)) == [("brunson", "INSUFFICIENT_DATA", False, 4, 4)]
    assert failures() == [("brunson", "INSUFFICIENT_DATA", False, 0, 0)]


def test_a_missing_game_is_said() -> None:
    """His own, his team's or the opponent's: the row is no gold one; a record counts his own."""
    for name in ("games_missing", "team_games_missing", "opponent_games_missing"):
        row = brunson(*scored(*TWELVE), context=[upcoming(**{name: 1})])
        assert columns(row, "quality_tier", "quality_issues") == ("silver", ["games_missing"])
    four, context = scored(1, 2, 3, 4), [upcoming(games_missing=1)]
    assert failures(*four, context=context) == [("brunson", "INCOMPLETE_DATA", True, 5, 4)]
    (record,) = failed_of(player_daily_cache, **inputs_of(*four, context=context))
    assert columns(record, "processor_name", "analysis_date") == ("player_daily_cache", TODAY)
    assert record["failure_reason"] == "4 of 5 games before the date; 5 are needed"


def test_only_games_that_count() -> None:
    """Neither the Cup final, nor a game without a minute, nor last season's, nor today's."""
    not_counted = [
        played(1, 90, season_type="cup_final"),
        played(2, 90, seconds_played=0),
        played(3, 90, season_year=2023),
        played(0, 90),
    ]
    assert columns(
        brunson(*not_counted, *scored(1, 2, 3, 4, 5, first=4)), "games_played_season", "points_avg_season"
    ) == (
        5,
        3,
    )
    assert made_of(inputs_of(*not_counted, *scored(1, 2, 3, 4, first=4))) == []


def test_team_form_is_of_ten_games_of_the_team_he_is_with_now() -> None:
    """His games were for Philadelphia; New York's eleventh game, its Cup final and last April do not count."""
    ten = [team_game(days, pace=90.0 + days, rating=110.0 + days) for days in range(2, 12)]
    others = [
        team_game(1, season_type="cup_final", pace=130.0),
        team_game(12, pace=130.0),
        team_game(13, season_year=2023),
        team_game(1, "PHI", pace=130.0),
    ]
    row = brunson(*scored(*TWELVE, team_abbr="PHI"), offense=[*ten, *others])
    assert columns(row, "team_pace_last_10", "team_off_rating_last_10") == (96.5, 116.5)

    unknown = brunson(*scored(*TWELVE), offense=[])
    assert columns(unknown, "team_pace_last_10", "team_off_rating_last_10", "quality_tier") == (None, None, "gold")
    assert unknown["quality_issues"] == ["team_form_unavailable"]


COPIED = {
    "games_in_last_7_days": 3,
    "games_in_last_14_days": 7,
    "minutes_in_last_7_days": 101,
    "minutes_in_last_14_days": 240,
    "back_to_backs_last_14_days": 1,
    "avg_minutes_per_game_last_7": 33.7,
    "fourth_quarter_minutes_last_7": 40,
    "player_age": 28,
}


def test_load_is_the_contexts() -> None:
    """But his points are not: the context may be older."""
    row = brunson(*scored(*TWELVE), context=[upcoming(**COPIED, points_avg_last_5=99.0, points_avg_last_10=99.0)])
    assert columns(row, *COPIED, "points_avg_last_5", "points_avg_last_10") == (*COPIED.values(), 25, 24)


def test_shot_zones_are_copied_where_there_are_any() -> None:
    names = ("primary_scoring_zone", "paint_rate_last_10", "three_pt_rate_last_10", "shot_zone_data_available")
    assert columns(brunson(*scored(*TWELVE)), *names, "quality_tier") == ("balanced", 35, 35, True, "gold")
    without = brunson(*scored(*TWELVE), player_zones=[])
    assert columns(without, *names, "quality_tier") == (None, None, None, False, "silver")
    assert without["quality_issues"] == ["shot_zones_unavailable"]
    thin = brunson(*scored(*TWELVE), player_zones=[zones(paint=None)])
    assert columns(thin, *names, "quality_tier") == (None, None, None, False, "silver"), "a row that knows nothing"


def test_two_dates_at_once_do_not_mix() -> None:
    """Each date has its own games, context and zones."""
    earlier = ago(3)["game_date"]
    rows = made_of(
        inputs_of(
            *scored(*TWELVE),
            slate=[*COVERED["slate"], COVERED["slate"][0] | ago(3)],
            context=[upcoming(player_age=28), upcoming(days=3, player_age=27), upcoming("hart")],
            player_zones=[zones(), zones(days=3, paint=10.0), zones("hart")],
            offense=[team_game(1, pace=100.0), team_game(5, pace=90.0)],
        )
    )
    names = ("cache_date", "games_played_season", "points_avg_last_5", "player_age", "paint_rate_last_10")
    assert told(rows, *names, "team_pace_last_10") == [(earlier, 9, 24.4, 27, 10, 90), (TODAY, 12, 25, 28, 35, 95)]


def test_only_who_plays_today() -> None:
    players = [*scored(*TWELVE), *scored(*TWELVE, player="hart")]
    assert told(made_of(inputs_of(*players)), "player_lookup") == [("brunson",)]
    both = inputs_of(*players, context=[upcoming("hart"), upcoming()])
    assert told(made_of(both), "player_lookup") == [("brunson",), ("hart",)]


PLAYER = st.sampled_from(["brunson", "hart"])
DAY = st.integers(-4, 20) | st.integers(362, 372)
"""This season's or, a year before, the last one's."""
GAMES = st.lists(
    st.builds(
        played,
        DAY,
        st.integers(0, 50),
        PLAYER,
        seconds_played=st.sampled_from([0, 700, 1800, 2400]),
        plays_used=st.integers(0, 20),
        team_plays_on_court=st.sampled_from([20.0, 45.5]),
        fg_makes=st.integers(3, 9),
        assisted_fg_makes=st.none() | st.integers(0, 3),
    ),
    max_size=30,
    unique_by=lambda row: (row["player_lookup"], row["game_date"]),
)
TEAM_GAMES = st.lists(
    st.builds(team_game, DAY, pace=st.integers(85, 115)),
    max_size=15,
    unique_by=lambda row: row["game_date"],
)


@settings(max_examples=8, deadline=None)
@given(players=GAMES, offense=TEAM_GAMES)
def test_nothing_on_or_after_the_day_is_seen(players: list[Row], offense: list[Row]) -> None:
    """Nor another season; whoever plays has a row or a record, and the means are what Python says."""
    days = [(who, n) for who in ("brunson", "hart") for n in (3, 0, -3)]
    inputs = inputs_of(
        *players,
        offense=offense,
        slate=[COVERED["slate"][0] | ago(n) for n in (3, 0, -3)],
        context=[upcoming(who, days=n, player_age=30 - n) for who, n in days],
        player_zones=[zones(who, n, 30.0 + n) for who, n in days],
    )
    cut = known_on(TODAY, inputs, "players", "offense")

    rows = [row for row in made_of(inputs) if row["cache_date"] == TODAY]
    failed = [row for row in failed_of(player_daily_cache, **inputs) if row["analysis_date"] == TODAY]

    assert rows == [row for row in made_of(cut) if row["cache_date"] == TODAY]
    assert failed == [row for row in failed_of(player_daily_cache, **cut) if row["analysis_date"] == TODAY]
    names = [*(row["player_lookup"] for row in rows), *(row["entity_id"] for row in failed)]
    assert sorted(names) == ["brunson", "hart"]
    for row in rows:
        his = [g for g in cut["players"] if g["player_lookup"] == row["player_lookup"] and g["seconds_played"] > 0]
        points = [game["points"] for game in sorted(his, key=lambda game: game["game_date"])]
        assert row["points_avg_season"] == pytest.approx(mean(points), abs=0.0501)
        assert row["points_std_last_10"] == pytest.approx(stdev(points[-10:]), abs=0.00501)
