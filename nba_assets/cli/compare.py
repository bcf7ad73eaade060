"""`nba compare`: two lakes, table by table and column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as RichTable

from nba_assets.cli.terminal import out

if TYPE_CHECKING:
    from nba_assets.audit.compare import Compared

MOST_DIFFERENCES = 20


def compare(
    old: Annotated[Path, typer.Argument(help="A lake.")],
    new: Annotated[Path, typer.Argument(help="Another, which ought to hold the same.")],
    tables: Annotated[
        list[str] | None,
        typer.Option("--tables", help="Names of tables or datasets, separated by commas."),
    ] = None,
    common_columns: Annotated[
        bool, typer.Option("--only-common-columns", help="A column of one side only is no difference.")
    ] = False,
    common_tables: Annotated[
        bool, typer.Option("--only-common-tables", help="A table of one side only is no difference.")
    ] = False,
) -> None:
    """Do two lakes hold the same? Every row, by its key, and every value.

    Exits with 0 if they do, 1 if they differ, 2 if one of them is no lake.

    Examples:

        nba compare /data/lake_before lake

        nba compare /data/lake_before lake --tables nba_analytics,ml_feature_store_v2
    """
    from nba_assets.audit.compare import compare as look

    names = [name.strip() for given in tables or [] for name in given.split(",") if name.strip()]
    found = look(old, new, names, common_columns=common_columns, common_tables=common_tables)
    print_compared(found)
    if any(table.differences for table in found):
        raise typer.Exit(1)
    out.print(f"{len(found)} tables, {sum(table.new_rows for table in found):,} rows: all the same", highlight=False)


def print_compared(results: Sequence[Compared], old: str = "old", new: str = "new") -> None:
    """How many rows of each table differ and in which columns, then the first values that do."""
    shown = RichTable("table", f"{old} rows", f"{new} rows", f"only {old}", f"only {new}", "changed", "columns")
    for found in results:
        columns = ", ".join(f"{name} ({rows:,})" for name, rows in found.columns.most_common())
        counts = (found.old_rows, found.new_rows, found.only_old, found.only_new, found.changed)
        shown.add_row(found.table, *[f"{count:,}" for count in counts], columns)
    out.print(shown)
    differences = [difference for found in results for difference in found.differences]
    if not differences:
        return
    values = RichTable("table", "key", "column", old, new)
    for difference in differences[:MOST_DIFFERENCES]:
        values.add_row(*astuple(difference))
    out.print(values)
    if len(differences) > MOST_DIFFERENCES:
        out.print(f"the first {MOST_DIFFERENCES} of {len(differences):,} differences")
