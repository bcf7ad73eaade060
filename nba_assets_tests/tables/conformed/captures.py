"""Captures of the betting market as the feeds deliver them: props, offers, spreads and totals of BOS and NYK."""

from __future__ import annotations

from typing import Any

from nba_assets_tests.given import MATCH, eastern
from nba_assets_tests.rows import Row

TIP = 19.5
"""Half past seven in the evening."""


def prop(book: str, hour: float, points: float | None, player: str = "tatum", **more: Any) -> Row:
    return {
        "game_id": "0022400101",
        "game_date": MATCH.day,
        "home_team_abbr": "NYK",
        "away_team_abbr": "BOS",
        "bookmaker": book,
        "snapshot_timestamp": eastern(MATCH.day, hour),
        "minutes_before_tipoff": round(60 * (TIP - hour)),
        "player_lookup": player,
        "points_line": points,
    } | more


def offer(book: str, points: float, opening: float | None = None, hour: float = 12, **more: Any) -> Row:
    return {
        "game_date": MATCH.day,
        "player_lookup": "tatum",
        "player_team": "BOS",
        "bet_side": "over",
        "bookmaker": book,
        "points_line": points,
        "opening_line": opening,
        "is_active": True,
        "bookmaker_last_update": eastern(MATCH.day, hour),
        "processed_at": eastern(MATCH.day, hour),
        "source_file_path": "scrape",
    } | more


def lines(
    book: str, hour: float, boston: float | None = None, total: float | None = None, price: float | None = None
) -> list[Row]:
    """A capture of one book: Boston's spread and New York's, or a total. The feed has home and away swapped.

    `price` is of Boston's spread and of the over; the other side costs 0.1 more.
    """
    capture = {
        "game_id": "hash",
        "game_date": MATCH.day,
        "home_team": "New York Knicks",
        "away_team": "Boston Celtics",
        "home_team_abbr": "NYK",
        "away_team_abbr": "BOS",
        "bookmaker_key": book,
        "snapshot_timestamp": eastern(MATCH.day, hour),
    }
    outcomes = []
    if boston is not None:
        outcomes += [("spreads", "Boston Celtics", boston), ("spreads", "New York Knicks", -boston)]
    if total is not None:
        outcomes += [("totals", "Over", total), ("totals", "Under", total)]
    prices = (price, price and round(price + 0.1, 2)) * 2
    return [
        capture | {"market_key": m, "outcome_name": o, "outcome_point": p, "outcome_price": costs}
        for (m, o, p), costs in zip(outcomes, prices, strict=False)
    ]
