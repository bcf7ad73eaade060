"""`nba grade`: grades what is over of some dates, and prints how each system did."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, EndOption, JsonOption, LakeOption, StartOption, parse_range
from nba_assets.cli.instance import get_ready, going_to_run, warehouse_at
from nba_assets.cli.predict import build_missing
from nba_assets.cli.rows import Cell, Rows
from nba_assets.cli.terminal import out
from nba_assets.contracts.calendar import today
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home
from nba_assets.orchestration.processes.garbage import loading


def grade(
    start: StartOption,
    end: EndOption,
    by: Annotated[
        str, typer.Option("--by", help="Slices beside the whole: player, confidence, venue, side, role.")
    ] = "role",
    plots: Annotated[
        Path | None, typer.Option("--plots", help="Write profit over time and reliability to this folder, as SVG.")
    ] = None,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """How good were the predictions? Grades what is over, and prints error, calibration, profit and line value.

    By system and slice, over all dates together, the `market` beside the others: the line itself. Profit is of a unit
    stake on each recommendation at the price it was given, with its 95 % interval, in which each date counts as one
    draw; where the interval holds 0 nothing is shown to be an edge.

    Examples:

        nba grade --start today-30 --end yesterday

        nba grade --start 2024-03-02 --end 2024-04-14 --by confidence --json
    """
    window = parse_range(start, end)
    if window.start > today():
        raise BadInput(f"--start {window.start}: nothing of it is over yet")
    from nba_assets.audit.performance import SLICES

    if by not in SLICES:
        raise BadInput(f"--by: {by!r} is none of {', '.join(SLICES)}")
    with going_to_run(lake, surely=True):
        with loading():
            from nba_assets.orchestration.partitions import partition_days

            days = partition_days(window)
            warehouse = warehouse_at(lake)

            from nba_assets import definitions  # noqa: F401
            from nba_assets.audit import performance
            from nba_assets.audit.game_days import Calendar
            from nba_assets.orchestration.prediction_runs import record_plots
            from nba_assets.orchestration.prediction_tables import grading_tables

            calendar = Calendar.of(warehouse)
            calendar.require_seasons(grading_tables(), days)
        get_ready()
        build_missing(warehouse, grading_tables(), grading_tables(), days, calendar, upstream=False)
    rows = performance.by_system(warehouse, window)
    if not rows:
        raise BadInput(f"no predictions of {window} can be graded: `nba predict` makes them")
    print_figures(rows)
    if by != "all":
        print_figures(performance.by_system(warehouse, window, by))
    tenths = performance.reliability(warehouse, window)
    print_reliability(tenths)
    if count := performance.simulated(rows):
        out.print(f"{count:,} bets are on simulated lines: their profit is no money", style="yellow")
    with instance_at_home() as instance:
        record_plots(instance, warehouse, window)
    if plots:
        from nba_assets.audit.performance_plots import write

        for path in write(plots, performance.by_date(warehouse, window), tenths, simulated=bool(count)):
            out.print(str(path), highlight=False)


ERRORS = {
    "system": "system_id",
    "slice": "slice",
    "rows": "predictions_count",
    "played": "played_count",
    "MAE": "mae",
    "bias": "bias",
    "lines": "lined_count",
    "MAE with line": "mae_lined",
    "line's MAE": "line_mae",
    "in 50 %": "within_50_pct",
    "in 80 %": "within_80_pct",
    "CRPS": "crps",
    "pinball": "pinball_loss",
    "Brier": "priced_brier_score",
    "market's": "market_brier_score",
}
MONEY = {
    "system": "system_id",
    "slice": "slice",
    "bets": "bets_count",
    "won": "win_count",
    "lost": "loss_count",
    "push": "push_count",
    "void": "void_count",
    "win rate": "win_rate",
    "profit": "profit",
    "a bet": "profit_per_bet",
    "low": "profit_per_bet_low",
    "high": "profit_per_bet_high",
    "dates": "bet_dates",
    "line value": "closing_line_value",
    "simulated": "simulated_bets_count",
    "edge": "shows_edge",
}
"""How people are shown the figures, by what they are called."""

_DIGITS = {"within_50_pct": 1, "within_80_pct": 1, "profit": 1, "bias": 2, "closing_line_value": 2}


def print_figures(rows: Sequence[dict[str, Any]]) -> None:
    """Errors of all, and money of who bets: of a player on five decided bets or more, and nothing an edge that is
    won on lines that nobody ever offered."""
    from nba_assets.audit.performance import enough_decided

    errors = Rows("errors", list(ERRORS), "errors and calibration", list(ERRORS.values()))
    money = Rows("profit", list(MONEY), "a stake of one on each recommendation", list(MONEY.values()))
    for row in rows:
        row["shows_edge"] = (row["profit_per_bet_low"] or 0) > 0 and not row["simulated_bets_count"]
        errors.add(*(_cell(name, row[name]) for name in ERRORS.values()))
        if row["recommendations_count"] and enough_decided(row):
            money.add(*(_cell(name, row[name]) for name in MONEY.values()))
    errors.print()
    if money.rows:
        money.print()


def _cell(name: str, value: Any) -> Any:
    if name == "shows_edge":
        return Cell(value, "yes" if value else "none shown")
    if not isinstance(value, float):
        return int(value) if isinstance(value, Decimal) else value
    return Cell(value, f"{value:.{_DIGITS.get(name, 4 if 'brier' in name else 3)}f}")


def print_reliability(tenths: Sequence[dict[str, Any]]) -> None:
    """Print how often what was given so many tenths came true."""
    shown = Rows(
        "reliability",
        ("system", "tenth", "rows", "P(over)", "went over"),
        keys=("system_id", "tenth", "rows_count", "probability", "share_over"),
    )
    for row in tenths:
        shares = (Cell(row[name], f"{100 * row[name]:.1f} %") for name in ("probability", "share_over"))
        shown.add(row["system_id"], row["tenth"], row["rows_count"], *shares)
    shown.print()
