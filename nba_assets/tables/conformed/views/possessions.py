"""Possessions added up: each team's in a game, and each player's while he was on court. Views over a date."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.play_feeds import FIVE
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.court_time import court_time
from nba_assets.tables.conformed.plays import plays
from nba_assets.tables.conformed.possessions import OPPONENTS, possessions, with_ten


@view(possessions=possessions)
def possession_counts(possessions: ir.Table) -> ir.Table:
    """A row is a team in a game whose plays are whole: its possessions."""
    whole = possessions.filter(possessions.is_whole)
    return whole.group_by("game_id", "team_abbr").agg(possessions=whole.count())


@view(possessions=possessions, plays=plays, court_time=court_time)
def on_court(possessions: ir.Table, plays: ir.Table, court_time: ir.Table) -> ir.Table:
    """A row is a player in a game: possessions and points of both teams while he was on court, and those he used.

    Points are of who was on court when the clock stopped for them, as the league's plus-minus has it. Only of whole
    games in which the ten are known at all of these moments; of others nothing is. Who was there at none has no row.
    """
    scored = plays.filter(plays.points > 0).rename(opponent_team_abbr="defending_team_abbr")
    scored = with_ten(
        scored.select("game_id", "team_abbr", "opponent_team_abbr", "source", "sequence", "points", "is_whole"),
        court_time,
        scored.sequence,
    )
    counted = possessions.mutate(_one=1, _points=ibis.literal(0, "int64"))
    scoring = scored.mutate(_one=0, _points=scored.points, used_by=ibis.null("string"), is_used=False)
    moments = counted.select(_MOMENT).union(scoring.select(_MOMENT))
    games = moments.group_by(_game="game_id").agg(_known=(moments.five_known & moments.is_whole.fill_null(False)).all())
    known = moments.semi_join(games.filter(games._known), [("game_id", "_game")])
    sides = _side(known, "team_abbr", FIVE, has_ball=True).union(
        _side(known, "opponent_team_abbr", OPPONENTS, has_ball=False)
    )
    sides = sides.filter(sides.player_lookup.notnull())
    return sides.group_by("game_id", "team_abbr", "player_lookup").agg(
        on_court_possessions=sides.possessions_for.sum(),
        on_court_possessions_against=sides.possessions_against.sum(),
        on_court_points_for=sides.points_for.sum(),
        on_court_points_against=sides.points_against.sum(),
        used=(sides.used_by == sides.player_lookup).fill_null(False).sum(),
        used_on_court=sides.is_used.sum(),
    )


_MOMENT = (
    "game_id",
    "team_abbr",
    "opponent_team_abbr",
    "_one",
    "_points",
    "used_by",
    "is_used",
    *FIVE,
    *OPPONENTS,
    "five_known",
    "is_whole",
)


def _side(rows: ir.Table, team: str, names: tuple[str, ...], *, has_ball: bool) -> ir.Table:
    """Each moment once for each of a side's five."""
    none = ibis.literal(0, "int8")
    return rows.select(
        "game_id",
        team_abbr=rows[team],
        player_lookup=ibis.array([rows[name] for name in names]).unnest(),
        possessions_for=rows._one if has_ball else none,
        possessions_against=none if has_ball else rows._one,
        points_for=rows._points.cast("int64") if has_ball else ibis.literal(0, "int64"),
        points_against=ibis.literal(0, "int64") if has_ball else rows._points.cast("int64"),
        used_by=rows.used_by if has_ball else ibis.null("string"),
        is_used=rows.is_used if has_ball else ibis.literal(value=False),
    )
