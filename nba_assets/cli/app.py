"""The `nba` command: what people type on a game night. Each command checks its input, calls one function, prints.

Exit codes: 0 all went well, 1 something failed, 2 the input was wrong (and nothing was done).
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.compare import compare, print_compared
from nba_assets.cli.running import build, build_range, instance_at_home, warehouse_at
from nba_assets.cli.terminal import (
    MOST_COLUMNS_ACROSS,
    MOST_ROWS_ACROSS,
    bar,
    err,
    out,
    print_cascade,
    print_cascades,
    print_coverage,
    print_ingested,
    print_rows,
    reporter,
)
from nba_assets.contracts.errors import BadInput

if TYPE_CHECKING:
    from nba_assets.contracts.contract import RawTable
    from nba_assets.warehouse.ingest import Ingested

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode="markdown", add_completion=False, pretty_exceptions_enable=False
)
LakeOption = Annotated[
    Path, typer.Option("--lake", envvar="NBA_LAKE", help="Root of the Parquet lake.", show_default="./lake")
]
TablesOption = Annotated[
    list[str] | None, typer.Option("--tables", help="Bare table names, separated by commas; all tables if left out.")
]
DEFAULT_LAKE = Path("lake")


@app.callback()
def nba() -> None:
    """Raw NBA data in, the daily tables that prop-betting models read out."""


@app.command()
def ingest(
    directory: Annotated[Path, typer.Argument(help="Laid out as <dataset>/<table>/*.parquet (or csv).")],
    events: Annotated[bool, typer.Option(help="Tell the sensor which dates are complete.")] = True,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Check a directory of raw data against the contracts and put it into the lake, one file for each date.

    Nothing is written unless everything fits. Dates that come again are replaced; all others stay. For each date of
    each table a raw-complete message is sent, on which the tables of that date run if the sensor is switched on; take
    --no-events for a history, which `nba backfill` builds in one run.

    Examples:

        nba ingest ../shared/raw

        nba ingest /data/tonight --lake /data/lake
    """
    from nba_assets.orchestration.events.emit import send_ingested
    from nba_assets.orchestration.events.sources import event_source

    source = event_source(lake.resolve()) if events else None  # before anything is written: it may be told wrong
    results = _ingest(directory, lake)
    if source:
        out.print(f"{send_ingested(source, results):,} raw-complete messages sent")


@app.command()
def emit(
    file: Annotated[Path | None, typer.Argument(help="Messages, one a line, sent as they are.")] = None,
    table: Annotated[str | None, typer.Option(help="Or one message: the raw table's bare name.")] = None,
    day: Annotated[str | None, typer.Option("--date", help="Its date, YYYY-MM-DD.")] = None,
    status: Annotated[str, typer.Option(help="success, partial, no_data or failed.")] = "success",
    rows: Annotated[int, typer.Option(min=0, help="How many rows came in.")] = 0,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Send raw-complete messages by hand, where `NBA_EVENTS` says.

    Examples:

        nba emit ../shared/events/2021-11-15.jsonl

        nba emit --table nbac_team_boxscore --date 2021-11-15 --rows 22
    """
    from nba_assets.cli.arguments import parse_date
    from nba_assets.orchestration.events.emit import send_file, send_one
    from nba_assets.orchestration.events.sources import event_source

    if (file is None) == (table is None or day is None):
        raise BadInput("nba emit takes a file, or --table and --date")
    source = event_source(lake.resolve())
    if file is not None:
        out.print(f"{send_file(source, file):,} messages sent")
    elif table and day:
        send_one(source, table, parse_date(day, "--date"), status, rows)
        out.print("1 message sent")


@app.command()
def simulate(
    season: Annotated[str, typer.Option(help="The season, as 2024-25.")] = "2024-25",
    seed: Annotated[int, typer.Option(help="The same seed gives the same season, to the byte.")] = 7,
    days: Annotated[
        int | None, typer.Option(min=1, help="Play only the first N days; the rest stays scheduled.")
    ] = None,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Play out an invented season, event by event, and ingest it as raw data. For machines without data.

    Teams, arenas and the calendar's rules are real; players, games and lines are not.

    Examples:

        nba simulate --season 2024-25 --seed 7

        nba simulate --season 2023-24 --days 30
    """
    from nba_assets.cli.arguments import parse_season
    from nba_assets.simulate import write

    year = parse_season(season)
    with tempfile.TemporaryDirectory() as scratch, bar() as progress:
        write(Path(scratch), year, seed, days, reporter(progress))
        progress.stop()
        _ingest(Path(scratch), lake)
    out.print(f"This is a [bold]simulated[/bold] season {season} (seed {seed}): no game of it was ever played.")


@app.command()
def materialize(
    day: Annotated[str, typer.Option("--date", help="The date, YYYY-MM-DD, Eastern.")],
    tables: TablesOption = None,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Build the tables of one date in one Dagster run.

    Examples:

        nba materialize --date 2021-11-15

        nba materialize --date 2021-11-15 --tables player_game_summary
    """
    build(day, tables, lake)


@app.command()
def backfill(
    start: Annotated[str, typer.Option(help="First date, YYYY-MM-DD.")],
    end: Annotated[str, typer.Option(help="Last date, YYYY-MM-DD.")],
    tables: TablesOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be built, and why.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Build all of it, good or not.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Tables built at once, which share the machine.")] = None,
    chunk: Annotated[str, typer.Option(help="A run for each season or month, or one for all: none.")] = "none",
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Build what is missing, failed or older than what it reads, of the tables of a range of dates.

    All in one Dagster run, one query for each table and season, or in as few runs as build nothing twice. Ctrl-C
    cancels it; what was finished stays finished, and the same command builds the rest. Exits with 0 only if every
    partition of the range is good afterwards.

    Examples:

        nba backfill --start 2021-10-19 --end 2022-06-16

        nba backfill --start 2021-10-19 --end 2026-01-03 --dry-run

        nba backfill --start 2021-11-01 --end 2021-11-30 --tables team_offense_game_summary --force
    """
    build_range(start, end, tables, lake, dry_run=dry_run, force=force, workers=workers, chunk=chunk)


@app.command()
def replay(
    day: Annotated[str, typer.Option("--date", help="The date, YYYY-MM-DD, Eastern.")],
    against: Annotated[Path | None, typer.Option(help="Another lake, whose tables it is compared with.")] = None,
    keep: Annotated[Path | None, typer.Option(help="A new folder that the rebuilt lake is left in.")] = None,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Build a date again from its raw data, in a lake of its own, and compare every value with what is stored.

    Nothing is written to either lake. Exits with 1 if anything differs.

    Examples:

        nba replay --date 2021-11-15

        nba replay --date 2021-11-15 --lake /data/corrected --against /data/lake --keep /tmp/replayed
    """
    from nba_assets.audit.replay import replay as rebuild
    from nba_assets.cli.arguments import parse_date

    results = rebuild(lake, parse_date(day, "--date"), against, keep)
    print_compared(results, "production", "replayed")
    if any(found.differences for found in results):
        raise typer.Exit(1)
    out.print(f"{day}: {sum(found.new_rows for found in results):,} rows, all as production holds them")


app.command()(compare)


@app.command()
def verify(
    start: Annotated[str, typer.Option(help="First date, YYYY-MM-DD.")],
    end: Annotated[str, typer.Option(help="Last date, YYYY-MM-DD.")],
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
    from nba_assets.cli.arguments import named_tables, parse_range, partition_days

    window = parse_range(start, end)
    if window.by_season():  # a summer owes nothing, so nothing of it is missing
        partition_days(window)
    chosen = named_tables(tables or [])
    found = look(warehouse_at(lake), chosen, window, least)
    print_coverage(found)
    for table in found:
        if table.error:
            err.print(f"[red]{table.table}[/red]: {table.error}", highlight=False)
    if not all(table.ready for table in found):
        raise typer.Exit(1)


@app.command()
def cascade(
    day: Annotated[str | None, typer.Option("--date", help="The date, YYYY-MM-DD, Eastern.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="The newest N dates instead, a line each.")] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As a page of Markdown.")] = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """How a date came about: when its raw data was there, when each table started and ended, what it waited for.

    Each table is compared with the median of its last ten runs for a single date.

    Examples:

        nba cascade --date 2021-11-15

        nba cascade --last 7
    """
    from nba_assets.cli.arguments import parse_day

    if (day is None) == (last is None):
        raise BadInput("--date or --last: give one of the two")
    window = parse_day(day) if day else None
    _require_lake(lake)
    os.environ["NBA_LAKE"] = str(lake.resolve())

    from nba_assets.orchestration.resource import WarehouseResource
    from nba_assets.orchestration.run_history.cascade import cascade as look
    from nba_assets.orchestration.run_history.cascade import last_cascades, markdown

    warehouse = WarehouseResource.from_environment().open()
    with instance_at_home() as instance:
        found = [look(instance, warehouse, window.start)] if window else last_cascades(instance, warehouse, last or 1)
    if as_markdown:
        out.print("\n".join(map(markdown, found)), markup=False, highlight=False, soft_wrap=True)
    elif window:
        print_cascade(found[0])
    else:
        print_cascades(found)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT. Tables are called dataset.table.")],
    limit: Annotated[int, typer.Option(min=1, help="Print at most this many rows.")] = 50,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Ask the lake a question in SQL; every table is a view. Only reads.

    Examples:

        nba query "SELECT * FROM nba_analytics.player_game_summary WHERE game_date = '2021-11-15' LIMIT 5"

        nba query "SELECT team_abbr, avg(pace) FROM nba_analytics.team_offense_game_summary GROUP BY 1 ORDER BY 2 DESC"
    """
    from nba_assets.readers.query import query as ask

    _require_lake(lake)
    rows = ask(lake.resolve(), sql, limit + 1)
    shown = min(limit, MOST_ROWS_ACROSS) if rows.num_columns > MOST_COLUMNS_ACROSS else limit
    print_rows(rows.slice(0, shown))
    if rows.num_rows > shown:
        out.print(f"the first {shown} rows")


def _ingest(directory: Path, lake: Path) -> list[Ingested]:
    from nba_assets.warehouse.ingest import ingest as ingest_directory
    from nba_assets.warehouse.lake import Lake

    with bar() as progress:
        report = reporter(progress)

        def report_table(table: RawTable, done: int, total: int) -> None:
            report(table.name, done, total)

        results = ingest_directory(directory, Lake(lake.resolve()), report_table)
    print_ingested(results)
    return results


def _require_lake(lake: Path) -> None:
    if not lake.is_dir():
        raise BadInput(f"the lake {lake} is empty: fill it with `nba ingest DIR` or `nba simulate`")


def main() -> None:
    """Run the command; bad input is one line and exit code 2."""
    try:
        app()
    except BadInput as error:
        err.print(f"nba: {error}", style="red", highlight=False, markup=False)
        sys.exit(2)
