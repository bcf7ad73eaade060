"""Shots, second chances and late points: what the stored plays add up to. Views over the plays of a date."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.joins import with_columns
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.court_time import FOURTH_QUARTER
from nba_assets.tables.conformed.plays import plays


@view(plays=plays)
def shots(plays: ir.Table) -> ir.Table:
    """A row is a field-goal attempt: shooter, zone, area, made, assisted, who blocked it, whether it was an and-one."""
    return plays.filter(plays.kind == "shot").select(
        "game_id",
        "team_abbr",
        "player_lookup",
        "zone",
        "area",
        "made",
        "is_assisted",
        "is_and_one",
        "blocked_by",
        "source",
        "is_whole",
        "defending_team_abbr",
    )


@view(plays=plays)
def second_chances(plays: ir.Table) -> ir.Table:
    """A row is a team in a game whose plays are whole: points made in a possession after its own offensive rebound.

    A possession ends with a made shot (an and-one with its free throw), a made last free throw, a defensive
    rebound, a turnover or the period. Rebounds credited to no player are the feed's filler between free throws.
    """
    shot_ends = (plays.kind == "shot") & plays.made & ~plays.is_and_one
    trip_ends = (plays.kind == "free throw") & plays.ends_trip & plays.made
    rebound_ends = (plays.kind == "rebound") & ~plays.is_offensive.fill_null(False)
    own_rebound = (plays.kind == "rebound") & plays.is_offensive & plays.spelling.notnull()
    ends = shot_ends | trip_ends | rebound_ends | plays.kind.isin(["turnover", "start of period"])
    rows = plays.mutate(_ends=ends.fill_null(False), _own_rebound=own_rebound.fill_null(False))
    rows = rows.filter(rows._ends | rows._own_rebound | (rows.points > 0))  # a third of the plays change nothing here
    so_far = ibis.window(group_by="game_id", order_by="sequence", preceding=(None, 1))
    rows = rows.mutate(possession=rows._ends.ifelse(1, 0).sum().over(so_far).fill_null(0))
    rebounds = rows.filter(rows._own_rebound)
    prolonged = rebounds.group_by(_game="game_id", _possession="possession", _team="team_abbr").agg(
        _since=rebounds.sequence.min()
    )
    scored = rows.filter(rows.points > 0).inner_join(
        prolonged, [("game_id", "_game"), ("possession", "_possession"), ("team_abbr", "_team")]
    )
    points = scored.filter(scored.sequence > scored._since).group_by("game_id", "team_abbr")
    teams = (
        plays.filter(plays.team_abbr.notnull() & plays.is_whole.fill_null(True))
        .select("game_id", "team_abbr")
        .distinct()
    )
    rows = with_columns(teams, points.agg(points=lambda t: t.points.sum()), ("game_id", "team_abbr"), "points")
    return rows.mutate(points=rows.points.fill_null(0))


@view(plays=plays)
def fourth_quarter_points(plays: ir.Table) -> ir.Table:
    """A row is a player who took a shot or a free throw in the fourth quarter, and the points he made in it."""
    late = plays.filter(
        (plays.period == FOURTH_QUARTER) & plays.kind.isin(["shot", "free throw"]) & plays.player_lookup.notnull()
    )
    return late.group_by("game_id", "player_lookup").agg(points=late.points.sum())
