"""What a team allowed; and what holds between the offense's and the defense's rows, for any games."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets_tests.given import GOLDEN, boxed, golden_boxes, golden_counts, shot_row
from nba_assets_tests.rows import Row, one, rows_of, told


def rows_with(**inputs: list[Row]) -> list[dict[str, Any]]:
    return rows_of(team_defense_game_summary, **{"team_boxes": golden_boxes()} | inputs)


def philadelphia(**inputs: list[Row]) -> dict[str, Any]:
    return one(rows_with(**inputs), defending_team_abbr="PHI")


def test_the_golden_game() -> None:
    """The reference gives Philadelphia's opponents a pace of 94.6 and no overtime (T1, T2)."""
    names = ("defending_team_abbr", "defensive_rating", "opponent_pace", "opponent_ts_pct", "overtime_periods")
    assert told(rows_with(), *names) == [("NYK", 120.01, 87.7, 0.606, 1), ("PHI", 132.19, 87.7, 0.647, 1)]


def test_rating_and_pace_of_counted_possessions() -> None:
    rows = rows_with(possession_counts=golden_counts())
    names = ("defending_team_abbr", "defensive_rating", "opponent_pace", "possessions_source")
    assert told(rows, *names) == [("NYK", 122.68, 87.4, "play_by_play"), ("PHI", 130.21, 87.4, "play_by_play")]
    unknown = ["shot_zones_unavailable", "shot_areas_unavailable", "gamebook_unavailable", "missing_defensive_actions"]
    assert rows[0]["quality_issues"] == unknown
    assert "possessions_estimated" in philadelphia()["quality_issues"]


def test_the_opponents_box_is_allowed_and_the_own_is_done() -> None:
    more = {
        "PHI": {"personal_fouls": 20, "steals": 7, "defensive_rebounds": 30, "assists": 25, "three_pt_makes": 11},
        "NYK": {"personal_fouls": 18, "steals": 0, "defensive_rebounds": 33, "assists": 27, "three_pt_makes": 16},
    }
    row = philadelphia(team_boxes=[box | more[box["team_abbr"]] for box in golden_boxes()])
    assert (row["opponent_team_abbr"], row["points_allowed"], row["opp_fg_attempts"]) == ("NYK", 125, 86)
    assert (row["opp_rebounds"], row["opp_assists"], row["turnovers_forced"]) == (48, 27, 13)
    assert (row["fouls_committed"], row["steals"], row["defensive_rebounds"]) == (20, 7, 30)
    assert row["three_pt_points_allowed"] == 48
    assert (row["win_flag"], row["margin_of_victory"], row["home_game"]) == (False, -6, True)


def test_unknown_defensive_actions_are_not_none_at_all() -> None:
    row = philadelphia()
    assert (row["steals"], row["defensive_rebounds"]) == (None, None)
    assert "missing_defensive_actions" in row["quality_issues"]


def test_zones_allowed_and_own_blocks() -> None:
    """New York shoots; Philadelphia allows and blocks."""
    shots = [
        shot_row(GOLDEN, "NYK", "paint", made=True),
        shot_row(GOLDEN, "NYK", "paint", blocked_by="embiid"),
        shot_row(GOLDEN, "NYK", "mid_range", made=True),
        shot_row(GOLDEN, "NYK", "three", blocked_by="oubre"),
        shot_row(GOLDEN, "NYK", "unknown", blocked_by="oubre"),
    ]
    row = philadelphia(shots=shots)
    assert (row["opp_paint_attempts"], row["opp_paint_makes"], row["points_in_paint_allowed"]) == (2, 1, 2)
    assert (row["opp_mid_range_attempts"], row["mid_range_points_allowed"]) == (1, 2)
    assert row["opp_zone_unknown_attempts"] == 1
    assert (row["blocks_paint"], row["blocks_mid_range"], row["blocks_three_pt"]) == (1, 0, 1)
    unseen = philadelphia()
    assert (unseen["opp_paint_attempts"], unseen["blocks_paint"], unseen["shot_zones_source"]) == (None, None, None)


def test_points_in_the_paint_as_the_league_counts_them() -> None:
    """The rest of the paint reaches beyond 8 ft."""
    spots = [("paint", "restricted"), ("paint", "paint"), ("mid_range", "paint"), ("mid_range", "mid_range")]
    row = philadelphia(shots=[shot_row(GOLDEN, "NYK", zone, made=True, area=area) for zone, area in spots])
    assert (row["points_in_paint_allowed"], row["area_points_in_paint_allowed"]) == (4, 6)
    assert (row["opp_area_paint_makes"], row["opp_area_corner_three_attempts"]) == (2, 0)


def test_second_chances_allowed_are_the_opponents() -> None:
    found = [{"game_id": GOLDEN.id, "team_abbr": "NYK", "points": 20}]
    assert philadelphia(second_chances=found)["second_chance_points_allowed"] == 20


def test_the_source_is_that_of_the_opponents_totals() -> None:
    boxes = [row | {"source": "player_sum"} if row["team_abbr"] == "NYK" else row for row in golden_boxes()]
    found = told(rows_with(team_boxes=boxes), "defending_team_abbr", "primary_source_used", "quality_tier")
    assert found == [("NYK", "nbac_team_boxscore", "gold"), ("PHI", "player_sum", "silver")]


COUNT = st.integers(0, 120)
TOTALS = st.fixed_dictionaries(
    {
        "points": COUNT,
        "ft_attempts": COUNT,
        "turnovers": st.integers(12, 60),  # more than the rebounds, so that there are possessions to rate
        "offensive_rebounds": st.integers(0, 10),
    },
)
SHOTS = st.lists(st.tuples(st.sampled_from(["paint", "mid_range", "three", "unknown"]), st.booleans()), max_size=12)
SIDE = st.tuples(TOTALS, SHOTS)
MATCHES = st.lists(st.tuples(SIDE, SIDE, st.integers(0, 4)), min_size=1, max_size=3)


def _inputs(matches: list) -> tuple[list[Row], list[Row]]:
    """Boxes and shots of some games, whose field-goal attempts are the shots there are."""
    boxes: list[Row] = []
    shots: list[Row] = []
    for n, (away, home, overtimes) in enumerate(matches):
        game = replace(GOLDEN, nba_id=f"002240{n:04}", day=GOLDEN.day + timedelta(days=n))
        for team, (totals, taken) in ((game.away, away), (game.home, home)):
            tries = {
                "fg_attempts": len(taken),
                "three_pt_attempts": sum(zone == "three" for zone, _ in taken),
                "fg_makes": sum(made for _, made in taken),
            }
            boxes.append(boxed(game, team, 240.0 + 25 * overtimes, **totals, **tries))
            shots += [shot_row(game, team, zone, made=made) for zone, made in taken]
    return boxes, shots


@settings(max_examples=12, deadline=None)
@given(matches=MATCHES)
def test_offense_and_defense_are_two_views_of_one_game(matches: list) -> None:
    boxes, shots = _inputs(matches)
    offense = rows_of(team_offense_game_summary, team_boxes=boxes, shots=shots)
    defense = rows_of(team_defense_game_summary, team_boxes=boxes, shots=shots)

    keys = {(row["game_id"], row["team_abbr"]) for row in offense}
    assert len(keys) == len(offense) == len(defense) == 2 * len(matches)
    for row in offense:
        game, team = row["game_id"], row["team_abbr"]
        other = one(offense, game_id=game, team_abbr=row["opponent_team_abbr"])
        against = one(defense, game_id=game, opponent_team_abbr=team)
        assert row["offensive_rating"] == against["defensive_rating"]
        assert row["pace"] == other["pace"] == against["opponent_pace"]
        assert row["margin_of_victory"] == -other["margin_of_victory"] == -against["margin_of_victory"]
        assert row["win_flag"] + other["win_flag"] == (row["points_scored"] != other["points_scored"])
        assert row["team_minutes"] == 5 * (48 + 5 * row["overtime_periods"])
        if row["shot_zones_source"]:
            zones = row["team_paint_attempts"] + row["team_mid_range_attempts"] + row["three_pt_attempts"]
            assert zones + row["zone_unknown_attempts"] == row["fg_attempts"]
            allowed = against["opp_paint_attempts"] + against["opp_mid_range_attempts"]
            zones_allowed = allowed + against["opp_three_pt_attempts"] + against["opp_zone_unknown_attempts"]
            assert zones_allowed == against["opp_fg_attempts"]
