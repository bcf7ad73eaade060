"""What speaks for and against a player in his next game: the specification's golden vectors, and whole rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.basketball.team_form import expected_pace
from nba_assets.tables.precompute import player_composite_factors as factors
from nba_assets.tables.precompute.player_composite_factors import player_composite_factors
from nba_assets_tests.given import COVERED, TODAY, ago, upcoming
from nba_assets_tests.rows import Row, broken_of, one, rows_of, told, values_of

FATIGUE_INPUTS = "boolean int64 int64 int64 float64 int64 int64 int64"
FRESH = (False, 1, 3, 200, 30.0, 0, 25, 0)
"""Back-to-back, rest, games and minutes of 7 days, minutes a game, back-to-backs of 14 days, age, days absent."""


def test_fatigue() -> None:
    """The golden vectors: the reference's defaults; four days of rest; all at once; tired at 31; one of each."""
    vectors = [
        FRESH,
        (False, 4, *FRESH[2:]),
        (True, 0, 4, 245, 36.0, 2, 36, 0),
        (True, 0, *FRESH[2:6], 31, 0),
        (False, 3, 4, 200, 30.0, 1, 25, 0),
    ]
    assert values_of(factors.fatigue_score, FATIGUE_INPUTS, *vectors) == [100, 100, 35, 80, 90]


@pytest.mark.parametrize(
    ("nth", "value", "score"),
    [
        (0, True, 85),
        (2, 4, 90),
        (3, 240, 100),
        (3, 241, 90),
        (4, 35.0, 100),
        (4, 35.1, 92),
        (5, 1, 95),
        (5, 2, 88),
        (5, 3, 88),
        (6, 29, 100),
        (6, 30, 95),
        (6, 34, 95),
        (6, 35, 90),
        (7, 1, 85),
        (7, 6, 85),
        (7, 7, 75),
        (7, 13, 75),
        (7, 14, 55),
    ],
)
def test_each_part_of_fatigue(nth: int, value: float, score: int) -> None:
    assert values_of(factors.fatigue_score, FATIGUE_INPUTS, (*FRESH[:nth], value, *FRESH[nth + 1 :])) == [score]


def test_rest_makes_up_for_load_but_not_on_a_back_to_back() -> None:
    rested = (False, 3, 4, 200, 30.0, 0, 25, 0)
    assert values_of(factors.fatigue_score, FATIGUE_INPUTS, rested, (True, *rested[1:])) == [95, 75]


def test_what_is_unknown_tires_nobody() -> None:
    unknown = [(*FRESH[:n], None, *FRESH[n + 1 :]) for n in range(8)]
    assert values_of(factors.fatigue_score, FATIGUE_INPUTS, *unknown, (None,) * 8) == [100] * 9


def test_fatigue_adjustment() -> None:
    assert values_of(factors.fatigue_adjustment, "int64", 100, 80, 35, 0) == [0, -1, -3.25, -5]


def test_zone_mismatch() -> None:
    """The golden vectors, as (share of his shots in percent, defence against the league)."""
    vectors = [(65, 4.3), (30, 4), (50, 6), (45, -3), (60, 9), (55, -7)]
    found = values_of(factors.shot_zone_mismatch_score, "float64 float64", *vectors)
    assert found == pytest.approx([4.3, 2.4, 7.2, -2.7, 10, -8.4])


def test_zone_mismatch_at_the_edges() -> None:
    """Five is not beyond five; of what is unknown there is no score."""
    vectors = [(50, 5), (50, 5.01), (60, -9), (0, 8), (None, 8), (50, None), (None, None)]
    found = values_of(factors.shot_zone_mismatch_score, "float64 float64", *vectors)
    assert found[:4] == pytest.approx([5, 6.012, -10, 0])
    assert found[4:] == [None, None, None]


def test_pace() -> None:
    assert values_of(factors.pace_score, "float64", 1.5, -2.3, 3, 3.1, -9, 0, None) == [1.5, -2.3, 3, 3, -3, 0, None]


PACE = st.floats(85, 115)


@settings(max_examples=40, deadline=None)
@given(own=PACE, last_ten=PACE, league=PACE, opponents=st.tuples(PACE, PACE))
def test_a_faster_opponent_never_lowers_the_pace_score(
    own: float, last_ten: float, league: float, opponents: tuple[float, float]
) -> None:
    def score(own: Any, opponent: Any, league: Any, last_ten: Any) -> Any:
        return factors.pace_score(expected_pace(own, opponent, league) - last_ten)

    vectors = [(own, opponent, league, last_ten) for opponent in sorted(opponents)]
    slower, faster = values_of(score, "float64 float64 float64 float64", *vectors)
    assert slower <= faster


def test_usage_spike() -> None:
    """The golden vectors, as (projected, baseline, stars out)."""
    vectors = [(30, 25, 0), (30, 25, 1), (30, 25, 2), (20, 25, 2), (40, 25, 0)]
    found = values_of(factors.usage_spike_score, "float64 float64 float64", *vectors)
    assert found == pytest.approx([1.5, 1.725, 1.95, -1.5, 3])


def test_usage_spike_at_the_edges() -> None:
    """A rise of 9 points is 2.7 and with stars out capped; half a star counts half; unknown stars boost nothing; with
    nobody out there is no spike, and without a baseline it is unknown."""
    vectors = [(34, 25, 2), (30, 25, 3), (30, 25, 0.5), (30, 25, None), (10, 25, 0), (25, 25, 0), (0, 0, 0)]
    found = values_of(factors.usage_spike_score, "float64 float64 float64", *vectors, (None, 25, 0), (30, None, 2))
    assert found[:7] == pytest.approx([3, 1.95, 1.6125, 1.5, -3, 0, 0])
    assert found[7:] == [None, None]


def test_who_used_more_than_a_projection_can_say_falls_for_nothing() -> None:
    """Nobody out: 60 % in four minutes of garbage time is projected at 45, and that is no fall."""
    found = values_of(factors.usage_spike_score, "float64 float64 float64", (45, 60, 0), (40, 60, 0), (45, 44, 0))
    assert found == pytest.approx([0, -1.5, 0.3])


KNOWN = {
    "days_rest": 1,
    "days_absent": 0,
    "back_to_back": False,
    "games_in_last_7_days": 4,
    "games_in_last_14_days": 7,
    "minutes_in_last_7_days": 144,
    "avg_minutes_per_game_last_7": 36.0,
    "back_to_backs_last_14_days": 1,
    "player_age": 28,
    "projected_usage_rate": 31.0,
    "usage_rate_last_10": 25.0,
    "star_teammates_newly_out": 1.0,
    "expected_pace_change": 1.5,
}


def context(player: str = "brunson", **more: Any) -> Row:
    return upcoming(player, **KNOWN | more)


def shooter(zone: str | None = "perimeter", player: str = "brunson", days: int = 0, **more: Any) -> Row:
    """A row of `player_shot_zone_analysis`."""
    rates = {"paint_rate_last_10": 20.0, "mid_range_rate_last_10": 35.0, "three_pt_rate_last_10": 45.0}
    shared = {"player_lookup": player, "analysis_date": ago(days)["game_date"], "primary_scoring_zone": zone}
    return shared | (rates if zone else {}) | more


def defender(team: str = "BOS", days: int = 0, paint: float | None = 5.0, three: float | None = 4.0) -> Row:
    """A row of `team_defense_zone_analysis`."""
    versus = {"paint": paint, "mid_range": -3.0 if paint is not None else None, "three_pt": three}
    day = ago(days)["game_date"]
    return {"team_abbr": team, "analysis_date": day} | {f"{z}_defense_vs_league_avg": v for z, v in versus.items()}


def rows_with(*contexts: Row, **inputs: list[Row]) -> list[dict[str, Any]]:
    given = {**COVERED, "context": list(contexts), "player_zones": [shooter()], "team_zones": [defender()]}
    return rows_of(player_composite_factors, **given | inputs)


def brunson(*, player_zones: list[Row] | None = None, team_zones: list[Row] | None = None, **more: Any) -> Row:
    sides = {"player_zones": player_zones, "team_zones": team_zones}
    return one(rows_with(context(**more), **{name: rows for name, rows in sides.items() if rows is not None}))


def columns(row: Row, *names: str) -> tuple:
    return tuple(row[name] for name in names)


SCORES = ("fatigue_score", "fatigue_adjustment", "shot_zone_mismatch_score", "pace_score", "usage_spike_score")
MATCHUP = ("mismatch_zone", "player_zone_rate", "opponent_zone_vs_league")


def test_a_whole_row() -> None:
    """Fatigue 100 - 10 - 8 - 5 is -1.15; the zone 4 x .9; pace 1.5; 0.3 x 6 x 1.15 = 2.07; together 6.02."""
    row = brunson()
    assert columns(row, *SCORES) == (77, -1.15, 3.6, 1.5, 2.1)
    assert row["total_composite_adjustment"] == 6.02, "of the scores before they are rounded"
    assert columns(row, *MATCHUP) == ("perimeter", 45, 4)
    assert columns(row, "player_lookup", "universal_player_id", "game_id", "opponent_team_abbr") == (
        *("brunson", "brunson_001"),
        *("20241220_PHI_NYK", "BOS"),
    )
    assert columns(row, "game_date", "analysis_date") == (TODAY, TODAY)
    assert columns(row, "expected_pace_change", "days_absent", "unknown_factors") == (1.5, 0, None)
    assert columns(row, "data_completeness_pct", "missing_data_fields", "warning_details") == (100, None, None)
    assert columns(row, "has_warnings", "quality_tier", "quality_issues") == (False, "gold", [])


@pytest.mark.parametrize(
    ("primary", "compared"),
    [
        ("paint", ("paint", 20, 5)),
        ("balanced", ("paint", 20, 5)),
        ("mid_range", ("mid_range", 35, -3)),
        ("perimeter", ("perimeter", 45, 4)),
        (None, (None, None, None)),
    ],
)
def test_the_zone_compared(primary: str | None, compared: tuple) -> None:
    assert columns(brunson(player_zones=[shooter(primary)]), *MATCHUP) == compared


@pytest.mark.parametrize(
    ("unknown", "score"),
    [
        ({"days_rest": None}, "fatigue_score"),
        ({"projected_usage_rate": None}, "usage_spike_score"),
        ({"expected_pace_change": None}, "pace_score"),
        ({"player_zones": []}, "shot_zone_mismatch_score"),
        ({"team_zones": []}, "shot_zone_mismatch_score"),
        ({"player_zones": [shooter(None)]}, "shot_zone_mismatch_score"),
        ({"team_zones": [defender(paint=None, three=None)]}, "shot_zone_mismatch_score"),
    ],
)
def test_without_a_main_input_the_score_is_unknown_and_says_why(unknown: dict[str, Any], score: str) -> None:
    row = brunson(**unknown)
    names = {"player_zones": "player_shot_zone", "team_zones": "team_defense_zone"}
    missing = names.get(*unknown, *unknown)
    assert columns(row, "missing_data_fields", "data_completeness_pct", "quality_tier") == (missing, 88.89, "silver")
    assert row["quality_issues"] == [f"missing_{missing}", f"unknown_{score}"]
    assert columns(row, score, "unknown_factors") == (None, f"{score}: {missing}")
    others = [row[name] for name in SCORES[1:] if row[name] is not None]
    assert row["total_composite_adjustment"] == pytest.approx(sum(others), abs=0.1), "of those that are known"


def test_an_absence_makes_nobody_fresh() -> None:
    """One back-to-back is -5, and three days of rest give them back: the team's days, not those that he missed."""
    rested = {"games_in_last_7_days": 0, "avg_minutes_per_game_last_7": None}

    def score(rest: int | None, absent: int | None) -> Any:
        row = brunson(days_rest=rest, days_absent=absent, **rested)
        assert row["days_absent"] == absent
        return row["fatigue_score"]

    assert [score(3, 0), score(3, 1), score(13, 10), score(13, 11), score(146, 145)] == [100, 80, 75, 70, 50]
    assert score(None, None) is None


def test_the_tier_is_of_how_many_main_inputs_are_known() -> None:
    three = {"days_rest": None, "projected_usage_rate": None}
    assert columns(brunson(**three), "data_completeness_pct", "quality_tier") == (77.78, "silver")
    assert columns(brunson(**three, expected_pace_change=None), "data_completeness_pct", "quality_tier") == (
        66.67,
        "bronze",
    )


def test_other_unknown_inputs_are_listed_and_counted() -> None:
    row = brunson(player_age=None, usage_rate_last_10=None, star_teammates_newly_out=None)
    listed = "player_age,usage_rate_last_10,star_teammates_newly_out"
    assert columns(row, "missing_data_fields", "data_completeness_pct", "usage_spike_score") == (listed, 66.67, None)
    assert columns(row, "unknown_factors", "quality_tier") == ("usage_spike_score: usage_rate_last_10", "silver")
    row = brunson(avg_minutes_per_game_last_7=None)
    assert columns(row, "missing_data_fields", "quality_tier") == ("avg_minutes_per_game_last_7", "gold")


def test_a_missing_game_lowers_the_tier() -> None:
    row = brunson(opponent_games_missing=1, league_games_missing=0)
    assert columns(row, "quality_tier", "quality_issues") == ("silver", ["games_missing"])
    row = brunson(league_games_missing=1)
    assert columns(row, "quality_tier", "quality_issues") == ("gold", ["league_games_missing"])


def test_of_a_player_nothing_is_known_of() -> None:
    row = one(rows_with(upcoming(games_in_last_14_days=0), player_zones=[], team_zones=[]))
    assert columns(row, *SCORES, "total_composite_adjustment") == (None,) * 6
    everything = ",".join(factors.INPUTS)
    assert columns(row, "missing_data_fields", "data_completeness_pct", "quality_tier") == (everything, 0, "bronze")


def test_warnings() -> None:
    tired = {"back_to_back": True, "days_rest": 0, "back_to_backs_last_14_days": 2, "player_age": 36}
    row = brunson(**tired, minutes_in_last_7_days=241)
    assert columns(row, "fatigue_score", "has_warnings", "warning_details") == (35, True, "EXTREME_FATIGUE")

    favoured = {"player_zones": [shooter("paint", paint_rate_last_10=60.0)], "team_zones": [defender(paint=9.0)]}
    fresh = {"games_in_last_7_days": 3, "avg_minutes_per_game_last_7": 30.0, "back_to_backs_last_14_days": 0}
    row = brunson(**favoured, **fresh)
    assert columns(row, "total_composite_adjustment", "warning_details") == (
        13.57,
        "EXTREME_MATCHUP; EXTREME_ADJUSTMENT",
    )


def test_what_just_is_no_warning_and_what_just_is_one() -> None:
    """Fatigue of 50, and of 48; a matchup of 8.4; an adjustment of 10 and 2, and of 10 and 2.5."""
    tired = {"back_to_back": True, "days_rest": 0, "minutes_in_last_7_days": 241, "avg_minutes_per_game_last_7": 30.0}
    assert columns(brunson(**tired, player_age=35), "fatigue_score", "warning_details") == (50, None)
    row = brunson(**tired, back_to_backs_last_14_days=2, player_age=30)
    assert columns(row, "fatigue_score", "warning_details") == (48, "EXTREME_FATIGUE")

    fresh = {"games_in_last_7_days": 3, "avg_minutes_per_game_last_7": 30.0, "back_to_backs_last_14_days": 0}
    fresh |= {"projected_usage_rate": 25.0}
    his = {"player_zones": [shooter("paint", paint_rate_last_10=60.0)]}
    row = brunson(**fresh, **his, team_zones=[defender(paint=7.0)], expected_pace_change=0.0)
    assert columns(row, "total_composite_adjustment", "warning_details") == (8.4, "EXTREME_MATCHUP")
    extreme = {**his, "team_zones": [defender(paint=9.0)]}
    row = brunson(**fresh, **extreme, expected_pace_change=2.0)
    assert columns(row, "total_composite_adjustment", "warning_details") == (12, "EXTREME_MATCHUP")
    row = brunson(**fresh, **extreme, expected_pace_change=2.5)
    assert row["warning_details"] == "EXTREME_MATCHUP; EXTREME_ADJUSTMENT"


def test_zones_are_joined_by_player_opponent_and_date() -> None:
    """Two players on two dates: each finds his own, and his opponent's, of the day."""
    contexts = [context(days=days) for days in (0, 2)] + [context("tatum", team="BOS", opponent="NYK")]
    shooters = [shooter(), shooter("paint", days=2), shooter("mid_range", "tatum"), shooter("paint", "tatum", days=2)]
    teams = [defender(), defender(days=2, paint=1.0), defender("NYK"), defender("NYK", days=2)]
    slate = [*COVERED["slate"], COVERED["slate"][0] | ago(2)]
    rows = rows_with(*contexts, player_zones=shooters, team_zones=teams, slate=slate)
    assert told(rows, "player_lookup", "game_date", *MATCHUP) == [
        ("brunson", ago(2)["game_date"], "paint", 20, 1),
        ("brunson", TODAY, "perimeter", 45, 4),
        ("tatum", TODAY, "mid_range", 35, -3),
    ]


DAY = st.integers(-3, 3)
PLAYER = st.sampled_from(["brunson", "tatum"])
CONTEXTS = st.lists(
    st.builds(
        context,
        player=PLAYER,
        days=DAY,
        opponent=st.sampled_from(["BOS", "NYK"]),
        projected_usage_rate=st.none() | st.floats(5, 60),
        expected_pace_change=st.none() | st.floats(-20, 20),
        games_in_last_7_days=st.integers(0, 5),
        minutes_in_last_7_days=st.integers(0, 300),
        player_age=st.none() | st.integers(18, 42),
        back_to_back=st.booleans(),
    ),
    unique_by=lambda row: (row["player_lookup"], row["game_date"]),
)
SHOOTERS = st.lists(
    st.builds(shooter, st.sampled_from(["paint", "balanced", "perimeter", None]), PLAYER, DAY),
    unique_by=lambda row: (row["player_lookup"], row["analysis_date"]),
)
DEFENDERS = st.lists(
    st.builds(defender, st.sampled_from(["BOS", "NYK"]), DAY, st.floats(-30, 30), st.none() | st.floats(-30, 30)),
    unique_by=lambda row: (row["team_abbr"], row["analysis_date"]),
)


@settings(max_examples=10, deadline=None)
@given(contexts=CONTEXTS, shooters=SHOOTERS, defenders=DEFENDERS)
def test_other_dates_are_not_seen(contexts: list[Row], shooters: list[Row], defenders: list[Row]) -> None:
    """Each of the day's players has one row, its scores are in range, and the total is their sum."""
    slate = [COVERED["slate"][0] | ago(days) for days in range(-3, 4)]
    inputs = {"context": contexts, "player_zones": shooters, "team_zones": defenders, "slate": slate}
    given = {**COVERED, **inputs}
    rows = [row for row in rows_of(player_composite_factors, **given) if row["game_date"] == TODAY]
    of_today = {name: [row for row in found if TODAY in row.values()] for name, found in inputs.items()}
    assert rows == rows_of(player_composite_factors, **COVERED | of_today)
    today = [row["player_lookup"] for row in contexts if row["game_date"] == TODAY]
    assert sorted(row["player_lookup"] for row in rows) == sorted(today)
    for check in ("scores_in_range", "total_is_the_sum", "unknown_inputs_are_listed", "unknown_factors_are_listed"):
        assert broken_of(player_composite_factors, check, rows) == []
