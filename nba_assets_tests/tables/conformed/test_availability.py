"""What the last injury report before the tip says of each player."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from nba_assets.tables.conformed.availability import availability
from nba_assets_tests.given import MATCH, game_row, named
from nba_assets_tests.rows import Row, broken_of, one, rows_of, told

NAMES = named("tatum", "brown", "brunson", "jadenivey", jadeney="jadenivey")
EVE = MATCH.day - timedelta(days=1)


def entry(player: str, status: str, hour: int, day: date = MATCH.day, team: str = "BOS", **more: Any) -> Row:
    """A line of the edition of an hour; the tip is at half past seven."""
    return {
        "game_date": MATCH.day,
        "report_date": day,
        "report_hour": hour,
        "home_team": "BOS",
        "away_team": "NYK",
        "team": team,
        "player_lookup": player,
        "injury_status": status,
        "reason": f"at {hour}",
        "confidence_score": 0.95,
    } | more


def statuses(*report: Row) -> list[tuple]:
    rows = rows_of(availability, report=report, games=[game_row(MATCH)], names=NAMES)
    return told(rows, "player_lookup", "player_status", "injury_report")


def test_the_last_edition_before_the_tip_counts() -> None:
    editions = [entry("tatum", "questionable", 13), entry("tatum", "out", 19), entry("tatum", "available", 20)]
    assert statuses(*editions) == [("tatum", "out", "at 19")]


def test_the_evening_befores_edition_counts_until_there_is_a_newer_one() -> None:
    eve = entry("tatum", "doubtful", 22, EVE)
    assert statuses(eve) == [("tatum", "doubtful", "at 22")]
    assert statuses(eve, entry("tatum", "out", 11)) == [("tatum", "out", "at 11")]


def test_an_edition_after_the_tip_is_no_forecast() -> None:
    assert statuses(entry("tatum", "out", 21)) == []


def test_each_player_has_his_own_last_edition() -> None:
    report = [entry("tatum", "Out", 17), entry("brown", "probable", 13), entry("brunson", "OUT", 13, team="NY")]
    rows = rows_of(availability, report=report, games=[game_row(MATCH)], names=NAMES)
    assert told(rows, "game_id", "team_abbr", "player_lookup", "player_status") == [
        (MATCH.id, "BOS", "brown", "probable"),
        (MATCH.id, "BOS", "tatum", "out"),
        (MATCH.id, "NYK", "brunson", "out"),
    ]


def test_mangled_names_are_resolved_and_unknown_ones_left_out() -> None:
    """The report's normaliser loses `iv` in the middle of Ivey (R-5)."""
    assert statuses(entry("jadeney", "out", 13), entry("nobody", "out", 13)) == [("jadenivey", "out", "at 13")]


def test_a_game_that_is_not_scheduled_is_left_out() -> None:
    assert statuses(entry("tatum", "out", 13, home_team="LAL")) == []


def test_a_row_says_which_edition_it_is_of() -> None:
    row = one(rows_of(availability, report=[entry("tatum", "Out", 22, EVE)], games=[game_row(MATCH)], names=NAMES))
    assert (row["report_date"], row["report_hour"], row["confidence"], row["season_year"]) == (EVE, 22, 0.95, 2024)
    assert (row["player_lookup_raw"], row["universal_player_id"]) == ("tatum", "tatum_001")


GOOD = {
    "game_id": MATCH.id,
    "game_date": MATCH.day,
    "season_year": 2024,
    "player_lookup": "tatum",
    "player_lookup_raw": "tatum",
    "player_status": "out",
    "report_date": MATCH.day,
    "report_hour": 13,
}


@pytest.mark.parametrize("bad", [{"player_status": None}, {"player_lookup": None}, {"report_hour": None}])
def test_a_row_lacks_what_it_needs(bad: dict[str, Any]) -> None:
    assert broken_of(availability, "required_columns_are_filled", [GOOD]) == []
    assert len(broken_of(availability, "required_columns_are_filled", [GOOD | bad])) == 1


def test_a_player_has_one_status_in_a_game() -> None:
    assert broken_of(availability, "key_is_unique", [GOOD, GOOD | {"player_lookup": "brown"}]) == []
    assert len(broken_of(availability, "key_is_unique", [GOOD, GOOD])) == 2
