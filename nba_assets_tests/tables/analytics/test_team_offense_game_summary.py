"""What a team did with the ball, from its box, its shots and the game's sheet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.conformed.expected_starters import expected_starters
from nba_assets_tests.given import GOLDEN, boxed, game_row, golden_boxes, golden_counts, shot_row, started
from nba_assets_tests.rows import Row, one, rows_of, told


def rows_with(**inputs: list[Row]) -> list[dict[str, Any]]:
    return rows_of(team_offense_game_summary, **{"team_boxes": golden_boxes()} | inputs)


def philadelphia(**inputs: list[Row]) -> dict[str, Any]:
    return one(rows_with(**inputs), team_abbr="PHI")


def test_the_golden_game() -> None:
    """Overtime is in the pace, possessions are not cut to whole ones, and both teams have one pace."""
    names = ("team_abbr", "possessions", "offensive_rating", "pace", "ts_pct", "overtime_periods", "team_minutes")
    assert told(rows_with(), *names) == [
        ("NYK", 94.6, 132.19, 87.7, 0.647, 1, 265),
        ("PHI", 99.2, 120.01, 87.7, 0.606, 1, 265),
    ]


def test_counted_possessions_count_and_the_estimate_stays() -> None:
    names = ("team_abbr", "possessions", "possessions_estimated", "possessions_source", "offensive_rating", "pace")
    assert told(rows_with(possession_counts=golden_counts()), *names) == [
        ("NYK", 96, 94.6, "play_by_play", 130.21, 87.4),
        ("PHI", 97, 99.2, "play_by_play", 122.68, 87.4),
    ]
    one_sided = rows_with(possession_counts=golden_counts()[:1])
    assert told(one_sided, "possessions", "possessions_source") == [(94.6, "estimate"), (99.2, "estimate")]


def test_who_won_where() -> None:
    names = ("team_abbr", "opponent_team_abbr", "home_game", "win_flag", "margin_of_victory", "points_scored")
    assert told(rows_with(), *names) == [("NYK", "PHI", False, True, 6, 125), ("PHI", "NYK", True, False, -6, 119)]


def test_without_the_opponents_row_there_is_no_row() -> None:
    assert rows_with(team_boxes=golden_boxes()[:1]) == []


def test_a_missing_part_makes_its_rates_unknown_and_keeps_the_row() -> None:
    boxes = [boxed(GOLDEN, "PHI", 240.0, points=119, fg_attempts=92), boxed(GOLDEN, "NYK", points=125)]
    row = philadelphia(team_boxes=boxes)
    assert (row["points_scored"], row["fg_attempts"], row["win_flag"]) == (119, 92, False)
    rates = ("possessions", "offensive_rating", "pace", "ts_pct", "rebounds", "ft_attempts")
    assert [row[name] for name in rates] == [None] * 6


def test_rebounds_are_of_players() -> None:
    boxes = [row | {"defensive_rebounds": 30} for row in golden_boxes()]
    assert philadelphia(team_boxes=boxes)["rebounds"] == 41


def test_zones() -> None:
    """Zero where the game has play-by-play and the team no such shot; NULL where it has none."""
    shots = [
        shot_row(GOLDEN, "PHI", "paint", made=True),
        shot_row(GOLDEN, "PHI", "paint", made=True),
        shot_row(GOLDEN, "PHI", "paint"),
        shot_row(GOLDEN, "PHI", "mid_range", made=True),
        shot_row(GOLDEN, "PHI", "three", made=True),
        shot_row(GOLDEN, "PHI", "unknown"),
        shot_row(GOLDEN, "PHI", "unknown", made=True),
    ]
    rows = rows_with(shots=shots)
    names = (
        *("team_paint_attempts", "team_paint_makes", "team_mid_range_attempts", "team_mid_range_makes"),
        *("zone_unknown_attempts", "points_in_paint_scored", "shot_zones_source"),
    )
    assert told(rows, "team_abbr", *names) == [
        ("NYK", 0, 0, 0, 0, 0, 0, "bigdataball"),
        ("PHI", 3, 2, 1, 1, 2, 4, "bigdataball"),
    ]
    placed = [row | {"area": "paint"} for row in shots]
    assert told(rows_with(shots=placed), "team_abbr", "area_paint_makes", "area_points_in_paint_scored") == [
        ("NYK", 0, 0),
        ("PHI", 5, 10),
    ]
    without = philadelphia()
    assert [without[name] for name in names] == [None] * 7
    unknown = ["shot_zones_unavailable", "shot_areas_unavailable", "gamebook_unavailable", "possessions_estimated"]
    assert without["quality_issues"] == unknown


def test_second_chances() -> None:
    found = [{"game_id": GOLDEN.id, "team_abbr": "PHI", "points": 14}]
    assert told(rows_with(second_chances=found), "team_abbr", "second_chance_points_scored") == [
        ("NYK", None),
        ("PHI", 14),
    ]


def listed(player: str, status: str, team: str = "PHI") -> Row:
    return {
        "game_id": GOLDEN.id,
        "game_date": GOLDEN.day,
        "team_abbr": team,
        "player_lookup": player,
        "player_status": status,
    }


def expected(history: list[Row]) -> list[dict[str, Any]]:
    """The fives that are expected after those starts."""
    return rows_of(expected_starters, games=[game_row(GOLDEN)], starters=history)


def test_inactive_players_and_starters() -> None:
    """A starter is one of the five who started most in the last ten games; dressed without playing is not inactive."""
    history = started(GOLDEN.day - timedelta(days=2), "PHI", "embiid", "maxey", "george", "oubre", "martin")
    sheet = [listed("embiid", "inactive"), listed("lowry", "inactive"), listed("maxey", "dnp")]
    row = philadelphia(listed_players=sheet, expected_starters=expected(history))
    assert (row["players_inactive"], row["starters_inactive"]) == (2, 1)


def test_without_a_sheet_nobody_knows_who_was_inactive() -> None:
    history = started(GOLDEN.day - timedelta(days=2), "PHI", "embiid")
    row = philadelphia(expected_starters=expected(history), listed_players=[listed("brunson", "inactive", "NYK")])
    assert (row["players_inactive"], row["starters_inactive"]) == (None, None)


def test_before_a_teams_first_game_nobody_is_its_starter() -> None:
    five = expected(started(GOLDEN.day, "PHI", "embiid"))
    row = philadelphia(listed_players=[listed("embiid", "inactive")], expected_starters=five)
    assert (row["players_inactive"], row["starters_inactive"]) == (1, None)


def test_the_five_are_those_who_started_most_lately() -> None:
    """Embiid started the last two of seven; five others all seven."""
    regulars = ("maxey", "george", "oubre", "martin", "yabusele")
    opening = GOLDEN.day - timedelta(days=20)
    history = [row for n in range(7) for row in started(opening + timedelta(days=n), "PHI", *regulars)]
    history += [row for n in (5, 6) for row in started(opening + timedelta(days=n), "PHI", "embiid")]
    sheet = [listed("embiid", "inactive"), listed("yabusele", "inactive")]
    assert philadelphia(listed_players=sheet, expected_starters=expected(history))["starters_inactive"] == 1


def test_the_source_is_the_tier() -> None:
    boxes = [row | {"source": "player_sum"} if row["team_abbr"] == "PHI" else row for row in golden_boxes()]
    shots = [shot_row(GOLDEN, "PHI", area="paint")]
    sheets = [listed("embiid", "active"), listed("brunson", "active", "NYK")]
    rows = rows_with(team_boxes=boxes, shots=shots, possession_counts=golden_counts(), listed_players=sheets)
    assert [(r["team_abbr"], r["primary_source_used"], r["quality_tier"], r["quality_issues"]) for r in rows] == [
        ("NYK", "nbac_team_boxscore", "gold", []),
        ("PHI", "player_sum", "silver", ["backup_source_used", "reconstructed"]),
    ]


def test_identity_of_a_row() -> None:
    row = philadelphia()
    assert (row["game_id"], row["nba_game_id"]) == ("20250115_NYK_PHI", "0022400561")
    assert (row["game_date"], row["season_year"], row["season_type"]) == (date(2025, 1, 15), 2024, "regular")
