"""Estimate of what a build costs on BigQuery: bytes, by dry runs of its queries, and how many partitions it modifies.

A dry run costs nothing and reads nothing. The queries are asked about whole, as no script sends them: a script with
temporary tables is estimated too low, since those are not there yet. What a byte costs is the command's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Table
from nba_assets.warehouse.bigquery.notes import PARTITION_NOTES

MODIFICATIONS_A_DAY = 30_000
"""Partitions of one table that may be modified a day, of a table that is partitioned by a column."""

_MODIFIED = 2
"""So often the partition of a date is modified when it is replaced: its rows are removed, and others put in."""

_AT_ONCE = 8


@dataclass(frozen=True)
class Estimate:
    """Building one table: how many queries, and the bytes that they read of stored tables."""

    table: str
    queries: int
    bytes_read: int


def estimates(dry_run: Callable[[str], int], wanted: Mapping[Table, Sequence[date]]) -> Iterator[Estimate]:
    """For each table that has any of its `wanted` dates to build, by `dry_run`, which gives the bytes of a query."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for table, days in wanted.items():
            if queries := list(_queries(table, days)):
                yield Estimate(table.name, len(queries), sum(pool.map(dry_run, queries)))


def _queries(table: Table, days: Sequence[date]) -> Iterator[str]:
    """All that building the dates asks: for the rows, for failure records, and for rows that break checks."""
    compiled = statements(table, "bigquery")
    for window in Window(min(days), max(days)).by_season() if days else ():
        yield compiled.rows_in(window)
        yield compiled.broken_in(window)
        if failures_of(table):
            yield compiled.failed_in(window)


def modifications(wanted: Mapping[Table, Sequence[date]]) -> Counter[str]:
    """How many partitions of each stored table the build modifies, at most: a date that holds nothing yet, half of it.

    All tables share the failure records, and the notes of what is stored, to which each adds.
    """
    found: Counter[str] = Counter()
    for table, days in wanted.items():
        for written in filter(None, (table, failures_of(table))):
            found[written.full_name] += _MODIFIED * len(days)
            found[PARTITION_NOTES.full_name] += len(days)
    return found
