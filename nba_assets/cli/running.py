"""`nba materialize` and `nba backfill` between their arguments and their exit code: start runs, show how they go.

The commands themselves are `cli.py`'s, what is run is `operations/`'s, how things look is `printing.py`'s. Dagster and
the tables are imported only by what needs them: they take three seconds.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from nba_assets.cli.terminal import RunProgress, err, out, print_made, print_plan
from nba_assets.orchestration.instance.opening import instance_at_home, settle_home
from nba_assets.orchestration.processes.garbage import loading

if TYPE_CHECKING:
    import dagster as dg

    from nba_assets.contracts.calendar import Window
    from nba_assets.contracts.table import Table
    from nba_assets.orchestration.backfill.plan import Filled, Piece
    from nba_assets.orchestration.staleness import Plan
    from nba_assets.warehouse.base import Warehouse

INTERRUPTED = 130
"""The exit code of a shell's command that Ctrl-C ended."""


@contextmanager
def _going_to_run(lake: Path) -> Iterator[None]:
    """What steps will be forked from loads beside whatever is done within; afterwards it is ended, used or not."""
    from nba_assets.orchestration.processes import fork_server

    os.environ["NBA_LAKE"] = str(lake.resolve())
    settle_home()
    fork_server.start()
    try:
        yield
    finally:
        fork_server.stop()


@contextmanager
def _said_afterwards() -> Iterator[None]:
    """Keep what other processes say on stderr until the run is over, and to itself if the run is cancelled.

    A terminal's Ctrl-C reaches every process of the run. Those that Dagster has tail its logs answer with a traceback
    each, in which the one line that matters would be lost.
    """
    shown, before = os.dup(2), sys.stderr
    with tempfile.TemporaryFile() as said, os.fdopen(shown, "w", buffering=1) as terminal:
        before.flush()
        os.dup2(said.fileno(), 2)
        err.file = terminal
        try:
            yield
        except typer.Exit as end:
            if end.exit_code == INTERRUPTED:
                said.truncate(0)
            raise
        finally:
            os.dup2(shown, 2)
            err.file = None  # type: ignore[assignment]  # whatever stderr is from now on, as at first
            said.seek(0)
            before.write(said.read().decode(errors="replace"))
            before.flush()


def build(day: str, names: list[str] | None, lake: Path) -> None:
    """Build some tables for a date, good or not, in one run. Exits with 1 if a table failed; raises BadInput."""
    with _going_to_run(lake):
        with loading():
            from nba_assets.cli.arguments import named_tables, parse_day, partition_days

            days = partition_days(parse_day(day))
            tables = named_tables(names or [])
            warehouse_at(lake)

            from nba_assets import definitions  # noqa: F401
            from nba_assets.orchestration.launch import launch

        started = time.perf_counter()
        with instance_at_home() as instance, RunProgress({table.name: len(days) for table in tables}) as progress:
            result = launch(instance, tables, days, progress.report)
    print_made(result.made)
    seconds = time.perf_counter() - started
    out.print(f"run {result.run_id}: {len(tables)} tables, {len(days)} days, {seconds:.1f} s")
    _print_failures(result.failures)
    if not result.success:
        raise typer.Exit(INTERRUPTED if result.cancelled else 1)


def build_range(
    start: str,
    end: str,
    names: list[str] | None,
    lake: Path,
    *,
    dry_run: bool,
    force: bool,
    workers: int | None,
    chunk: str,
) -> None:
    """Build what of a range is not good; all of it if forced.

    Exits with 1 if anything is not good afterwards; raises BadInput.
    """
    if workers:  # read by the executor, and by the warehouse for a step's share of the cores
        os.environ["NBA_MAX_CONCURRENT"] = str(workers)
    try:
        with _said_afterwards(), nullcontext() if dry_run else _going_to_run(lake):
            with loading():
                from nba_assets.cli.arguments import named_tables, parse_chunk, parse_range, partition_days

                window, chunked = parse_range(start, end), parse_chunk(chunk)
                days = partition_days(window)
                tables = named_tables(names or [])
                warehouse = warehouse_at(lake)

                from nba_assets.orchestration.backfill.plan import everything, pieces
                from nba_assets.orchestration.backfill.record import close_dead
                from nba_assets.orchestration.staleness import out_of_date

            with instance_at_home() as instance:
                if not dry_run:
                    close_dead(instance)
                plan = everything(tables, days) if force else out_of_date(instance, warehouse, tables, days)
                todo = pieces(plan, days, chunked)
                _print_todo(plan, todo, window, dry_run)
                if todo and not dry_run:
                    _fill(instance, warehouse, todo, tables, days)
    except KeyboardInterrupt:
        err.print("cancelled before anything was started")
        raise typer.Exit(INTERRUPTED) from None


def warehouse_at(lake: Path) -> Warehouse:
    """The warehouse over the lake. Raises BadInput where there is no data."""
    from nba_assets.cli.arguments import require_data
    from nba_assets.orchestration.resource import WarehouseResource

    os.environ["NBA_LAKE"] = str(lake.resolve())
    warehouse = WarehouseResource.from_environment().open()
    require_data(warehouse, str(lake))
    return warehouse


def _print_todo(plan: Plan, todo: Sequence[Piece], window: Window, dry_run: bool) -> None:
    planned = sum(map(len, plan.values()))
    if not planned:
        out.print(f"nothing to do: all partitions of {len(plan)} tables are good, {window}", highlight=False)
        return
    if dry_run:
        print_plan(plan)
    again = sum(piece.partitions for piece in todo) - planned
    also = f", {again:,} good ones between them built again" if again else ""
    runs = f"{len(todo)} run{'s' if len(todo) > 1 else ''}"
    out.print(f"{planned:,} partitions to build in {runs}{also}", highlight=False)


def _fill(
    instance: dg.DagsterInstance,
    warehouse: Warehouse,
    todo: Sequence[Piece],
    tables: Sequence[Table],
    days: Sequence[date],
) -> None:
    from nba_assets.orchestration.backfill.plan import fill

    started = time.perf_counter()
    totals = {table.name: sum(len(p.days) for p in todo if table in p.tables) for table in tables}
    with RunProgress({name: total for name, total in totals.items() if total}, by_line=True) as progress:
        filled = fill(instance, warehouse, todo, tables, days, progress.report)
    print_made(filled.made)
    seconds = time.perf_counter() - started
    runs = ", ".join(run.run_id for run in filled.runs)
    out.print(f"back-fill {filled.backfill_id} (run {runs}): {seconds:.1f} s", highlight=False)
    _tell_end(filled)


def _tell_end(filled: Filled) -> None:
    if filled.success:
        return
    left = sum(map(len, filled.left.values()))
    if filled.cancelled:
        rest = f"the same command builds the {left:,} partitions that are left" if left else "all partitions are good"
        err.print(f"cancelled: {rest}", highlight=False)
        raise typer.Exit(INTERRUPTED)
    _print_failures(filled.failures)
    err.print(f"{left:,} partitions are not good: {', '.join(table.name for table in filled.left)}", highlight=False)
    raise typer.Exit(1)


def _print_failures(failures: dict[str, str]) -> None:
    for table, reason in failures.items():
        err.print(f"[red]{table}[/red]: {reason}", highlight=False)
