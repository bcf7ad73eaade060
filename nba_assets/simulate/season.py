"""Simulated season as it unfolds: day after day, rosters, squads, games and what they leave behind.

What sources publish about it is the feeds' business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from nba_assets.simulate.box import Line, box_score
from nba_assets.simulate.bracket import Bracket
from nba_assets.simulate.chance import Chance
from nba_assets.simulate.game import Played, play
from nba_assets.simulate.health import Health, Squad
from nba_assets.simulate.players import Player, Rosters, draft_league, trades
from nba_assets.simulate.schedule import Game, SeasonDates, regular_season
from nba_assets.simulate.teams import Team, league

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class GameNight:
    """A game with everything known about it afterwards."""

    played: Played
    away: Squad
    home: Squad
    lines: dict[Player, Line]

    @property
    def game(self) -> Game:
        return self.played.game

    @property
    def sides(self) -> tuple[tuple[Team, Squad], tuple[Team, Squad]]:
        return (self.game.away, self.away), (self.game.home, self.home)


@dataclass(frozen=True)
class Day:
    """A calendar day: its rosters, the teams whose roster changed that morning, its games.

    Of an `open` day it is known who will be there; what the games come to has not happened.
    """

    day: date
    rosters: dict[str, list[Player]]
    changed: frozenset[str]
    nights: list[GameNight]
    open: bool = False


@dataclass(frozen=True)
class SimulatedSeason:
    """The first `days` calendar days of a season from opening night on, or all of it.

    With `tonight` the days before it instead, and that day and the next as open slates. The same year and seed give the
    same season, and fewer days give its beginning.
    """

    year: int
    seed: int
    days: int | None = None
    tonight: date | None = None
    teams: dict[str, Team] = field(init=False, repr=False, compare=False)
    regular_season: list[Game] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "teams", league(self.year))
        object.__setattr__(self, "regular_season", regular_season(self.chance, self.teams))

    @property
    def chance(self) -> Chance:
        return Chance(self.year, self.seed)

    @property
    def dates(self) -> SeasonDates:
        return SeasonDates.of(self.year)

    def covers(self, day: date) -> bool:
        """Whether the day's games are played."""
        if self.tonight:
            return day < self.tonight
        return self.days is None or day < self.dates.opening + self.days * _DAY

    def _opens(self, day: date) -> bool:
        return self.tonight is not None and day in (self.tonight, self.tonight + _DAY)

    def play(self) -> Iterator[Day]:
        """Play it, beginning with the eve of opening night, which has rosters and no games."""
        players = draft_league(self.chance, self.teams)
        rosters = Rosters(players, trades(self.chance, players, self.dates.trade_deadline))
        health = Health(self.chance, rosters)
        bracket = Bracket(self.chance, self.teams)
        day = self.dates.opening - _DAY
        while not bracket.decided and (self.covers(day) or self._opens(day)):
            changed = frozenset(rosters.advance(day))
            games = [g for g in self.regular_season if g.day == day] + bracket.games_on(day)
            nights = [self._play(game, health) for game in games]
            if self.covers(day):
                for night in nights:
                    bracket.record(night.played.result)
            yield Day(day, {team: rosters.of(team) for team in self.teams}, changed, nights, not self.covers(day))
            day += _DAY

    def _play(self, game: Game, health: Health) -> GameNight:
        away, home = health.squad(game, game.away), health.squad(game, game.home)
        played = play(self.chance, game, away.plan, home.plan)
        lines = box_score(played.events)
        health.after(game, lines)
        return GameNight(played, away, home, lines)
