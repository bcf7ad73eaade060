"""`nba plan`: what a back-fill or new code would build, why, and what would come out, before anything is done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from nba_assets.cli.arguments import (
    DEFAULT_LAKE,
    EndOption,
    JsonOption,
    LakeOption,
    StartOption,
    TablesOption,
    named_tables,
    parse_range,
)
from nba_assets.cli.compare import print_compared
from nba_assets.cli.instance import on_lake, warehouse_at
from nba_assets.cli.older_code import print_older
from nba_assets.cli.rows import Rows
from nba_assets.cli.terminal import looking_at, out, print_gaps
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home

if TYPE_CHECKING:
    from nba_assets.audit.compare import Compared
    from nba_assets.contracts.table import Table
    from nba_assets.orchestration.staleness import Plan
    from nba_assets.warehouse.base import Warehouse
    from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse

_DATE = re.compile(r" \d{4}-\d{2}-\d{2}")


def plan(
    start: StartOption,
    end: EndOption,
    tables: TablesOption = None,
    diff: Annotated[
        int, typer.Option("--diff", min=0, help="Build so many dates beside what is stored, and compare them.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Which dates --diff takes.")] = 0,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """What would be built, and what would change? Partitions that are missing or stale, and which input or code it is.

    With --diff N the tables are built by today's code, beside the lake (on BigQuery in data sets of a prefix that is
    gone afterwards: that is paid for), for N dates of the range, one of each month before a second of any: which
    columns and rows change, with examples. Everything that the dates read is as it is stored, so what would come of
    earlier dates built anew does not show. Only reads.

    Examples:

        nba plan --start 2021-10-19 --end 2022-06-16

        nba plan --start 2021-10-19 --end 2022-06-16 --tables player_composite_factors --diff 5
    """
    from nba_assets.orchestration.partitions import partition_days

    days = partition_days(parse_range(start, end))
    named = named_tables(tables or [])
    warehouse = warehouse_at(lake)

    from nba_assets.audit.game_days import Calendar
    from nba_assets.audit.never_built import gaps_in
    from nba_assets.orchestration.slates import with_conformed
    from nba_assets.orchestration.staleness import older_code, out_of_date

    chosen, calendar = with_conformed(named), Calendar.of(warehouse)
    calendar.require_seasons(chosen, days)
    with instance_at_home() as instance:
        found = out_of_date(instance, warehouse, chosen, days, look=looking_at(chosen))
    print_plan(found)
    planned = sum(map(len, found.values()))
    out.print(f"{planned:,} partitions to build" if planned else "nothing to build: all partitions are good")
    print_gaps(gaps_in(warehouse, dict.fromkeys(chosen, days), calendar))
    print_older(older_code(warehouse, chosen, days))
    if diff:
        _print_diff(warehouse, lake, chosen, days, diff, seed)


def print_plan(plan: Plan) -> None:
    """For each table how many partitions are to be built, and why: reasons that differ only in dates are one."""
    shown = Rows("plan", ("table", "partitions", "why", "first", "last"))
    for table, days in plan.items():
        reasons: dict[str, list[date]] = {}
        for day, reason in days.items():
            reasons.setdefault(_DATE.sub("", reason), []).append(day)
        for why, of_them in reasons.items():
            shown.add(table.name, len(of_them), why, min(of_them), max(of_them))
    if shown.rows:
        shown.print()


def _print_diff(
    warehouse: Warehouse, lake: Path, chosen: Sequence[Table], days: Sequence[date], number: int, seed: int
) -> None:
    from nba_assets.audit.trial import sample

    stored = {day for table in chosen for day in warehouse.dates(table)}
    dates = sample(stored.intersection(days), number, seed)
    if not dates:
        raise BadInput("--diff: nothing is stored of these dates: there is nothing to compare with")
    out.print(f"built beside what is stored: {', '.join(map(str, dates))}", highlight=False)
    found = _tried_out(warehouse, lake, chosen, dates)
    print_compared(found, "stored", "built")
    changed = sum(bool(table.differences) for table in found)
    out.print(f"{changed} of {len(found)} tables would change on these dates", highlight=False)


def _tried_out(warehouse: Warehouse, lake: Path, chosen: Sequence[Table], dates: Sequence[date]) -> list[Compared]:
    if on_lake():
        from nba_assets.audit.trial import try_out

        return try_out(lake, chosen, dates)

    from nba_assets.audit import replay_bigquery

    return replay_bigquery.try_out(cast("BigQueryWarehouse", warehouse), chosen, dates)
