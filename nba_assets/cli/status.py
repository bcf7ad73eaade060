"""`nba status`: today at a glance, how far last night's results and the next slates are, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, JsonOption, LakeOption, parse_date
from nba_assets.cli.instance import warehouse_at
from nba_assets.cli.rows import Cell, Rows, long
from nba_assets.cli.terminal import out
from nba_assets.contracts.calendar import EASTERN
from nba_assets.orchestration.instance.opening import instance_at_home

if TYPE_CHECKING:
    import dagster as dg

    from nba_assets.orchestration.slate_status import Slate


def status(
    day: Annotated[
        str | None,
        typer.Option("--date", help="As if it were this date, YYYY-MM-DD; today's Eastern date if left out."),
    ] = None,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """What is ready? The results of the last games, tonight's slate and tomorrow's, and what is missing upstream.

    For each table the rows found of those owed, its age, why it is not good, and the checks that its rows break; then
    the raw tables that are waited for, runs under way, sensors and schedules, the last message received, and what to do
    next. Only reads. Exits with 0 if the results and tonight's slate are ready, 1 if they are not; tomorrow's is shown,
    and does not count.

    Examples:

        nba status

        nba status --date 2021-11-15 --json
    """
    now = datetime.now(UTC)
    tonight = parse_date(day or "today", "--date")
    warehouse = warehouse_at(lake)

    from nba_assets.audit.game_days import require_season
    from nba_assets.orchestration.slate_status import is_ready, next_steps, slates_at

    require_season(warehouse, tonight)
    with instance_at_home() as instance:
        slates = slates_at(instance, warehouse, tonight)
        _print_slates(slates)
        _print_tables(slates, now)
        _print_missing(slates)
        _print_operations(instance, now)
    ready = is_ready(slates)
    out.print(f"{tonight} at {now.astimezone(EASTERN):%H:%M} ET: {'ready' if ready else 'not ready'}", highlight=False)
    if not ready:
        out.print(f"next: {'; then '.join(next_steps(slates))}", highlight=False, markup=False)
        raise typer.Exit(1)


def _ready(ready: bool) -> Cell:
    return Cell(ready, "ready" if ready else "not ready", "green" if ready else "red")


def _print_slates(slates: Sequence[Slate]) -> None:
    shown = Rows("slate", ("slate", "date", "games", "ready", "counts", "tables ready", "tables"))
    for slate in slates:
        ready = sum(table.ready for table in slate.tables)
        told = _ready(slate.ready) if slate.games else Cell(True, "no games", "green")
        shown.add(slate.what, slate.day, slate.games, told, slate.counts, ready, len(slate.tables))
    shown.print()


def _print_tables(slates: Sequence[Slate], now: datetime) -> None:
    names = ("slate", "date", "table", "ready", "rows", "found", "owed", "age")
    others = ("lacks", "waits for", "broken checks", "broken warnings")
    shown = Rows("table", (*names, *others), keys=(*names[:-1], "age_seconds", *others))
    for slate in slates:
        for table in slate.tables:
            age = now - table.built_at if table.built_at else None
            shown.add(
                slate.what,
                slate.day,
                table.table,
                _ready(table.ready),
                table.rows,
                table.found,
                table.owed,
                age,
                table.lacks,
                table.waits_for,
                table.broken_errors,
                table.broken_warnings,
            )
    shown.print()


def _print_missing(slates: Sequence[Slate]) -> None:
    shown = Rows("missing", ("raw table", "date", "waited for by", "since"), "missing upstream")
    for slate in slates:
        for missing in slate.missing:
            shown.add(missing.raw, slate.day, missing.waited_for_by, missing.since)
    if shown.rows:
        shown.print()


def _print_operations(instance: dg.DagsterInstance, now: datetime) -> None:
    from nba_assets.orchestration.under_way import OFF, ON, daemon_seen_at, last_message, runs_under_way, switches

    runs = Rows("run", ("run", "status", "asked by", "tables", "first date", "last date", "since"), "runs under way")
    for run in runs_under_way(instance):
        runs.add(run.run_id, run.status, run.asked_by, run.tables, run.first, run.last, run.since)
    if runs.rows:
        runs.print()
    found = switches(instance)
    on, off = ([switch.name for switch in found if switch.state == state] for state in (ON, OFF))
    seen, message = daemon_seen_at(instance), last_message(instance)
    told = f"{message.table} of {message.day}, {message.status}" if message else None
    names = ("sensors and schedules on", "off", "daemon last seen", "last message", "received")
    shown = Rows("operations", names)
    heard = Cell(seen, f"{long(now - seen)} ago") if seen else Cell(None, "never")
    shown.add(on, off, heard, told or Cell(None, "none"), message.received_at if message else None)
    shown.print()
