"""Possessions: which plays end one, who has the ball at the end of a period, and rates that count or estimate them.

A possession ends with a made shot, the last free throw of a trip, a defensive rebound, a turnover or the period. What
a feed's words mean is said by the plays; who was on court is not asked here.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import metrics
from nba_assets.basketball.joins import with_columns

PLAYS = ("shot", "free throw", "rebound", "turnover", "start of period")
"""Kinds of events that are plays; the others stop play."""

KEEPS_THE_BALL = ("flagrant", "clear path", "transition take", "away from play")
"""Fouls after whose free throws the team that was fouled has the ball again."""

COUNTED, ESTIMATED = "play_by_play", "estimate"


def keeps_the_ball(foul: ir.StringValue) -> ir.BooleanValue:
    """Whether a foul, in a feed's words, leaves the ball with who was fouled."""
    words = foul.replace("-", " ")
    return ibis.or_(*[words.contains(word) for word in KEEPS_THE_BALL]).fill_null(False)


def with_endings(events: ir.Table) -> ir.Table:
    """The plays among `events`, each with the team whose possession it ends in `ends_possession_of`, else NULL.

    Events have `kind`, `team_abbr`, `other_team_abbr`, `spelling`, `made`, `single` and `last_of_trip` of free throws,
    `technical`, and `keeps_ball` of fouls and of free throws that say so themselves.
    """
    rows = _after_special_fouls(events)
    rows = rows.filter(rows.kind.isin(PLAYS))
    ended = _ended(rows)
    rows = rows.mutate(_ended=ended, _is_end=ended.notnull(), _after_shot=(rows.kind == "shot"))
    ends = ibis.window(group_by=["game_id", "period", "_is_end"], order_by="sequence")
    again = rows._ended == rows._ended.lag().over(ends)
    # A basket whose bonus is entered at another moment, and a rebound written twice, end one possession.
    of_the_basket = rows._after_shot.lag().over(ends) & ((rows.kind == "free throw") | (rows.kind == "rebound"))
    twice = again & (((rows.kind == "rebound") & rows.spelling.isnull()) | of_the_basket)
    return rows.mutate(ends_possession_of=twice.fill_null(False).ifelse(ibis.null("string"), rows._ended)).drop(
        "_ended", "_is_end", "_after_shot", "_special", "_stopped"
    )


def _after_special_fouls(events: ir.Table) -> ir.Table:
    """Free throws with `_special`, whether the ball is kept after them, and `_stopped`, whether play waits then.

    The foul is the other team's last one at the same clock. A trip of this sort is counted as a possession of its own
    by the league only where something stops play before it goes on: a substitution, a time-out, the next foul.
    """
    is_foul = (events.kind == "foul") & ~events.technical
    rows = events.mutate(
        _fouled=(events.kind == "foul").ifelse(events.other_team_abbr, events.team_abbr),
        _kept_at=(is_foul & events.keeps_ball).ifelse(events.sequence, 0),
        _fouled_at=is_foul.ifelse(events.sequence, 0),
    )
    so_far = ibis.window(group_by=["game_id", "period", "clock", "_fouled"], order_by="sequence", preceding=(None, 0))
    last_kept, last = rows._kept_at.max().over(so_far), rows._fouled_at.max().over(so_far)
    in_order = ibis.window(group_by=["game_id", "period"], order_by="sequence")
    return rows.mutate(
        _special=rows.keeps_ball | ((last_kept > 0) & (last_kept == last)),
        _stopped=(~rows.kind.lead().over(in_order).isin(PLAYS)).fill_null(False),
    ).drop("_fouled", "_kept_at", "_fouled_at")


def _ended(rows: ir.Table) -> ir.StringValue:
    """The team whose possession each play by itself ends."""
    # A technical's free throw may come between a basket and its bonus.
    others = ibis.window(group_by=["game_id", "period", "technical"], order_by="sequence")
    bonus = (
        rows.single.lead().over(others)
        & (rows.team_abbr.lead().over(others) == rows.team_abbr)
        & rows.spelling.lead().over(others).identical_to(rows.spelling)
    )
    basket = (rows.kind == "shot") & rows.made & ~bonus.fill_null(False)
    trip = (rows.kind == "free throw") & rows.made & rows.last_of_trip & (~rows._special | rows._stopped)
    board = (rows.kind == "rebound") & ~rows.is_offensive
    return ibis.cases(
        ((basket | trip | (rows.kind == "turnover")).fill_null(False), rows.team_abbr),
        (board.fill_null(False), rows.other_team_abbr),
        else_=ibis.null("string"),
    )


def with_possessions(boxes: ir.Table, counts: ir.Table) -> ir.Table:
    """Team-game `boxes` with the opponent's points and either team's possessions, counted or else estimated.

    `opponent_` and own, `possessions_estimated` and `possessions_source`. A game of which only one team is counted is
    estimated, and a game with one row has no opponent and is left out.
    """
    rows = with_columns(boxes, counts, ("game_id", "team_abbr"), _counted="possessions")
    rows = rows.mutate(
        possessions_estimated=metrics.possessions(
            rows.fg_attempts, rows.ft_attempts, rows.turnovers, rows.offensive_rebounds
        )
    )
    other = rows.select(
        _game=rows.game_id,
        _team=rows.team_abbr,
        opponent_points=rows.points,
        _other_counted=rows._counted,
        _other_estimated=rows.possessions_estimated,
    )
    rows = rows.join(other, [("game_id", "_game"), ("opponent_team_abbr", "_team")])
    counted = rows._counted.notnull() & rows._other_counted.notnull()
    estimate = rows.possessions_estimated.notnull().ifelse(ESTIMATED, ibis.null("string"))
    return rows.mutate(
        own_possessions=counted.ifelse(rows._counted.cast("float64"), rows.possessions_estimated),
        opponent_possessions=counted.ifelse(rows._other_counted.cast("float64"), rows._other_estimated),
        possessions_source=counted.ifelse(COUNTED, estimate),
    ).drop("_game", "_team", "_counted", "_other_counted", "_other_estimated")
