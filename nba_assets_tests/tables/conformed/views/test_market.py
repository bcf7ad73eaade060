"""The chosen line of a player and of a team, through the stored lines of the books: which book, which capture."""

from __future__ import annotations

from typing import Any

from nba_assets.tables.conformed.game_lines import game_lines
from nba_assets.tables.conformed.prop_lines import prop_lines
from nba_assets.tables.conformed.views.market import points_lines, team_lines
from nba_assets_tests.given import MATCH, eastern, game_row, named
from nba_assets_tests.rows import Row, one, rows_of, told
from nba_assets_tests.tables.conformed.captures import lines, offer, prop

NAMES = named("tatum", "brunson", "timhardawayjr", timhardaway="timhardawayjr")
GAMES = [game_row(MATCH)]


def props(*odds_api: Row, bettingpros: list[Row] = ()) -> list[tuple]:
    """Player, line, opening line, book."""
    books = rows_of(prop_lines, odds_api=odds_api, bettingpros=bettingpros, games=GAMES, names=NAMES)
    return told(rows_of(points_lines, books=books), "player_lookup", "line", "opening", "book")


def test_draftkings_then_fanduel() -> None:
    books = [prop("betmgm", 12, 20.5), prop("FanDuel", 12, 21.5), prop("draftkings", 12, 22.5)]
    assert props(*books) == [("tatum", 22.5, 22.5, "draftkings")]
    assert props(*books[:2]) == [("tatum", 21.5, 21.5, "fanduel")]
    assert props(books[0]) == [("tatum", 20.5, 20.5, "betmgm")]


def test_else_the_median_of_the_books() -> None:
    three = [prop("betmgm", 12, 20.5), prop("caesars", 12, 24.5), prop("bovada", 12, 21.5)]
    assert props(*three) == [("tatum", 21.5, 21.5, "median of 3 books")]
    assert props(*three[:2]) == [("tatum", 22.5, 22.5, "median of 2 books")]


def test_last_and_first_of_the_same_book() -> None:
    """FanDuel's line of the morning is older, but no opening of DraftKings'."""
    captures = [prop("fanduel", 8, 19.5), prop("draftkings", 10, 21.5), prop("draftkings", 18, 23.5)]
    assert props(*captures) == [("tatum", 23.5, 21.5, "draftkings")]


def test_a_live_line_is_no_line() -> None:
    assert props(prop("draftkings", 19.5, 22.5), prop("draftkings", 20, 30.5)) == [("tatum", 22.5, 22.5, "draftkings")]
    assert props(prop("draftkings", 20, 30.5)) == []


def test_bettingpros_where_the_odds_api_has_nothing_for_the_player() -> None:
    theirs = [offer("DraftKings", 18.5, 17.5), offer("BetMGM", 30.5)]
    theirs += [offer("FanDuel", 8.5, player_lookup="timhardaway", player_team="FA")]
    assert props(prop("betmgm", 12, 22.5), bettingpros=theirs) == [
        ("tatum", 22.5, 22.5, "betmgm"),
        ("timhardawayjr", 8.5, None, "fanduel"),
    ]
    assert props(bettingpros=theirs[:2]) == [("tatum", 18.5, 17.5, "draftkings")]


def test_what_bettingpros_offers_count() -> None:
    gone, under, live = (
        offer("FanDuel", 1, is_active=False),
        offer("FanDuel", 2, bet_side="under"),
        offer("FanDuel", 3, hour=20),
    )
    assert props(bettingpros=[gone, under, live]) == []
    scrapes = [offer("FanDuel", 17.5, hour=9), offer("FanDuel", 18.5, hour=15)]
    assert props(bettingpros=scrapes) == [("tatum", 18.5, None, "fanduel")]


def test_a_stale_team_waits_for_the_last_tip_of_the_date() -> None:
    assert props(bettingpros=[offer("FanDuel", 18.5, hour=19, player_team="FA")]) == [("tatum", 18.5, None, "fanduel")]
    assert props(bettingpros=[offer("FanDuel", 18.5, hour=20, player_team="FA")]) == []


def test_spellings_of_one_player_are_one_line() -> None:
    books = [prop("betmgm", 12, 7.5, "timhardawayjr"), prop("caesars", 12, 8.5, "timhardaway")]
    assert props(*books) == [("timhardawayjr", 8.0, 8.0, "median of 2 books")]
    assert props(prop("draftkings", 12, 9.5, "nobodyknown")) == []


def market(*captures: list[Row]) -> list[dict[str, Any]]:
    books = rows_of(game_lines, lines=[row for capture in captures for row in capture], games=GAMES)
    return rows_of(team_lines, books=books)


def test_a_spread_is_signed_for_the_team_it_names() -> None:
    """Boston is at home and favoured; the feed calls New York the home team."""
    rows = market(lines("draftkings", 12, boston=-5.5))
    assert told(rows, "game_id", "team_abbr", "market", "line", "book") == [
        (MATCH.id, "BOS", "spread", -5.5, "draftkings"),
        (MATCH.id, "NYK", "spread", 5.5, "draftkings"),
    ]


def test_a_total_is_both_teams() -> None:
    rows = market(lines("fanduel", 12, total=221.5))
    assert told(rows, "team_abbr", "market", "line") == [("BOS", "total", 221.5), ("NYK", "total", 221.5)]


def test_opening_and_median_of_the_books() -> None:
    rows = market(
        lines("draftkings", 9, boston=-4.5),
        lines("draftkings", 18, boston=-5.5),
        lines("fanduel", 18, boston=-6.5),
        lines("betmgm", 17, boston=-7.5),
        lines("draftkings", 20, boston=-20.5),
    )
    row = one(rows, team_abbr="BOS")
    assert (row["line"], row["opening"], row["book"]) == (-5.5, -4.5, "draftkings")
    assert (row["median_line"], row["median_opening"], row["books"]) == (-6.5, -6.5, 3)
    assert row["captured_at"] == eastern(MATCH.day, 18)
    assert one(rows, team_abbr="NYK")["median_line"] == 6.5


def test_without_a_preferred_book_the_line_is_the_median() -> None:
    row = one(market(lines("betmgm", 17, boston=-7.5), lines("caesars", 17, boston=-6.5)), team_abbr="BOS")
    assert (row["line"], row["book"], row["median_line"]) == (-7.0, "median of 2 books", -7.0)


def test_a_book_without_a_point_is_passed_over() -> None:
    pointless = [row | {"outcome_point": None} for row in lines("draftkings", 18, total=0)]
    row = one(market(pointless, lines("fanduel", 17, total=221.5)), team_abbr="BOS")
    assert (row["line"], row["book"]) == (221.5, "fanduel")
