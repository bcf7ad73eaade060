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

    A rebound of the team's counts too, as of a shot that a defender sent over the line; between the free throws of a
    trip one is the feed's filler, for which nobody had to jump. The possession is the league's, as all count it.
    """
    order = ibis.window(group_by="game_id", order_by="sequence")
    so_far = ibis.window(group_by="game_id", order_by="sequence", preceding=(None, 1))
    goes_on = ((plays.kind == "free throw") & ~plays.ends_trip).fill_null(False)
    ends = plays.ends_possession_of.notnull() | (plays.kind == "start of period")
    rows = plays.mutate(
        _within_trip=goes_on.lag().over(order).fill_null(False),
        possession=ends.ifelse(1, 0).sum().over(so_far).fill_null(0),
    )
    filler = rows._within_trip & rows.spelling.isnull()
    rows = rows.mutate(_own_rebound=((rows.kind == "rebound") & rows.is_offensive & ~filler).fill_null(False))
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
