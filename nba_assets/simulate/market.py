"""Betting lines of a simulated season: they open on what is expected and move towards what is known at tip-off.

A line never sees the result, only the two squads.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from nba_assets.simulate.health import Squad
from nba_assets.simulate.players import ZONES, Player
from nba_assets.simulate.rotation import Plan
from nba_assets.simulate.schedule import Game

BOOKS = {"draftkings": "DraftKings", "fanduel": "FanDuel", "betmgm": "BetMGM", "williamhill_us": "Caesars"}
MINUTES_BEFORE = (300, 150, 60, 10)
"""When lines are looked at before tip-off."""

_OTHERS = MINUTES_BEFORE[::2]
"""When the books beside the two best known are."""
_MORNING_ONLY = 0.15
"""The share of a book's games of which the feed has its first line and nothing later."""

_TEAM_POINTS, _HOME_POINTS, _POINTS_PER_TALENT = 112.0, 2.2, 2.0
_FEWEST_SECONDS = 19 * 60


@dataclass(frozen=True)
class Quote:
    """A line of one book at one time. `over` and `under` are American odds."""

    book: str
    minutes_before: int
    line: float
    over: int
    under: int


def american(rng: random.Random) -> tuple[int, int]:
    """Odds for over and under, with the book's margin in them."""
    tilt = rng.randint(-12, 12)
    return -112 - tilt, -112 + tilt


def projected_points(plan: Plan) -> dict[Player, float]:
    """The points each player of a plan can be expected to score."""
    weights = {p: seconds * p.usage**0.9 * _points_per_shot(p) for p, seconds in plan.seconds.items()}
    total = sum(weights.values())
    return {p: _TEAM_POINTS * w / total for p, w in weights.items()}


def _points_per_shot(player: Player) -> float:
    worth = sum(
        share * made * (3 if zone in ("corner", "arc") else 2)
        for zone, share, made in zip(ZONES, player.diet, player.makes, strict=True)
    )
    return worth / sum(player.diet) + 0.17 * player.draws_fouls


def player_quotes(rng: random.Random, squad: Squad) -> dict[Player, list[Quote]]:
    """Lines on the points of everyone expected to play a good part of the game.

    A player who is ruled out has lines only from before the news.
    """
    early, late = projected_points(squad.expected), projected_points(squad.plan)
    quotes, looks = {}, looked_at(rng)
    for player, at_open in early.items():
        if squad.expected.seconds[player] < _FEWEST_SECONDS:
            continue
        plays = squad.plan.seconds.get(player, 0) > 0
        opinion = rng.gauss(0, 0.8)
        quotes[player] = [
            quote
            for book in BOOKS
            for quote in _moving(rng, book, looks[book], at_open + opinion, late.get(player, at_open) + opinion, 0.4)
            if plays or quote.minutes_before >= 150
        ]
        if plays and rng.random() < 0.25:
            in_play = int(max(0.0, late[player] + rng.gauss(0, 4))) + 0.5
            quotes[player].append(Quote("draftkings", -rng.randint(8, 70), in_play, *american(rng)))
    return quotes


def game_quotes(rng: random.Random, game: Game, away: Squad, home: Squad) -> dict[str, list[Quote]]:
    """Lines on the home team's spread and on both teams' points together."""
    edge = 0.0 if game.neutral else _HOME_POINTS
    opinion, points = rng.gauss(0, 1.2), 2 * _TEAM_POINTS + rng.gauss(0, 4)

    def spread(h: Plan, a: Plan) -> float:
        return -(_POINTS_PER_TALENT * (h.strength - a.strength) + edge) + opinion

    opened, closed = spread(home.expected, away.expected), spread(home.plan, away.plan)
    looks, last = looked_at(rng), points + rng.gauss(0, 1.5)
    return {
        "spreads": [q for book in BOOKS for q in _moving(rng, book, looks[book], opened, closed, 0.5)],
        "totals": [q for book in BOOKS for q in _moving(rng, book, looks[book], points, last, 0.6)],
    }


def looked_at(rng: random.Random) -> dict[str, tuple[int, ...]]:
    """For each book, how many minutes before the tip the feed looks at its lines of a game."""
    usual = {book: MINUTES_BEFORE if book in ("draftkings", "fanduel") else _OTHERS for book in BOOKS}
    return {book: times[:1] if rng.random() < _MORNING_ONLY else times for book, times in usual.items()}


def _moving(
    rng: random.Random, book: str, looks: tuple[int, ...], opened: float, closed: float, noise: float
) -> list[Quote]:
    first = MINUTES_BEFORE[0]
    quotes = []
    for minutes in looks:
        # News comes late: half of the way is left an hour before the game.
        known = 1 - (minutes / first) ** 0.5
        value = opened + (closed - opened) * known + rng.gauss(0, noise)
        quotes.append(Quote(book, minutes, round(value * 2) / 2, *american(rng)))
    return quotes
