"""How each system has done lately, as of a date: over 7 and 30 days, the month and the season so far, slice by slice.

A row is a date with games, a period that ends on it, a slice and a system. The periods stay within the season. Slices:
all, player (on 5 decided bets or more, on the dates of his own games), confidence, venue, side and role. The profit of
a bet has its 95 % interval, of the period's dates as wholes: one that holds zero shows no edge.
"""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import performance
from nba_assets.basketball.population import covered_days, early_days
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day, season_to_date
from nba_assets.contracts.table import Check, Owed, Population, holds, table
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.views.schedule import schedule, season_starts
from nba_assets.tables.predictions.prediction_accuracy import prediction_accuracy

PERIODS: dict[str, Callable[[ir.Table], ir.BooleanValue]] = {
    "rolling_7d": lambda t: t.days_ago < 7,
    "rolling_30d": lambda t: t.days_ago < 30,
    "month": lambda t: t.as_of_date.truncate("M") == t.game_date.truncate("M"),
    "season": lambda t: t.days_ago >= 0,
}
"""Dates of the season that a period holds, the as-of date the last of them."""

BY = ("market", "system_id", "slice_by", "slice")


def _eligible(accuracy: ir.Table, slate: ir.Table) -> ir.Table:
    """Whoever was graded on the date itself; who was before has a row for the longer periods."""
    today = accuracy.filter(accuracy.is_graded).semi_join(slate, "game_date")
    return today.select("system_id", as_of_date="game_date").distinct()


def _due(schedule: ir.Table, season_starts: ir.Table) -> ir.Table:
    over = schedule.filter(schedule.is_final).select("game_date").distinct()
    return covered_days(schedule, season_starts).semi_join(over, "game_date")


def _early(slate: ir.Table, season_starts: ir.Table) -> ir.Table:
    return early_days(slate, season_starts)


def _longer_is_less(rows: ir.Table) -> ir.Table:
    """Slices of which a shorter period holds more than the season does."""
    of = ("as_of_date", *BY)
    season = rows.filter(rows.period == "season").select(*of, in_season="predictions_count")
    both = rows.select(*of, "period", "predictions_count").join(season, list(of), how="inner")
    return both.filter(both.predictions_count > both.in_season)


@table(
    dataset="nba_predictions",
    partition_by="as_of_date",
    key=("as_of_date", "period", *BY),
    cluster_by=("system_id", "period", "slice_by", "slice"),
    reads={
        "accuracy": season_to_date(prediction_accuracy),
        "slate": same_day(games),
        "season_starts": season_to_date(season_starts),
    },
    population=Population(
        owed=(Owed("system_id", _eligible),), due=_due, reads={"schedule": same_day(schedule)}, skipped=_early
    ),
    columns=(
        Column("as_of_date", "DATE", "Eastern date, the last of the period", required=True),
        Column("period", "STRING", f"{', '.join(PERIODS)}: of the season, up to the date", required=True),
        Column("market", "STRING", "what was forecast: points", required=True),
        Column("system_id", "STRING", "whose forecasts", required=True),
        Column("slice_by", "STRING", f"how rows are cut: {', '.join(performance.SLICES)}", required=True),
        Column("slice", "STRING", "the part: a player, high, home, over, 20-29.9 ...", required=True),
        *performance.COLUMNS,
        *performance.INTERVAL_COLUMNS,
    ),
    checks=(
        Check("season_holds_the_others", "no shorter period has more than the season", _longer_is_less),
        holds(
            "interval_holds_the_mean",
            lambda t: t.profit_per_bet.between(t.profit_per_bet_low, t.profit_per_bet_high),
            "a profit lies within its interval",
        ),
    ),
)
def prediction_performance_summary(accuracy: ir.Table, slate: ir.Table) -> ir.Table:
    graded = performance.sliced(accuracy.filter(accuracy.is_graded))
    as_of = slate.filter(slate.is_final).select(as_of_date="game_date").distinct()
    days = _worth_a_look(performance.by_day(graded, *BY)).alias("days_of_slices")
    of_players = days.slice_by == "player"
    played = days.filter(of_players).select(as_of_date="game_date", slice="slice").distinct()
    played = played.semi_join(as_of, "as_of_date")
    parts = _in_periods(as_of, days.filter(~of_players))
    parts = parts.union(_in_periods(played, days.filter(of_players), "slice").select(parts.columns))
    rows = performance.figures(performance.summed(parts, "as_of_date", "period", *BY))
    return rows.filter((rows.slice_by != "player") | (rows.decided_count >= performance.LEAST_DECIDED))


def _worth_a_look(days: ir.Table) -> ir.Table:
    """Less the players who have too few decided bets in any period: most of them, and most of the rows."""
    decided = (days.win_count + days.loss_count).sum().over(group_by=list(BY))
    return days.filter((days.slice_by != "player") | (decided >= performance.LEAST_DECIDED))


def _in_periods(as_of: ir.Table, days: ir.Table, *same: str) -> ir.Table:
    """What is of a date, once for each as-of date, of the same name where it has one, and period that hold it."""
    dates = as_of.rename({f"_{name}": name for name in same})
    joined = dates.join(days, [dates.as_of_date >= days.game_date, *(dates[f"_{name}"] == days[name] for name in same)])
    joined = joined.drop(*(f"_{name}" for name in same))
    joined = joined.mutate(days_ago=joined.as_of_date.delta(joined.game_date, unit="day"))
    parts = [joined.filter(holds_it(joined)).mutate(period=ibis.literal(name)) for name, holds_it in PERIODS.items()]
    return parts[0].union(*parts[1:]).drop("days_ago")
