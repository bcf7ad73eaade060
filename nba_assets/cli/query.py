"""`nba query`: SQL over the warehouse, read only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, JsonOption, LakeOption
from nba_assets.cli.instance import on_lake, opened, require_lake
from nba_assets.cli.rows import Rows, print_json
from nba_assets.cli.rows import as_json as prints_json
from nba_assets.cli.terminal import out

if TYPE_CHECKING:
    import pyarrow as pa

MOST_COLUMNS_ACROSS = 16
MOST_ROWS_ACROSS = 5


def query(
    sql: Annotated[str, typer.Argument(help="One SELECT. Tables are called dataset.table.")],
    limit: Annotated[int, typer.Option(min=1, help="Print at most this many rows.")] = 50,
    as_json: JsonOption = False,
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
    wide = rows.num_columns > MOST_COLUMNS_ACROSS and not as_json
    shown = min(limit, MOST_ROWS_ACROSS) if wide else limit
    _print_rows(rows.slice(0, shown))
    if rows.num_rows > shown:
        out.print(f"the first {shown} rows")


def _print_rows(rows: pa.Table) -> None:
    """A table; a wide one turned on its side, a column a line, since sixty columns fit no terminal."""
    from nba_assets.warehouse.records import records

    found = records(rows)
    if prints_json():
        for row in found:
            print_json(row)
        return
    lines = [["" if value is None else str(value) for value in row.values()] for row in found]
    shown = Rows("", rows.column_names)
    if rows.num_columns > MOST_COLUMNS_ACROSS:
        shown = Rows("", ("column", *[f"row {n}" for n in range(1, len(lines) + 1)]))
        lines = [[name, *values] for name, *values in zip(rows.column_names, *lines, strict=True)]
    for line in lines:
        shown.add(*line)
    shown.print()
