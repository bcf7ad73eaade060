"""The chosen line of a player and of a team, through the stored lines of the books: which book, which capture."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from nba_assets.tables.conformed.game_lines import game_lines
from nba_assets.tables.conformed.prop_lines import prop_lines
from nba_assets.tables.conformed.views.market import games_with_props, points_lines, team_lines
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


def test_else_the_consensus_of_the_books() -> None:
    """Of two lines that are offered as often, nearest the mean of all."""
    three = [prop("betmgm", 12, 20.5), prop("caesars", 12, 24.5), prop("bovada", 12, 21.5)]
    assert props(*three) == [("tatum", 21.5, 21.5, "bovada")]
    assert props(*three, prop("betrivers", 12, 24.5)) == [("tatum", 24.5, 24.5, "betrivers")]


def test_a_morning_line_of_a_preferred_book_does_not_beat_a_late_one() -> None:
    assert props(prop("draftkings", 10, 22.5), prop("betmgm", 19, 20.5)) == [("tatum", 20.5, 20.5, "betmgm")]


def test_last_and_first_of_the_same_book() -> None:
    """FanDuel's line of the morning is older, but no opening of DraftKings'."""
    captures = [prop("fanduel", 8, 19.5), prop("draftkings", 10, 21.5), prop("draftkings", 18, 23.5)]
    assert props(*captures) == [("tatum", 23.5, 21.5, "draftkings")]


def test_a_live_line_is_no_line() -> None:
    assert props(prop("draftkings", 19.5, 22.5), prop("draftkings", 20, 30.5)) == [("tatum", 22.5, 22.5, "draftkings")]
    assert props(prop("draftkings", 20, 30.5)) == []


def test_bettingpros_where_the_odds_api_has_nothing_for_the_player() -> None:
    theirs = [offer("DraftKings", 18.5), offer("BetMGM", 30.5)]
    theirs += [offer("FanDuel", 8.5, player_lookup="timhardaway", player_team="FA")]
    assert props(prop("betmgm", 12, 22.5), bettingpros=theirs) == [
        ("tatum", 22.5, 22.5, "betmgm"),
        ("timhardawayjr", 8.5, 8.5, "fanduel"),
    ]
    assert props(bettingpros=theirs[:2]) == [("tatum", 18.5, 18.5, "draftkings")]


def test_bettingpros_where_the_odds_api_has_an_old_line_only() -> None:
    assert props(prop("betmgm", 12, 22.5), bettingpros=[offer("BetMGM", 23.5, hour=18)]) == [
        ("tatum", 23.5, 23.5, "betmgm")
    ]


def test_what_bettingpros_offers_count() -> None:
    gone, under, live = (
        offer("FanDuel", 1, is_active=False),
        offer("FanDuel", 2, bet_side="under"),
        offer("FanDuel", 3, hour=20),
    )
    assert props(bettingpros=[gone, under, live]) == []
    scrapes = [offer("FanDuel", 17.5, hour=9), offer("FanDuel", 18.5, hour=15)]
    assert props(bettingpros=scrapes) == [("tatum", 18.5, 17.5, "fanduel")]


def test_a_stale_team_waits_for_the_first_tip_of_the_date() -> None:
    """A later one might be after the player's own."""
    assert props(bettingpros=[offer("FanDuel", 18.5, hour=19, player_team="FA")]) == [("tatum", 18.5, 18.5, "fanduel")]
    assert props(bettingpros=[offer("FanDuel", 18.5, hour=20, player_team="FA")]) == []


def test_spellings_of_one_player_are_one_line() -> None:
    books = [prop("betmgm", 12, 7.5, "timhardawayjr"), prop("caesars", 12, 8.5, "timhardaway")]
    assert props(*books) == [("timhardawayjr", 7.5, 7.5, "betmgm")]
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


def test_opening_and_prices_of_one_book() -> None:
    rows = market(
        lines("draftkings", 9, boston=-4.5, price=1.8),
        lines("draftkings", 18, boston=-5.5, price=1.9091),
        lines("fanduel", 18, boston=-6.5),
        lines("betmgm", 17, boston=-7.5),
        lines("draftkings", 20, boston=-20.5),
    )
    boston, new_york = one(rows, team_abbr="BOS"), one(rows, team_abbr="NYK")
    assert (boston["line"], boston["opening"], boston["movement"], boston["book"]) == (-5.5, -4.5, -1.0, "draftkings")
    assert (boston["books"], boston["lowest"], boston["highest"]) == (3, -7.5, -5.5)
    assert (boston["seen_at"], boston["age_minutes"]) == (eastern(MATCH.day, 18), 90)
    assert (round(boston["over_price"]), round(boston["under_price"])) == (-110, 101)
    assert (new_york["line"], new_york["movement"], new_york["lowest"]) == (5.5, 1.0, 5.5)
    assert boston["over_probability"] + new_york["over_probability"] == pytest.approx(1)


def test_games_before_whose_tip_a_feed_had_lines() -> None:
    """A line of the evening tells nothing to a game of the afternoon."""
    early = game_row(replace(MATCH, nba_id="0022400100", away="PHI", home="DEN"), tip_at=eastern(MATCH.day, 13))

    def covered(*captures: Row) -> list[tuple]:
        books = rows_of(prop_lines, odds_api=captures, games=GAMES, names=NAMES)
        return told(rows_of(games_with_props, books=books, games=[*GAMES, early]), "game_id")

    assert covered() == []
    assert covered(prop("betmgm", 15, 20.5)) == [(MATCH.id,)]
    assert covered(prop("betmgm", 19.5, 20.5)) == [(MATCH.id,)], "at its tip, the last moment of a line"
    assert covered(prop("betmgm", 12, 20.5, "nobodyknown")) == [(MATCH.id,), (early["game_id"],)]


def test_a_real_morning_spread_beside_two_closes() -> None:
    """Miami at Washington: DraftKings had Washington by 1 in the morning, the closes by 7.5 and 8."""
    day = date(2022, 11, 18)
    game = {
        "game_id": "20221118_MIA_WAS",
        "game_date": day,
        "season_year": 2022,
        "away_team_abbr": "MIA",
        "home_team_abbr": "WAS",
        "tip_at": eastern(day, 19),
    }
    captures = [
        {
            "game_id": "cc1465f6df04e642a430c52287d9538b",
            "game_date": day,
            "home_team": "Washington Wizards",
            "away_team": "Miami Heat",
            "home_team_abbr": "WAS",
            "away_team_abbr": "MIA",
            "bookmaker_key": book,
            "market_key": "totals" if outcome in ("Over", "Under") else "spreads",
            "outcome_name": outcome,
            "outcome_point": point,
            "outcome_price": price,
            "snapshot_timestamp": eastern(day, hour),
        }
        for book, hour, outcome, point, price in (
            ("draftkings", 10, "Miami Heat", 1.0, 1.9091),
            ("draftkings", 10, "Washington Wizards", -1.0, 1.9091),
            ("consensus", 18 + 55 / 60, "Miami Heat", 7.5, None),
            ("consensus", 18 + 55 / 60, "Washington Wizards", -7.5, 1.907),
            ("consensus", 18 + 55 / 60, "Over", 216.5, 1.9058),
            ("consensus", 18 + 55 / 60, "Under", 216.5, 1.9141),
            ("sbr_consensus", 18 + 55 / 60, "Miami Heat", 8.0, None),
            ("sbr_consensus", 18 + 55 / 60, "Washington Wizards", -8.0, None),
            ("sbr_consensus", 18 + 55 / 60, "Over", 216.5, None),
            ("sbr_consensus", 18 + 55 / 60, "Under", 216.5, None),
        )
    ]
    rows = rows_of(team_lines, books=rows_of(game_lines, lines=captures, games=[game]))
    assert told(rows, "market", "team_abbr", "line", "opening", "movement", "book", "books", "age_minutes") == [
        ("spread", "MIA", 7.5, 7.5, None, "consensus", 2, 5),
        ("spread", "WAS", -7.5, -7.5, None, "consensus", 2, 5),
        ("total", "MIA", 216.5, 216.5, None, "consensus", 2, 5),
        ("total", "WAS", 216.5, 216.5, None, "consensus", 2, 5),
    ]
    total = one(rows, market="total", team_abbr="WAS")
    assert (round(total["over_price"]), round(total["under_price"])) == (-110, -109)
    assert total["over_probability"] == pytest.approx((1 / 1.9058) / (1 / 1.9058 + 1 / 1.9141))


REAL_PROPS = (
    ("dangelorussell", "betonlineag", 16.5, -123, -105),
    ("dangelorussell", "pointsbetus", 17.5, -105, -125),
    ("andrewnembhard", "betmgm", 8.5, 100, -135),
    ("andrewnembhard", "betonlineag", 8.5, 102, -132),
    ("andrewnembhard", "mybookieag", 8.5, -102, -135),
    ("andrewnembhard", "pointsbetus", 7.5, -130, 100),
    ("andrewnembhard", "williamhill_us", 8.5, 100, -137),
)


def test_a_line_that_somebody_offered() -> None:
    """March and April 2024: the median of Russell's two books is 17, which none of them had."""
    captures = [
        prop(book, 9, line, player, over_price_american=over, under_price_american=under)
        for player, book, line, over, under in REAL_PROPS
    ]
    books = rows_of(prop_lines, odds_api=captures, games=GAMES, names=named("dangelorussell", "andrewnembhard"))
    rows = rows_of(points_lines, books=books)
    assert told(rows, "player_lookup", "line", "book", "over_price", "under_price", "lowest", "highest", "books") == [
        ("andrewnembhard", 8.5, "betmgm", 100, -135, 7.5, 8.5, 5),
        ("dangelorussell", 16.5, "betonlineag", -123, -105, 16.5, 17.5, 2),
    ]
    assert {row["movement"] for row in rows} == {None}


def test_a_book_without_a_point_is_passed_over() -> None:
    pointless = [row | {"outcome_point": None} for row in lines("draftkings", 18, total=0)]
    row = one(market(pointless, lines("fanduel", 17, total=221.5)), team_abbr="BOS")
    assert (row["line"], row["book"]) == (221.5, "fanduel")
