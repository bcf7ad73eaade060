"""Possessions as they were played: who had the ball from when to when, how it ended, and what came of it.

A row is one team's possession in a finished game: up to and with the play that ends it, or to the end of the period,
however short. After a change at 0:00 there is one more unless the feed knows that no tenth was left. Each play of a
game is in one possession; points of the other team within it are of technical fouls. The ten on court are those when
the clock stopped for its last play: who comes in between two free throws has no part in it.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.play_feeds import FIVE, period_seconds, second_of
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import Check, conformed
from nba_assets.tables.conformed.court_time import court_time
from nba_assets.tables.conformed.plays import plays

OPPONENTS = tuple(f"opponent_{n}" for n in range(1, 6))
LAST_PLACE = 10**12
"""After all plays."""

MOST_APART = 2
"""Possessions of two teams in a game: they take turns, and who began the first period begins the fourth, the other
team the second and third. Each overtime may add one."""


def _far_apart(rows: ir.Table) -> ir.Table:
    """Whole games whose teams' counts are further apart: by keeping the ball after free throws, or broken."""
    whole = rows.filter(rows.is_whole)
    teams = whole.group_by("game_id", "game_date", "team_abbr").agg(count=whole.count(), periods=whole.period.max())
    games = teams.group_by("game_id", "game_date").agg(
        apart=teams["count"].max() - teams["count"].min(), periods=teams.periods.max(), teams=teams.count()
    )
    return games.filter((games.apart > MOST_APART + (games.periods - 4).clip(lower=0)) | (games.teams != 2))


def _points_elsewhere(rows: ir.Table, plays: ir.Table) -> ir.Table:
    """Games whose points in possessions are not those of their plays."""
    inside = rows.group_by("game_id", "game_date").agg(points=rows.points.sum() + rows.opponent_points.sum())
    placed = plays.filter(plays.period.notnull() & plays.team_abbr.notnull())
    played = placed.group_by(_game="game_id").agg(_played=placed.points.sum())
    joined = inside.join(played, [("game_id", "_game")])
    return joined.filter(joined.points != joined._played)


@conformed(
    step="play_by_play",
    days_at_once=54,
    key=("game_id", "number"),
    cluster_by=("game_date", "game_id", "team_abbr"),
    reads={"plays": same_day(plays), "court_time": same_day(court_time)},
    columns=(
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("number", "INT64", "place among the game's possessions, from 1", "count", required=True),
        Column("team_abbr", "STRING", "the team with the ball", required=True),
        Column("opponent_team_abbr", "STRING", "the other team", required=True),
        Column("period", "INT64", "1 to 4; 5 and more are overtimes", "count"),
        Column("start_clock", "INT64", "left in the period when it starts", "seconds"),
        Column("end_clock", "INT64", "left in the period when it ends", "seconds"),
        Column("until_sequence", "INT64", "its last play, as `sequence` of the plays; of none, the one before"),
        Column(
            "ended_by",
            "STRING",
            "shot, free throw, rebound, turnover, lost (no play of its own, as at a jump ball) or period",
            required=True,
        ),
        Column("points", "INT64", "of the team in it", "points", required=True),
        Column("opponent_points", "INT64", "of the other team meanwhile, from technical fouls", "points"),
        Column("used_by", "STRING", "canonical player who shot or lost the ball last in it; NULL if nobody known"),
        Column("is_used", "BOOL", "some player did: not so where only the team or the clock lost it", required=True),
        *(
            Column(name, "STRING", "canonical player of the team on court; NULL if not all five are known")
            for name in FIVE
        ),
        *(Column(name, "STRING", "canonical player of the other team on court") for name in OPPONENTS),
        Column("five_known", "BOOL", "the source names all ten", required=True),
        Column("is_whole", "BOOL", "the plays are the whole game, as in `plays`; counted only where they are"),
        Column("source", "STRING", "bigdataball or nbac", required=True),
    ),
    checks=(
        Check(
            "teams_take_turns",
            f"a game's teams are within {MOST_APART} possessions, and one more an overtime",
            _far_apart,
            "warn",
        ),
        Check("points_are_in_possessions", "points of possessions are those of the plays", _points_elsewhere, "warn"),
    ),
)
def possessions(plays: ir.Table, court_time: ir.Table) -> ir.Table:
    rows = _with_teams(_turns(_with_horns(plays)))
    rows = with_columns(
        rows, plays, {"game_id": "game_id", "_used_at": "sequence"}, "spelling", used_by="player_lookup"
    )
    rows = rows.mutate(ended_by=rows.end_kind.fill_null("period"), is_used=rows.spelling.notnull()).drop("spelling")
    rows = _with_carried_over(rows)
    rows = rows.mutate(number=ibis.row_number().over(group_by="game_id", order_by=["period", "_nth"]) + 1)
    return with_ten(rows, court_time, rows.until_sequence)


def _with_horns(plays: ir.Table) -> ir.Table:
    """The plays, a row before each before which the other team lost the ball, and one for the end of each period.

    `_nth` is how many possessions of the period ended before.
    """
    plays = plays.filter(plays.period.notnull())
    rows = plays.select(
        "game_id",
        "game_date",
        "season_year",
        "period",
        "sequence",
        "clock",
        "at_horn",
        "kind",
        "team_abbr",
        "defending_team_abbr",
        "player_lookup",
        "spelling",
        "points",
        "is_offensive",
        "ends_trip",
        "ends_possession_of",
        "lost_at",
        "is_whole",
        "source",
    )
    rows = rows.mutate(_order=2 * rows.sequence)
    last = rows.group_by("game_id", "game_date", "season_year", "period").agg(
        _order=rows._order.max() + 1,
        clock=ibis.literal(0, "int64"),
        kind=ibis.literal("horn"),
        points=ibis.literal(0, "int64"),
        is_whole=rows.is_whole.min(),
        source=rows.source.min(),
    )
    blank = {name: ibis.null(kind) for name, kind in rows.schema().items() if name not in last.columns}
    rows = rows.union(_losses(rows).select(rows.columns), last.mutate(**blank).select(rows.columns))
    before = ibis.window(group_by=["game_id", "period"], order_by="_order", preceding=(None, 1))
    return rows.mutate(_nth=rows.ends_possession_of.count().over(before).fill_null(0))


def _losses(rows: ir.Table) -> ir.Table:
    """A row just before each play before which the other team lost the ball, for the end of its possession."""
    lost = rows.filter(rows.lost_at.notnull() & (rows.kind != "start of period"))
    return lost.mutate(
        _order=lost._order - 1,
        kind=ibis.literal("lost"),
        clock=lost.lost_at,
        points=ibis.literal(0, "int64"),
        ends_possession_of=lost.defending_team_abbr,
        at_horn=ibis.literal(value=False),
    )


def _turns(rows: ir.Table) -> ir.Table:
    """One row for the plays between two ends, without knowing yet whose the last of a period is."""
    has_ball = (rows.kind == "shot") | (
        (rows.kind == "rebound") & rows.is_offensive.fill_null(False) & rows.spelling.notnull()
    )
    uses = rows.kind.isin(["shot", "turnover"]) | ((rows.kind == "free throw") & rows.ends_trip.fill_null(False))
    rows = rows.mutate(
        _last=ibis.greatest(rows.team_abbr, rows.defending_team_abbr),
        _first=ibis.least(rows.team_abbr, rows.defending_team_abbr),
    )
    named, is_end = rows.team_abbr.notnull(), rows.ends_possession_of.notnull()
    # Who had the ball last, as one number with the place where he did.
    held = 2 * rows.sequence + (rows.team_abbr == rows._first).ifelse(1, 0)
    is_play = ~rows.kind.isin(["horn", "lost"])
    return rows.group_by("game_id", "game_date", "season_year", "period", "_nth").agg(
        _ended_of=rows.ends_possession_of.max(),
        _held=held.max(where=has_ball.fill_null(False) & named),
        end_kind=rows.kind.max(where=is_end),
        end_clock=rows.clock.min(where=is_end | (rows.kind == "horn")),
        _at_horn=rows.at_horn.max(where=is_end),
        _until=rows.sequence.max(where=is_play),
        _used_at=rows.sequence.max(where=uses.fill_null(False)),
        _one=rows._first.min(where=named),
        _two=rows._last.max(where=named),
        _called_before=((rows.kind == "start of period") & rows.lost_at.notnull()).max(),
        _first_points=rows.points.sum(where=rows.team_abbr == rows._first).fill_null(0),
        _last_points=rows.points.sum(where=rows.team_abbr == rows._last).fill_null(0),
        is_whole=rows.is_whole.min(),
        source=rows.source.min(),
    )


def _with_teams(rows: ir.Table) -> ir.Table:
    """Each turn with its team: whose it ended, or who had the ball at the end of the period, or had not lost it."""
    game = {"group_by": ["game_id"]}
    rows = rows.mutate(_first=rows._one.min().over(**game), _last=rows._two.max().over(**game))
    period = ibis.window(group_by=["game_id", "period"], order_by="_nth")
    lost = rows._ended_of.lag().over(period)
    other = (lost == rows._first).ifelse(rows._last, lost.notnull().ifelse(rows._first, ibis.null("string")))
    holder = ibis.cases((rows._held % 2 == 1, rows._first), (rows._held.notnull(), rows._last))
    rows = rows.mutate(
        team_abbr=ibis.coalesce(rows._ended_of, holder, other),
        start_clock=rows.end_clock.lag().over(period).fill_null(period_seconds(rows.period)),
        until_sequence=rows._until.coalesce(rows._until.lag().over(period)),
        _no_time=(rows._ended_of.isnull() & rows._held.isnull() & rows._at_horn.lag().over(period)).fill_null(False),
    )
    rows = rows.filter(rows.team_abbr.notnull() & ~rows._no_time)
    is_first = rows.team_abbr == rows._first
    return rows.mutate(
        opponent_team_abbr=is_first.ifelse(rows._last, rows._first),
        points=is_first.ifelse(rows._first_points, rows._last_points),
        opponent_points=is_first.ifelse(rows._last_points, rows._first_points),
    )


def _with_carried_over(rows: ir.Table) -> ir.Table:
    """The possessions, and one more where a foul is called before the start of a period that the other team starts.

    So the league counts: who had the ball when the last period ended loses it only then.
    """
    in_order = ibis.window(group_by="game_id", order_by=["period", "_nth"])
    last = rows.until_sequence.lag().over(in_order)
    told = rows.mutate(_before=rows.team_abbr.lag().over(in_order), _their_last=last)
    more = told.filter(told._called_before & (told._nth == 0) & (told._before != told.team_abbr))
    more = more.mutate(
        _nth=ibis.literal(-1, "int64"),
        team_abbr=more._before,
        opponent_team_abbr=more.team_abbr,
        end_clock=more.start_clock,
        until_sequence=more._their_last,
        ended_by=ibis.literal("lost"),
        points=ibis.literal(0, "int64"),
        opponent_points=ibis.literal(0, "int64"),
        used_by=ibis.null("string"),
        is_used=ibis.literal(value=False),
    )
    return rows.union(more.select(rows.columns))


def with_ten(rows: ir.Table, court_time: ir.Table, sequence: ir.IntegerValue) -> ir.Table:
    """`rows` of two teams with the ten on court when the clock stopped for the play at `sequence`, and `five_known`.

    Only line-ups and plays of one feed have the same numbers.
    """
    ended = ibis.window(group_by=["game_id", "team_abbr"], order_by="from_sequence")
    fives = court_time.mutate(_before=court_time.from_sequence.lead().over(ended).fill_null(LAST_PLACE))
    # A condition on one side alone would make the join a nested loop.
    rows = rows.mutate(_at=(rows.source == "bigdataball").ifelse(second_of(sequence), ibis.null("int64")))
    for team, names in (("team_abbr", FIVE), ("opponent_team_abbr", OPPONENTS)):
        theirs = fives.select(
            _game="game_id",
            _team="team_abbr",
            _from="from_sequence",
            _before="_before",
            **{f"_{name}": ours for name, ours in zip(names, FIVE, strict=True)},
            _known="five_known",
        )
        joined = rows.left_join(
            theirs,
            [
                rows.game_id == theirs._game,
                rows[team] == theirs._team,
                rows._at >= theirs._from,
                rows._at < theirs._before,
            ],
        )
        rows = joined.select(
            *rows.columns, **{name: joined[f"_{name}"] for name in names}, **{f"{team}_known": joined._known}
        )
    known = (rows.team_abbr_known & rows.opponent_team_abbr_known).fill_null(False)
    return rows.mutate(five_known=known).drop("_at", "team_abbr_known", "opponent_team_abbr_known")
