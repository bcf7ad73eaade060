"""Players of a simulated season: who they are, how good, and which team has them when.

Whether one is fit today is a matter of health, not of this.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nba_assets.simulate import names
from nba_assets.simulate.chance import Chance, clamp
from nba_assets.simulate.teams import Team

POSITIONS = ("PG", "SG", "SF", "PF", "C")
ZONES = ("rim", "paint", "mid", "corner", "arc")
FULL_CONTRACTS, TWO_WAYS = 15, 3

# Where each position shoots from, in the order of ZONES.
_SHOT_DIET = {
    "PG": (0.23, 0.18, 0.14, 0.06, 0.39),
    "SG": (0.22, 0.15, 0.13, 0.11, 0.39),
    "SF": (0.25, 0.15, 0.11, 0.15, 0.34),
    "PF": (0.31, 0.18, 0.10, 0.12, 0.29),
    "C": (0.49, 0.25, 0.07, 0.03, 0.16),
}
_MAKES = (0.631, 0.423, 0.403, 0.368, 0.340)
"""What the average player makes from each of ZONES when he is not fouled."""

# Per position: assists, offensive and defensive rebounds, steals, blocks, free throw percentage.
_TRADE = {
    "PG": (2.2, 0.5, 0.8, 1.2, 0.4, 0.82),
    "SG": (1.2, 0.6, 0.9, 1.1, 0.5, 0.82),
    "SF": (0.9, 0.9, 1.1, 1.1, 0.8, 0.79),
    "PF": (0.8, 1.5, 1.4, 0.9, 1.3, 0.76),
    "C": (0.7, 2.6, 1.9, 0.8, 2.4, 0.70),
}


@dataclass(frozen=True, eq=False)
class Player:
    """`talent` is in standard deviations of the league; the other skills are weights among the five on court.

    A player is only ever the same as himself: comparing two by their skills took a third of a season's time.
    """

    person_id: int
    name: str
    team: str
    position: str
    birth_date: date
    experience: int
    jersey: int
    two_way: bool
    talent: float
    minutes: float
    usage: float
    diet: tuple[float, ...]
    makes: tuple[float, ...]
    free_throw: float
    assists: float
    offensive_boards: float
    defensive_boards: float
    steals: float
    blocks: float
    fouls: float
    turnovers: float
    draws_fouls: float
    durability: float

    @property
    def lookup(self) -> str:
        return names.lookup(self.name)


@dataclass(frozen=True)
class Trade:
    """Before the games of `day`, these players change places."""

    day: date
    moves: dict[int, str]


def draft_league(chance: Chance, league: dict[str, Team]) -> list[Player]:
    """The players of opening night, fifteen and three two-way players for every team."""
    rng = chance.stream("players")
    roster_size = FULL_CONTRACTS + TWO_WAYS
    called = iter(names.full_names(rng, roster_size * len(league)))
    ids = iter(rng.sample(range(1640000, 1650000), roster_size * len(league)))
    players = []
    for abbr in league:
        jerseys = rng.sample(range(56), roster_size)
        quality = rng.gauss(0, 0.3)
        for slot, jersey in enumerate(jerseys):
            players.append(_player(rng, chance.year, next(ids), next(called), abbr, slot, jersey, quality))
    return players


def _player(
    rng: random.Random, year: int, person_id: int, name: str, team: str, slot: int, jersey: int, quality: float
) -> Player:
    # Every roster has three of each position, the best first; the two-way players are young men on the wing.
    depth, position = divmod(slot, 5)
    where = POSITIONS[position] if depth < 3 else rng.choice(("SG", "SF", "PF"))
    talent = (1.5, 0.35, -0.55, -1.2)[depth] + rng.gauss(0, 0.55) + quality
    age = clamp(rng.gauss(26.5 + talent, 4), 19, 39) if depth < 3 else rng.uniform(20, 25)
    born = date(year, 10, 1) - timedelta(days=int(age * 365.25))
    assists, offensive, defensive, steals, blocks, free_throw = _TRADE[where]

    def about(mean: float, spread: float = 0.25) -> float:
        return mean * clamp(rng.gauss(1, spread), 0.3, 2.2)

    return Player(
        person_id=person_id,
        name=name,
        team=team,
        position=where,
        birth_date=born,
        experience=max(0, int(age) - rng.randint(19, 22)),
        jersey=jersey,
        two_way=depth == 3,
        talent=talent,
        minutes=clamp(23 + 6.5 * talent + rng.gauss(0, 1.5), 6, 36.5),
        usage=about(clamp(1 + 0.36 * talent, 0.4, 2.4), 0.16),
        diet=tuple(about(share) for share in _SHOT_DIET[where]),
        makes=tuple(clamp(m + 0.019 * talent + rng.gauss(0, 0.018), 0.2, 0.8) for m in _MAKES),
        free_throw=clamp(free_throw + 0.015 * talent + rng.gauss(0, 0.05), 0.45, 0.94),
        assists=about(assists * clamp(1 + 0.2 * talent, 0.5, 1.8)),
        offensive_boards=about(offensive),
        defensive_boards=about(defensive),
        steals=about(steals),
        blocks=about(blocks, 0.4),
        fouls=about({"C": 1.35, "PF": 1.15}.get(where, 0.9)),
        turnovers=about(1.0, 0.18),
        draws_fouls=about(clamp(1 + 0.12 * talent, 0.6, 1.6)),
        durability=clamp(rng.gauss(1, 0.3), 0.4, 1.9),
    )


def trades(chance: Chance, players: list[Player], deadline: date) -> list[Trade]:
    """Each trade of the season: two teams, one or two men for as many, most of them in the week of the deadline."""
    rng = chance.stream("trades")
    teams = sorted({p.team for p in players})
    rng.shuffle(teams)
    planned = []
    for pair in range(6):
        one, other = teams[2 * pair], teams[2 * pair + 1]
        day = deadline - timedelta(days=rng.choice((0, 0, 1, 2, 5, 20, 55)))
        count = rng.choice((1, 1, 2))
        moves: dict[int, str] = {}
        for giver, taker in ((one, other), (other, one)):
            # Stars stay: whoever is moved plays, but is not among his team's three best.
            pieces = sorted((p for p in players if p.team == giver and not p.two_way), key=lambda p: -p.talent)[3:11]
            moves |= {p.person_id: taker for p in rng.sample(pieces, count)}
        planned.append(Trade(day, moves))
    return sorted(planned, key=lambda t: t.day)


class Rosters:
    """Who is with whom, day after day."""

    def __init__(self, players: list[Player], planned: list[Trade]) -> None:
        self._by_id = {p.person_id: p for p in players}
        self._planned = list(planned)
        self.joined: dict[int, date] = {}

    def advance(self, day: date) -> set[str]:
        """Carry out the trades up to `day`; the teams whose roster changed."""
        changed = set()
        while self._planned and self._planned[0].day <= day:
            for person_id, team in self._planned.pop(0).moves.items():
                player = self._by_id[person_id]
                changed |= {player.team, team}
                self._by_id[person_id] = replace(player, team=team)
                self.joined[person_id] = day
        return changed

    def of(self, team: str) -> list[Player]:
        return [p for p in self._by_id.values() if p.team == team]

    def __iter__(self) -> Iterator[Player]:
        return iter(self._by_id.values())
