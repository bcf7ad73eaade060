"""Possessions: which plays end one, who has the ball at the end of a period, and rates that count or estimate them.

A possession ends with a made shot, the last free throw of a trip, a defensive rebound, a turnover or the period. What
a feed's words mean is said by the plays; who was on court is not asked here.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import metrics
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.play_feeds import clock_of, second_of

PLAYS = ("shot", "free throw", "rebound", "turnover", "start of period")
"""Kinds of events that are plays; the others stop play."""

IN_ORDER = ibis.window(group_by="_period", order_by="sequence")
BEFORE = ibis.window(group_by="_period", order_by="sequence", preceding=(None, 1))

PARTS_A_BASKET = ("substitution", "timeout")
"""What between a basket and the foul on its shooter makes his bonus a possession of its own."""

KEEPS_THE_BALL = ("flagrant", "clear path", "transition take", "away from play")
"""Fouls after whose free throws the team that was fouled has the ball again."""

_TOLD_BY = (
    "period",
    "sequence",
    "clock",
    "kind",
    "spelling",
    "made",
    "is_offensive",
    "single",
    "last_of_trip",
    "technical",
    "shooting",
    "keeps_ball",
)

_OF_A_SIDE = ("shots", "throws", "kept_at", "held_from", "whistle_at")

COUNTED, ESTIMATED = "play_by_play", "estimate"


def keeps_the_ball(foul: ir.StringValue) -> ir.BooleanValue:
    """Whether a foul, in a feed's words, leaves the ball with who was fouled."""
    words = foul.replace("-", " ")
    return ibis.or_(*[words.contains(word) for word in KEEPS_THE_BALL]).fill_null(False)


def with_endings(events: ir.Table) -> ir.Table:
    """The plays among `events`, each with the team whose possession it ends in `ends_possession_of`, else NULL.

    `lost_at` is the clock when the other team lost the ball before the play without one of its own, as at a jump ball,
    and of a start of period that comes after a foul. Events have `kind`, `team_abbr`, `other_team_abbr`, `spelling`,
    `made`, `single` and `last_of_trip` of free throws, `technical`, `shooting` of fouls, and `keeps_ball` of fouls and
    of free throws that say so themselves.
    """
    events = _numbered(events)
    rows = _with_followers(_after_special_fouls(events.select("_period", "_is_first", *_TOLD_BY)))
    rows = rows.mutate(_of_first=_ended(rows))
    rows = rows.mutate(_nth=rows._of_first.count().over(BEFORE).fill_null(0))
    rows = with_columns(rows, _judged(rows), ("_period", "_nth"), "_is_twice", "_lost_at", "_lost_before")
    ends = rows.select(
        "_period",
        "sequence",
        _of_first=rows._is_twice.fill_null(False).ifelse(ibis.null("boolean"), rows._of_first),
        lost_at=ibis.cases(
            (rows.sequence == rows._lost_before, clock_of(rows.period, rows._lost_at)),
            (rows._called_before, rows.clock),
        ),
    )
    plays = events.filter(events.kind.isin(PLAYS))
    rows = with_columns(plays, ends, ("_period", "sequence"), "_of_first", "lost_at")
    own, others = rows._of_first == rows._is_first, rows._of_first != rows._is_first
    rows = rows.mutate(ends_possession_of=ibis.cases((own, rows.team_abbr), (others, rows.other_team_abbr)))
    return rows.drop("_period", "_is_first", "_of_first")


def _numbered(events: ir.Table) -> ir.Table:
    """The events with the number of their game's `_period`, and `_is_first`, which of the game's two teams is theirs.

    They are put in order a dozen times: names of games and teams, carried along, would double what that costs.
    """
    periods = events.select("game_id", "period").distinct()
    periods = periods.mutate(_period=ibis.row_number().over(order_by=["game_id", "period"]))
    theirs = periods.select("_period", _game="game_id", _in=periods.period.fill_null(0))
    rows = events.mutate(_in=events.period.fill_null(0), _is_first=events.team_abbr < events.other_team_abbr)
    joined = rows.join(theirs, [("game_id", "_game"), ("_in", "_in")])
    return joined.select(*events.columns, "_period", "_is_first")


def _after_special_fouls(events: ir.Table) -> ir.Table:
    """Free throws with `_special`, whether the ball is kept after them, and `_stopped`, whether play waits then.

    The foul is the other team's last one at the same clock. A trip of this sort is counted as a possession of its own
    by the league only where something stops play before it goes on: a substitution, a time-out, the next foul unless
    it sends a shooter to the line, the end of the period. `_whistle_at` is the last such stop before each event that
    a team without the ball may cause; `_missed_technical` whether the last play, at the same clock, is one.
    """
    is_foul = (events.kind == "foul") & ~events.technical
    whistle = events.kind.isin(["jump ball", "violation"]) | ((events.kind == "foul") & ~events.shooting)
    # Last in order and whether it keeps the ball, as one number, of fouls by either team.
    told = 2 * events.sequence + events.keeps_ball.ifelse(1, 0)
    rows = events.mutate(
        _fouled_first=(is_foul & ~events._is_first).ifelse(told, 0),
        _fouled_other=(is_foul & events._is_first).ifelse(told, 0),
        _blown_at=whistle.fill_null(False).ifelse(events.sequence, 0),
        _played=events.kind.isin(PLAYS).ifelse(
            2 * events.sequence + (events.technical & ~events.made).fill_null(False).ifelse(1, 0), 0
        ),
    )
    play = rows._played.max().over(BEFORE)
    missed = (play % 2 == 1) & (second_of(play // 2) == second_of(rows.sequence))
    until = ibis.window(group_by="_period", order_by="sequence", preceding=(None, 0))
    last = rows._is_first.ifelse(rows._fouled_first.max().over(until), rows._fouled_other.max().over(until))
    kept = (last % 2 == 1) & (second_of(last // 2) == second_of(rows.sequence))
    follower = rows.kind.lead().over(IN_ORDER)
    goes_on = follower.isin(PLAYS) | rows.shooting.lead().over(IN_ORDER)
    parted = (rows.kind == "shot") & follower.isin(PARTS_A_BASKET) & (rows.clock == rows.clock.lead().over(IN_ORDER))
    late = (rows.kind == "start of period") & (rows.period > 1) & ((rows.kind == "foul").any().over(until))
    return rows.mutate(
        _special=rows.keeps_ball | kept.fill_null(False),
        _stopped=(~goes_on).fill_null(True),
        _whistle_at=rows._blown_at.max().over(until),
        _parted=parted.fill_null(False),
        _called_before=late.fill_null(False),
        _missed_technical=missed.fill_null(False),
    ).drop("_fouled_first", "_fouled_other", "_blown_at", "_played")


def _with_followers(rows: ir.Table) -> ir.Table:
    """Plays with `_bonus`, whether the shooter's one free throw is next, `_kept_until`, the last free throw at their
    clock after which their own team plays on, and `_dead`, a team's rebound of a technical's: nobody plays it."""
    rows = rows.filter(rows.kind.isin(PLAYS))
    # A technical's free throw, or a rebound that is entered late, may come between a basket and its bonus.
    rows = rows.mutate(_apart=(rows.technical | (rows.kind == "rebound")).fill_null(False))
    others = ibis.window(group_by=["_period", "_apart"], order_by="sequence")
    own = rows._is_first.lead().over(others) == rows._is_first
    bonus = own & rows.single.lead().over(others) & rows.spelling.lead().over(others).identical_to(rows.spelling)
    kept = (rows.kind == "free throw") & rows._special & rows.last_of_trip & own
    rows = rows.mutate(
        _bonus=bonus.fill_null(False),
        _kept_on=kept.fill_null(False),
        _dead=(rows.kind == "rebound") & rows.spelling.isnull() & rows._missed_technical,
    )
    at_once = ("_period", "clock", "_is_first")
    until = rows.filter(rows._kept_on).group_by(*at_once).agg(_kept_until=lambda t: t.sequence.max())
    return with_columns(rows, until, at_once, "_kept_until").drop("_apart", "_kept_on", "_missed_technical")


def _ended(rows: ir.Table) -> ir.BooleanValue:
    """Of the team whose possession each play by itself ends, whether it is the first of the two; NULL of none."""
    # The ball was never the other team's between a basket and free throws at its clock that keep it.
    goes_on = (rows._bonus & ~rows._parted) | (rows._kept_until > rows.sequence).fill_null(False)
    basket = (rows.kind == "shot") & rows.made & ~goes_on
    trip = (rows.kind == "free throw") & rows.made & rows.last_of_trip & (~rows._special | rows._stopped)
    board = (rows.kind == "rebound") & ~rows.is_offensive & ~rows._dead
    return ibis.cases(
        ((basket | trip | (rows.kind == "turnover")).fill_null(False), rows._is_first),
        (board.fill_null(False), ~rows._is_first),
        else_=ibis.null("boolean"),
    )


def _judged(rows: ir.Table) -> ir.Table:
    """The plays between two ends as one row: whether its end tells the last one again, and before which play of the
    same team the other one lost the ball."""
    turns = _turns(rows)
    order = ibis.window(group_by="_period", order_by="_nth")
    told = ("of", "kind", "clock", "at", "kept_at", "parted")
    turns = turns.mutate(**{f"last_{name}": turns[name].lag().over(order) for name in told})
    again = (turns.of == turns.last_of).fill_null(False)
    same_moment = (turns.clock == turns.last_clock).fill_null(False)
    # A rebound that stands after what followed it has an end of the wrong team on either side.
    late = ((turns.kind == "rebound") & same_moment & ~again).fill_null(False).ifelse(1, 0)
    turns = turns.mutate(_again=again, _same_moment=same_moment, _late=late)
    near_late = turns._late.lead().over(order).fill_null(0) + turns._late.lag().over(order).fill_null(0)
    # A basket whose bonus is entered at another moment, a lane violation or goal-tending on top of it, and a rebound
    # written twice are one end; a bonus that is parted from its basket is one more of the same team.
    of_the_basket = (turns.last_kind == "shot") & turns.kind.isin(["free throw", "rebound"])
    own_bonus = (of_the_basket & turns.last_parted & (turns.shots == 0) & (turns.throws > 0)).fill_null(False)
    no_shot = (of_the_basket | ((turns.kind == "rebound") & turns.of_nobody)) & (turns.shots == 0)
    twice = turns._again & (no_shot | (turns._same_moment & turns.kind.isin(["shot", "turnover"]))).fill_null(False)
    twice &= ~own_bonus
    # After free throws that keep the ball the other team lost nothing, unless it did something in between.
    kept_at = ibis.greatest(turns.kept_at, turns.last_kept_at.fill_null(0))
    is_lost = ((kept_at == 0) & ~turns._same_moment) | ((kept_at > 0) & (turns.whistle_at > kept_at))
    lost = turns._again & ~twice & ~own_bonus & is_lost & (near_late == 0)
    return turns.select(
        "_period",
        "_nth",
        _is_twice=twice,
        _lost_at=ibis.greatest(turns.whistle_at, turns.last_at, turns.others_at),
        _lost_before=lost.ifelse(turns.held_from, ibis.null("int64")),
    )


def _turns(rows: ir.Table) -> ir.Table:
    """The plays between two ends as one row: `of` the first team or the other, how it ended, and since when that team
    had the ball."""
    own = (rows.kind == "rebound") & rows.is_offensive & rows.spelling.notnull()
    throw = (rows.kind == "free throw") & ~rows.technical & ~rows._special
    holds = (rows.kind.isin(["shot", "turnover"]) | throw | own).fill_null(False)
    kept = rows._special & (rows.kind == "free throw")
    sides: dict[str, ir.Value] = {}
    for side, is_its in (("first", rows._is_first), ("other", ~rows._is_first)):
        its_own = holds & is_its
        sides |= {
            f"shots_{side}": rows.sequence.count(where=its_own & (rows.kind == "shot")),
            f"throws_{side}": rows.sequence.count(where=its_own & rows.single),
            f"kept_at_{side}": rows.sequence.max(where=kept & is_its).fill_null(0),
            f"held_from_{side}": rows.sequence.min(where=its_own),
            f"held_until_{side}": rows.sequence.max(where=its_own).fill_null(0),
            f"whistle_at_{side}": rows._whistle_at.min(where=its_own),
        }
    is_end = rows._of_first.notnull()
    turns = rows.group_by("_period", "_nth").agg(
        _ended=rows._of_first.max(),
        kind=rows.kind.max(where=is_end),
        clock=rows.clock.max(where=is_end),
        at=rows.sequence.max(where=is_end),
        of_nobody=rows.spelling.max(where=is_end).isnull(),
        parted=rows._parted.max(where=is_end).fill_null(False),
        **sides,
    )
    held = ibis.greatest(turns.held_until_first, turns.held_until_other)
    holder = (held > 0).ifelse(held == turns.held_until_first, ibis.null("boolean"))
    turns = turns.mutate(of=turns._ended.coalesce(holder))
    told = {name: turns.of.ifelse(turns[f"{name}_first"], turns[f"{name}_other"]) for name in _OF_A_SIDE}
    others_at = turns.of.ifelse(turns.held_until_other, turns.held_until_first)
    return turns.mutate(**told, others_at=others_at).drop(*sides, "_ended")


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
