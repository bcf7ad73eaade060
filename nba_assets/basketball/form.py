"""Form: means, spreads and sums over an entity's last games, as statistics to be known before a date.

What more than one table says of a player's or a team's form is defined here. Which games count and what "before" means
is history's; a statistic of one table stands in that table's file.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import history, metrics

RECENT_GAMES = 10
"""The last games that a team's form is of."""


def mean_of(column: str, games: int | None = None) -> history.Stat:
    """The mean of a column that may have decimals over the last `games`, else the season's; games without it pass."""
    return lambda g, before: history.mean(g[column], _over(before, games))


def sum_of(column: str, games: int | None = None) -> history.Stat:
    """The sum of a column of whole numbers."""
    return lambda g, before: g[column].sum().over(_over(before, games))


def games_played(games: int | None = None) -> history.Stat:
    """How many games there are, `games` at most."""
    return lambda g, before: g.count().over(_over(before, games))


def last_day() -> history.Stat:
    """The date of the latest game."""
    return lambda g, before: g.game_date


def days_spanned(games: int) -> history.Stat:
    """The days from the first of the last `games` to the last of them."""
    return lambda g, before: g.game_date.delta(g.game_date.min().over(before.last(games)), unit="day")


def mean_day(games: int) -> history.Stat:
    """When the last `games` were, on average, as a `day_number`."""
    return lambda g, before: day_number(g.game_date).mean().over(_over(before, games))


def day_number(day: ir.DateValue) -> ir.IntegerValue:
    """Dates as numbers that can be averaged."""
    return day.delta(ibis.date("2000-01-01"), unit="day")


def mean_points(games: int | None = None) -> history.Stat:
    """Points a game."""
    return lambda g, before: g.points.mean().over(_over(before, games))


def mean_points_regular() -> history.Stat:
    """Points a game of the regular season, which play-in and playoffs leave as it was."""
    return lambda g, before: g.points.mean(where=g.season_type == "regular").over(before.season)


def mean_minutes(games: int | None = None) -> history.Stat:
    """Minutes on court a game, from whole seconds."""
    return lambda g, before: g.seconds_played.mean().over(_over(before, games)) / 60


def usage(games: int | None = None) -> history.Stat:
    """Usage pooled over the last `games`, else the season's: plays used over the team's plays while on court.

    A mean of the games' own rates gives four seconds of garbage time the weight of a whole game.
    """

    def pooled(g: ir.Table, before: history.Before) -> ir.FloatingValue:
        window = _over(before, games)
        return metrics.usage_rate(history.total(g.plays_used, window), history.total(g.team_plays_on_court, window))

    return pooled


def true_shooting(games: int) -> history.Stat:
    """True shooting pooled over the last `games`, those whose shots are known: points over twice the chances.

    A mean of the games' own gives a game of one shot the weight of one of thirty.
    """

    def pooled(g: ir.Table, before: history.Before) -> ir.FloatingValue:
        window, known = before.last(games), g.fg_attempts.notnull() & g.ft_attempts.notnull()
        points, shots, free_throws = (
            value.sum(where=known).over(window) for value in (g.points, g.fg_attempts, g.ft_attempts)
        )
        return metrics.true_shooting_pct(points, shots, free_throws)

    return pooled


def std_points(games: int) -> history.Stat:
    """Sample standard deviation of points over the last `games`, NULL for a single one."""
    return lambda g, before: _spread(g, g.points, before.last(games))


def std_minutes(games: int) -> history.Stat:
    """Sample standard deviation of minutes on court over the last `games`, NULL for a single one."""
    return lambda g, before: _spread(g, g.seconds_played, before.last(games)) / 60


def with_team_form(rows: ir.Table, offense: ir.Table) -> ir.Table:
    """The team's pace and offensive rating: means over its last ten games."""
    return history.as_of(
        rows,
        history.counted(offense),
        "team_abbr",
        team_pace_last_10=mean_of("pace", RECENT_GAMES),
        team_off_rating_last_10=mean_of("offensive_rating", RECENT_GAMES),
    )


def allowed(defense: ir.Table) -> ir.Table:
    """A defence's counted games, by the team that defended as `team_abbr`."""
    return history.counted(by_defender(defense))


def by_defender(defense: ir.Table) -> ir.Table:
    """A defence's games by the team that defended as `team_abbr`."""
    return defense.rename(team_abbr="defending_team_abbr")


def _spread(g: ir.Table, value: ir.IntegerValue, window: history.Over) -> ir.FloatingValue:
    """From sums of whole numbers, so that a window gives the same digits wherever its rows lie."""
    n = g.count().over(window)
    total, squares = value.sum().over(window), (value * value).sum().over(window)
    return ((n * squares - total * total) / (n * (n - 1)).nullif(0)).sqrt()


def _over(before: history.Before, games: int | None) -> ibis.expr.builders.WindowBuilder:
    return before.season if games is None else before.last(games)
