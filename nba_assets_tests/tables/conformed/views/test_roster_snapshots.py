"""Each team's snapshots, with the dates they hold for; and whom nobody knows on them."""

from __future__ import annotations

from datetime import date
from typing import Any

from nba_assets.tables.conformed.views.roster_snapshots import roster_snapshots, unknown_on_rosters
from nba_assets_tests.rows import Row, rows_of, told
from nba_assets_tests.tables.conformed.scrapes import NAMES, snapshot


def rosters_of(*snapshots: list[Row]) -> list[dict[str, Any]]:
    return rows_of(roster_snapshots, scrapes=[row for snapshot in snapshots for row in snapshot], names=NAMES)


def test_a_snapshot_holds_until_the_teams_next() -> None:
    """The Knicks' newer roster does not hide Boston's (U6)."""
    rows = rosters_of(
        snapshot(1, "BOS", "tatum", "brown"), snapshot(6, "BOS", "tatum", "stranger"), snapshot(8, "NY", "brunson")
    )
    forever = date(9999, 12, 31)
    assert told(rows, "team_abbr", "player_lookup", "since", "until") == [
        ("BOS", "brown", date(2024, 11, 1), date(2024, 11, 6)),
        ("BOS", "tatum", date(2024, 11, 1), date(2024, 11, 6)),
        ("BOS", "tatum", date(2024, 11, 6), forever),
        ("NYK", "brunson", date(2024, 11, 8), forever),
    ]


def test_the_last_scrape_of_a_morning_counts() -> None:
    rows = rosters_of(snapshot(1, "BOS", "tatum", "brown", hour=8), snapshot(1, "BOS", "tatum", hour=11))
    assert told(rows, "player_lookup") == [("tatum",)]


def test_a_player_whom_a_page_has_by_two_spellings_is_one_row() -> None:
    """With the last of either by the alphabet, or the greater: the order of the page says nothing."""
    for page in (("jadeney", "jadenivey"), ("jadenivey", "jadeney")):
        rows = [row | {"age": 22 + (row["player_lookup"] == "jadeney")} for row in snapshot(1, "BOS", *page)]
        assert told(rosters_of(rows), "player_lookup", "player_full_name", "age") == [("jadenivey", "Jadenivey", 23)]


def test_a_birth_date_is_known_from_when_it_was_first_told() -> None:
    """The page's stand-in has none; and what a later scrape tells is not known before it."""
    born = date(1998, 3, 3)
    told_once = [row | {"birth_date": born} for row in snapshot(6, "BOS", "tatum")]
    rows = rosters_of(snapshot(1, "BOS", "tatum"), told_once, snapshot(8, "NY", "tatum"))
    assert [(row["since"].day, row["birth_date"]) for row in sorted(rows, key=lambda row: row["since"])] == [
        (1, None),
        (6, born),
        (8, born),
    ]


def test_of_two_birth_dates_told_the_later_one_counts() -> None:
    """From when it was told, whichever page has it."""
    born = {1: date(1998, 3, 3), 6: date(1999, 3, 3), 8: date(1998, 3, 3)}
    pages = [[row | {"birth_date": at} for row in snapshot(day, "BOS", "tatum")] for day, at in born.items()]
    assert told(rosters_of(*pages), "since", "birth_date") == [
        (date(2024, 11, 1), born[1]),
        (date(2024, 11, 6), born[6]),
        (date(2024, 11, 8), born[6]),
    ]


def test_a_scrape_from_noon_on_counts_from_the_day_after() -> None:
    """It may have been read after the tip. The next morning's counts before it."""
    evening = snapshot(1, "BOS", "tatum", "brown", hour=8), snapshot(1, "BOS", "tatum", hour=12)
    held = [("brown", 1, 2), ("tatum", 1, 2), ("tatum", 2, 31)]
    spans = told(rosters_of(*evening), "player_lookup", "since", "until")
    assert [(player, since.day, until.day) for player, since, until in spans] == held
    spans = told(rosters_of(*evening, snapshot(2, "BOS", "white", hour=8)), "player_lookup", "since")
    assert [(player, since.day) for player, since in spans] == [("brown", 1), ("tatum", 1)]


def test_whom_nobody_knows_is_told_apart() -> None:
    """By the day's last scrape; he is on no roster, and a check counts him."""
    scrapes = snapshot(1, "NY", "brunson", "gone", hour=8) + snapshot(1, "NY", "brunson", "stranger", hour=11)
    rows = rows_of(unknown_on_rosters, scrapes=scrapes, names=NAMES)
    assert told(rows, "roster_date", "team_abbr", "player_lookup_raw") == [(date(2024, 11, 1), "NYK", "stranger")]
