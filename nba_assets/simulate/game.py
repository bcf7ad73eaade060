"""Simulated game, possession by possession: makes the events, from which everything that is counted follows.

Who is fit, who is sent on, and what adds up to whose line is decided elsewhere in this package.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from nba_assets.simulate.chance import Chance, clamp
from nba_assets.simulate.events import Event, Shot, period_seconds, shot_from
from nba_assets.simulate.players import ZONES, Player
from nba_assets.simulate.rotation import Bench, Five, Plan
from nba_assets.simulate.schedule import Game
from nba_assets.simulate.teams import Team

AWAY, HOME = 0, 1

# How a possession ends, per possession of an average team; the rest are shots.
_TURNOVER, _FOUL, _KICKED, _TECHNICAL = 0.121, 0.068, 0.004, 0.004
_STOLEN, _OFFENSIVE_FOUL, _TEAM_TURNOVER = 0.54, 0.135, 0.05
_LOST_DEAD = ("out of bounds bad pass", "traveling", "out of bounds lost ball", "step out of bounds")
# By zone: fouled in the act, blocked if missed, assisted if made.
_FOULED = {"rim": 0.185, "paint": 0.12, "mid": 0.06, "corner": 0.010, "arc": 0.014}
_BLOCKED = {"rim": 0.30, "paint": 0.14, "mid": 0.05, "corner": 0.01, "arc": 0.014}
_ASSISTED = {"rim": 0.65, "paint": 0.54, "mid": 0.40, "corner": 0.95, "arc": 0.82}
# After a miss: the rest goes to a defender.
_OFFENSIVE_BOARD, _TEAM_OFFENSIVE_BOARD, _TEAM_DEFENSIVE_BOARD = 0.222, 0.04, 0.05
_HOME_EDGE, _DEFENCE, _COMPLACENCY = 0.016, 0.032, 0.0017
_AVERAGE_TALENT = 0.62
_BONUS, _LATE_BONUS = 5, 2


@dataclass(frozen=True)
class Result:
    game: Game
    away_score: int
    home_score: int

    @property
    def winner(self) -> Team:
        return self.game.home if self.home_score > self.away_score else self.game.away


@dataclass(frozen=True)
class Played:
    """A game that has been played."""

    game: Game
    away: Plan
    home: Plan
    events: list[Event]
    possessions: tuple[int, int]
    """How often the away team and the home team had the ball."""

    @property
    def result(self) -> Result:
        last = self.events[-1]
        return Result(self.game, last.away_score, last.home_score)

    @property
    def periods(self) -> int:
        return self.events[-1].period


def play(chance: Chance, game: Game, away: Plan, home: Plan) -> Played:
    """A game from tip to end: the same for the same chance and plans."""
    court = _Court(chance.stream("game", game.nba_id), game, away, home)
    court.play()
    return Played(game, away, home, court.events, (court.possessions[AWAY], court.possessions[HOME]))


class _Court:
    """The state of a game: clock, score, ball, fouls. Sides are AWAY and HOME."""

    def __init__(self, rng: random.Random, game: Game, away: Plan, home: Plan) -> None:
        self._rng = rng
        self._teams = (game.away.abbr, game.home.abbr)
        self._benches = (Bench(away), Bench(home))
        self._score = [0, 0]
        self.possessions = [0, 0]
        self._tempo = clamp(rng.gauss(1, 0.03), 0.92, 1.08)
        self._period = self._clock = 0
        self._team_fouls, self._late_fouls, self._timeouts_due = [0, 0], [0, 0], [0]
        self.events: list[Event] = []

    def play(self) -> None:
        first = HOME
        while self._period < 4 or self._score[AWAY] == self._score[HOME]:
            self._period += 1
            self._clock = period_seconds(self._period)
            self._team_fouls, self._late_fouls, self._timeouts_due = [0, 0], [0, 0], [420, 180]
            for side in (AWAY, HOME):
                self._benches[side].start_period(self._period, self._left(), self._margin(side))
            self._add("start of period", "start of period")
            if self._period == 1 or self._period > 4:
                first = self._jump_ball()
            # Who lost the tip has the ball in the second and third periods.
            self._play_period(1 - first if self._period in (2, 3) else first)
            self._add("end of period", "end of period")

    # -- clock, score and record ---------------------------------------------------------------------------

    def _five(self, side: int) -> Five:
        return self._benches[side].five

    def _margin(self, side: int) -> int:
        return self._score[side] - self._score[1 - side]

    def _left(self) -> int:
        """Seconds to the end of regulation, or of the overtime."""
        return self._clock + 720 * max(0, 4 - self._period)

    def _run(self, seconds: int) -> None:
        seconds = min(seconds, self._clock)
        self._clock -= seconds
        for bench in self._benches:
            bench.tick(seconds)

    def _add(
        self,
        kind: str,
        detail: str,
        side: int | None = None,
        player: Player | None = None,
        other: Player | None = None,
        role: str | None = None,
        made: bool | None = None,
        points: int | None = None,
        shot: Shot | None = None,
    ) -> None:
        if points and side is not None:
            self._score[side] += points
        away, home = self._benches
        self.events.append(
            Event(
                self._period,
                self._clock,
                kind,
                detail,
                None if side is None else self._teams[side],
                player,
                other,
                role,
                made,
                points,
                shot,
                self._score[HOME],
                self._score[AWAY],
                home.five.players,
                away.five.players,
            )
        )

    def _one(self, five: Five, weights: list[float]) -> Player:
        return self._rng.choices(five.players, cum_weights=weights)[0]

    # -- a period ------------------------------------------------------------------------------------------

    def _jump_ball(self) -> int:
        tallest = [max(self._five(side).players, key=lambda p: (p.position == "C", p.person_id)) for side in (0, 1)]
        self._add("jump ball", "jump ball", HOME, tallest[HOME], tallest[AWAY], "jump_ball_away")
        return self._rng.choice((AWAY, HOME))

    def _play_period(self, ball: int) -> None:
        while self._clock > 0:
            self.possessions[ball] += 1
            self._possession(ball)
            ball = 1 - ball

    def _possession(self, side: int) -> None:
        """One team has the ball until it scores, loses it or the other team rebounds."""
        rebounded = False
        while self._clock > 0:
            if self._clock <= 2 and self._rng.random() < 0.7:
                self._run(self._clock)
                return
            if self._must_foul(side):
                self._run(self._rng.randint(1, 5))
                kept = self._common_foul(side, "personal take")
            else:
                self._run(self._time_to_act(side, rebounded))
                kept = self._act(side, rebounded)
            if not kept:
                return
            # Whoever keeps the ball has it off a rebound, unless the last thing was a whistle.
            rebounded = self.events[-1].kind == "rebound"

    def _must_foul(self, side: int) -> bool:
        """The team without the ball is behind and the clock is its enemy."""
        return self._period >= 4 and 3 <= self._clock <= 28 and 1 <= self._margin(side) <= 7

    def _time_to_act(self, side: int, rebounded: bool) -> int:
        rng = self._rng
        seconds = rng.triangular(1, 13, 4) if rebounded else rng.triangular(3, 23, 10.5) * self._tempo
        if self._period >= 4 and self._clock <= 40:
            behind = -self._margin(side)
            if behind >= 3:
                seconds *= 0.5
            elif self._clock <= 24:
                seconds = self._clock - rng.uniform(0, 3)
        elif self._clock <= 24:
            seconds = min(max(seconds, self._clock - rng.uniform(0, 4)), 24)
        return max(1, min(round(seconds), self._clock))

    def _act(self, side: int, rebounded: bool) -> bool:
        """What the offence does with the ball; whether it still has it afterwards."""
        chance = self._rng.random()
        offence = self._five(side)
        for likely, happen in (
            (_TURNOVER * offence.sloppiness, self._turnover),
            (_FOUL, self._common_foul),
            (_KICKED, self._kicked_ball),
            (_TECHNICAL, self._technical),
        ):
            if chance < likely:
                return happen(side)
            chance -= likely
        return self._shoot(side, rebounded)

    # -- what can happen -----------------------------------------------------------------------------------

    def _turnover(self, side: int) -> bool:
        rng, offence, defence = self._rng, self._five(side), self._five(1 - side)
        player = self._one(offence, offence.turnovers)
        how = rng.random()
        if how < _STOLEN:
            thief = self._one(defence, defence.steals)
            detail = "bad pass" if rng.random() < 0.62 else "lost ball"
            self._add("turnover", detail, side, player, thief, "steal")
            return False
        if how < _STOLEN + _OFFENSIVE_FOUL:
            victim = rng.choice(defence.players)
            self._foul(side, player, "charge" if rng.random() < 0.26 else "offensive", victim, counts=False)
            self._add("turnover", "offensive foul", side, player)
        elif how < _STOLEN + _OFFENSIVE_FOUL + _TEAM_TURNOVER:
            self._add("turnover", "shot clock", side)
        else:
            self._add("turnover", rng.choice(_LOST_DEAD), side, player)
        self._dead_ball()
        return False

    def _common_foul(self, side: int, detail: str = "personal") -> bool:
        """A foul by the defence before a shot."""
        defence, offence = self._five(1 - side), self._five(side)
        victim = self._one(offence, offence.usage)
        self._foul(1 - side, self._one(defence, defence.fouls), detail, victim)
        bonus = self._team_fouls[1 - side] >= _BONUS or self._late_fouls[1 - side] >= _LATE_BONUS
        self._dead_ball(keep=victim)
        return self._free_throws(side, victim, 2) if bonus else True

    def _kicked_ball(self, side: int) -> bool:
        self._add("violation", "kicked ball", 1 - side, self._rng.choice(self._five(1 - side).players))
        return True

    def _technical(self, side: int) -> bool:
        """A technical foul costs a free throw and nobody the ball; it is no personal foul."""
        guilty = self._rng.choice((side, 1 - side))
        self._add("foul", "technical", guilty, self._rng.choice(self._five(guilty).players))
        shooter = max(self._five(1 - guilty).players, key=lambda p: p.free_throw)
        self._free_throw(1 - guilty, shooter, "free throw technical")
        return True

    def _shoot(self, side: int, rebounded: bool) -> bool:
        rng, offence, defence = self._rng, self._five(side), self._five(1 - side)
        last = self.events[-1]
        if rebounded and last.player is not None and rng.random() < 0.45:
            shooter, zone = last.player, "rim"
        else:
            shooter = self._one(offence, offence.usage)
            zone = self._zone(side, shooter, offence)
        fouled = rng.random() < _FOULED[zone] * shooter.draws_fouls
        chance = offence.makes[shooter][zone] + self._edge(side) - _DEFENCE * (defence.talent - _AVERAGE_TALENT)
        # Contact turns most shots into misses, which then do not count as shots.
        made = rng.random() < (chance * 0.36 if fouled else chance)
        if fouled and not made:
            return self._fouled_shot(side, shooter, 3 if zone in ("corner", "arc") else 2)
        assisted = made and rng.random() < _ASSISTED[zone] and not (rebounded and zone == "rim")
        shot = shot_from(rng, zone, assisted or (not made and rng.random() < _ASSISTED[zone]), rebounded)
        if not made:
            self._miss(side, shooter, shot)
            return self._rebound(side)
        passer = self._passer(offence, shooter) if assisted else None
        role = "assist" if passer else None
        self._add("shot", shot.style, side, shooter, passer, role, True, 3 if shot.three else 2, shot)
        if fouled:
            self._foul(1 - side, self._one(defence, defence.fouls), "shooting", shooter)
            return self._free_throws(side, shooter, 1)
        if self._period >= 4 and self._clock <= 120:
            self._dead_ball()  # in the last two minutes the clock stops after a basket
        return False

    def _edge(self, side: int) -> float:
        """Home helps, and a lead makes complacent: without it scores of two teams would not move together."""
        home = _HOME_EDGE / 2 if side == HOME else -_HOME_EDGE / 2
        return home - _COMPLACENCY * clamp(self._margin(side), -25, 25)

    def _zone(self, side: int, shooter: Player, offence: Five) -> str:
        if self._period >= 4 and self._clock <= 24 and self._margin(side) <= -3 and self._rng.random() < 0.8:
            return "arc"
        return self._rng.choices(ZONES, cum_weights=offence.diets[shooter])[0]

    def _passer(self, offence: Five, shooter: Player) -> Player:
        while (passer := self._one(offence, offence.assists)) is shooter:
            pass
        return passer

    def _miss(self, side: int, shooter: Player, shot: Shot) -> None:
        defence = self._five(1 - side)
        blocker = self._one(defence, defence.blocks) if self._rng.random() < _BLOCKED[shot.zone] else None
        role = "block" if blocker else None
        self._add("shot", shot.style, side, shooter, blocker, role, False, 0, shot)

    def _fouled_shot(self, side: int, shooter: Player, throws: int) -> bool:
        defence = self._five(1 - side)
        self._foul(1 - side, self._one(defence, defence.fouls), "shooting", shooter)
        self._dead_ball(keep=shooter)
        return self._free_throws(side, shooter, throws)

    def _free_throws(self, side: int, shooter: Player, throws: int) -> bool:
        made = False
        for n in range(1, throws + 1):
            made = self._free_throw(side, shooter, f"free throw {n}/{throws}")
            if not made and n < throws:
                self._add("rebound", "rebound offensive", side)  # the ball is dead, but the league lists it
        return False if made else self._rebound(side)

    def _free_throw(self, side: int, shooter: Player, detail: str) -> bool:
        made = self._rng.random() < shooter.free_throw
        self._add("free throw", detail, side, shooter, made=made, points=int(made))
        return made

    def _rebound(self, side: int) -> bool:
        """Who gets a missed shot of `side`; whether `side` keeps the ball."""
        rng = self._rng
        if self._clock == 0:
            self._add("rebound", "rebound offensive", side)
            return False
        self._run(rng.choice((1, 2, 2, 3)))
        chance = rng.random()
        if chance < _OFFENSIVE_BOARD:
            five = self._five(side)
            self._add("rebound", "rebound offensive", side, self._one(five, five.offensive_boards))
            return True
        chance -= _OFFENSIVE_BOARD
        if chance < _TEAM_OFFENSIVE_BOARD:
            self._add("rebound", "rebound offensive", side)
            self._dead_ball()
            return True
        if chance < _TEAM_OFFENSIVE_BOARD + _TEAM_DEFENSIVE_BOARD:
            self._add("rebound", "rebound defensive", 1 - side)
            self._dead_ball()
            return False
        five = self._five(1 - side)
        self._add("rebound", "rebound defensive", 1 - side, self._one(five, five.defensive_boards))
        return False

    def _foul(self, side: int, player: Player, detail: str, victim: Player, counts: bool = True) -> None:
        """A personal foul of `side`; an offensive one does not count towards the bonus."""
        self._add("foul", detail, side, player, victim, "fouled")
        self._benches[side].foul(player)
        if counts:
            self._team_fouls[side] += 1
            self._late_fouls[side] += self._clock <= 120

    def _dead_ball(self, keep: Player | None = None) -> None:
        """The whistle: time for a timeout that is due, and for substitutions. `keep` shoots free throws."""
        if self._timeouts_due and self._clock < self._timeouts_due[0]:
            self._timeouts_due.pop(0)
            self._add("timeout", "timeout regular", self._rng.choice((AWAY, HOME)))
        for side, bench in enumerate(self._benches):
            for leaving, entering in bench.changes(self._period, self._left(), self._margin(side), keep=keep):
                bench.substitute(leaving, entering)
                self._add("substitution", "substitution", side, leaving, entering, "substitution_in")
