"""`nba shell`: a prompt for SQL over the warehouse, in DuckDB's SQL over a lake; it only reads.

DuckDB's Python package brings no prompt of its own. Each statement is a query of `nba query`, so what is built
meanwhile is seen, and nothing that writes is run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, LakeOption
from nba_assets.cli.describe import describe, tables
from nba_assets.cli.instance import require_lake
from nba_assets.cli.query import MOST_ROWS, ROWS_SHOWN, TABLE, answered, show
from nba_assets.cli.terminal import err, out
from nba_assets.contracts.errors import BadInput, GaveWay

PROMPT, CONTINUED = "nba> ", "...> "

HELP = "SQL ends with a semicolon. .tables lists tables, .describe TABLE its columns, .quit or Ctrl-D leaves."


def shell(
    limit: Annotated[
        int, typer.Option(min=1, max=MOST_ROWS, help="Print at most this many rows of an answer.")
    ] = ROWS_SHOWN,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """A prompt for SQL over the tables; only reads. Tab completes names of tables and columns.

    Examples:

        nba shell

        nba shell --limit 10 < questions.sql
    """
    require_lake(lake)
    _complete_names()
    is_typed = sys.stdin.isatty()
    if is_typed:
        out.print(HELP, highlight=False)
    for asked in statements(lambda prompt: input(prompt if is_typed else "")):
        try:
            _answer(asked, lake, limit)
        except (BadInput, GaveWay) as error:
            err.print(str(error), style="red", highlight=False)
        except KeyboardInterrupt:
            err.print("interrupted")


def statements(read: Callable[[str], str]) -> Iterator[str]:
    """What is typed, until it ends: a command that begins with a dot, or SQL up to a semicolon at a line's end."""
    lines: list[str] = []
    while True:
        try:
            line = read(CONTINUED if lines else PROMPT)
        except KeyboardInterrupt:  # begins anew
            lines.clear()
            continue
        except EOFError:
            if asked := "\n".join(lines).strip():
                yield asked
            return
        lines.append(line)
        asked = "\n".join(lines).strip()
        if asked in (".quit", ".exit"):
            return
        if asked.startswith(".") or asked.endswith(";") or not asked:
            lines.clear()
            if asked:
                yield asked


def _answer(asked: str, lake: Path, limit: int) -> None:
    match asked.split():
        case [".tables"]:
            tables(None, lake=lake)
        case [".describe", table]:
            describe(table, lake=lake)
        case [command, *_] if command.startswith("."):
            out.print(HELP, highlight=False)
        case _:
            with answered(lake, asked, limit + 1) as answer:
                show(answer, TABLE, None, limit)


def _complete_names() -> None:
    """By tab, where Python has the library for it."""
    with suppress(ImportError):
        import readline

        from nba_assets.readers.catalog import readable

        names = sorted({of.full_name for of in readable()} | {c.name for of in readable() for c in of.columns})

        def complete(begun: str, number: int) -> str | None:
            fitting = [name for name in names if name.startswith(begun)]
            return fitting[number] if number < len(fitting) else None

        readline.set_completer(complete)
        readline.set_completer_delims(" \t\n,()=<>;")
        readline.parse_and_bind("tab: complete")
