"""`nba query`: SQL over the warehouse, read only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as RichTable

from nba_assets.cli.arguments import DEFAULT_LAKE, LakeOption
from nba_assets.cli.instance import on_lake, opened, require_lake
from nba_assets.cli.terminal import out

if TYPE_CHECKING:
    import pyarrow as pa

MOST_COLUMNS_ACROSS = 16
MOST_ROWS_ACROSS = 5


def query(
    sql: Annotated[str, typer.Argument(help="One SELECT. Tables are called dataset.table.")],
    limit: Annotated[int, typer.Option(min=1, help="Print at most this many rows.")] = 50,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Ask the warehouse a question in its SQL; in a lake every table is a view. Only reads.

    Examples:

        nba query "SELECT * FROM nba_analytics.player_game_summary WHERE game_date = '2021-11-15' LIMIT 5"

        nba query "SELECT team_abbr, avg(pace) FROM nba_analytics.team_offense_game_summary GROUP BY 1 ORDER BY 2 DESC"
    """
    from nba_assets.readers.query import query as ask
    from nba_assets.readers.query import query_server

    require_lake(lake)
    rows = ask(lake.resolve(), sql, limit + 1) if on_lake() else query_server(opened(lake), sql, limit + 1)
    shown = min(limit, MOST_ROWS_ACROSS) if rows.num_columns > MOST_COLUMNS_ACROSS else limit
    _print_rows(rows.slice(0, shown))
    if rows.num_rows > shown:
        out.print(f"the first {shown} rows")


def _print_rows(rows: pa.Table) -> None:
    """A table; a wide one turned on its side, a column a line, since sixty columns fit no terminal."""
    records = [["" if value is None else str(value) for value in row.values()] for row in rows.to_pylist()]
    shown = RichTable(*rows.column_names)
    if rows.num_columns > MOST_COLUMNS_ACROSS:
        shown = RichTable("column", *[f"row {n}" for n in range(1, len(records) + 1)])
        records = [[name, *values] for name, *values in zip(rows.column_names, *records, strict=True)]
    for record in records:
        shown.add_row(*record)
    out.print(shown)
