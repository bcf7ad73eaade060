"""One row a book: its first and last line on a player's points before the tip, with the prices."""

from __future__ import annotations

from typing import Any

import pytest

from nba_assets.basketball.prop_snapshots import with_tip
from nba_assets.tables.conformed.prop_lines import prop_lines
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.raw.market import bettingpros_player_points_props
from nba_assets_tests.given import MATCH, Game, eastern, game_row, named
from nba_assets_tests.rows import Query, Row, broken_of, one, rows_of, told
from nba_assets_tests.tables.conformed.captures import offer, prop

NAMES = named("tatum", "brunson", "timhardawayjr", timhardaway="timhardawayjr")


def books(*odds_api: Row, bettingpros: list[Row] = ()) -> list[dict[str, Any]]:
    return rows_of(prop_lines, odds_api=odds_api, bettingpros=bettingpros, games=[game_row(MATCH)], names=NAMES)


def test_a_book_is_one_row_with_its_first_and_last_line_and_the_last_prices() -> None:
    captures = [
        prop("DraftKings", 10, 21.5, over_price_american=-105, under_price_american=-115),
        prop("DraftKings", 14, 22.5, over_price_american=-120, under_price_american=100),
        prop("DraftKings", 18, 23.5, over_price_american=-110, under_price_american=-112),
    ]
    assert one(books(*captures)) == {
        "game_date": MATCH.day,
        "player_lookup": "tatum",
        "player_lookup_raw": "tatum",
        "source": "odds_api",
        "book": "draftkings",
        "line": 23.5,
        "opening": 21.5,
        "over_price": -110,
        "under_price": -112,
        "last_at": eastern(MATCH.day, 18),
        "first_at": eastern(MATCH.day, 10),
        "tip_at": MATCH.tip,
    }


def test_each_book_has_a_row() -> None:
    rows = books(prop("draftkings", 12, 22.5), prop("fanduel", 12, 21.5), prop("betmgm", 12, 20.5))
    assert told(rows, "book", "line") == [("betmgm", 20.5), ("draftkings", 22.5), ("fanduel", 21.5)]


def test_what_is_seen_after_the_tip_is_no_line() -> None:
    """A capture at the tip still is one; and the last price is of the last line that counts."""
    live = prop("draftkings", 20, 30.5, over_price_american=500)
    row = one(books(prop("draftkings", 19.5, 22.5, over_price_american=-110), live))
    assert (row["line"], row["over_price"], row["last_at"]) == (22.5, -110, eastern(MATCH.day, 19.5))
    assert books(live) == []


def test_the_schedules_tip_counts_and_the_vendors_where_it_came_sooner() -> None:
    late = prop("draftkings", 19.75, 30.5, minutes_before_tipoff=15)
    assert books(late) == books(prop("draftkings", 19, 30.5, minutes_before_tipoff=-5)) == []


def test_a_capture_without_a_line_is_none() -> None:
    row = one(books(prop("draftkings", 12, 22.5), prop("draftkings", 18, None)))
    assert (row["line"], row["last_at"]) == (22.5, eastern(MATCH.day, 12))


def test_of_two_captures_of_one_moment_the_first_by_its_hash_counts() -> None:
    twice = [prop("draftkings", 12, 22.5, data_hash="b"), prop("draftkings", 12, 20.5, data_hash="a")]
    assert told(books(*twice), "line", "opening") == told(books(*reversed(twice)), "line", "opening") == [(20.5, 20.5)]


@pytest.mark.parametrize(
    "printed",
    [
        {"player_lookup": "Tim Hardaway Jr."},
        {"player_lookup": None, "player_name": "Tim Hardaway Jr."},
        {"player_lookup": "timhardaway", "minutes_before_tipoff": None},
    ],
)
def test_a_printed_name_is_resolved_like_all_names(printed: Row) -> None:
    """Where it was not, the player had no line of the first source, and the second's stood for it."""
    row = one(books(prop("fanduel", 10, 7.5) | printed))
    assert (row["player_lookup"], row["line"], row["source"]) == ("timhardawayjr", 7.5, "odds_api")
    offered = offer("FanDuel", 7.5) | {"player_lookup": None} | printed
    offered.pop("minutes_before_tipoff", None)
    row = one(books(bettingpros=[offered | {"bet_side": "Over"}]))
    assert (row["player_lookup"], row["line"]) == ("timhardawayjr", 7.5)


def unplaced(*odds_api: Row, bettingpros: list[Row] = (), game: Row | None = None) -> list[tuple]:
    given = {"odds_api": odds_api, "bettingpros": bettingpros, "games": [game or game_row(MATCH)]}
    return told(broken_of(prop_lines, "lines_can_be_placed", [], **given), "source", "bookmaker")


@pytest.mark.parametrize("lost", ["points_line", "bookmaker", "snapshot_timestamp"])
def test_a_capture_that_cannot_be_placed_is_counted(lost: str) -> None:
    """A live one is not: it is as it should be."""
    assert unplaced(prop("fanduel", 12, 7.5), prop("fanduel", 21, 9.5)) == []
    assert len(unplaced(prop("fanduel", 12, 7.5), prop("fanduel", 13, 7.5) | {lost: None})) == 1


@pytest.mark.parametrize(
    "lost",
    [{"bet_side": "both"}, {"is_active": None}, {"points_line": None}, {"bookmaker_last_update": None}],
)
def test_an_offer_that_cannot_be_placed_is_counted(lost: Row) -> None:
    good = [offer("FanDuel", 7.5), offer("FanDuel", 7.5, bet_side="Under"), offer("FanDuel", 7.5, is_active=False)]
    assert unplaced(bettingpros=good) == []
    assert unplaced(bettingpros=[*good, offer("FanDuel", 7.5) | lost]) == [("bettingpros", "FanDuel")]


def test_the_vendors_tip_stands_in_for_one_that_the_schedule_lacks() -> None:
    game = game_row(MATCH, tip_at=None)
    known = prop("fanduel", 12, 7.5, game_start_time=MATCH.tip)
    assert len(rows_of(prop_lines, odds_api=[known], games=[game], names=NAMES)) == 1
    assert unplaced(known, game=game) == []
    assert unplaced(prop("fanduel", 12, 7.5), game=game) == [("odds_api", "fanduel")]


def test_a_game_that_is_not_scheduled_has_no_lines() -> None:
    assert books(prop("draftkings", 12, 22.5, away_team_abbr="LAL")) == []


def test_spellings_of_one_player_at_one_book_are_one_row() -> None:
    rows = books(prop("fanduel", 10, 7.5, "timhardawayjr"), prop("fanduel", 12, 8.5, "timhardaway"))
    assert told(rows, "player_lookup", "player_lookup_raw", "line", "opening") == [
        ("timhardawayjr", "timhardaway", 8.5, 7.5)
    ]


def test_unknown_players_are_kept_apart_by_their_spelling() -> None:
    """The check `players_are_known` counts them; they are nobody's line."""
    rows = books(prop("fanduel", 10, 7.5, "nobody"), prop("fanduel", 10, 9.5, "stranger"))
    assert told(rows, "player_lookup", "player_lookup_raw", "line") == [(None, "nobody", 7.5), (None, "stranger", 9.5)]


OPENED = {"opening_timestamp": eastern(MATCH.day, 9), "opening_book_id": 10, "book_id": 10}


def test_an_offer_of_bettingpros_with_the_price_of_its_under() -> None:
    offers = [
        offer("FanDuel", 18.5, 17.5, hour=15, odds_american=-110, **OPENED),
        offer("FanDuel", 18.5, hour=15, bet_side="UNDER", odds_american=-118),
    ]
    row = one(books(bettingpros=offers))
    assert (row["source"], row["book"], row["player_lookup"]) == ("bettingpros", "fanduel", "tatum")
    assert (row["line"], row["opening"], row["over_price"], row["under_price"]) == (18.5, 17.5, -110, -118)
    assert (row["first_at"], row["last_at"]) == (eastern(MATCH.day, 9), eastern(MATCH.day, 15))


def test_an_offer_of_a_team_that_plays_itself_is_one() -> None:
    """Its game had two sides, and each offer was there twice. It waits for no side: the date's first tip counts."""
    tips = Query(with_tip, {"offers": bettingpros_player_points_props, "games": schedule})
    (row,) = tips(offers=[offer("FanDuel", 18.5)], games=[game_row(MATCH, away_team_abbr="BOS")])
    assert row["tip_at"] == game_row(MATCH)["tip_at"]


def test_the_price_of_an_under_at_another_line_is_not_of_this_one() -> None:
    """Nor of another book's, nor of an offer that is gone."""
    over = offer("FanDuel", 18.5, odds_american=-110)
    for other in (
        offer("FanDuel", 19.5, bet_side="under", odds_american=-118),
        offer("BetMGM", 18.5, bet_side="under", odds_american=-118),
        offer("FanDuel", 18.5, bet_side="under", odds_american=-118, is_active=False),
    ):
        assert told(books(bettingpros=[over, other]), "over_price", "under_price") == [(-110, None)]


def test_an_opening_of_another_book_or_of_a_later_moment_says_nothing_of_this_one() -> None:
    for other in (
        {"opening_book_id": 12},
        {"opening_book_id": None},
        {"opening_timestamp": None},
        {"opening_timestamp": eastern(MATCH.day, 16)},
    ):
        row = one(books(bettingpros=[offer("FanDuel", 18.5, 17.5, hour=15, **OPENED | other)]))
        assert (row["opening"], row["first_at"], row["last_at"]) == (18.5, *[eastern(MATCH.day, 15)] * 2)


def test_scrapes_of_bettingpros_are_captures() -> None:
    """One after the tip takes nothing from those before it."""
    scrapes = [offer("FanDuel", line, hour=hour, source_file_path=f"{hour}") for hour, line in ((9, 17.5), (15, 18.5))]
    live = offer("FanDuel", 30.5, hour=20, source_file_path="20")
    assert told(books(bettingpros=[*scrapes, live]), "line", "opening") == [(18.5, 17.5)]
    at_the_tip = offer("FanDuel", 19.5, bookmaker_last_update=MATCH.tip, source_file_path="tip")
    assert told(books(bettingpros=[*scrapes, at_the_tip]), "line") == [(19.5,)]


def test_a_scrape_of_which_the_book_has_moved_since_the_tip_says_nothing() -> None:
    """Neither what it opened at nor how he is spelled: both may be of later."""
    early = offer("FanDuel", 18.5, 17.5, hour=15, player_lookup="timhardawayjr", **OPENED)
    sooner = OPENED | {"opening_timestamp": eastern(MATCH.day, 8)}
    late = offer("FanDuel", 30.5, 16.5, hour=20, player_lookup="timhardaway", source_file_path="late", **sooner)
    assert books(bettingpros=[early, late]) == books(bettingpros=[early])
    assert books(bettingpros=[late]) == []


def test_an_offer_counts_until_the_tip_of_the_game_in_which_the_other_feed_has_him() -> None:
    """BettingPros' team is not his any more, and plays when his own game is under way."""
    later = Game("0022400102", MATCH.day, "LAL", "PHI")
    games = [game_row(MATCH), game_row(later, tip_at=eastern(MATCH.day, 22))]
    offers = [offer("FanDuel", 18.5, player_team="LAL", hour=hour, source_file_path=f"{hour}") for hour in (18, 21)]
    seen = prop("draftkings", 12, 18.5)
    rows = rows_of(prop_lines, odds_api=[seen], bettingpros=offers, games=games, names=NAMES)
    row = one(rows, source="bettingpros")
    assert (row["tip_at"], row["last_at"]) == (MATCH.tip, eastern(MATCH.day, 18))


def test_an_offer_of_no_known_team_counts_until_the_first_tip_of_its_date() -> None:
    earlier = Game("0022400102", MATCH.day, "LAL", "PHI")
    games = [game_row(MATCH), game_row(earlier, tip_at=eastern(MATCH.day, 18))]
    offers = [offer("FanDuel", 18.5, player_team=None, hour=hour, source_file_path=f"{hour}") for hour in (18, 19)]
    row = one(rows_of(prop_lines, bettingpros=offers, games=games, names=NAMES))
    assert (row["tip_at"], row["last_at"]) == (eastern(MATCH.day, 18), eastern(MATCH.day, 18))


def test_both_sources_stand_beside_each_other() -> None:
    rows = books(prop("fanduel", 12, 22.5), bettingpros=[offer("FanDuel", 23.5)])
    assert told(rows, "source", "book", "line") == [("bettingpros", "fanduel", 23.5), ("odds_api", "fanduel", 22.5)]
