"""Play-by-play feeds: seconds left, the order of events, and which feed tells what happened in a game.

Functions of events under settled game ids. What a feed's words mean, and who was on court, is said by the tables.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import of_its_teams
from nba_assets.basketball.joins import in_order

REGULATION_PERIODS = 4
PERIOD_SECONDS = 720
OVERTIME_SECONDS = 300

FIVE = tuple(f"player_{n}" for n in range(1, 6))
"""The columns of a team's players on court."""


def period_seconds(period: ir.IntegerValue) -> ir.IntegerValue:
    """How long a period is."""
    return (period <= REGULATION_PERIODS).ifelse(PERIOD_SECONDS, OVERTIME_SECONDS)


def seconds_left(period: ir.IntegerValue, clock: ir.IntegerValue, elapsed: ir.IntegerValue) -> ir.IntegerValue:
    """Seconds left in the period, by its clock and by what has `elapsed` since the tip.

    A clock that contradicts what has elapsed, unless it is read upwards, counts up. NULL where it contradicts it either
    way, and where the period has no such moment; either of the two alone is believed, the clock to count down.
    """
    length = period_seconds(period)
    # When the period starts: every 720 seconds, or every 300 from the fifth on.
    start = ibis.least(PERIOD_SECONDS * (period - 1), OVERTIME_SECONDS * period + FIRST_OVERTIME)
    since = elapsed - start
    left = ibis.cases(
        (elapsed.isnull(), clock),
        (clock.isnull(), length - since),
        ((length - since - clock).abs() <= 1, clock),  # each is rounded by itself
        ((since - clock).abs() <= 1, length - clock),
    )
    return left.between(0, length).ifelse(left, ibis.null("int64"))


FIRST_OVERTIME = REGULATION_PERIODS * PERIOD_SECONDS - (REGULATION_PERIODS + 1) * OVERTIME_SECONDS


NUMBERS = 10_000
"""More than a game has events: the last digits of an event's place are its number in the source."""


def place(events: ir.Table) -> ir.IntegerValue:
    """An event's place in its game, as one whole number: its period, the seconds played of it, the source's `number`.

    A play that is entered late has a higher number than those after it. Where the `clock` is unknown the `printed` one
    says where it stood, and without any it is last in its period.
    """
    played = period_seconds(events.period) - events.clock.coalesce(events.printed)
    return (1000 * events.period.fill_null(0) + played.clip(0, 999).fill_null(999)) * NUMBERS + events.number


def second_of(sequence: ir.IntegerValue) -> ir.IntegerValue:
    """Where the second of a play's `place` begins, before all plays at its clock."""
    return sequence - sequence % NUMBERS


def clock_of(period: ir.IntegerValue, sequence: ir.IntegerValue) -> ir.IntegerValue:
    """What the clock showed at a play's `place` in its period."""
    return (period_seconds(period) - (sequence // NUMBERS) % 1000).clip(lower=0)


def best_feed(games: ir.Table, **feeds: ir.Table) -> ir.Table:
    """The events of the feed that tells the whole game, with its name in `source`, and `is_whole`.

    A feed tells the whole of it if it has every period and its points are the final score. Where none does, each period
    is from the feeds that have it, the one whose points come nearest the final score before the others; `is_whole` says
    whether that is the whole game, NULL where no score is known. Of equals the first counts. The feeds have the same
    columns, and get the game's `home_team_abbr` and `away_team_abbr`; events of another team are left out.
    """
    numbered = [in_order(feed).mutate(_nth=n) for n, feed in enumerate(feeds.values())]
    scores = games.select("game_id", "home_team_abbr", "away_team_abbr", "home_points", "away_points")
    events = of_its_teams(numbered[0].union(*numbered[1:]).join(scores, "game_id"))
    events = events.mutate(_period=events.period.fill_null(0), sequence=place(events)).drop("number", "printed")
    periods = events.group_by("game_id", "_nth", "_period", "home_points", "away_points").agg(
        home_made=events.points.sum(where=events.team_abbr == events.home_team_abbr).fill_null(0),
        away_made=events.points.sum(where=events.team_abbr == events.away_team_abbr).fill_null(0),
    )
    ranked = _told(periods, "game_id", "_nth")
    nearest = [(~ranked.is_whole).fill_null(True), "off", "_nth"]
    ranked = ranked.mutate(
        _rank=ibis.dense_rank().over(group_by="game_id", order_by=nearest),
        _any=ranked.is_whole.fill_null(False).any().over(group_by="game_id"),
    )
    best = ranked._rank.min().over(group_by=["game_id", "_period"])
    ranked = ranked.mutate(_is_best=(ranked._rank == 0) | (~ranked._any & (ranked._rank == best)))
    kept = _told(ranked.filter(ranked._is_best).drop("is_whole", "off"), "game_id")
    kept = kept.select("is_whole", _game="game_id", _feed="_nth", _of="_period")
    rows = events.join(kept, [("game_id", "_game"), ("_nth", "_feed"), ("_period", "_of")])
    rows = rows.mutate(source=rows._nth.cases(*enumerate(feeds)))
    return rows.drop("_game", "_feed", "_of", "_period", "_nth", "home_points", "away_points")


def _told(periods: ir.Table, *by: str) -> ir.Table:
    """Each period with `off`, how far the points of its `by` are from the final score, and whether it `is_whole`."""
    every = {"group_by": list(by)}
    rows = periods.mutate(
        off=(periods.home_points - periods.home_made.sum().over(**every)).abs()
        + (periods.away_points - periods.away_made.sum().over(**every)).abs(),
        _last=ibis.greatest(periods._period.max().over(**every), REGULATION_PERIODS),
        _periods=(periods._period > 0).ifelse(1, 0).sum().over(**every),
    )
    return rows.mutate(is_whole=(rows._periods == rows._last) & (rows.off == 0)).drop("_last", "_periods")
