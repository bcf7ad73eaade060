"""`nba predict`: builds what a date's predictions lack, and prints them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nba_assets.cli import INTERRUPTED
from nba_assets.cli.arguments import DEFAULT_LAKE, JsonOption, LakeOption, UpstreamOption, parse_date, parse_range
from nba_assets.cli.backfill import fill_upstream, say_and_fill
from nba_assets.cli.instance import get_ready, going_to_run, warehouse_at
from nba_assets.cli.rows import Cell, Rows, as_json
from nba_assets.cli.terminal import out, print_failures, print_made
from nba_assets.contracts.calendar import Window, first_date, season_year
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home
from nba_assets.orchestration.processes.garbage import loading

if TYPE_CHECKING:
    from nba_assets.audit.game_days import Calendar
    from nba_assets.contracts.table import Table
    from nba_assets.warehouse.base import Warehouse

EVERY = "all"


def predict(
    day: Annotated[str | None, typer.Option("--date", help="The date, YYYY-MM-DD or today, tomorrow.")] = None,
    start: Annotated[str | None, typer.Option("--start", help="First date of a range, in place of --date.")] = None,
    end: Annotated[str | None, typer.Option("--end", help="Last date of the range.")] = None,
    system: Annotated[
        str | None, typer.Option("--system", help="Whose predictions to print, or all; else the ensemble's.")
    ] = None,
    upstream: UpstreamOption = False,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """What does each system say about tonight's lines? Builds what is missing, and prints the slate.

    Of each player with a line, the best edge first: the line and its book, the forecast with the interval that four of
    five games end in, the probability of the side, the recommendation and why. Players without a line follow in JSON.
    A range is built in three goes, features, the models of its months, then the rest, and counted by date.

    Examples:

        nba predict --date today

        nba predict --date 2024-03-15 --system market --json

        nba predict --start 2024-03-01 --end 2024-03-31
    """
    window = asked(day, start, end)
    with going_to_run(lake, surely=True):
        with loading():
            from nba_assets.orchestration.partitions import partition_days

            days = partition_days(window)
            warehouse = warehouse_at(lake)

            from nba_assets import definitions  # noqa: F401
            from nba_assets.audit.game_days import Calendar
            from nba_assets.audit.prop_slate import counted_rows, require_tips
            from nba_assets.orchestration.prediction_tables import forecasting_tables, predicting_tables
            from nba_assets.orchestration.slates import slate_tables

            calendar = Calendar.of(warehouse)
            calendar.require_seasons(predicting_tables(), days)
            require_tips(warehouse, window)
        get_ready()
        # A model learns from the features of the months before its own, so those go first.
        if upstream or _models_due(warehouse, window):
            first = season_until(window) if upstream else days
            build_missing(warehouse, slate_tables(), slate_tables(), first, calendar, upstream)
        if _models_due(warehouse, window):
            _train(warehouse, window)
        build_missing(warehouse, forecasting_tables(), predicting_tables(), days, calendar, upstream)
    rows = counted_rows(warehouse, window)
    if system and system != EVERY and system not in {row["system_id"] for row in rows}:
        there = ", ".join(sorted({row["system_id"] for row in rows})) or "none"
        raise BadInput(f"--system: {system!r} has no predictions of {window}; there are {there}")
    print_predictions(rows, window, system)
    _tell_simulated(rows)


def asked(day: str | None, start: str | None, end: str | None) -> Window:
    """The dates that the options name. Raises BadInput."""
    if (day is None) == (start is None and end is None):
        raise BadInput("give --date, or --start and --end")
    if day is not None:
        only = parse_date(day, "--date")
        return Window(only, only)
    if start is None or end is None:
        raise BadInput("--start and --end go together")
    return parse_range(start, end)


def season_until(window: Window) -> list[date]:
    """The dates of the season until the end of some, those before the first partition left out."""
    from nba_assets.orchestration.partitions import partition_days

    began = Window.season(season_year(window.start)).start
    return partition_days(Window(max(began, first_date()), window.end))


def _models_due(warehouse: Warehouse, window: Window) -> bool:
    """Whether a month of the dates has a model to be trained; one without a season behind it has none."""
    from nba_assets.orchestration import trained_models

    with instance_at_home() as instance:
        due = trained_models.due(instance, warehouse, trained_models.of_months(warehouse, window))
    return any(due.values())


def _train(warehouse: Warehouse, window: Window) -> None:
    from nba_assets.orchestration import trained_models

    with instance_at_home() as instance:
        runs = trained_models.train(instance, warehouse, window)
    for run in runs:
        print_made(run.made)
        print_failures(run.failures)
    if not all(run.success for run in runs):
        raise typer.Exit(INTERRUPTED if runs[-1].cancelled else 1)


def build_missing(
    warehouse: Warehouse,
    named: Sequence[Table],
    tables: Sequence[Table],
    days: Sequence[date],
    calendar: Calendar,
    upstream: bool,
) -> None:
    """Build what is not good of the tables on the dates, and with `upstream` first what the named ones need else."""
    from nba_assets.orchestration.slates import with_conformed
    from nba_assets.orchestration.staleness import out_of_date

    needed = with_conformed(tables)
    with instance_at_home() as instance:
        if upstream:
            fill_upstream(instance, warehouse, named, days, calendar)

        def look() -> dict:
            return out_of_date(instance, warehouse, needed, days)

        plan = look()
        if any(plan.values()):
            say_and_fill(instance, plan, days, look, calendar, dry_run=False)


def print_predictions(rows: Sequence[dict[str, Any]], window: Window, system: str | None) -> None:
    """A date's slate, or of a range how many there are."""
    if not rows:
        out.print(f"no predictions of {window}: no games, or the first days of a season only", highlight=False)
    elif window.days == 1:
        print_slate(rows, system)
    else:
        print_counts(rows, system)


SHOWN = ("player", "team", "opponent", "system", "line", "book", "forecast", "80 %", "P(over)", "price", "edge", "says")


def print_slate(rows: Sequence[dict[str, Any]], system: str | None) -> None:
    """Print each player's line beside what a system says of it: the one that is named, or the one that is shown by
    default."""
    from nba_assets.audit.prop_slate import shown_system

    chosen = system or shown_system(list(rows))
    of_system = [row for row in rows if chosen == EVERY or row["system_id"] == chosen]
    if as_json():
        shown = Rows("prediction", list(rows[0]) if rows else ())
        for row in of_system if system else rows:
            shown.add(*row.values())
        shown.print()
        return
    lined = [row for row in of_system if row["line_value"] is not None]
    table = Rows("prediction", SHOWN, f"{chosen}: {len(lined)} lines, {len(of_system) - len(lined)} without one")
    for row in lined:
        table.add(*_cells(row))
    table.print()


def _cells(row: dict[str, Any]) -> list[Any]:
    ends = [row["quantile_10"], row["quantile_90"]]
    between = "" if None in ends else f"{float(ends[0]):.0f} to {float(ends[1]):.0f}"
    says = row["recommendation"] or ""
    why = row["recommendation_reason"].replace("_", " ")
    style = {"OVER": "green", "UNDER": "green"}.get(says, "")
    return [
        row["player_lookup"],
        row["team_abbr"],
        row["opponent_team_abbr"],
        row["system_id"],
        Cell(row["line_value"], f"{float(row['line_value']):.1f}"),
        row["book"],
        Cell(row["predicted_points"], f"{float(row['predicted_points']):.1f}"),
        between,
        _percent(row["probability_over"]),
        row["price"],
        _percent(row["edge"]),
        Cell(says, f"{says}: {why}" if says else why, style),
    ]


def _percent(value: Any) -> Cell:
    return Cell(value, "" if value is None else f"{100 * float(value):.1f} %")


def print_counts(rows: Sequence[dict[str, Any]], system: str | None = None) -> None:
    """Of each date and system, or of one: players, lines, bets."""
    table = Rows("predicted", ("date", "system", "players", "lines", "bets"))
    counts = Counter[tuple[date, str]](), Counter[tuple[date, str]](), Counter[tuple[date, str]]()
    for row in rows:
        if system not in (None, EVERY, row["system_id"]):
            continue
        of = row["game_date"], row["system_id"]
        counts[0][of] += 1
        counts[1][of] += row["line_value"] is not None
        counts[2][of] += row["recommendation"] in ("OVER", "UNDER")
    for of in sorted(counts[0]):
        table.add(*of, *(count[of] for count in counts))
    table.print()


def _tell_simulated(rows: Sequence[dict[str, Any]]) -> None:
    if any(row["is_simulated"] for row in rows):
        out.print("lines and prices are simulated: nothing here is worth money", style="yellow")
