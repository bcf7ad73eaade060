"""`nba train`: the models of some months, each of all games before its month."""

from __future__ import annotations

from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli import INTERRUPTED
from nba_assets.cli.arguments import DEFAULT_LAKE, EndOption, JsonOption, LakeOption, StartOption, parse_range
from nba_assets.cli.instance import get_ready, going_to_run, warehouse_at
from nba_assets.cli.rows import Rows
from nba_assets.cli.terminal import RunProgress, out, print_failures
from nba_assets.contracts.calendar import Window, first_date
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home
from nba_assets.orchestration.processes.garbage import loading

if TYPE_CHECKING:
    import pyarrow as pa

    from nba_assets.contracts.table import Table
    from nba_assets.warehouse.base import Warehouse


def train(
    start: StartOption,
    end: EndOption,
    force: Annotated[bool, typer.Option("--force", help="Train all of them, good or not.")] = False,
    plots: Annotated[
        Path | None, typer.Option("--plots", help="Write what each model goes by to this folder, as SVG.")
    ] = None,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Train the models of the months that some dates lie in, those that are missing or older than what they learn from.

    A model learns from every game before its month and forecasts the month's. The season before must be there. Each is
    printed with its scores on the last fifth of those games, which trees like its own had not seen.

    Examples:

        nba train --start 2022-10-18 --end 2023-06-12

        nba train --start today --end today --plots figures
    """
    window = parse_range(start, end)
    if window.end < first_date():
        raise BadInput(f"--end {window.end}: the first date is {first_date()}")
    with going_to_run(lake, surely=True):
        with loading():
            warehouse = warehouse_at(lake)

            from nba_assets import definitions  # noqa: F401
            from nba_assets.orchestration import trained_models

            wanted = trained_models.of_months(warehouse, window)
            if not any(wanted.values()):
                trained_models.require_season(warehouse, max(window.start, first_date()).replace(day=1))
        get_ready()
        totals = {table.name: len(months) for table, months in wanted.items()}
        with instance_at_home() as instance, RunProgress(totals) as progress:
            runs = trained_models.train(instance, warehouse, window, progress.report, force=force)
    for run in runs:
        print_failures(run.failures)
    if not all(run.success for run in runs):
        raise typer.Exit(INTERRUPTED if runs[-1].cancelled else 1)
    if not runs:
        out.print(f"nothing to do: all models of {window} are good", highlight=False)
    print_models(warehouse, window)
    if plots:
        for path in write_plots(plots, warehouse, window):
            out.print(str(path), highlight=False)


_SHOWN = ("month", "trained_to", "rows_trained", "mean_absolute_error", "within_50", "within_80", "artefact_sha256")


def print_models(warehouse: Warehouse, window: Window) -> None:
    """The models of the months that some dates lie in."""
    from nba_assets.tables.registry import monthly_tables

    for table in monthly_tables():
        rows = Rows("model", _SHOWN, title=table.name)
        for row in _models(warehouse, table, window).to_pylist():
            rows.add(*(row[name] for name in _SHOWN))
        rows.print()


def write_plots(folder: Path, warehouse: Warehouse, window: Window) -> list[Path]:
    """The picture of each of these models as a file in a folder, which is made."""
    from nba_assets.tables.registry import monthly_tables

    made: list[Path] = []
    folder.mkdir(parents=True, exist_ok=True)
    for table in monthly_tables():
        models = _models(warehouse, table, window)
        for number, month in enumerate(models["month"].to_pylist()):
            made.append(folder / f"{table.name}-{month:%Y-%m}.svg")
            made[-1].write_bytes(resolve_name(table.picture)(models.slice(number, 1), "svg"))
    return made


def _models(warehouse: Warehouse, table: Table, window: Window) -> pa.Table:
    months = Window(window.start.replace(day=1), window.end)
    return warehouse.fetch(f"SELECT * FROM {table.full_name} ORDER BY {table.partition_by}", {table: months}, 60)
