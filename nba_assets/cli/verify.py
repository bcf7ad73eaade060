"""`nba verify`: the coverage of the tables, what the schedule owes against what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

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
from nba_assets.cli.instance import warehouse_at
from nba_assets.cli.rows import Cell, Rows, as_json
from nba_assets.cli.terminal import out, print_failure

if TYPE_CHECKING:
    from nba_assets.audit.coverage import Coverage

MOST_GAPS = 200


def verify(
    start: StartOption,
    end: EndOption,
    least: Annotated[float, typer.Option("--min", min=0, max=1, help="The share that must be there.")] = 0.95,
    tables: TablesOption = None,
    as_json: JsonOption = False,
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
    names = ("table", "expected dates", "found", "coverage", "rows", "owed", "written", "failed", "gaps", "error")
    shown = Rows("coverage", names)
    for table in tables:
        if table.error:
            shown.add(table.table, None, None, Cell(None, "error", "red"), None, None, None, None, None, table.error)
            continue
        share = Cell(table.coverage, f"{100 * table.coverage:.1f} %", "green" if table.ready else "red")
        counts = (table.rows, table.owed, table.written, table.failed, len(table.gaps))
        shown.add(table.table, len(table.days), table.found, share, *counts, "")
    shown.print()
    gaps = [gap for table in tables for gap in table.gaps]
    most = len(gaps) if as_json() else MOST_GAPS
    lacking = Rows("gap", ("dates", "table", "number", "missing"))
    for gap in gaps[:most]:
        lacking.add(gap.dates, gap.table, gap.number, gap.lacks)
    if gaps:
        lacking.print()
    if len(gaps) > most:
        out.print(f"the first {most} of {len(gaps):,} gaps")
