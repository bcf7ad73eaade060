"""`nba estimate`: what building some dates would cost on BigQuery, asked by dry runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.arguments import EndOption, JsonOption, StartOption, TablesOption, named_tables, parse_range
from nba_assets.cli.rows import Cell, Rows
from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from nba_assets.warehouse.bigquery.estimate import Estimate

GIB, TIB = 1 << 30, 1 << 40


def estimate(
    start: StartOption,
    end: EndOption,
    tables: TablesOption = None,
    price: Annotated[
        float, typer.Option("--price", envvar="NBA_BIGQUERY_PRICE", min=0, help="Dollars for a TiB that is read.")
    ] = 6.25,
    as_json: JsonOption = False,
) -> None:
    """What would it cost? What building the dates reads on BigQuery, in dollars, and the partitions it changes.

    Needs NBA_WAREHOUSE=bigquery. Nothing is built or billed.

    Examples:

        nba estimate --start 2021-11-15 --end 2021-11-15

        nba estimate --start 2021-10-19 --end 2022-06-16 --tables player_game_summary --price 5
    """
    from nba_assets.audit.game_days import Calendar
    from nba_assets.compile.bind import stored_inputs
    from nba_assets.orchestration.partitions import partition_days
    from nba_assets.orchestration.resource import WarehouseResource

    days = partition_days(parse_range(start, end))
    chosen = named_tables(tables or [])
    warehouse = WarehouseResource.from_environment().open()
    if warehouse.dialect != "bigquery":
        raise BadInput("NBA_WAREHOUSE: `nba estimate` asks BigQuery; set it to bigquery")

    from nba_assets.warehouse.bigquery.engine import LOOK_UP_SECONDS, BigQueryWarehouse
    from nba_assets.warehouse.bigquery.estimate import estimates, modifications

    assert isinstance(warehouse, BigQueryWarehouse)
    calendar = Calendar.of(warehouse)
    calendar.require_seasons(chosen, days)
    wanted = calendar.wanted(chosen, days)
    with warehouse.session(LOOK_UP_SECONDS) as session:
        session.require({source: None for table in wanted for source in stored_inputs(table)})
    _print_estimates(list(estimates(warehouse.dry_run, wanted)), price)
    _print_modifications(modifications(wanted))


def _print_estimates(found: Sequence[Estimate], price: float) -> None:
    shown = Rows("estimate", ("table", "queries", "GiB read", "dollars"))
    for table in found:
        shown.add(table.table, *_cells(table.queries, table.bytes_read, price))
    queries, read = sum(table.queries for table in found), sum(table.bytes_read for table in found)
    shown.add(Cell("all", "all", "bold"), *_cells(queries, read, price))
    shown.print()


def _cells(queries: int, read: int, price: float) -> tuple[int, Cell, Cell]:
    dollars = price * read / TIB
    return queries, Cell(read / GIB, f"{read / GIB:,.3f}"), Cell(dollars, f"{dollars:,.4f}")


def _print_modifications(modified: Counter[str]) -> None:
    """How often partitions are modified, and of the table of which it is most, how many days' quota that is."""
    from nba_assets.warehouse.bigquery.estimate import MODIFICATIONS_A_DAY

    for table, most in modified.most_common(1):
        days = most / MODIFICATIONS_A_DAY
        told = f"{modified.total():,} modifications of partitions at most, {most:,} of them of {table}"
        out.print(f"{told}: {days:.1%} of what BigQuery allows a table in a day ({MODIFICATIONS_A_DAY:,})")
