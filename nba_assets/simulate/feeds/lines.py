"""Betting-line sources of a simulated season, as three vendors sell them.

What the lines are is the market's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from nba_assets.simulate import names
from nba_assets.simulate.feeds.written import DATA_SOURCE, Row, digest, written
from nba_assets.simulate.market import BOOKS, Quote
from nba_assets.simulate.players import Player
from nba_assets.simulate.schedule import Game

_BETTINGPROS_BOOKS = {"consensus": (0, "BettingPros Consensus"), "draftkings": (12, "DraftKings")}


def event_hash(game: Game) -> str:
    """The Odds API's id of a game."""
    return digest("event", game.nba_id)[:32]


def player_props(game: Game, quotes: dict[Player, list[Quote]], nba_id: bool) -> Iterator[Row]:
    """The Odds API's lines on points. `nba_id` says which of two ids the loader found."""
    event = event_hash(game)
    for player, lines in quotes.items():
        for quote in lines:
            seen = _seen(game, quote)
            row = {
                "game_id": game.nba_id if nba_id else game.game_id,
                "odds_api_event_id": event,
                "game_date": game.day,
                "game_start_time": game.tip,
                "home_team_abbr": game.home.abbr,
                "away_team_abbr": game.away.abbr,
                "snapshot_timestamp": seen,
                "snapshot_tag": f"snap-{seen:%H%M}",
                "minutes_before_tipoff": quote.minutes_before,
                "bookmaker": quote.book,
                "player_name": player.name,
                "player_lookup": names.lookup(player.name),
                "points_line": quote.line,
                "over_price_american": quote.over,
                "under_price_american": quote.under,
                "bookmaker_last_update": seen,
                "data_source": DATA_SOURCE,
            }
            path = f"odds-api/player-props-history/{game.day}/{event}/{seen:%Y%m%d_%H%M%S}.json"
            hashed = digest(event, player.person_id, quote.book, seen, quote.line, quote.over, quote.under)[:16]
            yield from written([row], path, seen + timedelta(minutes=3), hashed)


def bettingpros(game: Game, quotes: dict[Player, list[Quote]]) -> list[Row]:
    """BettingPros' lines on points: two sides at each book, with the line they opened at."""
    scraped = game.tip - timedelta(minutes=50)
    rows = []
    for player, lines in quotes.items():
        opening, now = _opening_and_now(lines)
        for book, (book_id, bookmaker) in _BETTINGPROS_BOOKS.items():
            for side in ("over", "under"):
                rows.append(
                    {
                        "game_date": game.day,
                        "market_type": "points",
                        "market_id": 156,
                        "offer_id": str(int(digest(game.nba_id, player.person_id)[:8], 16)),
                        "bet_side": side,
                        "player_name": player.name,
                        "player_lookup": names.without_suffix(player.name),
                        "player_team": player.team,
                        "book_id": book_id,
                        "bookmaker": bookmaker,
                        "points_line": now.line,
                        "odds_american": now.over if side == "over" else now.under,
                        "is_active": True,
                        "is_best_line": book == "consensus",
                        "bookmaker_last_update": scraped,
                        "opening_line": opening.line,
                        "opening_timestamp": _seen(game, opening),
                        "opening_book_id": _BETTINGPROS_BOOKS["draftkings"][0],
                    }
                )
    path = f"bettingpros/player-props/points/{game.day}/{scraped:%Y%m%d_%H%M}.json"
    return written(rows, path, scraped + timedelta(minutes=10))


def _opening_and_now(lines: list[Quote]) -> tuple[Quote, Quote]:
    """DraftKings' first line and its last more than 50 minutes before tip-off."""
    before = [q for q in lines if q.book == "draftkings" and q.minutes_before > 50]
    return before[0], before[-1]


def game_lines(game: Game, quotes: dict[str, list[Quote]]) -> Iterator[Row]:
    """The Odds API's spreads and totals: a row for each outcome, decimal prices."""
    for market, lines in quotes.items():
        for quote in lines:
            seen = _seen(game, quote)
            rows = [
                {
                    "game_id": event_hash(game),
                    "game_date": game.day,
                    "commence_time": game.tip,
                    "sport_key": "basketball_nba",
                    "sport_title": "NBA",
                    "home_team": game.home.name,
                    "away_team": game.away.name,
                    "home_team_abbr": game.home.abbr,
                    "away_team_abbr": game.away.abbr,
                    "bookmaker_key": quote.book,
                    "bookmaker_title": BOOKS[quote.book],
                    "market_key": market,
                    "outcome_name": outcome,
                    "outcome_point": point,
                    "outcome_price": _decimal(odds),
                    "snapshot_timestamp": seen,
                    "snapshot_tag": f"snap-{seen:%H%M}",
                    "bookmaker_last_update": seen,
                    "market_last_update": seen,
                    "data_source": DATA_SOURCE,
                }
                for outcome, point, odds in _outcomes(game, market, quote)
            ]
            path = f"odds-api/game-lines-history/{game.day}/{event_hash(game)}.json"
            yield from written(rows, path, seen + timedelta(minutes=2))


def _outcomes(game: Game, market: str, quote: Quote) -> tuple[tuple[str, float, int], tuple[str, float, int]]:
    if market == "totals":
        return ("Over", quote.line, quote.over), ("Under", quote.line, quote.under)
    return (game.home.name, quote.line, quote.over), (game.away.name, -quote.line, quote.under)


def _decimal(american: int) -> float:
    return round(1 + (100 / -american if american < 0 else american / 100), 4)


def _seen(game: Game, quote: Quote) -> datetime:
    return game.tip - timedelta(minutes=quote.minutes_before)
