"""`nba ingest`: a directory of raw data into the lake."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from nba_assets.cli.arguments import DEFAULT_LAKE, JsonOption, LakeOption
from nba_assets.cli.instance import on_lake
from nba_assets.cli.rows import Cell, Rows
from nba_assets.cli.terminal import bar, err, out, reporter
from nba_assets.contracts.errors import BadInput

if TYPE_CHECKING:
    from nba_assets.contracts.contract import RawTable
    from nba_assets.warehouse.ingest import Ingested


def ingest(
    directory: Annotated[Path, typer.Argument(help="Laid out as `DATASET/TABLE/*.parquet` (or csv, csv.gz, csv.zst).")],
    events: Annotated[bool, typer.Option(help="Tell the sensor which dates are complete.")] = True,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse a delivery in which rows share a key.")] = False,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Check a directory of raw data against the contracts and put it into the lake, one file for each date.

    Nothing is written unless everything fits. Of rows that share a key the newest is stored; those that contradict one
    another go to nba_raw.quarantine, the rest is stored, and the command ends with 1.

    Dates that come again are replaced; all others stay. A schedule comes a season at a time: dates that are no longer
    in it go, and one that lacks most of them is refused. For each date of
    each table a raw-complete message is sent, on which the tables of that date run if the sensor is switched on; take
    --no-events for a history, which `nba backfill` builds in one run.

    Examples:

        nba ingest ../shared/raw

        nba ingest /data/tonight --lake /data/lake
    """
    if not on_lake():
        raise BadInput(f"NBA_WAREHOUSE={os.environ['NBA_WAREHOUSE']} reads no lake; see `nba bigquery load --help`")

    from nba_assets.orchestration.events.emit import send_ingested
    from nba_assets.orchestration.events.sources import event_source

    source = event_source(lake.resolve()) if events else None  # before anything is written: it may be told wrong
    results = ingest_directory(directory, lake, strict)
    if source:
        _tell_sent(send_ingested(source, results), results)
    if any(result.contradictions for result in results):
        raise typer.Exit(1)


def _tell_sent(number: int, results: Sequence[Ingested]) -> None:
    """How many messages went out, and what builds that which reads them where no sensor does."""
    told = f"{number:,} raw-complete message{'s' if number != 1 else ''} sent"
    if number:
        first = min(day for result in results for day in (*result.rows, *result.withdrawn) if day)
        told += f": sensor raw_complete builds what reads them, if it is on; else `nba backfill`, from {first} on"
    out.print(told, highlight=False, soft_wrap=True)


def ingest_directory(directory: Path, lake: Path, strict: bool = False) -> list[Ingested]:
    """Put a directory into the lake, with a bar for each table, and print what came of it."""
    from nba_assets.warehouse.ingest import ingest as put
    from nba_assets.warehouse.lake import Lake

    with bar() as progress:
        results = put(directory, Lake(lake.resolve()), table_reporter(progress), strict=strict)
    print_ingested(results)
    return results


def table_reporter(progress: Progress) -> Callable[[RawTable, int, int], None]:
    """A bar for each raw table."""
    report = reporter(progress)
    return lambda table, done, total: report(table.name, done, total)


def print_ingested(results: Sequence[Ingested]) -> None:
    """Print what came in of each raw table, and what was kept out."""
    names = ("table", "rows in", "written", "rejected", "partitions", "first date", "last date", "seconds")
    shown = Rows("ingested", names)
    for result in results:
        rejected = ", ".join(f"{rows} {reason}" for reason, rows in result.rejected.items()) or "0"
        stored_whole = Cell(None, "no rows" if result.contract.partition_by else "stored whole")
        dates = (result.window.start, result.window.end) if result.window else (stored_whole, None)
        counts = (result.rows_in, result.rows_written, Cell(result.rejected, rejected), result.partitions)
        shown.add(result.contract.full_name, *counts, *dates, result.seconds)
    shown.print()
    for result in results:
        for line in (*result.notes, result.contradictions):
            if line:
                err.print(line, markup=False, highlight=False)
