"""What BigQuery would be sent for a day and for a season, what it would read, and the bill: by itself
`python -m benchmarks.bill LAKE START END`, for the window given.

| column | what |
|---|---|
| statements | rows, failure records, skipped dates, checks, preview; temporary tables included |
| base scans | stored tables that they scan, anew for each reference |
| KiB | the longest statement |
| MiB read | of those tables: the columns that a script reads, of the dates it names, before compression |
| MiB billed | the same, at least 10 MiB for each table that a statement names, temporary ones too |
| $ | at 6.25 dollars a TiB, on demand |

Nothing is sent. Sizes are those of a lake and BigQuery's own differ somewhat; what temporary tables hold is not
counted, nor are the partitions that are replaced.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq
import sqlglot.expressions as sge
from rich.console import Console
from rich.table import Table as RichTable

from nba_assets.compile.prune import columns_read
from nba_assets.compile.statements import expressions, inputs_in, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import tables
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.bigquery.scans import parsed, scans

DOLLARS_A_TIB = 6.25
LEAST_BYTES = 10 << 20
"""Billed for each table that a query names, however small."""


@dataclass
class Bill:
    """What building something costs."""

    statements: int = 0
    base_scans: int = 0
    longest: int = 0
    read: int = 0
    billed: int = 0

    def __add__(self, other: Bill) -> Bill:
        longest = max(self.longest, other.longest)
        scanned = self.base_scans + other.base_scans
        statements = self.statements + other.statements
        return Bill(statements, scanned, longest, self.read + other.read, self.billed + other.billed)

    def cells(self) -> list[str]:
        dollars = DOLLARS_A_TIB * self.billed / (1 << 40)
        sizes = (self.read / (1 << 20), self.billed / (1 << 20))
        counts = (self.statements, self.base_scans, round(self.longest / 1024))
        return [*(f"{n:,}" for n in counts), *(f"{size:,.1f}" for size in sizes), f"{dollars:.4f}"]


def bill(lake: Lake, table: Table, window: Window) -> Bill:
    """Of all that is sent to build a table's part of one season."""
    dates = {source.full_name: (source, of) for source, of in inputs_in(table, window).items()}
    columns, found = _columns(table), Bill()
    for query, steps in statements(table, "bigquery").steps.items():
        for _, sql in steps:
            scanned, named = _scanned(sql)
            sizes = [
                times * _bytes(lake, *dates[name], frozenset(columns[query][name])) if name in dates else 0
                for name, times in named.items()
            ]
            billed = sum(max(size, LEAST_BYTES) for size in sizes)
            found += Bill(1, scanned, len(sql.encode()), sum(sizes), billed)
    return found


@cache
def _columns(table: Table) -> dict[str, dict[str, set[str]]]:
    """For each of its queries, the columns of each stored table."""
    return {query: columns_read(rows) for query, rows in expressions(table).items()}


@cache
def _scanned(sql: str) -> tuple[int, Counter[str]]:
    """How many stored tables a statement scans; the tables that it names, temporary ones too, and how often."""
    (query,) = parsed(sql)
    parts = {cte.alias for cte in query.find_all(sge.CTE)}
    named = (f"{table.db}.{table.name}" if table.db else table.name for table in query.find_all(sge.Table))
    return scans(query)[0], Counter(name for name in named if name not in parts)


@cache
def _bytes(lake: Lake, contract: Contract, dates: Window | None, columns: frozenset[str]) -> int:
    sizes = (_sizes(file) for file in lake.files(contract, dates))
    return sum(of.get(column, 0) for of in sizes for column in columns)


@cache
def _sizes(file: Path) -> dict[str, int]:
    """The bytes of each column, before compression."""
    found: Counter[str] = Counter()
    footer = pq.read_metadata(file)
    for group in range(footer.num_row_groups):
        for number in range(footer.num_columns):
            column = footer.row_group(group).column(number)
            found[column.path_in_schema.split(".")[0]] += column.total_uncompressed_size
    return dict(found)


def print_bills(lake: Lake, windows: Sequence[Window], data: str) -> None:
    """A table of each window, and the sum of its tables."""
    console = Console(width=140)
    for window in windows:
        shown = RichTable(
            "table",
            "statements",
            "base scans",
            "KiB",
            "MiB read",
            "MiB billed",
            "$",
            title=f"{data}: {window}",
        )
        total = Bill()
        for table in tables():
            of_table = sum((bill(lake, table, part) for part in window.by_season()), Bill())
            total += of_table
            shown.add_row(table.name, *of_table.cells())
        shown.add_row("all", *total.cells(), style="bold")
        console.print(shown)


if __name__ == "__main__":
    place, start, end = sys.argv[1:]
    print_bills(Lake(Path(place).resolve()), [Window(date.fromisoformat(start), date.fromisoformat(end))], place)
