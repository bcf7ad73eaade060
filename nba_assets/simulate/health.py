"""Health of simulated players: ailments, rest, absences, and what the injury report makes of them.

There is one truth, a player's readiness for a game, between 0 and 1. The report is a noisy look at it and the decision
to play a draw from it; neither knows the other, so a report is right as often as reports are.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from nba_assets.simulate.box import Line
from nba_assets.simulate.chance import Chance, clamp
from nba_assets.simulate.players import Player, Rosters
from nba_assets.simulate.rotation import Plan, plan
from nba_assets.simulate.schedule import Game
from nba_assets.simulate.teams import Team

_BODY = ("Left Ankle", "Right Ankle", "Left Knee", "Right Knee", "Left Hamstring", "Right Calf", "Lower Back")
_HARM = ("Sprain", "Strain", "Soreness", "Contusion", "Injury Management")
_FEWEST, _MOST_DRESSED = 9, 15
_EVENING_NOISE, _GAME_DAY_NOISE = 0.16, 0.06
_STATUSES = ((0.10, "out"), (0.30, "doubtful"), (0.68, "questionable"), (0.90, "probable"))


@dataclass(frozen=True)
class Condition:
    """How ready a player is for one game, and why he is not altogether."""

    player: Player
    readiness: float = 1.0
    reason: str | None = None
    category: str = "unknown"


@dataclass(frozen=True)
class Squad:
    """A team on the day of a game. `expected` is the plan as the market sees it before the last news.

    `absent` are the players who are not dressed, with what the sheet says of them: a status and a reason.
    """

    plan: Plan
    expected: Plan
    conditions: tuple[Condition, ...]
    absent: tuple[tuple[Condition, str, str | None], ...]
    back_to_back: bool


class Health:
    """The state of every player through the season."""

    def __init__(self, chance: Chance, rosters: Rosters) -> None:
        self._chance = chance
        self._rosters = rosters
        self._ailing: dict[int, tuple[str, str, date]] = {}
        self._last_game: dict[str, date] = {}

    def squad(self, game: Game, team: Team) -> Squad:
        rng = self._chance.stream("squad", game.nba_id, team.abbr)
        back_to_back = self._last_game.get(team.abbr) == game.day - timedelta(days=1)
        self._last_game[team.abbr] = game.day
        players = self._rosters.of(team.abbr)
        conditions = tuple(self._condition(rng, p, game, back_to_back) for p in players)
        expected = [c.player for c in conditions if c.readiness > 0.5]
        fit = {c.player: rng.random() < c.readiness for c in conditions}
        for condition in sorted(conditions, key=lambda c: -c.readiness):
            if sum(fit.values()) >= _FEWEST:
                break
            fit[condition.player] = True  # a team must field enough men, so someone plays hurt
        dressed = sorted((p for p in players if fit[p]), key=lambda p: -p.minutes)[:_MOST_DRESSED]
        absent = tuple((c, *self._on_the_sheet(rng, c)) for c in conditions if c.player not in dressed)
        before = expected if len(expected) >= _FEWEST else dressed
        return Squad(plan(rng, dressed), plan(rng, before), conditions, absent, back_to_back)

    def after(self, game: Game, lines: dict[Player, Line]) -> None:
        """Some of those who played are hurt."""
        rng = self._chance.stream("hurt", game.nba_id)
        for player, line in lines.items():
            if rng.random() < 0.015 * (0.4 + line.seconds / 1800) / player.durability:
                days = clamp(rng.lognormvariate(2.1, 1.05), 2, 150)
                illness = rng.random() < 0.15
                reason = "Illness; Illness" if illness else f"{rng.choice(_BODY)}; {rng.choice(_HARM)}"
                back = game.day + timedelta(days=round(4 if illness else days))
                self._ailing[player.person_id] = (f"Injury/Illness - {reason}", "injury", back)

    def _condition(self, rng: random.Random, player: Player, game: Game, back_to_back: bool) -> Condition:
        day = game.day
        joined = self._rosters.joined.get(player.person_id)
        if joined and (day - joined).days < 2:
            return Condition(player, 0.0, "Trade Pending", "other")
        if player.person_id in self._ailing:
            reason, category, back = self._ailing[player.person_id]
            left = (back - day).days
            if left > -4:
                ready = 0.0 if left > 3 else 0.25 if left > 0 else 0.93
                return Condition(player, ready, reason, category)
        if player.two_way and not game.is_playoffs and rng.random() < 0.7:
            return Condition(player, 0.0, "G League - Two-Way", "g_league")
        chance = rng.random()
        if chance < 0.0005:
            return Condition(player, 0.0, "League Suspension", "suspension")
        if chance < 0.0025:
            return Condition(player, 0.1, "Personal Reasons", "personal")
        if back_to_back and player.talent > 1.3 and (day - player.birth_date).days > 30 * 365 and chance < 0.3:
            return Condition(player, 0.1, "Rest", "rest")
        if chance < 0.06 / player.durability:
            reason = f"Injury/Illness - {rng.choice(_BODY)}; {rng.choice(_HARM)}"
            return Condition(player, rng.uniform(0.35, 0.97), reason, "injury")
        return Condition(player, 0.998)

    @staticmethod
    def _on_the_sheet(rng: random.Random, condition: Condition) -> tuple[str, str | None]:
        if condition.category == "suspension":
            return "dnp", "Player Suspended"
        if condition.category in ("personal", "other"):
            return "dnp", "Not With Team"
        if 0 < condition.readiness < 0.9 and rng.random() < 0.4:
            return "dnp", "Did Not Dress"
        return "inactive", None


def reported(rng: random.Random, condition: Condition, evening: bool) -> str | None:
    """The status an edition of the report gives, None if it does not list the player."""
    if condition.reason is None:
        return None
    noise = _EVENING_NOISE if evening else _GAME_DAY_NOISE
    seen = condition.readiness
    if seen > 0:
        seen = clamp(seen + rng.gauss(0, noise), 0, 1)
    return next((status for most, status in _STATUSES if seen < most), None if evening else "available")
