"""`nba backfill`: what is not good of a range of dates, built in as few Dagster runs as build nothing twice."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli import INTERRUPTED
from nba_assets.cli.arguments import (
    DEFAULT_LAKE,
    EndOption,
    JsonOption,
    LakeOption,
    StartOption,
    StrictOption,
    TablesOption,
    UpstreamOption,
    named_tables,
    parse_chunk,
    parse_range,
)
from nba_assets.cli.instance import going_to_run, said_afterwards, warehouse_at
from nba_assets.cli.older_code import accept, print_older
from nba_assets.cli.plan import print_plan
from nba_assets.cli.terminal import (
    RunProgress,
    breaks_errors,
    err,
    looking_at,
    out,
    print_failures,
    print_gaps,
    print_made,
)
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home
from nba_assets.orchestration.processes.garbage import loading

if TYPE_CHECKING:
    import dagster as dg

    from nba_assets.audit.game_days import Calendar
    from nba_assets.contracts.table import Table
    from nba_assets.orchestration.backfill.plan import Chunk, Filled, Piece
    from nba_assets.orchestration.staleness import Plan
    from nba_assets.warehouse.base import Warehouse


def backfill(
    start: StartOption,
    end: EndOption,
    tables: TablesOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be built, and why.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Build all of it, good or not.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Tables built at once, which share the machine.")] = None,
    chunk: Annotated[str, typer.Option(help="A run for each season or month, or one for all: none.")] = "none",
    upstream: UpstreamOption = False,
    strict: StrictOption = False,
    code: Annotated[bool, typer.Option("--code", help="Build what was built by older code, too.")] = False,
    accept_code: Annotated[
        bool, typer.Option("--accept-code", help="Show how older code differs, and count it as today's from now on.")
    ] = False,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Build what is missing, failed, damaged, of an older schema or older than what it reads, of a range of dates.

    The conformed tables that they read are built with them, all in one Dagster run, one query for each table and
    season, or in as few runs as build nothing twice. Where raw data was delivered anew, what reads it is built
    first, and the rest if that has changed. Ctrl-C cancels it; what was finished stays finished, and the
    same command builds the rest. Exits with 0 only if every partition of the range is good afterwards: one is not whose
    history was never built, which --upstream builds first, with all other tables that are read.

    What was built by older code is told by --dry-run, and is as good as any until --code asks for it. A new version of
    a library may write the same query otherwise: after a look at the difference, --accept-code says that it is the
    same. It builds nothing.

    Examples:

        nba backfill --start 2021-10-19 --end 2022-06-16

        nba backfill --start 2021-10-19 --end 2026-01-03 --dry-run

        nba backfill --start 2021-11-01 --end 2021-11-30 --tables team_offense_game_summary --force
    """
    if accept_code:
        if force or code:
            raise BadInput("--accept-code builds nothing: leave out --force and --code")
        accept(start, end, tables or [], lake, dry_run=dry_run)
        return
    if workers:  # read by the executor, and by the warehouse for a step's share of the cores
        os.environ["NBA_MAX_CONCURRENT"] = str(workers)
    try:
        with said_afterwards(), nullcontext() if dry_run else going_to_run(lake):
            asked = Asked(dry_run, force, code, upstream, strict)
            _build(start, end, tables or [], lake, chunk, asked)
    except KeyboardInterrupt:
        err.print("cancelled before anything was started")
        raise typer.Exit(INTERRUPTED) from None


@dataclass(frozen=True)
class Asked:
    """The flags of a back-fill."""

    dry_run: bool
    force: bool
    code: bool
    upstream: bool
    strict: bool


def _build(start: str, end: str, names: list[str], lake: Path, chunk: str, asked: Asked) -> None:
    with loading():
        from nba_assets.orchestration.partitions import partition_days

        window, chunked = parse_range(start, end), parse_chunk(chunk)
        days = partition_days(window)
        named = named_tables(names)
        warehouse = warehouse_at(lake)

        from nba_assets.audit.game_days import Calendar
        from nba_assets.audit.never_built import gaps_in, with_upstream
        from nba_assets.orchestration.backfill.plan import everything
        from nba_assets.orchestration.backfill.record import close_dead
        from nba_assets.orchestration.slates import with_conformed
        from nba_assets.orchestration.staleness import because_of_code, older_code, out_of_date
        from nba_assets.tables.registry import every_table

        tables, calendar = with_conformed(named), Calendar.of(warehouse)
        calendar.require_seasons(tables, days)
        of_each = dict.fromkeys(tables, days)
        if asked.upstream:
            of_each = with_upstream(of_each, every_table(), calendar)
            tables, days = tuple(of_each), sorted({day for wanted in of_each.values() for day in wanted})

    with instance_at_home() as instance:
        if not asked.dry_run:
            close_dead(instance)
        older = older_code(warehouse, tables, days) if asked.dry_run or asked.code else {}
        looked_at = [table for table in tables if not (asked.force and table in named)]
        wanted = because_of_code(older) if asked.code else None
        plan = out_of_date(instance, warehouse, looked_at, of_each, wanted, looking_at(looked_at))
        if asked.force:  # what they read is built where it is not good
            plan |= everything(calendar.wanted(named, partition_days(window)))
            plan = {table: plan[table] for table in tables}
        gaps = gaps_in(warehouse, of_each, calendar)
        filled = None
        if any(plan.values()) or not gaps:
            filled = say_and_fill(
                instance,
                plan,
                days,
                lambda: out_of_date(instance, warehouse, tables, of_each),
                calendar,
                chunked,
                dry_run=asked.dry_run,
            )
            gaps = gaps_in(warehouse, of_each, calendar)
        print_gaps(gaps)
        if asked.dry_run and not asked.code:
            print_older(older)
    if not asked.dry_run and (gaps or (asked.strict and filled and breaks_errors(filled.made))):
        raise typer.Exit(1)


def fill_upstream(
    instance: dg.DagsterInstance, warehouse: Warehouse, named: Sequence[Table], days: Sequence[date], calendar: Calendar
) -> None:
    """Build what is not good of all that some days of tables need, but those days themselves."""
    from nba_assets.audit.never_built import with_upstream
    from nba_assets.orchestration.staleness import out_of_date
    from nba_assets.tables.registry import every_table

    needed = with_upstream(dict.fromkeys(named, days), every_table(), calendar)

    def look() -> Plan:
        plan = out_of_date(instance, warehouse, list(needed), needed)
        return {t: {d: why for d, why in found.items() if t not in named or d not in days} for t, found in plan.items()}

    every = sorted({day for wanted in needed.values() for day in wanted})
    say_and_fill(instance, look(), every, look, calendar, dry_run=False)


def say_and_fill(
    instance: dg.DagsterInstance,
    plan: Plan,
    days: Sequence[date],
    look: Callable[[], Plan],
    calendar: Calendar,
    chunk: Chunk = "none",
    *,
    dry_run: bool,
) -> Filled | None:
    """Say what a plan for some of `days` builds, and build it, until a `look` finds all of it good."""
    from nba_assets.orchestration.backfill.plan import ahead, pieces, without_days_off

    open_days = without_days_off(days, plan, calendar)
    todo, first = pieces(plan, open_days, chunk), pieces(ahead(plan), open_days, chunk)
    _print_todo(plan, todo, first, Window(days[0], days[-1]), dry_run)
    return _fill(instance, todo, first, open_days, look, chunk) if todo and not dry_run else None


def _fill(
    instance: dg.DagsterInstance,
    todo: Sequence[Piece],
    first: Sequence[Piece],
    days: Sequence[date],
    look: Callable[[], Plan],
    chunk: Chunk,
) -> Filled:
    from nba_assets.orchestration.backfill.plan import fill

    started = time.perf_counter()
    totals: dict[str, int] = {}
    for piece in todo:
        for table in piece.tables:
            totals[table.name] = totals.get(table.name, 0) + len(piece.days)
    with RunProgress(totals, by_line=True) as progress:
        filled = fill(instance, todo, look, progress.report, first, days, chunk)
    print_made(filled.made)
    seconds = time.perf_counter() - started
    runs = ", ".join(run.run_id for run in filled.runs)
    out.print(f"back-fill {filled.backfill_id} (run {runs}): {seconds:.1f} s", highlight=False)
    _tell_end(filled)
    return filled


def _print_todo(plan: Plan, todo: Sequence[Piece], first: Sequence[Piece], window: Window, dry_run: bool) -> None:
    planned = sum(map(len, plan.values()))
    if not planned:
        out.print(f"nothing to do: all partitions of {len(plan)} tables are good, {window}", highlight=False)
        return
    print_plan(plan)
    again = sum(piece.partitions for piece in todo) - planned
    also = f", {again:,} good ones between them built again" if again else ""
    runs = f"{len(todo)} run{'s' if len(todo) > 1 else ''}"
    out.print(f"{planned:,} partitions to build in {runs}{also}", highlight=False)
    if first:
        count = sum(piece.partitions for piece in first)
        out.print(f"{count:,} go first, the others follow where those have changed", highlight=False)


def _tell_end(filled: Filled) -> None:
    if filled.success:
        return
    left = sum(map(len, filled.left.values()))
    if filled.cancelled:
        rest = f"the same command builds the {left:,} partitions that are left" if left else "all partitions are good"
        err.print(f"cancelled: {rest}", highlight=False)
        raise typer.Exit(INTERRUPTED)
    print_failures(filled.failures)
    err.print(f"{left:,} partitions are not good: {', '.join(table.name for table in filled.left)}", highlight=False)
    raise typer.Exit(1)
