"""`nba lineage`: what a column comes from and what is made of it, as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer
from rich.tree import Tree

from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput

if TYPE_CHECKING:
    from nba_assets.compile.ancestry import Column


def lineage(
    column: Annotated[str, typer.Argument(help="TABLE.COLUMN, with or without the dataset before it.")],
) -> None:
    """Where a column comes from, up to the raw tables, and which columns of later tables are made of it.

    What a value is made of counts, not which rows were chosen. What was shown above is not opened again: `...`.

    Examples:

        nba lineage player_game_summary.ts_pct

        nba lineage nba_raw.nbac_gamebook_player_stats.points
    """
    from nba_assets.compile.ancestry import ancestry
    from nba_assets.orchestration.resource import WarehouseResource

    found = _column(column)
    of = ancestry(WarehouseResource.from_environment().dialect)
    for title, nexts in (("comes from", of.sources), ("goes into", of.uses)):
        tree = Tree(f"{'.'.join(found)} {title}" if nexts.get(found) else f"{'.'.join(found)} {title} no other column")
        _grow(tree, found, nexts, set())
        out.print(tree, highlight=False)


def _grow(tree: Tree, column: Column, nexts: Mapping[Column, tuple[Column, ...]], shown: set[Column]) -> None:
    for found in nexts.get(column, ()):
        again = found in shown and found in nexts
        branch = tree.add(f"{'.'.join(found)}{' ...' if again else ''}")
        if not again:
            shown.add(found)
            _grow(branch, found, nexts, shown)


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
