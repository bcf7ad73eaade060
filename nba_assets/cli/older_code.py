"""Older code at the prompt: which partitions were built by it, how it differs, and its acceptance as today's.

Which those are is found beside the other reasons to build; the notes on what a version was are the warehouse's.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from nba_assets.cli.arguments import named_tables, parse_range
from nba_assets.cli.instance import warehouse_at
from nba_assets.cli.rows import Cell, Rows
from nba_assets.cli.terminal import out

if TYPE_CHECKING:
    from nba_assets.contracts.table import Table
    from nba_assets.warehouse.base import Warehouse

MOST_LINES = 60
"""Of a difference so many lines are shown."""

NOT_NOTED = "not noted"

Older = Mapping["Table", Mapping[date, str]]


def print_older(older: Older) -> None:
    """What was built by older code: information, nothing is built for it."""
    if not older:
        return
    shown = Rows("older code", ("table", "built by", "partitions", "first", "last"))
    for table, days in older.items():
        for version in Counter(days.values()):
            of_it = [day for day, by in days.items() if by == version]
            shown.add(table.name, version or Cell(None, NOT_NOTED), len(of_it), min(of_it), max(of_it))
    shown.print()
    total = sum(map(len, older.values()))
    out.print(f"{total:,} partitions are of older code: --code builds them, --accept-code shows how it differs")


def accept(start: str, end: str, names: list[str], lake: Path, *, dry_run: bool) -> None:
    """Show how the code that built some partitions differs from today's, and note that it is the same."""
    from nba_assets.compile.code_version import code_of
    from nba_assets.orchestration.partitions import partition_days
    from nba_assets.orchestration.slates import with_conformed
    from nba_assets.orchestration.staleness import older_code

    days = partition_days(parse_range(start, end))
    warehouse = warehouse_at(lake)
    older = older_code(warehouse, with_conformed(named_tables(names)), days)
    if not older:
        out.print("nothing to accept: all stored partitions are of today's code", highlight=False)
        return
    for table, built in older.items():
        code, versions = code_of(table, warehouse.dialect), sorted(set(built.values()))
        for version in versions:
            count = sum(by == version for by in built.values())
            title = f"{table.full_name}: {count:,} partitions by {version or NOT_NOTED}, today's is {code.version}"
            out.print(title, highlight=False)
            _print_difference(warehouse, table, version, code.text)
        if not dry_run:
            warehouse.code_notes.accept(table.full_name, versions, code.version)
    verb = "would be accepted" if dry_run else "accepted"
    out.print(f"{verb} as today's code: {sum(map(len, older.values())):,} partitions of {len(older)} tables")


def _print_difference(warehouse: Warehouse, table: Table, version: str, today: str) -> None:
    before = warehouse.code_notes.text(table.full_name, version) if version else None
    if before is None:
        out.print("  what it was is not known here", highlight=False)
        return
    lines = list(difflib.unified_diff(before.splitlines(), today.splitlines(), "then", "today", lineterm="", n=1))
    for line in lines[:MOST_LINES]:
        out.print(f"  {line}", highlight=False, soft_wrap=True)
    if len(lines) > MOST_LINES:
        out.print(f"  ... {len(lines) - MOST_LINES:,} lines more", highlight=False)
