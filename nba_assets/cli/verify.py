"""`nba verify`: the coverage of the tables, what the schedule owes against what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as RichTable
from rich.text import Text

from nba_assets.cli.arguments import (
    DEFAULT_LAKE,
    EndOption,
    LakeOption,
    StartOption,
    TablesOption,
    named_tables,
    parse_range,
)
from nba_assets.cli.instance import warehouse_at
from nba_assets.cli.terminal import out, print_failure

if TYPE_CHECKING:
    from nba_assets.audit.coverage import Coverage

MOST_GAPS = 200


def verify(
    start: StartOption,
    end: EndOption,
    least: Annotated[float, typer.Option("--min", min=0, max=1, help="The share that must be there.")] = 0.95,
    tables: TablesOption = None,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Is it all there? What the schedule says each table should hold, against what it holds.

    A date counts if at least the share --min of those who are owed something on it have a row or a failure record;
    a table is ready if at least that share of its dates count. Exits with 0 if every table is ready, 1 if one is not,
    2 if there is no schedule.

    Examples:

        nba verify --start 2021-10-19 --end 2022-06-16

        nba verify --start 2021-11-15 --end 2021-11-15 --min 1 --tables player_game_summary
    """
    from nba_assets.audit.coverage import verify as look
    from nba_assets.orchestration.partitions import partition_days

    window = parse_range(start, end)
    partition_days(window)
    chosen = named_tables(tables or [])
    found = look(warehouse_at(lake), chosen, window, least)
    _print_coverage(found)
    for table in found:
        if table.error:
            print_failure(table.table, table.error)
    if not all(table.ready for table in found):
        raise typer.Exit(1)


def _print_coverage(tables: Sequence[Coverage]) -> None:
    """How much of each table is there, then what is missing, table by table and date by date."""
    shown = RichTable("table", "expected dates", "found", "coverage", "rows", "owed", "written + failed", "gaps")
    for table in tables:
        if table.error:
            shown.add_row(table.table, "", "", Text("error", "red"))
            continue
        counts = (table.rows, table.owed, f"{table.written:,} + {table.failed:,}", len(table.gaps))
        share = Text(f"{100 * table.coverage:.1f} %", "green" if table.ready else "red")
        shown.add_row(
            table.table,
            f"{len(table.days):,}",
            f"{table.found:,}",
            share,
            *[count if isinstance(count, str) else f"{count:,}" for count in counts],
        )
    out.print(shown)
    gaps = [gap for table in tables for gap in table.gaps]
    if gaps:
        lacking = RichTable("dates", "table", "number", "missing")
        for gap in gaps[:MOST_GAPS]:
            lacking.add_row(str(gap.dates), gap.table, f"{gap.number:,}", gap.lacks)
        out.print(lacking)
    if len(gaps) > MOST_GAPS:
        out.print(f"the first {MOST_GAPS} of {len(gaps):,} gaps")
