"""Every formula by values worked out by hand: the game of the specification's golden vector, and the edges.

NYK at PHI, 15 January 2025, one overtime; `spec/analytics_tables.md` section 2.
"""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import pytest

from nba_assets.basketball import metrics
from nba_assets_tests.rows import values_of

PHI = {"points": 119, "fga": 92, "fta": 14, "tov": 12, "oreb": 11}
NYK = {"points": 125, "fga": 86, "fta": 24, "tov": 13, "oreb": 15}
TEAM_MINUTES = 265
PHI_POSSESSIONS, NYK_POSSESSIONS = 99.16, 94.56


def _floats(count: int) -> str:
    return " ".join(["float64"] * count)


def test_possessions() -> None:
    both = [(team["fga"], team["fta"], team["tov"], team["oreb"]) for team in (PHI, NYK)]
    assert values_of(metrics.possessions, _floats(4), *both) == pytest.approx([PHI_POSSESSIONS, NYK_POSSESSIONS])


def test_possessions_need_every_part() -> None:
    parts = [(None, 14, 12, 11), (92, None, 12, 11), (92, 14, None, 11), (92, 14, 12, None)]
    assert values_of(metrics.possessions, _floats(4), *parts) == [None] * 4


def test_rating() -> None:
    ratings = values_of(metrics.rating, _floats(2), (119, PHI_POSSESSIONS), (125, NYK_POSSESSIONS), (0, 90), (10, 0))
    assert ratings[:2] == pytest.approx([120.01, 132.19], abs=0.005)
    assert ratings[2:] == [0, None]
    assert values_of(metrics.rating, _floats(2), (1, 0.5), (1, -0.5)) == [200, None], (
        "of broken totals there is no rate"
    )


def test_pace_is_one_number_for_both_teams() -> None:
    """87.7: the reference gives 89.8 and 85.7, and an `opponent_pace` of 94.6."""
    teams = (PHI_POSSESSIONS, NYK_POSSESSIONS)
    paces = values_of(metrics.pace, _floats(3), (*teams, TEAM_MINUTES), (*reversed(teams), TEAM_MINUTES))
    assert paces == pytest.approx([87.7, 87.7], abs=0.05)
    assert values_of(metrics.pace, _floats(3), (*teams, 0), (*teams, None), (None, 90, 240)) == [None] * 3


def test_true_shooting() -> None:
    teams = [(team["points"], team["fga"], team["fta"]) for team in (PHI, NYK)]
    brunson = (38, 22, 9)
    assert values_of(metrics.true_shooting_pct, _floats(3), *teams, brunson) == pytest.approx(
        [0.606, 0.647, 0.732], abs=0.0005
    )


def test_true_shooting_at_the_edges() -> None:
    only_free_throws, missed_everything, no_chance, unknown = (2, 0, 2), (0, 5, 0), (0, 0, 0), (10, None, 2)
    found = values_of(metrics.true_shooting_pct, _floats(3), only_free_throws, missed_everything, no_chance, unknown)
    assert found == [pytest.approx(2 / 1.76), 0, None, None]


def test_effective_field_goals() -> None:
    brunson, none_made, no_attempt, unknown = (14, 3, 22), (0, 0, 4), (0, 0, 0), (1, 0, None)
    found = values_of(metrics.effective_fg_pct, _floats(3), brunson, none_made, no_attempt, unknown)
    assert found == [pytest.approx(0.705, abs=0.0005), 0, None, None]


def _usage(
    fga: ir.NumericValue,
    fta: ir.NumericValue,
    tov: ir.NumericValue,
    seconds: ir.NumericValue,
    team_plays: ir.NumericValue,
    team_minutes: ir.NumericValue,
) -> ir.FloatingValue:
    meanwhile = metrics.plays_on_court(team_plays, seconds, team_minutes)
    return metrics.usage_rate(metrics.plays_used(fga, fta, tov), meanwhile)


NYK_PLAYS = 86 + 0.44 * 24 + 13


def test_usage_counts_overtime() -> None:
    """32.9: the reference takes 48 minutes for a game of 53 and says 29.8."""
    assert values_of(metrics.plays_used, _floats(3), (86, 24, 13)) == pytest.approx([NYK_PLAYS])
    brunson = (22, 9, 5, 45 * 60 + 28, NYK_PLAYS, TEAM_MINUTES)
    assert values_of(_usage, _floats(6), brunson) == pytest.approx([32.9], abs=0.05)
    meanwhile = values_of(metrics.plays_on_court, _floats(3), (NYK_PLAYS, 2728, TEAM_MINUTES), (NYK_PLAYS, 3180, 265))
    assert meanwhile == pytest.approx([NYK_PLAYS * (45 + 28 / 60) / 53, NYK_PLAYS])


def test_usage_at_the_edges() -> None:
    team = (NYK_PLAYS, 240)
    unused, no_time, unknown_time = (0, 0, 0, 600, *team), (1, 0, 0, 0, *team), (1, 0, 0, None, *team)
    no_team, no_free_throws = (1, 0, 0, 600, 0, 240), (1, None, 0, 600, *team)
    found = values_of(_usage, _floats(6), unused, no_time, unknown_time, no_team, no_free_throws)
    assert found == [0, None, None, None, None]


@pytest.mark.parametrize(
    ("clock", "minutes"),
    [
        ("45:28", 45 + 28 / 60),
        ("38", 38),
        ("00", 0),
        ("0:00", 0),
        ("240:00", 240),
        ("5:59", 5 + 59 / 60),
        ("34:60", 35),
        ("12:61", None),
        ("PT34M12.00S", 34.2),
        ("PT00M00.00S", 0),
        ("PT34M", None),
        ("12:", None),
        ("12:x", None),
        ("", None),
        ("x", None),
        (None, None),
    ],
)
def test_minutes(clock: str | None, minutes: float | None) -> None:
    assert values_of(metrics.minutes, "string", clock) == [minutes and pytest.approx(minutes)]


def test_overtimes() -> None:
    assert values_of(metrics.overtime_periods, "float64", 240, 265, 290, 340, 239.9, None) == [0, 1, 2, 4, 0, None]


def test_a_three_is_a_kind_of_attempt_not_a_distance() -> None:
    shots = [(True, 22.0), (True, 3.0), (True, None), (False, 26.0), (False, 8.0), (False, 8.1), (False, 0.0)]
    zones = ["three", "three", "three", "mid_range", "paint", "mid_range", "paint"]
    assert values_of(metrics.shot_zone, "boolean float64", *shots, (False, None)) == [*zones, "unknown"]


def test_shot_area() -> None:
    """The word of the NBA for each of 130,181 shots of two seasons, at the edges they show; a three stays a three."""
    twos = {(0, 39): "restricted", (24, 32): "paint", (80, 138): "paint", (81, 0): "mid_range", (0, 139): "mid_range"}
    threes = {(-220, 87): "corner_three", (250, -48): "corner_three", (220, 88): "above_break", (219, 0): "above_break"}
    shots = [(three, float(x), float(y)) for three, spots in ((False, twos), (True, threes)) for x, y in spots]
    found = values_of(metrics.shot_area, "boolean float64 float64", *shots, (True, None, None), (False, 3.0, None))
    assert found == [*twos.values(), *threes.values(), None, None]


def test_prop_result() -> None:
    bets = [(25, 24.5), (24, 24.5), (24, 24.0), (0, 0.5), (30, None), (None, 24.5)]
    assert values_of(metrics.prop_result, "int64 float64", *bets) == ["OVER", "UNDER", "PUSH", "UNDER", None, None]


def test_days_rest_of_a_back_to_back_is_zero() -> None:
    day = date(2024, 11, 9)
    games = [(day, date(2024, 11, 8)), (day, date(2024, 11, 7)), (day, date(2024, 10, 31)), (day, None)]
    assert values_of(metrics.days_rest, "date date", *games) == [0, 1, 8, None]


def test_miles_between() -> None:
    los_angeles, boston = (34.0430, -118.2673), (42.3662, -71.0621)
    legs = [(*los_angeles, *boston), (*boston, *los_angeles), (*boston, *boston), (None, 0, *boston)]
    there, back, nowhere, unknown = values_of(metrics.miles_between, _floats(4), *legs)
    assert there == pytest.approx(2600, abs=15)
    assert back == pytest.approx(there)
    assert (nowhere, unknown) == (0, None)


@pytest.mark.parametrize(
    ("wanted", "excellent", "good", "limited"), [(5, 5, 3, 2), (10, 10, 7, 5)], ids=["last 5", "last 10"]
)
def test_sample_quality(wanted: int, excellent: int, good: int, limited: int) -> None:
    games = list(range(wanted + 2))
    expected = [
        "excellent" if n >= excellent else "good" if n >= good else "limited" if n >= limited else "insufficient"
        for n in games
    ]
    assert values_of(lambda n: metrics.sample_quality(n, wanted), "int64", *games) == expected
