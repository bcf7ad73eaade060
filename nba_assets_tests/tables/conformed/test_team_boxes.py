"""One team's totals in one game: NBA.com's, or the sum of its players."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from nba_assets.basketball.box_scores import COUNTS
from nba_assets.tables.conformed.team_boxes import team_boxes
from nba_assets_tests.given import MATCH, game_row
from nba_assets_tests.rows import Row, one, rows_of, told


def official(team: str, points: int = 110, minutes: str = "240:00", **more: Any) -> Row:
    """NBA.com's row. Its own id and `is_home` are in array order: wrong for every game listed home first."""
    row = {
        "game_id": "20241108_BOS_NYK",
        "nba_game_id": MATCH.nba_id,
        "game_date": MATCH.day,
        "team_abbr": team,
        "is_home": team == "NYK",
        "points": points,
        "fg_attempted": 90,
        "turnovers": 12,
        "minutes": minutes,
        "processed_at": datetime(2024, 11, 9, 9, tzinfo=UTC),
        "data_hash": "a",
    }
    return row | more


def five(team: str, points: int = 20, minutes: float = 48.0, players: int = 5) -> list[Row]:
    """Rows of `player_boxes`, all alike."""
    counts = dict.fromkeys(COUNTS, 1) | {"points": points, "fg_attempts": 18}
    return [{"game_id": MATCH.id, "team_abbr": team, "minutes": minutes, **counts} for _ in range(players)]


def boxes(box: list[Row] = (), players: list[Row] = (), **game: Any) -> list[dict[str, Any]]:
    return rows_of(team_boxes, box=box, players=players, games=[game_row(MATCH, **game)])


def test_home_and_away_come_from_the_schedule() -> None:
    rows = boxes([official("BOS"), official("NYK", 100)])
    assert told(rows, "game_id", "team_abbr", "opponent_team_abbr", "home_game", "points", "source") == [
        (MATCH.id, "BOS", "NYK", True, 110, "nbac_team_boxscore"),
        (MATCH.id, "NYK", "BOS", False, 100, "nbac_team_boxscore"),
    ]
    assert {row["team_minutes"] for row in rows} == {240}


def test_nobody_is_at_home_in_a_neutral_game() -> None:
    rows = boxes([official("BOS"), official("NYK")], is_neutral=True)
    assert told(rows, "team_abbr", "home_game", "neutral_site") == [("BOS", True, True), ("NYK", False, True)]


def test_a_missing_row_is_the_sum_of_the_players() -> None:
    """And lasts as long as the partner's official row says."""
    rows = boxes([official("BOS", minutes="265:00")], five("BOS", 1) + five("NYK", 21))
    assert one(rows, team_abbr="BOS")["points"] == 110
    made = one(rows, team_abbr="NYK")
    assert (made["source"], made["points"], made["fg_attempts"], made["turnovers"]) == ("player_sum", 105, 90, 5)
    assert made["team_minutes"] == 265


def test_without_an_official_row_the_players_minutes_tell_the_length() -> None:
    """Ball Don't Lie rounds each player's minutes, so the sum is brought to the length of a game."""
    rows = boxes(players=five("BOS", minutes=47.4) + five("NYK", minutes=53.2))
    assert {row["team_minutes"] for row in rows} == {265}
    assert told(boxes(players=five("BOS", minutes=47.0)), "team_minutes") == [(240,)]


def test_a_sum_over_four_players_is_no_total() -> None:
    assert boxes(players=five("NYK", players=4)) == []


def test_an_unnamed_players_points_are_his_teams() -> None:
    stranger = [row | {"player_lookup": None} for row in five("NYK", 2, players=1)]
    rows = boxes(players=five("NYK", 20) + stranger)
    assert one(rows)["points"] == 102


def test_the_last_of_duplicate_deliveries_counts() -> None:
    late = datetime(2024, 11, 10, tzinfo=UTC)
    assert told(boxes([official("BOS", 111, processed_at=late), official("BOS", 110)]), "points") == [(111,)]


def test_a_team_that_is_not_of_the_game_is_left_out() -> None:
    assert told(boxes([official("BOS"), official("LAL")]), "team_abbr") == [("BOS",)]


def test_unknown_stays_unknown() -> None:
    row = one(boxes([official("BOS", turnovers=None, minutes=None)]))
    assert (row["turnovers"], row["team_minutes"]) == (None, None)
