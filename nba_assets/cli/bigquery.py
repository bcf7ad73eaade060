"""`nba bigquery`: data sets, tables and views of a BigQuery warehouse made, altered and printed, raw data loaded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.arguments import JsonOption
from nba_assets.cli.ingest import print_ingested, table_reporter
from nba_assets.cli.terminal import at_work, bar, err, out
from nba_assets.contracts.errors import BadInput

if TYPE_CHECKING:
    from nba_assets.contracts.contract import Contract
    from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse
    from nba_assets.warehouse.ingest import Ingested

bigquery = typer.Typer(
    no_args_is_help=True,
    help="""Make, alter and fill the tables of a BigQuery warehouse, in the project that NBA_BIGQUERY_PROJECT names.

    Examples:

        nba bigquery init

        nba bigquery load ../shared/raw
    """,
)


@bigquery.command()
def init(
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Move a table that cannot be altered in place into a new one.")
    ] = False,
    raw: Annotated[bool, typer.Option(help="Make raw tables that are missing, too.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Make the data sets and tables that are missing, and bring those that are there to what today's tables want.

    Safe to run again. New columns are added, empty in the rows that are there; descriptions, labels and clustering are
    set (clustering holds for new data only). A table of which a type or the partitioning differs is refused, with a
    list, and then nothing is done; --migrate copies its rows into a new table that takes its place. A raw table that
    somebody else made is read where it is and never changed. Over the feature store its wide views are made.

    Examples:

        nba bigquery init

        nba bigquery init --migrate --dry-run
    """
    from nba_assets.contracts.contract import RawTable
    from nba_assets.tables.registry import reading_views
    from nba_assets.warehouse.bigquery.schema import Schema

    warehouse = _warehouse()
    schema = Schema(warehouse.jobs, warehouse.names)
    plan = schema.plan((each for each in _contracts() if raw or not isinstance(each, RawTable)), reading_views())
    if refused := plan.refused(migrate):
        for line in refused:
            err.print(line, highlight=False)
        hint = "" if migrate else "; --migrate moves those that are not raw"
        raise BadInput(f"differences that cannot be altered in place: {len(refused)}{hint}; nothing was done")
    if not dry_run:
        schema.apply(plan)
    told = list(plan.told())
    for line in told:
        out.print(line, highlight=False)
    out.print(f"changes {'to be made' if dry_run else 'made'}: {len(told):,}")


@bigquery.command()
def ddl() -> None:
    """Print the statements that make all data sets, tables and views; nothing is sent.

    Examples:

        nba bigquery ddl > tables.sql
    """
    from nba_assets.tables.registry import reading_views
    from nba_assets.warehouse.bigquery.ddl import create_all
    from nba_assets.warehouse.bigquery.names import Names

    project, prefix = os.environ.get("NBA_BIGQUERY_PROJECT", ""), os.environ.get("NBA_BIGQUERY_PREFIX", "")
    location = os.environ.get("NBA_BIGQUERY_LOCATION")
    statements = create_all(_contracts(), Names(project, prefix), location, reading_views())
    at_work.over()
    typer.echo("\n\n".join(f"{statement};" for statement in statements))


@bigquery.command()
def load(
    directory: Annotated[Path, typer.Argument(help="Laid out as `DATASET/TABLE/*.parquet` (or csv, csv.gz, csv.zst).")],
    strict: Annotated[bool, typer.Option("--strict", help="Refuse a delivery in which rows share a key.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Load a directory of raw data into the raw tables of BigQuery, for a first try.

    Checked as `nba ingest` does; dates that come again are replaced, all others stay. A raw table that somebody else
    made is never written. No messages are sent: `nba backfill` builds what was loaded.

    Examples:

        nba bigquery init && nba bigquery load ../shared/raw
    """
    if any(result.contradictions for result in load_directory(directory, strict)):
        raise typer.Exit(1)


def load_directory(directory: Path, strict: bool = False) -> list[Ingested]:
    """Load a directory, with a bar for each table, and print what came of it."""
    from nba_assets.warehouse.bigquery.load import RawLoad

    warehouse = _warehouse()
    with bar() as progress:
        results = RawLoad(warehouse.jobs, warehouse.names).load(directory, table_reporter(progress), strict=strict)
    print_ingested(results)
    return results


def _warehouse() -> BigQueryWarehouse:
    from nba_assets.orchestration.resource import WarehouseResource

    return WarehouseResource.from_environment().bigquery()


def _contracts() -> tuple[Contract, ...]:
    from nba_assets.readers.catalog import stored_contracts
    from nba_assets.warehouse.bigquery.notes import BOOKKEEPING

    return (*stored_contracts(), *BOOKKEEPING)
