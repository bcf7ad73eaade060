"""Rotation of a simulated team: the coach's plan of minutes before a game and his substitutions during it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from nba_assets.simulate.chance import clamp, cumulative
from nba_assets.simulate.players import POSITIONS, ZONES, Player

_FOUL_LIMIT = 6
_TIRED = 210  # seconds of another's playing time that are worth a substitution
_OUT_OF_POSITION = 45  # the same for each position a substitute is away from his own


@dataclass(frozen=True)
class Plan:
    """The dressed players, most wanted first, their minutes in seconds, and the five who start."""

    dressed: tuple[Player, ...]
    seconds: dict[Player, float]
    starters: tuple[Player, ...]

    @property
    def strength(self) -> float:
        """Talent on court, weighted by planned time."""
        return sum(p.talent * s for p, s in self.seconds.items()) / 2880


def plan(rng: random.Random, fit: list[Player], in_rotation: int | None = None) -> Plan:
    """A plan for the players who can play: nine to eleven share the 240 minutes, starters from every position."""
    dressed = sorted(fit, key=lambda p: (-p.minutes, p.person_id))
    starters = _starters(dressed)
    size = in_rotation or rng.choice((9, 9, 10, 10))
    rest = [p for p in dressed if p not in starters]
    rotation = [*starters, *rest[: size - 5]]
    weights = {p: p.minutes**1.5 * clamp(rng.gauss(1, 0.08), 0.7, 1.3) for p in rotation}
    total = sum(weights.values())
    seconds = {p: min(w / total * 14400, 38.5 * 60) for p, w in weights.items()}
    return Plan((*starters, *rest), seconds | {p: 0.0 for p in dressed if p not in seconds}, tuple(starters))


def _starters(dressed: list[Player]) -> list[Player]:
    left = list(dressed)
    starters = []
    for position in range(5):
        # The best of those at home in the position or next to it; failing that, the best.
        near = [p for p in left if abs(POSITIONS.index(p.position) - position) <= 1] or left
        same = [p for p in near if p.position == POSITIONS[position]]
        best = max(same or near, key=lambda p: p.minutes)
        starters.append(best)
        left.remove(best)
    return sorted(starters, key=lambda p: (-p.minutes, p.person_id))


class Five:
    """Five players on court, and what each is likely to do among them."""

    def __init__(self, players: tuple[Player, ...]) -> None:
        self.players = players
        self.usage = cumulative([p.usage for p in players])
        self.assists = cumulative([p.assists for p in players])
        self.offensive_boards = cumulative([p.offensive_boards for p in players])
        self.defensive_boards = cumulative([p.defensive_boards for p in players])
        self.steals = cumulative([p.steals for p in players])
        self.blocks = cumulative([p.blocks for p in players])
        self.fouls = cumulative([p.fouls for p in players])
        self.turnovers = cumulative([p.usage * p.turnovers for p in players])
        self.talent = sum(p.talent for p in players) / 5
        self.sloppiness = sum(p.turnovers for p in players) / 5
        self.diets = {p: cumulative(p.diet) for p in players}
        self.makes = {p: dict(zip(ZONES, p.makes, strict=True)) for p in players}


class Bench:
    """One team during a game: the five on court, time played, fouls, and when to change."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._played = dict.fromkeys(plan.dressed, 0)
        self._fouls = dict.fromkeys(plan.dressed, 0)
        self._fives: dict[tuple[Player, ...], Five] = {}
        self._send_on(list(plan.starters))

    def _send_on(self, players: list[Player]) -> None:
        key = tuple(players)
        if key not in self._fives:
            self._fives[key] = Five(key)
        self.five = self._fives[key]

    def tick(self, seconds: int) -> None:
        for player in self.five.players:
            self._played[player] += seconds

    def foul(self, player: Player) -> None:
        self._fouls[player] += 1

    def start_period(self, period: int, left: int, margin: int) -> None:
        """Choose the five for a new period; the play-by-play does not list these changes."""
        if period in (1, 3):
            able = [p for p in self._plan.starters if not self._fouled_out(p)]
            if len(able) == 5:
                self._send_on(able)
                return
        for leaving, entering in self.changes(period, left, margin, threshold=90):
            self.substitute(leaving, entering)

    def substitute(self, leaving: Player, entering: Player) -> None:
        self._send_on([entering if p is leaving else p for p in self.five.players])

    def changes(
        self, period: int, left: int, margin: int, threshold: int = _TIRED, keep: Player | None = None
    ) -> list[tuple[Player, Player]]:
        """(leaving, entering) of the changes the coach wants now, `left` seconds before regulation or overtime ends."""
        on = list(self.five.players)
        off = [p for p in self._plan.dressed if p not in on and not self._fouled_out(p)]
        wanted = {p: self._wanted(p, period, left, margin) for p in (*on, *off)}
        changes = []
        while off:
            leaving = min((p for p in on if p is not keep), key=lambda p: (wanted[p], p.person_id))
            place = POSITIONS.index(leaving.position)

            def gain(p: Player, place: int = place) -> tuple[float, int]:
                return wanted[p] - _OUT_OF_POSITION * abs(POSITIONS.index(p.position) - place), p.person_id

            entering = max(off, key=gain)
            if gain(entering)[0] - wanted[leaving] <= threshold:
                break
            on[on.index(leaving)] = entering
            off.remove(entering)
            changes.append((leaving, entering))
        return changes

    def _fouled_out(self, player: Player) -> bool:
        return self._fouls[player] >= _FOUL_LIMIT

    def _wanted(self, player: Player, period: int, left: int, margin: int) -> float:
        """How many seconds of playing time the coach owes a player."""
        if self._fouled_out(player):
            return -10_000.0
        planned = self._plan.seconds[player]
        if period >= 4 and self._decided(left, margin):
            return -planned
        if period > 4 or (period == 4 and left <= 330 and abs(margin) <= 12):
            return planned
        trouble = 240 if self._fouls[player] > period else 0
        elapsed = max(0, 2880 - left) if period <= 4 else 2880
        return planned * elapsed / 2880 - self._played[player] - trouble

    @staticmethod
    def _decided(left: int, margin: int) -> bool:
        return left <= 360 and abs(margin) >= 18 + left / 30
