"""`nba tables` and `nba describe`: what tables there are, and what the columns of one are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, JsonOption, LakeOption
from nba_assets.cli.completion import any_table
from nba_assets.cli.instance import on_lake, opened, require_lake
from nba_assets.cli.rows import Cell, Rows
from nba_assets.cli.terminal import out

if TYPE_CHECKING:
    from pathlib import Path

    from nba_assets.warehouse.base import Warehouse

EXAMPLE_SIZE = 40
"""Characters of an example that a terminal shows; what is cut ends with three dots. JSON has all of it."""


def tables(
    group: Annotated[
        str | None, typer.Option("--group", help="Only raw, conformed, analytics, precompute, predictions or view.")
    ] = None,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """List the tables and views: what a row of each is, and the dates there are.

    Examples:

        nba tables

        nba tables --group analytics --json
    """
    from nba_assets.contracts.errors import BadInput
    from nba_assets.readers.catalog import readable
    from nba_assets.readers.describe import stored

    warehouse = _readable(lake)
    found = [stored(warehouse, contract) for contract in readable()]
    if group and group not in (groups := sorted({of.group for of in found})):
        raise BadInput(f"--group: {group!r} is none of {', '.join(groups)}")
    names = ("table", "group", "partitions", "first", "last", "a row is")
    shown = Rows("stored", names)
    for of in found:
        if group in (None, of.group):
            shown.add(of.contract.full_name, of.group, of.partitions, of.first, of.last, of.a_row_is)
    shown.print()


def describe(
    table: Annotated[
        str, typer.Argument(help="A table or view, with or without its data set.", autocompletion=any_table)
    ],
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """What a row of a table is, and of each column type, unit, meaning, an example and the share of NULL.

    Example and share are of the latest 14 dates with rows.

    Examples:

        nba describe player_game_summary

        nba describe ml_feature_store_v2_wide --json
    """
    from nba_assets.cli.rows import as_json as prints_json
    from nba_assets.readers.catalog import find
    from nba_assets.readers.describe import columns_of, reads_of, stored

    contract = find(table)
    warehouse = _readable(lake)
    of = stored(warehouse, contract)
    columns, rows, window = columns_of(warehouse, of)
    facts: dict[str, Any] = {
        "table": contract.full_name,
        "group": of.group,
        "a row is": of.a_row_is,
        "key": list(contract.key),
        "partitioned by": contract.partition_by,
        "clustered by": list(contract.cluster_by),
        "partitions": of.partitions,
        "first": of.first,
        "last": of.last,
        "rows looked at": rows,
        "looked at from": window.start if window else None,
        "looked at to": window.end if window else None,
        "reads": [f"{name}: {reach}" for name, reach in reads_of(contract).items()],
    }
    if prints_json():
        Rows("described", list(facts), rows=[list(facts.values())]).print()
    else:
        out.print(f"{contract.full_name}\n\n{contract.description}\n", highlight=False)
        facts["reads"] = "\n".join(facts["reads"])
        lines = [(name, value) for name, value in facts.items() if name not in ("table", "a row is") and value]
        Rows("", ("", contract.name), rows=list(lines)).print()
    shown = Rows("column", ("column", "type", "unit", "null share", "example", "meaning"))
    for found in columns:
        share = None if found.null_share is None else Cell(found.null_share, f"{found.null_share:.1%}")
        name, kind, unit = found.column.name, found.column.type, found.column.told_unit
        shown.add(name, kind, unit, share, _example(found.example), found.column.meaning)
    shown.print()


def _readable(lake: Path) -> Warehouse:
    """The warehouse, without Dagster where it is a lake."""
    from nba_assets.readers.read import opened as opened_to_read

    require_lake(lake)
    return opened_to_read("duckdb", lake) if on_lake() else opened(lake)


def _example(value: object) -> object:
    text = "" if value is None else str(value)
    return Cell(value, f"{text[:EXAMPLE_SIZE]}..." if len(text) > EXAMPLE_SIZE else text)
