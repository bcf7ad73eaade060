"""`nba lineage`: what a column comes from and what is made of it, as a tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.tree import Tree

from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput

if TYPE_CHECKING:
    from nba_assets.compile.ancestry import Column

    Next = Callable[[Column], tuple[Column, ...]]


def lineage(
    column: Annotated[str, typer.Argument(help="TABLE.COLUMN, with or without the dataset before it.")],
) -> None:
    """Where a column comes from, up to the raw tables, and which columns of later tables are made of it.

    What a value is made of counts, not which rows were chosen. What was shown above is not opened again: `...`.

    Examples:

        nba lineage player_game_summary.ts_pct

        nba lineage nba_raw.nbac_gamebook_player_stats.points
    """
    from nba_assets.compile.ancestry import sources, uses
    from nba_assets.orchestration.resource import WarehouseResource

    found, dialect = _column(column), WarehouseResource.from_environment().dialect
    directions: dict[str, Next] = {
        "comes from": lambda column: sources(dialect, column) or (),
        "goes into": lambda column: uses(dialect).get(column, ()),
    }
    for title, after in directions.items():
        tree = Tree(f"{'.'.join(found)} {title}{'' if after(found) else ' no other column'}")
        _grow(tree, found, after, set())
        out.print(tree, highlight=False)


def _grow(tree: Tree, column: Column, after: Next, shown: set[Column]) -> None:
    for found in after(column):
        again = found in shown and bool(after(found))
        branch = tree.add(f"{'.'.join(found)}{' ...' if again else ''}")
        if not again:
            shown.add(found)
            _grow(branch, found, after, shown)


def _column(text: str) -> Column:
    """Raises BadInput for what is no column of any table."""
    from nba_assets.readers.catalog import stored_contracts

    table, _, column = text.rpartition(".")
    named = [contract for contract in stored_contracts() if table in (contract.full_name, contract.name)]
    if not named:
        raise BadInput(f"{text!r}: no table called {table!r}; write TABLE.COLUMN")
    contract = named[0]
    if column not in (names := [c.name for c in contract.columns]):
        raise BadInput(f"{text!r}: {contract.full_name} has no column {column!r}; it has {', '.join(names)}")
    return contract.full_name, column
