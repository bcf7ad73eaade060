"""Games of a simulated season that depend on results: the Cup final, the play-in and the playoffs.

Games that are fixed beforehand belong to the schedule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nba_assets.simulate.chance import Chance
from nba_assets.simulate.game import Result
from nba_assets.simulate.schedule import Game, SeasonDates, tip_off
from nba_assets.simulate.teams import CUP_FINAL, Team

ROUNDS = ("First Round", "Conf. Semifinals", "Conf. Finals", "NBA Finals")
_FIRST_ROUND_SEEDS = ((1, 8), (4, 5), (3, 6), (2, 7))
_HIGHER_SEED_AT_HOME = (True, True, False, False, True, False, True)
_DAY = timedelta(days=1)


@dataclass
class _Series:
    """`next_day` is when it is played next. The better record has the home games first."""

    better: Team
    worse: Team
    next_day: date
    wins: Counter[str] = field(default_factory=Counter)

    @property
    def winner(self) -> Team | None:
        return next((t for t in (self.better, self.worse) if self.wins[t.abbr] == 4), None)


class Bracket:
    """Says every morning which games the results so far call for."""

    def __init__(self, chance: Chance, league: dict[str, Team]) -> None:
        self._chance = chance
        self._league = league
        self._dates = SeasonDates.of(chance.year)
        self._wins: Counter[str] = Counter()
        self._winners: dict[str, Team] = {}
        self._losers: dict[str, Team] = {}
        self._rounds: list[list[_Series]] = []

    def record(self, result: Result) -> None:
        game, winner = result.game, result.winner
        loser = game.away if winner is game.home else game.home
        self._winners[game.nba_id], self._losers[game.nba_id] = winner, loser
        if game.nba_id.startswith("002"):
            self._wins[winner.abbr] += 1
        elif game.is_playoffs:
            series = self._rounds[int(game.nba_id[7]) - 1][int(game.nba_id[8])]
            series.wins[winner.abbr] += 1
            series.next_day = game.day + 2 * _DAY

    def games_on(self, day: date) -> list[Game]:
        if day == self._dates.cup_final:
            return [self._cup_final(day)]
        if day <= self._dates.last:
            return []
        return sorted([*self._play_in(day), *self._playoffs(day)], key=lambda g: (g.tip, g.nba_id))

    @property
    def decided(self) -> bool:
        return len(self._rounds) == len(ROUNDS) and self._rounds[-1][0].winner is not None

    def _cup_final(self, day: date) -> Game:
        one, other = (self._seeds(conference)[0] for conference in ("East", "West"))
        home, away = sorted((one, other), key=lambda t: -self._wins[t.abbr])
        tip = datetime.combine(day, time(20, 30), ZoneInfo("America/New_York"))
        tip = tip.astimezone(ZoneInfo("UTC"))
        return Game(self._id("006", "00001"), day, tip, away, home, CUP_FINAL, neutral=True)

    def _play_in(self, day: date) -> Iterator[Game]:
        """Seventh against eighth, ninth against tenth, then the loser of the one against the winner of the other."""
        for n, conference in enumerate(("East", "West")):
            top, bottom = self._id("005", f"001{2 * n}1"), self._id("005", f"001{2 * n + 1}1")
            if day == self._dates.last + (2 + n) * _DAY:
                seventh, eighth, ninth, tenth = self._seeds(conference)[6:10]
                yield self._game(top, day, eighth, seventh)
                yield self._game(bottom, day, tenth, ninth)
            elif day == self._dates.last + 5 * _DAY:
                yield self._game(self._id("005", f"002{n}1"), day, self._winners[bottom], self._losers[top])

    def _playoffs(self, day: date) -> Iterator[Game]:
        if day == self._dates.last + 6 * _DAY:
            if self._id("005", "00201") not in self._winners:  # tonight decides who is in, and this is tomorrow
                return
            self._rounds.append(list(self._first_round(day)))
        elif self._rounds and len(self._rounds) < len(ROUNDS) and all(s.winner for s in self._rounds[-1]):
            self._rounds.append(list(self._next_round()))
        for number, series in enumerate(self._rounds[-1] if self._rounds else ()):
            if series.next_day == day and not series.winner:
                played = series.wins.total()
                teams = (series.worse, series.better)
                away, home = teams if _HIGHER_SEED_AT_HOME[played] else reversed(teams)
                nba_id = self._id("004", f"00{len(self._rounds)}{number}{played + 1}")
                yield self._game(nba_id, day, away, home, ROUNDS[len(self._rounds) - 1])

    def _first_round(self, day: date) -> Iterator[_Series]:
        for n, conference in enumerate(("East", "West")):
            seeds = self._seeds(conference)[:6]
            seeds.append(self._winners[self._id("005", f"001{2 * n}1")])
            seeds.append(self._winners[self._id("005", f"002{n}1")])
            for number, (better, worse) in enumerate(_FIRST_ROUND_SEEDS):
                yield _Series(seeds[better - 1], seeds[worse - 1], day + (number % 2) * _DAY)

    def _next_round(self) -> Iterator[_Series]:
        before = self._rounds[-1]
        for one, other in zip(before[::2], before[1::2], strict=True):
            winners = [series.winner for series in (one, other) if series.winner]
            better, worse = sorted(winners, key=lambda t: (-self._wins[t.abbr], t.abbr))
            yield _Series(better, worse, max(s.next_day for s in before) + _DAY)

    def _seeds(self, conference: str) -> list[Team]:
        teams = [t for t in self._league.values() if t.conference == conference]
        return sorted(teams, key=lambda t: (-self._wins[t.abbr], t.abbr))

    def _game(self, nba_id: str, day: date, away: Team, home: Team, playoff_round: str | None = None) -> Game:
        tip = tip_off(self._chance.stream("tip", nba_id), day, home.venue)
        return Game(nba_id, day, tip, away, home, home.venue, playoff_round=playoff_round)

    def _id(self, prefix: str, number: str) -> str:
        return f"{prefix}{self._chance.year % 100:02d}{number}"
