"""`nba materialize`: the tables of one date, in one Dagster run."""

from __future__ import annotations

import time

import typer

from nba_assets.cli import INTERRUPTED
from nba_assets.cli.arguments import (
    DEFAULT_LAKE,
    DateOption,
    JsonOption,
    LakeOption,
    StrictOption,
    TablesOption,
    UpstreamOption,
    named_tables,
    parse_day,
)
from nba_assets.cli.instance import get_ready, going_to_run, warehouse_at
from nba_assets.cli.terminal import RunProgress, breaks_errors, out, print_failures, print_made
from nba_assets.orchestration.instance.opening import instance_at_home
from nba_assets.orchestration.processes.garbage import loading


def materialize(
    day: DateOption,
    tables: TablesOption = None,
    upstream: UpstreamOption = False,
    strict: StrictOption = False,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Build the tables of one date in one Dagster run, with what is not good of the conformed tables that they read.

    A table of which another input of the date was never built fails by name. Where days of its history were never
    built, it is built and breaks an ERROR check; days that are out of date are read as they are. With --upstream all
    of these are built first.

    Examples:

        nba materialize --date 2021-11-15

        nba materialize --date 2021-11-15 --tables player_game_summary

        nba materialize --date 2021-11-15 --tables ml_feature_store_v2 --upstream --strict
    """
    with going_to_run(lake, surely=True):
        with loading():
            from nba_assets.orchestration.partitions import partition_days

            days = partition_days(parse_day(day))
            named = named_tables(tables or [])
            warehouse = warehouse_at(lake)

            from nba_assets import definitions  # noqa: F401
            from nba_assets.audit.game_days import Calendar
            from nba_assets.cli.backfill import fill_upstream
            from nba_assets.orchestration.launch import launch
            from nba_assets.orchestration.slates import with_conformed
            from nba_assets.orchestration.staleness import out_of_date

            needed, calendar = with_conformed(named), Calendar.of(warehouse)
            calendar.require_seasons(needed, days)
        get_ready(named)

        started = time.perf_counter()
        with instance_at_home() as instance:
            if upstream:
                fill_upstream(instance, warehouse, named, days, calendar)
            # What the named tables read is built where it is not good.
            stale = out_of_date(instance, warehouse, needed, days) if len(needed) > len(named) else {}
            chosen = [table for table in needed if table in named or stale.get(table)]
            with RunProgress({table.name: len(days) for table in chosen}) as progress:
                result = launch(instance, chosen, days, progress.report)
    print_made(result.made)
    seconds = time.perf_counter() - started
    out.print(f"run {result.run_id}: {len(chosen)} tables, {len(days)} days, {seconds:.1f} s")
    print_failures(result.failures)
    if not result.success:
        raise typer.Exit(INTERRUPTED if result.cancelled else 1)
    if strict and breaks_errors(result.made):
        raise typer.Exit(1)
