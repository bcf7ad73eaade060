"""`nba replay`: one date built again from its raw data, and compared with what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as RichTable
from rich.text import Text

from nba_assets.cli.arguments import DEFAULT_LAKE, DateOption, LakeOption, parse_day
from nba_assets.cli.terminal import out

if TYPE_CHECKING:
    from nba_assets.audit.replay import Compared

MOST_DIFFERENCES = 20


def replay(
    day: DateOption,
    against: Annotated[Path | None, typer.Option(help="Another lake, whose tables it is compared with.")] = None,
    keep: Annotated[Path | None, typer.Option(help="A new folder that the rebuilt lake is left in.")] = None,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Build a date again from its raw data, in a lake of its own, and compare every value with what is stored.

    Nothing is written to either lake. Exits with 1 if anything differs.

    Examples:

        nba replay --date 2021-11-15

        nba replay --date 2021-11-15 --lake /data/corrected --against /data/lake --keep /tmp/replayed
    """
    from nba_assets.audit.replay import replay as rebuild
    from nba_assets.orchestration.partitions import partition_days

    (date,) = partition_days(parse_day(day))
    results = rebuild(lake, date, against, keep)
    _print_replay(results)
    if any(found.differences for found in results):
        raise typer.Exit(1)
    out.print(f"{day}: {sum(found.replayed_rows for found in results):,} rows, all as production holds them")


def _print_replay(results: Sequence[Compared]) -> None:
    """How many rows of each table differ and in which columns, then the first values that do."""
    shown = RichTable("table", "production", "replayed", "only in production", "only replayed", "changed", "columns")
    for found in results:
        columns = ", ".join(f"{name} ({rows})" for name, rows in found.columns.most_common())
        counts = (found.production_rows, found.replayed_rows, found.only_in_production, found.only_replayed)
        shown.add_row(found.table, *[f"{count:,}" for count in (*counts, found.changed)], columns)
    out.print(shown)
    differences = [difference for found in results for difference in found.differences]
    if not differences:
        return
    values = RichTable("table", "key", "column", "production", "replayed")
    for difference in differences[:MOST_DIFFERENCES]:
        values.add_row(*[Text(text) for text in astuple(difference)])  # an array in brackets is no markup
    out.print(values)
    if len(differences) > MOST_DIFFERENCES:
        out.print(f"the first {MOST_DIFFERENCES} of {len(differences):,} differences")
