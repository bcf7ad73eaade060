"""Regular season of a simulated league: who plays whom, on which day, when and where.

Games that depend on results belong to the bracket.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from nba_assets.simulate.chance import Chance
from nba_assets.simulate.teams import MEXICO_CITY, PARIS, Team, Venue

_ET = ZoneInfo("America/New_York")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Game:
    """A game that is to be played. `tip` is in UTC, `day` the Eastern date."""

    nba_id: str
    day: date
    tip: datetime
    away: Team
    home: Team
    venue: Venue
    neutral: bool = False
    playoff_round: str | None = None

    @property
    def code(self) -> str:
        return f"{self.day:%Y%m%d}/{self.away.abbr}{self.home.abbr}"

    @property
    def game_id(self) -> str:
        return f"{self.day:%Y%m%d}_{self.away.abbr}_{self.home.abbr}"

    @property
    def is_playoffs(self) -> bool:
        return self.nba_id.startswith("004")


LATE_SEASONS = {2020: timedelta(weeks=9)}
"""2020-21 began on 22 December. With all games of a season, as here, it lasts into August."""


@dataclass(frozen=True)
class SeasonDates:
    """The days that make a season. The rules give the real dates of 2021-22 to 2025-26, but for the Cup final
    of 2023, which was three days earlier; a late season has all of them later, and ends in the summer."""

    opening: date
    cup_final: date | None
    all_star_break: tuple[date, ...]
    trade_deadline: date
    last: date

    @classmethod
    def of(cls, year: int) -> SeasonDates:
        late = LATE_SEASONS.get(year, timedelta(0))
        all_star_sunday = _weekday_from(date(year + 1, 2, 14), 6) + late
        return cls(
            opening=_weekday_from(date(year, 10, 18), 1) + late,
            cup_final=_weekday_from(date(year, 12, 12), 1) if year >= 2023 else None,
            all_star_break=tuple(all_star_sunday + _DAY * n for n in range(-2, 4)),
            trade_deadline=all_star_sunday - _DAY * 10,
            last=_weekday_from(date(year + 1, 4, 8), 6) + late,
        )

    def game_days(self) -> list[date]:
        """The days a regular season game may be played."""
        year = self.opening.year
        idle = {*self.all_star_break, _weekday_from(date(year, 11, 22), 3), date(year, 12, 24)}
        if self.cup_final:
            idle |= {self.cup_final - _DAY, self.cup_final}
        return [d for d in _days(self.opening, self.last) if d not in idle]


def _days(first: date, last: date) -> Iterable[date]:
    return (first + _DAY * n for n in range((last - first).days + 1))


def _weekday_from(day: date, weekday: int) -> date:
    """The first such weekday (Monday is 0) on or after `day`."""
    return day + _DAY * ((weekday - day.weekday()) % 7)


def regular_season(chance: Chance, league: dict[str, Team]) -> list[Game]:
    """All 1,230 games, in the order they are played."""
    rng = chance.stream("schedule")
    dates = SeasonDates.of(chance.year)
    pairs = _pairings(rng, league)
    placed = _Calendar(dates, rng).place(pairs)
    games = [_game(rng, day, league[away], league[home]) for away, home, day in placed]
    games = sorted(games, key=lambda g: (g.tip, g.home.abbr))
    if chance.year not in LATE_SEASONS:  # nobody travelled
        games = _one_abroad(rng, chance.year, games)
    prefix = f"002{chance.year % 100:02d}"
    return [replace(game, nba_id=f"{prefix}{number:05d}") for number, game in enumerate(games, start=1)]


def _pairings(rng: random.Random, league: dict[str, Team]) -> list[tuple[str, str]]:
    """(away, home) of every game: 4 against the division, 3 or 4 against the conference, 2 against the others."""
    divisions: dict[str, list[str]] = defaultdict(list)
    for team in league.values():
        divisions[team.division].append(team.abbr)
    for members in divisions.values():
        rng.shuffle(members)
    place = {abbr: n for members in divisions.values() for n, abbr in enumerate(members)}
    pairs: list[tuple[str, str]] = []
    for one, other in combinations(sorted(league.values(), key=lambda t: t.division), 2):
        at_one = at_other = 2
        if one.conference != other.conference:
            at_one = at_other = 1
        elif one.division != other.division:
            # Of five opponents in another division a team meets three four times and two three times; of those two
            # it has one more at home against one, and one fewer against the other, so everyone is home 41 times.
            apart = (place[one.abbr] - place[other.abbr]) % 5
            at_one -= apart == 1
            at_other -= apart == 0
        pairs += [(other.abbr, one.abbr)] * at_one + [(one.abbr, other.abbr)] * at_other
    return pairs


_AROUND = 6  # days before and after a game that the rules for rest look at
_WINDOW = (1 << (2 * _AROUND + 1)) - 1


def _rest_costs() -> list[float | None]:
    """What a game costs a team whose games on the days around it are the bits of the index.

    None where the team plays that day already or the league does not allow it: three days in a row, four games in
    five nights or five in seven.
    """
    costs: list[float | None] = []
    for days in range(_WINDOW + 1):
        played = days | 1 << _AROUND
        crowded = any(
            (played >> first & ((1 << span) - 1)).bit_count() > most
            for span, most in ((3, 2), (5, 3), (7, 4))
            for first in range(2 * _AROUND + 2 - span)
        )
        if crowded or played == days:
            costs.append(None)
        else:
            more = played.bit_count() - 6
            costs.append(6 * (played & played >> 1).bit_count() + 0.6 * more * abs(more))
    return costs


@dataclass
class _Slot:
    """A day and its games; `bit` is its place in the calendar of a team."""

    day: date
    bit: int
    usual: int
    most: int
    games: list[tuple[str, str]] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return len(self.games) >= self.most


class _Calendar:
    """Puts every pairing on a day, taking out again what stands in the way of one that has no day left."""

    # Games a day, by weekday from Monday: few on Thursdays, when television shows the league's best two.
    _USUAL = (8, 7, 10, 4, 10, 8, 8)
    _MOST, _OPENING_NIGHT = 14, 2
    _SECOND_THOUGHTS = 3

    def __init__(self, dates: SeasonDates, rng: random.Random) -> None:
        self._rng = rng
        self._costs = _rest_costs()
        self._played: dict[str, int] = defaultdict(int)
        self._slots = []
        for day in dates.game_days():
            most = self._OPENING_NIGHT if day == dates.opening else self._MOST
            bit = (day - dates.opening).days + _AROUND
            self._slots.append(_Slot(day, bit, self._USUAL[day.weekday()], most))

    def place(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str, date]]:
        waiting = list(pairs)
        self._rng.shuffle(waiting)
        while waiting:
            pair = waiting.pop()
            slot = self._best_slot(pair)
            if slot is None:
                slot = self._rng.choice(self._slots)
                waiting[:0] = self._make_room(pair, slot)
            self._add(pair, slot)
        for _ in range(self._SECOND_THOUGHTS):
            self._reconsider()
        return [(away, home, slot.day) for slot in self._slots for away, home in slot.games]

    def _reconsider(self) -> None:
        """Give every game the best day there is now that all others have one."""
        placed = [(pair, slot) for slot in self._slots for pair in slot.games]
        for pair, slot in placed:
            self._remove(pair, slot)
            self._add(pair, self._best_slot(pair) or slot)

    def _best_slot(self, pair: tuple[str, str]) -> _Slot | None:
        best, least = None, float("inf")
        away, home = (self._played[team] for team in pair)
        for slot in self._slots:
            around = slot.bit - _AROUND
            away_rest, home_rest = self._costs[away >> around & _WINDOW], self._costs[home >> around & _WINDOW]
            if away_rest is None or home_rest is None or slot.full:
                continue
            crowd = 14.0 * (len(slot.games) - slot.usual) / slot.usual
            cost = away_rest + home_rest + crowd + self._rng.random() * 6
            if cost < least:
                best, least = slot, cost
        return best

    def _make_room(self, pair: tuple[str, str], wanted: _Slot) -> list[tuple[str, str]]:
        """Take out the games of either team within two days of the one that is wanted."""
        removed = []
        for slot in self._slots:
            if abs(slot.bit - wanted.bit) <= 2:
                for other in [p for p in slot.games if set(p) & set(pair)]:
                    self._remove(other, slot)
                    removed.append(other)
        while wanted.full:
            removed.append(wanted.games[0])
            self._remove(removed[-1], wanted)
        return removed

    def _add(self, pair: tuple[str, str], slot: _Slot) -> None:
        slot.games.append(pair)
        self._mark(pair, slot)

    def _remove(self, pair: tuple[str, str], slot: _Slot) -> None:
        slot.games.remove(pair)
        self._mark(pair, slot)

    def _mark(self, pair: tuple[str, str], slot: _Slot) -> None:
        for team in pair:
            self._played[team] ^= 1 << slot.bit


def _game(rng: random.Random, day: date, away: Team, home: Team) -> Game:
    return Game("", day, tip_off(rng, day, home.venue), away, home, home.venue)


def tip_off(rng: random.Random, day: date, venue: Venue) -> datetime:
    """An evening at the arena; on some weekends an afternoon. Never past midnight in the East."""
    hour, minute = rng.choice(((19, 0), (19, 0), (19, 30), (19, 30), (20, 0)))
    if day.weekday() >= 5 and rng.random() < 0.35:
        hour, minute = rng.choice(((13, 0), (15, 30), (17, 0), (18, 0)))
    local = datetime.combine(day, time(hour, minute), ZoneInfo(venue.timezone))
    latest = datetime.combine(day, time(22, 30), _ET)
    return min(local, latest).astimezone(UTC)


def _one_abroad(rng: random.Random, year: int, games: list[Game]) -> list[Game]:
    """`games` with one moved to Paris in January or to Mexico City in November, both teams well rested."""
    venue, month, clock = (PARIS, 1, time(14, 0)) if year % 2 else (MEXICO_CITY, 11, time(17, 0))
    days: dict[str, set[date]] = defaultdict(set)
    for game in games:
        days[game.away.abbr].add(game.day)
        days[game.home.abbr].add(game.day)

    def rest(game: Game) -> int:
        near = [game.day + _DAY * n for n in (-2, -1, 1, 2)]
        return sum(day in days[team.abbr] for team in (game.away, game.home) for day in near)

    eligible = [g for g in games if g.day.month == month and 8 <= g.day.day <= 25 and g.venue.country == "USA"]
    least = min(map(rest, eligible))
    chosen = rng.choice([g for g in eligible if rest(g) == least])
    tip = datetime.combine(chosen.day, clock, _ET).astimezone(UTC)
    moved = replace(chosen, tip=tip, venue=venue, neutral=True)
    return sorted((moved if g is chosen else g for g in games), key=lambda g: (g.tip, g.home.abbr))
