"""Absence of teammates, and what it means for a player: stars out, doubts, and the usage that falls to him.

Who is on the roster and what the report says is settled in the conformed tables; form is the caller's.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import history, metrics

ABSENT = ("out", "doubtful")
"""Statuses of a player whom his team plans without."""

STAR_USAGE_RANK = 3
STAR_POINTS = 18.0
STAR_MINUTES = 15.0
"""A star is among his team's first three in usage, or scores 18 a game, over his last ten games; only players with
15 minutes a game are ranked, for usage in a few minutes of garbage time says nothing."""


MOST_USAGE = 45.0
"""No projection goes beyond, in percent: nobody has ever used so much over a season, whoever was missing."""


def with_teammates(rows: ir.Table) -> ir.Table:
    """What teammates' absences mean for him, from everybody on the roster, the absent included.

    A team's usage averages the same over its minutes whoever plays, so the available players' usage is scaled up
    by the roster's minute-weighted mean over theirs, to `MOST_USAGE`. Without a report nobody's absence is known: NULL.
    """
    absent = rows.player_status.isin(ABSENT).fill_null(False)
    ranked = (rows.minutes_avg_last_10 >= STAR_MINUTES).fill_null(False)
    team = ibis.window(group_by=["game_id", "team_abbr"])
    by_usage = ibis.window(
        group_by=["game_id", "team_abbr"],
        order_by=[ibis.desc("_ranked"), ibis.desc("_ranked_usage"), "player_lookup"],
    )
    rows = rows.mutate(
        _absent=absent,
        _ranked=ranked.ifelse(1, 0),
        _ranked_usage=ranked.ifelse(rows.usage_last_10, 0.0).fill_null(0.0),
        _weight=rows.usage_last_10.notnull().ifelse(rows.minutes_avg_last_10, 0.0),
    )
    rows = rows.mutate(
        _is_star=(rows._ranked == 1)
        & ((ibis.row_number().over(by_usage) < STAR_USAGE_RANK) | (rows.points_avg_last_10 >= STAR_POINTS)),
        _plays=rows._weight * rows.usage_last_10.fill_null(0.0),
    )
    here = ~rows._absent
    rows = rows.mutate(
        _stars_out=(rows._is_star & rows._absent).sum().over(team),
        _questionable=(rows.player_status == "questionable").fill_null(False).sum().over(team),
        _probable=(rows.player_status == "probable").fill_null(False).sum().over(team),
        _mean=metrics.ratio(history.total(rows._plays, team), history.total(rows._weight, team)),
        _mean_here=metrics.ratio(
            history.total(here.ifelse(rows._plays, 0.0), team), history.total(here.ifelse(rows._weight, 0.0), team)
        ),
    )

    def besides_himself(total: ir.IntegerValue, himself: ir.BooleanValue) -> ir.IntegerValue:
        return rows.is_reported.ifelse(total - himself.fill_null(False).ifelse(1, 0), ibis.null("int64"))

    projected = (rows.usage_last_10 * metrics.ratio(rows._mean, rows._mean_here)).clip(upper=MOST_USAGE)
    return rows.mutate(
        star_teammates_out=besides_himself(rows._stars_out, rows._is_star & rows._absent),
        questionable_teammates=besides_himself(rows._questionable, rows.player_status == "questionable"),
        probable_teammates=besides_himself(rows._probable, rows.player_status == "probable"),
        projected_usage_rate=rows.is_reported.ifelse(projected, ibis.null("float64")),
    ).drop(*[name for name in rows.columns if name.startswith("_")])
