"""Late minutes and first fives: what the stored court time adds up to. Views over a date."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.contracts.read import view
from nba_assets.tables.conformed.court_time import FIVE, FOURTH_QUARTER, court_time


@view(court_time=court_time)
def late_minutes(court_time: ir.Table) -> ir.Table:
    """A row is a player on court late in a game: seconds in the fourth quarter, and in the clutch.

    Only teams whose five are known whenever time passes in those periods have rows; of the others the time is unknown.
    """
    late = court_time.filter((court_time.period >= FOURTH_QUARTER) & (court_time.seconds > 0))
    unknown = late.filter(~late.five_known).select(_game="game_id", _team="team_abbr").distinct()
    late = late.anti_join(unknown, [("game_id", "_game"), ("team_abbr", "_team")])
    on_court = late.select(
        "game_id",
        "team_abbr",
        "clutch_seconds",
        quarter_seconds=(late.period == FOURTH_QUARTER).ifelse(late.seconds, 0),
        player_lookup=_each(late),
    )
    on_court = on_court.filter(on_court.player_lookup.notnull())
    return on_court.group_by("game_id", "team_abbr", "player_lookup").agg(
        fourth_quarter_seconds=on_court.quarter_seconds.sum(), clutch_seconds=on_court.clutch_seconds.sum()
    )


@view(court_time=court_time)
def first_fives(court_time: ir.Table) -> ir.Table:
    """A row is a player on court at the first event of a game: one of its ten starters."""
    opening = court_time.filter(court_time.period == 1)
    opening = opening.mutate(_first=opening.from_sequence.min().over(group_by="game_id"))
    opening = opening.filter((opening.from_sequence == opening._first) & opening.five_known)
    return opening.select("game_id", "team_abbr", player_lookup=_each(opening))


def _each(fives: ir.Table) -> ir.Value:
    """A row for each of the five."""
    return ibis.array([fives[name] for name in FIVE]).unnest()
