"""History, once: what was known before a date, in the same season, from games that were played.

Every "last ten games" and "last seven days" of every table goes through here, so that no game on or after D can
reach the row for D. Games are rows with `season_year`, `game_date` and `game_id`; days are rows with
`season_year` and `game_date`, which are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

COUNTED_SEASON_TYPES = ("regular", "play_in", "playoffs")
"""Games that enter averages. The NBA Cup final is a real evening's work but no part of a season's averages."""

PLAYER_DAY = ("player_lookup", "game_date")
"""What statistics of a player that are known before a date are told apart by."""

_FOREVER = ibis.date("9999-12-31")

Over: TypeAlias = ibis.expr.builders.WindowBuilder

Stat = Callable[[ir.Table, "Before"], ir.Value]


def counted(games: ir.Table) -> ir.Table:
    """The games that count as history: of the season's real competitions and, for players, with time on court."""
    rows = games.filter(games.season_type.isin(COUNTED_SEASON_TYPES))
    return appeared(rows) if "seconds_played" in games.columns else rows


def appeared(boxes: ir.Table) -> ir.Table:
    """Player rows with time on court: a row without is not a game."""
    return boxes.filter(boxes.seconds_played > 0)


def total(value: ir.NumericValue, window: Over | None = None) -> ir.FloatingValue:
    """The sum of a column that may have decimals, in whole millionths until it is added up.

    A sum of fractions depends on the order of adding, which no engine promises: the same day built alone and within a
    season came out a hundredth apart.
    """
    added = _millionths(value).sum()
    return (added if window is None else added.over(window)) / _MILLION


def mean(value: ir.NumericValue, window: Over | None = None) -> ir.FloatingValue:
    """The mean of a column that may have decimals, over the rows that have one, added up as in `total`."""
    averaged = _millionths(value).mean()
    return (averaged if window is None else averaged.over(window)) / _MILLION


_MILLION = 10**6


def _millionths(value: ir.NumericValue) -> ir.IntegerValue:
    return (value * _MILLION).round().cast("int64")


@dataclass(frozen=True)
class Before:
    """The windows that a statistic may look back over: whole games of one `entity` in one season."""

    entity: str

    def last(self, games: int) -> Over:
        """The latest `games` games, fewer where there are fewer."""
        return self._window(games - 1)

    @property
    def season(self) -> Over:
        """All games so far this season."""
        return self._window(None)

    @property
    def in_order(self) -> Over:
        """The season's games in order, for `lag` and for numbering."""
        return ibis.window(group_by=[self.entity, "season_year"], order_by=["game_date", "game_id"])

    def _window(self, preceding: int | None) -> Over:
        return ibis.window(
            group_by=[self.entity, "season_year"],
            order_by=["game_date", "game_id"],
            preceding=preceding,
            following=0,
        )


def as_of(days: ir.Table, games: ir.Table, entity: str, /, **stats: Stat) -> ir.Table:
    """`days` with each statistic of its `entity` as it stood before that day, NULL before the first game.

    A statistic is computed after every game, and holds from the next day up to the day of the following game.
    Two games of one entity on one day cannot see each other: the first of them holds for no day at all.
    """
    before = Before(entity)
    snapshots = games.select(
        **{f"_{entity}": games[entity], "_season_year": games.season_year},  # the league's entity is its season
        _since=games.game_date,
        _until=games.game_date.lead().over(before.in_order).fill_null(_FOREVER),
        **{name: stat(games, before) for name, stat in stats.items()},
    )
    joined = days.left_join(
        snapshots,
        [
            days[entity] == snapshots[f"_{entity}"],
            days.season_year == snapshots._season_year,
            days.game_date > snapshots._since,
            days.game_date <= snapshots._until,
        ],
    )
    return joined.select([*days.columns, *stats])


def before(days: ir.Table, games: ir.Table, entity: str, within_days: int | None = None) -> ir.Table:
    """Pairs of a day and a game of its `entity` before it: of the season, or of the `within_days` dates before it.

    Gives `days`' columns, the game's under `past_` names, and `past_days_ago` (1 is yesterday).
    """
    past = games.rename("past_{name}")
    joined = days.inner_join(
        past,
        [
            days[entity] == past[f"past_{entity}"],
            days.season_year == past.past_season_year,
            days.game_date > past.past_game_date,
        ],
    )
    joined = joined.mutate(past_days_ago=joined.game_date.delta(joined.past_game_date, unit="day"))
    return joined if within_days is None else joined.filter(joined.past_days_ago <= within_days)
