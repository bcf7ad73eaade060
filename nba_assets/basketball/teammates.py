"""Absence of teammates, and what it means for a player: stars out, doubts, and the usage that falls to him.

Who is on the roster and what the report says is settled in the conformed tables; form is the caller's.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import history, metrics
from nba_assets.basketball.joins import with_columns
from nba_assets.contracts.contract import Column

ABSENT = ("out", "doubtful")
"""Statuses of a player whom his team plans without."""

STAR_USAGE_RANK = 3
STAR_POINTS = 18.0
STAR_MINUTES = 15.0
"""A star is among his team's first three in usage, or scores 18 a game, over his last ten games; only players with
15 minutes a game are ranked, for usage in a few minutes of garbage time says nothing."""


MOST_USAGE = 45.0
"""No absence lifts a projection beyond, in percent: nobody has ever used so much over a season, whoever was missing."""

COLUMNS = (
    Column(
        "projected_usage_rate",
        "DECIMAL(7,2)",
        "usage pooled over his last ten games, whenever they were, with that of teammates out or doubtful spread, each "
        "by the share of those games that he played; 45 at most, NULL without a report",
        "percent",
    ),
    Column("star_teammates_out", "INT64", "stars of his team, himself aside, out or doubtful; NULL without a report"),
    Column(
        "star_teammates_newly_out",
        "DECIMAL(5,2)",
        "these stars, each by the share of the player's last ten games that he played: 0 for one long out, NULL "
        "without a report",
        "players",
    ),
    Column(
        "teammates_out",
        "STRING",
        "teammates out or doubtful who have played this season, and days since their last games: 'name 3, name 93'",
    ),
    Column("questionable_teammates", "INT64", "teammates reported questionable; NULL without a report"),
    Column("probable_teammates", "INT64", "teammates reported probable; NULL without a report"),
)

TEAM = ("game_id", "team_abbr")
PLAYER = ("game_id", "player_lookup")


def with_teammates(rows: ir.Table, players: ir.Table) -> ir.Table:
    """What teammates' absences mean for him, from everybody on the roster, the absent included.

    A team's usage averages the same over its minutes whoever plays, so a player's usage is scaled up by the
    minute-weighted mean of tonight's team with the absent over that of tonight's team, to `MOST_USAGE`. His last ten
    games tell already how he plays without somebody who has missed them: an absent teammate counts by the share of
    them that he played. Without a report nobody's absence is known: NULL.
    """
    rows = _with_stars(rows).alias("teammates")
    team = ibis.window(group_by=TEAM)
    here = ~rows._absent

    def with_himself(value: ir.FloatingValue) -> ir.FloatingValue:
        """Over tonight's team; a doubtful player is of it in his own row, which is of a game that he plays."""
        return history.total(here.ifelse(value, 0.0), team) + rows._absent.ifelse(value, 0.0)

    rows = rows.mutate(
        _questionable=(rows.player_status == "questionable").fill_null(False).sum().over(team),
        _probable=(rows.player_status == "probable").fill_null(False).sum().over(team),
        _plays_here=with_himself(rows._plays),
        _weight_here=with_himself(rows._weight),
        _stars_out=(rows._is_star & rows._absent).sum().over(team),
    )
    rows = with_columns(rows, _lost(rows, players), PLAYER, "_lost_plays", "_lost_weight", "_stars_lost", "_out")

    def besides_himself(total: ir.IntegerValue, himself: ir.BooleanValue) -> ir.IntegerValue:
        return _if_reported(rows, total - himself.fill_null(False).ifelse(1, 0))

    return rows.mutate(
        star_teammates_out=besides_himself(rows._stars_out, rows._is_star & rows._absent),
        questionable_teammates=besides_himself(rows._questionable, rows.player_status == "questionable"),
        probable_teammates=besides_himself(rows._probable, rows.player_status == "probable"),
        projected_usage_rate=_if_reported(rows, _projected(rows)),
        star_teammates_newly_out=_if_reported(rows, rows._stars_lost.fill_null(0.0)),
        teammates_out=rows._out,
    ).drop(*[name for name in rows.columns if name.startswith("_")])


def _if_reported(rows: ir.Table, value: ir.NumericValue) -> ir.NumericValue:
    return rows.is_reported.ifelse(value, None)


def _with_stars(rows: ir.Table) -> ir.Table:
    """Who is absent, who is a star, and each one's weight in his team's usage: his minutes, if it is known."""
    ranked = (rows.minutes_avg_last_10 >= STAR_MINUTES).fill_null(False)
    by_usage = ibis.window(
        group_by=TEAM,
        order_by=[ibis.desc("_ranked"), ibis.desc("_ranked_usage"), "player_lookup"],
    )
    rows = rows.mutate(
        _absent=rows.player_status.isin(ABSENT).fill_null(False),
        _ranked=ranked.ifelse(1, 0),
        _ranked_usage=ranked.ifelse(rows.usage_rate_last_10, 0.0).fill_null(0.0),
        _weight=rows.usage_rate_last_10.notnull().ifelse(rows.minutes_avg_last_10, 0.0),
    )
    return rows.mutate(
        _is_star=(rows._ranked == 1)
        & ((ibis.row_number().over(by_usage) < STAR_USAGE_RANK) | (rows.points_avg_last_10 >= STAR_POINTS)),
        _plays=rows._weight * rows.usage_rate_last_10.fill_null(0.0),
    )


def _projected(rows: ir.Table) -> ir.FloatingValue:
    """Nobody is projected beyond `MOST_USAGE`, whatever he used in a few minutes of garbage time."""
    mean_here = metrics.ratio(rows._plays_here, rows._weight_here)
    mean = metrics.ratio(
        rows._plays_here + rows._lost_plays.fill_null(0.0), rows._weight_here + rows._lost_weight.fill_null(0.0)
    )
    return at_most(rows.usage_rate_last_10 * metrics.ratio(mean, mean_here))


def at_most(usage: ir.NumericValue) -> ir.FloatingValue:
    """The usage, `MOST_USAGE` where it is beyond; what a projection is compared with has the same bound."""
    return usage.clip(upper=MOST_USAGE)


def _lost(rows: ir.Table, players: ir.Table) -> ir.Table:
    """What each player's team has lost against his last ten games: the absent, each by the share that he played."""
    pairs = _absent_beside(rows, players)
    star = pairs.absent_is_star.ifelse(pairs.share, 0.0)
    name = pairs.absent + " " + pairs.days_out.cast("string")
    return pairs.group_by(*PLAYER).agg(
        _lost_plays=history.total(pairs.share * pairs.absent_plays),
        _lost_weight=history.total(pairs.share * pairs.absent_weight),
        _stars_lost=history.total(star),
        _out=name.collect(order_by=[pairs.days_out, pairs.absent]).join(", "),
    )


def _absent_beside(rows: ir.Table, players: ir.Table) -> ir.Table:
    """Each player beside each teammate who is out and has played, with `share`: of his last ten games, how much the
    absent one played in for the same team."""
    absent = rows.filter(rows._absent & rows.days_rest.notnull())
    absent = absent.select(
        *TEAM,
        absent="player_lookup",
        absent_is_star="_is_star",
        absent_plays="_plays",
        absent_weight="_weight",
        days_out=absent.days_rest + 1,
    ).view()
    his = rows.select(*PLAYER, "team_abbr", "season_year", "game_date", "first_of_last_10", "l10_games_used")
    pairs = his.inner_join(absent, TEAM)
    pairs = pairs.filter(pairs.player_lookup != pairs.absent)
    games = history.counted(players).select("player_lookup", "season_year", "game_date", "game_id", "team_abbr")
    past = history.before(pairs, games.rename(absent="player_lookup"), "absent")
    past = past.filter(past.past_game_date >= past.first_of_last_10)
    both = past.semi_join(
        games.view(),
        [("player_lookup", "player_lookup"), ("past_game_id", "game_id"), ("past_team_abbr", "team_abbr")],
    )
    together = both.group_by(*PLAYER, "absent").agg(together=both.count())
    pairs = with_columns(pairs, together, (*PLAYER, "absent"), "together")
    return pairs.mutate(share=metrics.ratio(pairs.together.fill_null(0), pairs.l10_games_used).fill_null(0.0))
