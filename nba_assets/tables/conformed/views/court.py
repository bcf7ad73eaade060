"""Late minutes and first fives: what the stored court time adds up to. Views over a date."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.play_feeds import FIVE, PERIOD_SECONDS, period_seconds
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.court_time import FOURTH_QUARTER, court_time

OPENING_SECONDS = 60
"""The first substitution may come after these."""


@view(court_time=court_time)
def late_minutes(court_time: ir.Table) -> ir.Table:
    """A row is a player on court late in a game: seconds in the fourth quarter, and in the clutch.

    Only teams whose five are known whenever time passes in those periods, from their first second to their last, have
    rows; of the others the time is unknown. `late_periods` are how many are told, the fourth included: of a game that
    had more the clutch is not known.
    """
    late = court_time.filter((court_time.period >= FOURTH_QUARTER) & (court_time.seconds > 0))
    periods = late.group_by("game_id", "team_abbr", "period").agg(_known=late.seconds.sum(where=late.five_known))
    whole = (periods._known == period_seconds(periods.period)).fill_null(False)
    timed = periods.group_by(_game="game_id", _team="team_abbr").agg(
        _is_timed=whole.all() & (periods.period.min() == FOURTH_QUARTER), late_periods=periods.count()
    )
    timed = timed.filter(timed._is_timed)
    late = late.join(timed, [("game_id", "_game"), ("team_abbr", "_team")])
    on_court = late.select(
        "game_id",
        "team_abbr",
        "clutch_seconds",
        "late_periods",
        quarter_seconds=(late.period == FOURTH_QUARTER).ifelse(late.seconds, 0),
        player_lookup=_each(late),
    )
    on_court = on_court.filter(on_court.player_lookup.notnull())
    return on_court.group_by("game_id", "team_abbr", "late_periods", "player_lookup").agg(
        fourth_quarter_seconds=on_court.quarter_seconds.sum(), clutch_seconds=on_court.clutch_seconds.sum()
    )


@view(court_time=court_time)
def first_fives(court_time: ir.Table) -> ir.Table:
    """A row is a player on court at the first event of a game that names his team's five: one of its ten starters.

    Before the tip the source may name nobody, as with a technical foul; a minute into the game they are unknown.
    """
    named = (court_time.period == 1) & court_time.five_known
    opening = court_time.filter(named & (court_time.start_clock >= PERIOD_SECONDS - OPENING_SECONDS))
    opening = opening.mutate(_first=opening.from_sequence.min().over(group_by=["game_id", "team_abbr"]))
    opening = opening.filter(opening.from_sequence == opening._first)
    return opening.select("game_id", "team_abbr", player_lookup=_each(opening))


def _each(fives: ir.Table) -> ir.Value:
    """A row for each of the five."""
    return ibis.array([fives[name] for name in FIVE]).unnest()
