"""How each system did on a date.

A row is a date, a market and a system: what its graded predictions of that date add up to. What a date says of profit
is mostly luck: its interval is with the longer periods.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball import performance
from nba_assets.basketball.population import covered_days, early_days
from nba_assets.contracts.contract import Column
from nba_assets.contracts.measures import mean_of
from nba_assets.contracts.read import same_day, season_to_date
from nba_assets.contracts.table import Check, Owed, Population, holds, table
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.views.schedule import schedule, season_starts
from nba_assets.tables.predictions.prediction_accuracy import prediction_accuracy

BY = ("market", "system_id")


def _eligible(accuracy: ir.Table) -> ir.Table:
    return accuracy.select("system_id", "game_date").distinct()


def _due(schedule: ir.Table, season_starts: ir.Table) -> ir.Table:
    over = schedule.filter(schedule.is_final).select("game_date").distinct()
    return covered_days(schedule, season_starts).semi_join(over, "game_date")


def _early(slate: ir.Table, season_starts: ir.Table) -> ir.Table:
    return early_days(slate, season_starts)


def _miscounted(rows: ir.Table, accuracy: ir.Table) -> ir.Table:
    """Systems whose rows are not as many as were graded."""
    graded = accuracy.filter(accuracy.is_graded).group_by("game_date", *BY).agg(graded=lambda t: t.count())
    both = rows.select("game_date", *BY, "predictions_count").join(graded, ["game_date", *BY], how="left")
    return both.filter((both.predictions_count != both.graded).fill_null(True))


@table(
    dataset="nba_predictions",
    partition_by="game_date",
    key=("game_date", *BY),
    cluster_by=("system_id",),
    reads={
        "accuracy": same_day(prediction_accuracy),
        "slate": same_day(games),
        "season_starts": season_to_date(season_starts),
    },
    measures=(mean_of("mae"), mean_of("win_rate", watched=False)),
    population=Population(
        owed=(Owed("system_id", _eligible),), due=_due, reads={"schedule": same_day(schedule)}, skipped=_early
    ),
    columns=(
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("market", "STRING", "what was forecast: points", required=True),
        Column("system_id", "STRING", "whose forecasts", required=True),
        *performance.COLUMNS,
    ),
    checks=(
        Check("all_graded_rows_are_counted", "a row adds up all of the system's graded rows", _miscounted),
        holds(
            "bets_add_up",
            lambda t: t.win_count + t.loss_count + t.push_count + t.void_count == t.recommendations_count,
            "each recommendation is won, lost, pushed or void",
        ),
        holds(
            "recommendations_add_up",
            lambda t: (
                t.recommendations_count + t.pass_count + t.no_line_count + t.no_price_count == t.predictions_count
            ),
            "each prediction is a bet, a pass, without a line or without a price",
        ),
    ),
)
def system_daily_performance(accuracy: ir.Table) -> ir.Table:
    return performance.figures(performance.by_day(accuracy.filter(accuracy.is_graded), *BY))
