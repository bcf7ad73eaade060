"""`nba query`: SQL over the warehouse, read only, its rows at a terminal or in a format for other programs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.cells import cell_len

from nba_assets.cli.arguments import DEFAULT_LAKE, JsonOption, LakeOption
from nba_assets.cli.instance import on_lake, opened, require_lake, require_outside
from nba_assets.cli.row_formats import SUFFIXES, format_of, sql_given, write_rows
from nba_assets.cli.rows import Rows
from nba_assets.cli.terminal import err, out
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.printable import printable

if TYPE_CHECKING:
    import pyarrow as pa

    from nba_assets.readers.query import Answer

TABLE = "table"
ROWS_SHOWN = 50
"""Of a table for people, unless they say otherwise; other formats have all rows."""

MOST_ROWS = 10**12
"""Nobody has more, and Arrow counts no further than 64 bits go."""

WIDEST = 40
"""Characters across of a row of a table that is turned on its side; what is longer goes on in the next line."""


def query(
    sql: Annotated[str | None, typer.Argument(help="One SELECT. Tables are called dataset.table.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the SQL from a file; else from stdin.")] = None,
    how: Annotated[str, typer.Option("--format", help=f"{TABLE}, {', '.join(SUFFIXES)}.", show_default=TABLE)] = "",
    output: Annotated[
        Path | None, typer.Option("--output", help="Write to a file, whose ending says the format.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_ROWS, help=f"At most so many rows; else {ROWS_SHOWN} of a table, all in other formats."
        ),
    ] = None,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Ask the warehouse a question in its SQL; in a lake every table is a view. Only reads.

    Examples:

        nba query "SELECT * FROM nba_analytics.player_game_summary WHERE game_date = '2021-11-15' LIMIT 5"

        nba query --file pace.sql --output pace.parquet

        echo "FROM nba_analytics.team_offense_game_summary" | nba query --format csv > offense.csv
    """
    how = _format(how, output, as_json)
    require_lake(lake)
    require_outside(lake, output)
    if how == TABLE:
        limit = limit or ROWS_SHOWN
    asked = sql_given(sql, file, sys.stdin)
    with answered(lake, asked, limit + 1 if limit else None) as answer:
        show(answer, how, output, limit)


def answered(lake: Path, sql: str, limit: int | None) -> AbstractContextManager[Answer]:
    """The rows of one SELECT over the lake, or the warehouse that the settings choose.

    Raises BadInput for SQL with bytes that are no text: after a NUL engines read no further.
    """
    from nba_assets.readers.query import answer, answer_of_server

    if odd := re.search("[\0\ud800-\udfff]", sql):
        raise BadInput(f"SQL: has {odd[0]!r} in it, which is no text")
    return answer(lake.resolve(), sql, limit) if on_lake() else answer_of_server(opened(lake), sql, limit)


def _format(how: str, output: Path | None, as_json: bool) -> str:
    """Raises BadInput for none there is, and for two."""
    if as_json and how not in ("", "jsonl"):
        raise BadInput(f"--json is --format jsonl, not --format {how}")
    how = how or ("jsonl" if as_json else format_of(output) if output else TABLE)
    if how not in (TABLE, *SUFFIXES):
        raise BadInput(f"--format: {how!r} is none of {TABLE}, {', '.join(SUFFIXES)}")
    if how == TABLE and output:
        raise BadInput(f"--format {TABLE} is for a terminal; --output takes {', '.join(SUFFIXES)}")
    if how == "parquet" and not output:
        raise BadInput("--format parquet is no text: say --output FILE")
    return how


def show(answer: Answer, how: str, output: Path | None, limit: int | None) -> None:
    """The first rows, and whether there are more: one row more than `limit` was asked for to know."""
    if how == TABLE:
        print_rows(answer.table(), limit or ROWS_SHOWN)
        return
    parts = _Counted(answer.parts, limit)
    write_rows(answer.schema, parts, how, output)
    if limit and parts.seen > limit:
        err.print(f"the first {limit:,} rows: there are more", highlight=False)


@dataclass
class _Counted:
    """The first rows of some parts, and how many rows were seen."""

    parts: Iterable[pa.Table]
    limit: int | None
    seen: int = 0

    def __iter__(self) -> Iterator[pa.Table]:
        for part in self.parts:
            yield part if self.limit is None else part.slice(0, max(self.limit - self.seen, 0))
            self.seen += part.num_rows


def print_rows(rows: pa.Table, limit: int) -> None:
    """A table; one that is too wide turned on its side, a column a line, with as many rows as there is room for.

    No value is cut: what has no room in its line goes on in the next.
    """
    from nba_assets.warehouse.records import cells

    names, lines = rows.column_names, list(cells(rows.slice(0, limit)))
    upright = zip(*([names, *lines]), strict=True)
    if _across(map(_widest, upright)) <= out.width:
        shown = Rows("", names, rows=[*lines])
    else:
        lines = lines[: _fitting(names, lines)]
        shown = Rows("", ("column", *[f"row {number}" for number in range(1, len(lines) + 1)]))
        shown.rows += list(zip(names, *lines, strict=True))
    shown.print()
    if rows.num_rows > len(lines):
        all_of_them = "" if len(lines) == limit else "; --format csv has all"
        out.print(f"the first {len(lines):,} rows: there are more{all_of_them}", highlight=False)


def _fitting(names: Sequence[str], lines: Sequence[Sequence[str]]) -> int:
    """How many rows have room beside each other, at least one."""
    widths = [min(_widest(line), WIDEST) for line in lines]
    room = [number for number in range(1, len(lines) + 1) if _across([_widest(names), *widths[:number]]) <= out.width]
    return max(room, default=1)


def _across(widths: Iterable[int]) -> int:
    """Characters of a table's line, with its borders."""
    return 1 + sum(width + 3 for width in widths)


def _widest(cells: Iterable[str]) -> int:
    return max((cell_len(line) for cell in cells for line in printable(cell).split("\n")), default=0)
