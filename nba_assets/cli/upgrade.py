"""`nba upgrade`: a lake that an earlier release has built, brought to today's tables."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from nba_assets.cli import INTERRUPTED
from nba_assets.cli.arguments import DEFAULT_LAKE, JsonOption, LakeOption
from nba_assets.cli.backfill import say_and_fill
from nba_assets.cli.instance import going_to_run, said_afterwards, warehouse_at
from nba_assets.cli.older_code import print_older
from nba_assets.cli.terminal import err, out
from nba_assets.orchestration.instance.opening import instance_at_home
from nba_assets.orchestration.processes.garbage import loading


def upgrade(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be built, and why.")] = False,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Build what a new release needs of a lake that an earlier one has built.

    That is partitions whose columns are no longer those declared (until then they are read by name), conformed tables
    for all seasons that the lake has tables of, and what reads either. Dates that a table was never built for are left
    to `nba backfill`. Exits with 0 only if all of it is good afterwards.

    Examples:

        nba upgrade --dry-run

        nba upgrade --lake /data/lake
    """
    try:
        with said_afterwards(), nullcontext() if dry_run else going_to_run(lake):
            _upgrade(lake, dry_run=dry_run)
    except KeyboardInterrupt:
        err.print("cancelled before anything was started")
        raise typer.Exit(INTERRUPTED) from None


def _upgrade(lake: Path, *, dry_run: bool) -> None:
    with loading():
        warehouse = warehouse_at(lake)

        from nba_assets.audit.game_days import Calendar
        from nba_assets.orchestration.backfill.record import close_dead
        from nba_assets.orchestration.backfill.upgrade import Upgrade, raw_of_older_schema
        from nba_assets.orchestration.staleness import older_code
        from nba_assets.tables.registry import tables

    for raw, days in raw_of_older_schema(warehouse).items():
        out.print(f"{raw.full_name}: {len(days):,} partitions of an older schema, to be ingested again")
    with instance_at_home() as instance:
        if not dry_run:
            close_dead(instance)
        wanted = Upgrade.of(instance, warehouse, tables())
        if not wanted.range:
            out.print("nothing to do: no table of ours is stored", highlight=False)
            return
        say_and_fill(instance, wanted.plan(), wanted.range, wanted.plan, Calendar.of(warehouse), dry_run=dry_run)
        if dry_run:
            print_older(older_code(warehouse, tables(), wanted.range))
