"""Who is on a team that plays on a date: from each team's own latest snapshot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from nba_assets.tables.conformed.rosters import rosters
from nba_assets.tables.conformed.views.roster_snapshots import roster_snapshots
from nba_assets_tests.given import MATCH, game_row
from nba_assets_tests.rows import Row, broken_of, one, rows_of, told
from nba_assets_tests.tables.conformed.scrapes import NAMES, snapshot


def rosters_of(*snapshots: list[Row]) -> list[dict[str, Any]]:
    return rows_of(roster_snapshots, scrapes=[row for snapshot in snapshots for row in snapshot], names=NAMES)


def rows_on(day: int, spans: list[Row], away: str = "NYK", home: str = "BOS", **game: Any) -> list[dict[str, Any]]:
    slate = game_row(replace(MATCH, day=date(2024, 11, day), away=away, home=home), **game)
    return rows_of(rosters, games=[slate], snapshots=spans)


def players_on(day: int, spans: list[Row], *teams: str) -> list[tuple]:
    found = rows_on(day, spans, *(("NYK", "BOS") if len(teams) == 2 else ("PHI", *teams)))
    return told(found, "team_abbr", "player_lookup")


def test_who_is_on_a_team_on_a_day() -> None:
    spans = rosters_of(snapshot(3, "BOS", "tatum", "brown"), snapshot(6, "BOS", "tatum"))
    assert players_on(2, spans, "BOS") == []
    assert players_on(3, spans, "BOS") == players_on(5, spans, "BOS") == [("BOS", "brown"), ("BOS", "tatum")]
    assert players_on(6, spans, "BOS") == [("BOS", "tatum")]


def test_a_player_on_two_rosters_is_on_the_newer_one() -> None:
    spans = rosters_of(snapshot(1, "BOS", "tatum", "brown"), snapshot(5, "NYK", "brunson", "brown"))
    assert players_on(4, spans, "BOS", "NYK") == [("BOS", "brown"), ("BOS", "tatum")]
    assert players_on(8, spans, "BOS", "NYK") == [("BOS", "tatum"), ("NYK", "brown"), ("NYK", "brunson")]


@pytest.mark.parametrize(("of_boston", "of_new_york", "team"), [(6, 11, "NYK"), (11, 6, "BOS")])
def test_of_two_rosters_of_one_morning_the_later_is_the_newer(of_boston: int, of_new_york: int, team: str) -> None:
    """He was traded between the two scrapes; which team's name comes first says nothing."""
    spans = rosters_of(snapshot(5, "BOS", "brown", hour=of_boston), snapshot(5, "NYK", "brown", hour=of_new_york))
    assert players_on(8, spans, "BOS", "NYK") == [(team, "brown")]


def test_the_morning_is_newer_than_the_evening_before() -> None:
    """Both count from the same date on."""
    spans = rosters_of(snapshot(4, "BOS", "brown", hour=22), snapshot(5, "NYK", "brown", hour=8))
    assert players_on(8, spans, "BOS", "NYK") == [("NYK", "brown")]


def test_a_traded_player_has_left_though_his_new_team_does_not_play_that_day() -> None:
    spans = rosters_of(snapshot(1, "BOS", "tatum", "brown"), snapshot(5, "NYK", "brunson", "brown"))
    assert players_on(8, spans, "BOS") == [("BOS", "tatum")]


def test_a_row_keeps_what_the_roster_knows() -> None:
    spans = rosters_of(snapshot(1, "BOS", "tatum"))
    row = one(rows_on(2, spans))
    assert (row["universal_player_id"], row["player_full_name"], row["age"]) == ("tatum_001", "Tatum", 26)
    assert (row["game_date"], row["season_year"], row["since"]) == (date(2024, 11, 2), 2024, date(2024, 11, 1))


@pytest.mark.parametrize(
    ("born", "age"),
    [(date(1998, 11, 20), 26), (date(1998, 11, 21), 25), (date(1998, 3, 3), 26), (None, 27)],
    ids=["birthday", "eve of it", "spring", "unknown"],
)
def test_age(born: date | None, age: int) -> None:
    """On the date; the page's one age of the season only where nobody knows when he was born."""
    page = [row | {"birth_date": born, "age": 27} for row in snapshot(1, "BOS", "tatum")]
    assert one(rows_on(20, rosters_of(page)))["age"] == age


def test_a_team_of_the_slate_without_a_snapshot_has_no_rows() -> None:
    assert told(rows_on(8, rosters_of(snapshot(9, "NYK", "brunson"), snapshot(1, "BOS", "tatum"))), "team_abbr") == [
        ("BOS",)
    ]


def test_a_postponed_game_needs_no_rosters() -> None:
    assert rows_on(8, rosters_of(snapshot(1, "BOS", "tatum")), is_postponed=True) == []


def test_a_roster_of_last_season_is_none() -> None:
    old = [row | {"season_year": 2023} for row in snapshot(1, "BOS", "tatum")]
    assert rows_on(8, rosters_of(old)) == []


def test_unknown_names_are_counted_on_the_day_of_the_scrape() -> None:
    unknown = {"roster_date": MATCH.day, "team_abbr": "BOS", "player_lookup_raw": "stranger"}
    found = broken_of(rosters, "players_are_known", [], unknown=[unknown])
    assert told(found, "game_date", "player_lookup_raw") == [(MATCH.day, "stranger")]
