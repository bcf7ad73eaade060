"""One row a book: its first and last spread or total on a team's game before the tip, with the prices."""

from __future__ import annotations

from typing import Any

import pytest

from nba_assets.tables.conformed.game_lines import game_lines
from nba_assets_tests.given import MATCH, eastern, game_row
from nba_assets_tests.rows import Row, broken_of, one, rows_of, told
from nba_assets_tests.tables.conformed.captures import lines


def books(*captures: list[Row]) -> list[dict[str, Any]]:
    return rows_of(game_lines, lines=[row for capture in captures for row in capture], games=[game_row(MATCH)])


def test_a_spread_is_a_row_a_book_for_each_team() -> None:
    """Boston is at home and favoured; the feed calls New York the home team. Each side has its own price."""
    rows = books(
        lines("DraftKings", 9, boston=-4.5, price=1.8),
        lines("DraftKings", 18, boston=-5.5, price=1.9),
        lines("fanduel", 12, boston=-6.0),
    )
    assert told(rows, "team_abbr", "book", "line", "opening", "price", "other_price") == [
        ("BOS", "draftkings", -5.5, -4.5, 1.9, 2.0),
        ("BOS", "fanduel", -6.0, -6.0, None, None),
        ("NYK", "draftkings", 5.5, 4.5, 2.0, 1.9),
        ("NYK", "fanduel", 6.0, 6.0, None, None),
    ]
    row = one(rows, team_abbr="BOS", book="draftkings")
    assert (row["game_id"], row["season_year"], row["market"]) == (MATCH.id, 2024, "spread")
    assert (row["first_at"], row["last_at"]) == (eastern(MATCH.day, 9), eastern(MATCH.day, 18))
    assert row["tip_at"] == MATCH.tip


def test_a_spread_that_names_one_team_is_the_others_turned_round() -> None:
    boston, new_york = lines("fanduel", 12, boston=-5.5, price=1.9)
    names = ("team_abbr", "line", "price", "other_price")
    assert told(books([boston]), *names) == [("BOS", -5.5, 1.9, None), ("NYK", 5.5, None, 1.9)]
    assert told(books([new_york]), *names) == [("BOS", -5.5, None, 2.0), ("NYK", 5.5, 2.0, None)]


def test_sides_of_one_capture_that_disagree_are_the_home_teams() -> None:
    """And the price of the other line is no price of this one."""
    boston, new_york = lines("fanduel", 12, boston=-5.5, price=1.9)
    rows = books([boston, new_york | {"outcome_point": 6.5}])
    assert told(rows, "team_abbr", "line", "price", "other_price") == [
        ("BOS", -5.5, 1.9, None),
        ("NYK", 5.5, None, 1.9),
    ]


@pytest.mark.parametrize(
    "printed",
    [
        {"market_key": "Spreads"},
        {"bookmaker_key": "FanDuel"},
        {"outcome_name": "Celtics"},
        {"outcome_name": "BOS"},
        {"outcome_name": "boston celtics "},
        {"snapshot_tag": None, "commence_time": None},
    ],
)
def test_a_printed_name_in_the_place_of_a_key_is_read(printed: Row) -> None:
    """Such lines vanished, and another book's stood for the market."""
    boston, _ = lines("fanduel", 12, boston=-5.5)
    assert told(books([boston | printed]), "team_abbr", "market", "book", "line") == [
        ("BOS", "spread", "fanduel", -5.5),
        ("NYK", "spread", "fanduel", 5.5),
    ]
    over, _ = lines("fanduel", 12, total=221.5)
    assert len(books([over | {"market_key": "Total", "outcome_name": "OVER"}])) == 2


@pytest.mark.parametrize(
    "lost",
    [
        {"market_key": "h2h"},
        {"market_key": None},
        {"outcome_name": "Lakers"},
        {"outcome_point": None},
        {"bookmaker_key": None},
        {"snapshot_timestamp": None},
    ],
)
def test_a_line_that_cannot_be_placed_is_counted(lost: Row) -> None:
    """A live one is as it should be, and is not."""
    boston, new_york = lines("fanduel", 12, boston=-5.5)
    live = lines("fanduel", 21, boston=-9.5)
    given = {"lines": [boston | lost, new_york, *live], "games": [game_row(MATCH)]}
    found = broken_of(game_lines, "lines_can_be_placed", [], **given)
    assert told(found, "game_date") == [(MATCH.day,)]


def test_under_is_no_thunder() -> None:
    thunder = {"home_team": "Oklahoma City Thunder"}
    over, under = (row | thunder for row in lines("fanduel", 12, total=221.5, price=1.9))
    assert told(books([over, under]), "price", "other_price") == [(1.9, 2.0)] * 2
    assert told(books([over, under | {"outcome_name": ""}]), "price", "other_price") == [(1.9, None)] * 2


def test_the_vendors_tip_stands_in_for_one_that_the_schedule_lacks() -> None:
    boston, _ = lines("fanduel", 12, boston=-5.5)
    games = [game_row(MATCH, tip_at=None)]
    known = [boston | {"commence_time": MATCH.tip}]
    assert len(rows_of(game_lines, lines=known, games=games)) == 2
    assert rows_of(game_lines, lines=[boston], games=games) == []
    assert broken_of(game_lines, "lines_can_be_placed", [], lines=known, games=games) == []
    assert len(broken_of(game_lines, "lines_can_be_placed", [], lines=[boston], games=games)) == 1


def test_a_total_stands_for_both_teams_with_over_and_under() -> None:
    rows = books(lines("fanduel", 9, total=219.5, price=1.8), lines("fanduel", 12, total=221.5, price=1.87))
    assert told(rows, "team_abbr", "market", "line", "opening", "price", "other_price") == [
        ("BOS", "total", 221.5, 219.5, 1.87, 1.97),
        ("NYK", "total", 221.5, 219.5, 1.87, 1.97),
    ]


def test_an_under_of_another_capture_is_not_this_ones() -> None:
    over, under = lines("fanduel", 12, total=221.5, price=1.87)
    earlier = under | {"snapshot_timestamp": eastern(MATCH.day, 9)}
    assert told(books([over, earlier]), "price", "other_price") == [(1.87, None), (1.87, None)]


def test_what_is_seen_after_the_tip_is_no_line() -> None:
    live = lines("draftkings", 20, boston=-20.5)
    row = one(books(lines("draftkings", 19.5, boston=-5.5), live), team_abbr="BOS")
    assert (row["line"], row["last_at"]) == (-5.5, eastern(MATCH.day, 19.5))
    assert books(live) == []


def test_of_a_side_that_a_capture_names_twice_the_greater_price_counts() -> None:
    boston, new_york = lines("fanduel", 12, boston=-5.5, price=1.9)
    again = boston | {"outcome_name": "Celtics", "outcome_price": 1.8}
    prices = told(books([boston, new_york, again]), "team_abbr", "price", "other_price")
    assert prices == [("BOS", 1.9, 2.0), ("NYK", 2.0, 1.9)]


def test_a_capture_without_a_point_is_none() -> None:
    pointless = [row | {"outcome_point": None} for row in lines("draftkings", 18, total=0)]
    assert told(books(pointless, lines("draftkings", 17, total=221.5)), "line") == [(221.5,), (221.5,)]


def test_a_spread_of_a_team_that_the_capture_does_not_name_is_nobodys() -> None:
    renamed = [row | {"outcome_name": "Celtics of Boston"} for row in lines("draftkings", 12, boston=-5.5)]
    assert books(renamed) == []


def test_words_count_in_any_case() -> None:
    given = lines("fanduel", 17, boston=-5.5, total=221.5)
    shouted = [row | {name: row[name].upper() for name in ("market_key", "outcome_name")} for row in given]
    assert len(books(given)) == 4
    assert books(shouted) == books(given)


def test_a_game_that_is_not_scheduled_has_no_lines() -> None:
    assert books([row | {"home_team_abbr": "LAL"} for row in lines("fanduel", 17, total=221.5)]) == []
