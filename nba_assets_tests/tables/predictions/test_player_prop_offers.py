"""What was on offer an hour before the tip, and where it closed: superseded, moved and withdrawn lines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nba_assets.tables.predictions.player_prop_offers import player_prop_offers
from nba_assets_tests.given import MATCH, THE_DAY, eastern
from nba_assets_tests.rows import Row, one, rows_of, told

pytestmark = pytest.mark.slow

TIP = eastern(MATCH.day, 19.5)
GAME = "20241108_NYK_BOS"


def seen(minutes: int, point: float, book: str = "draftkings", player: str = "tatum", **more: Any) -> Row:
    """A line so many minutes before the tip."""
    return {
        "game_date": MATCH.day,
        "player_lookup": player,
        "player_lookup_raw": player,
        "source": "odds_api",
        "book": book,
        "at": TIP - timedelta(minutes=minutes),
        "told_at": TIP - timedelta(minutes=minutes),
        "tip_at": TIP,
        "point": point,
        "over_price": -110,
        "under_price": -110,
        "data_hash": f"{minutes}",
        "is_simulated": False,
    } | more


def offers(*snapshots: Row) -> list[dict[str, Any]]:
    forecasts = [
        {"game_date": THE_DAY["game_date"], "game_id": GAME, "player_lookup": player} for player in ("tatum", "brown")
    ]
    return rows_of(player_prop_offers, snapshots=snapshots, forecasts=forecasts)


def test_the_last_line_an_hour_before_the_tip_counts_and_later_ones_close() -> None:
    row = one(offers(seen(300, 26.5), seen(60, 27.5), seen(59, 28.5), seen(10, 29.5)))
    assert (row["line_value"], row["closing_line"], row["is_chosen"]) == (27.5, 29.5, True)
    assert (row["line_seen_at"], row["closing_seen_at"]) == (TIP - timedelta(minutes=60), TIP - timedelta(minutes=10))
    assert (row["overround"], row["market_probability_over"]) == (0.0476, 0.5)


def test_a_line_that_came_too_late_is_none_and_one_never_seen_again_has_no_close() -> None:
    assert offers(seen(59, 27.5)) == []
    row = one(offers(seen(300, 27.5)))
    assert (row["closing_line"], row["closing_seen_at"], row["is_withdrawn"]) == (None, None, False)


def test_what_an_offer_opened_at_is_not_known_before_it_is_told() -> None:
    """By a scrape of which the book has moved after the decision."""
    opening = {"at": TIP - timedelta(minutes=300), "source": "bettingpros"}
    assert offers(seen(30, 26.5, **opening)) == []
    assert one(offers(seen(70, 26.5, **opening)))["line_value"] == 26.5


def test_each_book_has_a_row_and_one_stands_for_the_market() -> None:
    rows = offers(seen(70, 27.5, "betmgm"), seen(80, 26.5, "fanduel"), seen(90, 28.5, "draftkings"))
    assert told(rows, "book", "line_value", "is_chosen") == [
        ("betmgm", 27.5, False),
        ("draftkings", 28.5, True),
        ("fanduel", 26.5, False),
    ]


def test_who_is_missing_from_the_books_next_list_was_withdrawn() -> None:
    rows = offers(seen(300, 26.5), seen(300, 22.5, player="brown"), seen(100, 22.5, player="brown"))
    assert told(rows, "player_lookup", "is_withdrawn") == [("brown", False), ("tatum", True)]


@pytest.mark.parametrize(("moved", "gone"), [(110, True), (90, False)])
def test_whose_line_the_book_has_moved_since_was_not_withdrawn(moved: int, gone: bool) -> None:
    """Captures show him 300 minutes before the tip, and his teammate alone 100 before it."""
    captured = [seen(300, 26.5), seen(300, 22.5, player="brown"), seen(100, 22.5, player="brown")]
    rows = offers(*captured, seen(moved, 27.5, source="bettingpros"))
    assert told(rows, "player_lookup", "is_withdrawn") == [("brown", False), ("tatum", gone)]


def test_whom_bettingpros_alone_shows_is_not_missing_from_a_capture() -> None:
    rows = offers(seen(300, 26.5, source="bettingpros"), seen(100, 22.5, player="brown"))
    assert told(rows, "player_lookup", "is_withdrawn") == [("brown", False), ("tatum", False)]


def test_a_book_of_both_sources_is_one_offer_and_whom_nobody_predicts_has_none() -> None:
    rows = offers(seen(70, 27.5), seen(65, 26.5, source="bettingpros"), seen(70, 9.5, player="mazzulla"))
    assert told(rows, "player_lookup", "line_value") == [("tatum", 27.5)]
