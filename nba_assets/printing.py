"""What the `nba` command shows: tables and progress bars. What it does is `cli.py`'s and `operations/`'s."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table as RichTable

if TYPE_CHECKING:
    import pyarrow as pa

    from nba_assets.operations.launch import Made
    from nba_assets.raw.ingest import Ingested

out = Console(width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, soft_wrap=True)
MOST_COLUMNS_ACROSS = 16
MOST_ROWS_ACROSS = 5


def print_rows(rows: pa.Table) -> None:
    """A table; a wide one turned on its side, a column a line, since sixty columns fit no terminal."""
    records = [["" if value is None else str(value) for value in row.values()] for row in rows.to_pylist()]
    shown = RichTable(*rows.column_names)
    if rows.num_columns > MOST_COLUMNS_ACROSS:
        shown = RichTable("column", *[f"row {n}" for n in range(1, len(records) + 1)])
        records = [[name, *values] for name, *values in zip(rows.column_names, *records, strict=True)]
    for record in records:
        shown.add_row(*record)
    out.print(shown)


def print_ingested(results: Sequence[Ingested]) -> None:
    shown = RichTable("table", "rows in", "written", "rejected", "partitions", "dates", "seconds")
    for result in results:
        rejected = ", ".join(f"{rows} {reason}" for reason, rows in result.rejected.items()) or "0"
        dates = f"{result.window.start} .. {result.window.end}" if result.window else "stored whole"
        shown.add_row(
            result.contract.full_name,
            f"{result.rows_in:,}",
            f"{result.rows_written:,}",
            rejected,
            f"{result.partitions:,}",
            dates,
            f"{result.seconds:.1f}",
        )
    out.print(shown)


def print_made(made: Mapping[str, Made]) -> None:
    shown = RichTable("table", "partitions", "rows", "seconds", "broken checks")
    for table, result in made.items():
        shown.add_row(
            table,
            f"{result.partitions:,}",
            f"{result.rows:,}",
            f"{result.seconds:.1f}",
            "\n".join(result.broken_checks) or ("none" if result.partitions else "not built"),
        )
    out.print(shown)


def reporter(progress: Progress) -> Callable[[str, int, int], None]:
    """One bar for each thing reported on."""
    tasks: dict[str, TaskID] = {}

    def report(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=total)
        progress.update(tasks[what], completed=done, total=total)

    return report


def bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, disable=not err.is_terminal)
