"""`nba lineage`: what a column comes from and what is made of it, as a tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.tree import Tree

from nba_assets.cli import completion
from nba_assets.cli.arguments import JsonOption
from nba_assets.cli.instance import compile_queries, dialect_chosen
from nba_assets.cli.rows import Rows
from nba_assets.cli.rows import as_json as prints_json
from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput

if TYPE_CHECKING:
    from nba_assets.compile.ancestry import Column

    Next = Callable[[Column], tuple[Column, ...]]


def lineage(
    column: Annotated[
        str,
        typer.Argument(help="TABLE.COLUMN, with or without the dataset before it.", autocompletion=completion.column),
    ],
    as_json: JsonOption = False,
) -> None:
    """Where a column comes from, up to the raw tables, and which columns of later tables are made of it.

    What a value is made of counts, not which rows were chosen. What was shown above is not opened again: `...`.

    Examples:

        nba lineage player_game_summary.ts_pct

        nba lineage nba_raw.nbac_gamebook_player_stats.points --json
    """
    from nba_assets.compile.ancestry import asked_of, asked_of_uses, sources, uses

    found, dialect = _column(column), dialect_chosen()

    def before(column: Column) -> tuple[Column, ...]:
        compile_queries(asked_of(column), dialect)
        return sources(dialect, column) or ()

    def after(column: Column) -> tuple[Column, ...]:
        compile_queries(asked_of_uses(column), dialect)
        return uses(dialect, column)

    for title, one_on in (("comes from", before), ("goes into", after)):
        if prints_json():
            _print_steps(title, found, one_on)
            continue
        tree = Tree(f"{'.'.join(found)} {title}{'' if one_on(found) else ' no other column'}")
        _grow(tree, found, one_on, set())
        out.print(tree, highlight=False)


def _print_steps(title: str, found: Column, after: Next) -> None:
    """Each column that is reached with those one step on, once."""
    shown = Rows("lineage", ("direction", "column", "columns"))
    reached = [found]
    for column in reached:
        if one_on := after(column):
            shown.add(title, ".".join(column), [".".join(other) for other in one_on])
        reached += [other for other in one_on if other not in reached]
    shown.print()


def _grow(tree: Tree, column: Column, after: Next, shown: set[Column]) -> None:
    for found in after(column):
        again = found in shown and bool(after(found))
        branch = tree.add(f"{'.'.join(found)}{' ...' if again else ''}")
        if not again:
            shown.add(found)
            _grow(branch, found, after, shown)


def _column(text: str) -> Column:
    """Raises BadInput for what is no column of any table."""
    from nba_assets.contracts.reading_view import ReadingView
    from nba_assets.readers.catalog import find, require_columns

    table, dot, column = text.rpartition(".")
    if not dot:
        raise BadInput(f"{text!r}: write TABLE.COLUMN")
    contract = find(table)
    if isinstance(contract, ReadingView):
        raise BadInput(f"{contract.full_name} is a view: ask for a column of {contract.dated_by.name}")
    require_columns(contract, [column])
    return contract.full_name, column
