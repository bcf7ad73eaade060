"""`nba compare`: two lakes, table by table and column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.arguments import JsonOption, names_in
from nba_assets.cli.rows import Cell, Rows, as_json
from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput

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
    in_json: JsonOption = False,
    common_columns: Annotated[
        bool, typer.Option("--only-common-columns", help="A column of one side only is no difference.")
    ] = False,
    common_tables: Annotated[
        bool, typer.Option("--only-common-tables", help="A table of one side only is no difference.")
    ] = False,
    by_column: Annotated[
        bool, typer.Option("--by-column", help="Of each column: how many rows changed, and how far numbers are apart.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="That alone, as a Markdown table for a page of the docs.")
    ] = False,
) -> None:
    """Do two lakes hold the same? Every row, by its key, and every value.

    Exits with 0 if they do, 1 if they differ, 2 if one of them is no lake.

    Examples:

        nba compare /data/lake_before lake

        nba compare /data/lake_before lake --tables nba_analytics,ml_feature_store_v2

        nba compare /data/lake_before lake --only-common-columns --markdown > changed.md
    """
    from nba_assets.audit.compare import compare as look
    from nba_assets.warehouse.records import markdown_table

    names = names_in(tables or [])
    if tables and not names:
        raise BadInput("--tables names no table")
    found = look(old, new, names, common_columns=common_columns, common_tables=common_tables)
    if markdown:
        out.print(markdown_table(CHANGES, change_rows(found)), highlight=False, soft_wrap=True)
        raise typer.Exit(int(any(table.differences for table in found)))
    print_compared(found)
    if by_column:
        print_changes(found)
    if any(table.differences for table in found):
        raise typer.Exit(1)
    out.print(f"{len(found)} tables, {sum(table.new_rows for table in found):,} rows: all the same", highlight=False)


CHANGES = ("table", "column", "rows", "of them NULL before", "NULL now", "mean difference", "greatest")


def change_rows(results: Sequence[Compared]) -> Iterator[list[str]]:
    """Of each table that differs: how many rows are on one side only, what its columns are no longer or newly, and each
    column that rows differ in."""
    for found in results:
        sides = {"(rows of the old side only)": found.only_old, "(rows of the new side only)": found.only_new}
        lines = [[name, f"{rows:,}", "", "", "", ""] for name, rows in sides.items() if rows]
        whole = [d for d in found.differences if not d.key and d.column]
        lines += [[d.column, f"{d.old} → {d.new}", "", "", "", ""] for d in whole]
        for column, change in found.changes.items():
            counts = [f"{count:,}" if count else "" for count in (change.rows, change.filled, change.emptied)]
            apart = ["" if value is None else f"{value:.3g}" for value in (change.mean, change.greatest)]
            lines.append([column, *counts, *apart])
        names = [f"{found.table} ({found.new_rows:,} rows)", *[""] * len(lines)]
        yield from ([name, *line] for name, line in zip(names, lines, strict=False))


def print_changes(results: Sequence[Compared]) -> None:
    """What changed, column by column."""
    keys = ("table", "column", "rows", "null_before", "null_now", "mean_difference", "greatest_difference")
    shown = Rows("change", CHANGES, keys=keys)
    found = [(of.table, name, change) for of in results for name, change in of.changes.items()]
    values = ((table, name, of.rows, of.filled, of.emptied, of.mean, of.greatest) for table, name, of in found)
    for row in values if as_json() else change_rows(results):
        shown.add(*row)
    shown.print()


def print_compared(results: Sequence[Compared], old: str = "old", new: str = "new") -> None:
    """How many rows of each table differ and in which columns, then the first values that do."""
    names = ("table", f"{old} rows", f"{new} rows", f"only {old}", f"only {new}", "changed", "columns")
    keys = ("table", "old_rows", "new_rows", "only_old", "only_new", "changed", "columns")
    shown = Rows("compared", names, keys=keys)
    for found in results:
        columns = ", ".join(f"{name} ({rows:,})" for name, rows in found.columns.most_common())
        counts = (found.old_rows, found.new_rows, found.only_old, found.only_new, found.changed)
        shown.add(found.table, *counts, Cell(found.columns, columns))
    shown.print()
    differences = [difference for found in results for difference in found.differences]
    if not differences:
        return
    most = len(differences) if as_json() else MOST_DIFFERENCES
    values = Rows("difference", ("table", "key", "column", old, new), keys=("table", "key", "column", "old", "new"))
    for difference in differences[:most]:
        values.add(*astuple(difference))
    values.print()
    if len(differences) > most:
        out.print(f"the first {most} of {len(differences):,} differences")
