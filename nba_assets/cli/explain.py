"""`nba explain`: where one stored row comes from, the input rows that make it, and what was passed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, DateOption, JsonOption, LakeOption, parse_day
from nba_assets.cli.completion import built_table
from nba_assets.cli.instance import warehouse_at
from nba_assets.cli.rows import Cell, Rows, as_json, print_json
from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home

if TYPE_CHECKING:
    from nba_assets.audit.explain import Explanation, Input
    from nba_assets.contracts.table import Table
    from nba_assets.warehouse.base import Warehouse

MOST_ROWS = 12
MOST_COLUMNS = 8


def explain(
    table: Annotated[str, typer.Argument(help="The table, with or without its data set.", autocompletion=built_table)],
    day: DateOption,
    key: Annotated[
        str, typer.Option("--key", help="What the row is of: a player, a game, a team; several separated by commas.")
    ],
    column: Annotated[str | None, typer.Option("--column", help="One column of the row only.")] = None,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Why does this row say so? The input rows, one level up, that are enough to make it, and what was passed over.

    Found by leaving out inputs, and rows of them, as long as the table's query makes the same; so the value is made
    again from just the rows that are shown. Then the code that made the stored row, and the run. Only reads. Exits with
    1 if what is read now makes another value than is stored.

    Examples:

        nba explain player_game_summary --date 2021-11-15 --key lebronjames --column ts_pct

        nba explain team_offense_game_summary --date 2021-11-15 --key LAL --json
    """
    from nba_assets.readers.catalog import require_columns

    named = [part.strip() for part in key.split(",") if part.strip()]
    if not named:
        raise BadInput("--key names nothing")
    window, chosen = parse_day(day), _built(table)
    if column:
        require_columns(chosen, [column])
    warehouse = warehouse_at(lake)

    from nba_assets.audit.explain import explain as look

    found = look(warehouse, chosen, window.start, named, column)
    _print_values(found)
    _print_inputs(found)
    _print_origin(found, warehouse)
    if found.differing:
        out.print(f"what is read now makes another: {', '.join(found.differing)}", highlight=False)
        raise typer.Exit(1)
    out.print("made again from just these rows: equal to what is stored", highlight=False)


def _built(name: str) -> Table:
    """Raises BadInput for what is no table, and for what is not built of others a day at a time."""
    from nba_assets.contracts.table import Table
    from nba_assets.readers.catalog import find

    contract = find(name)
    if not isinstance(contract, Table) or contract.monthly:
        raise BadInput(f"{contract.full_name} is no table whose days are built of others: there is nothing to explain")
    return contract


def _print_values(found: Explanation) -> None:
    shown = Rows("value", ("column", "stored", "made again", "equal"), f"{found.table.name} of {found.day}")
    again: Mapping[str, Any] = found.again or {}
    for name in found.columns:
        stored, made = found.stored.get(name), again.get(name)
        shown.add(name, _plain(stored), _plain(made), stored == made)
    shown.print()


def _plain(value: Any) -> Any:
    """A number without thousands' commas or rounding: here every digit counts."""
    return value if as_json() or value is None else str(value)


def _print_inputs(found: Explanation) -> None:
    from nba_assets.audit.explain import NOT_NEEDED

    names = ("table", "reads", "rows read", "of its key", "enough", "role")
    shown = Rows("input", names, "what it is made of")
    beside = [of for of in found.inputs if of.role == NOT_NEEDED and not as_json()]
    for of in found.inputs:
        if of not in beside:
            dates = str(of.dates) if of.dates else "whole"
            shown.add(of.contract.full_name, dates, of.read, of.related, len(of.enough), of.role)
    shown.print()
    if beside:
        out.print(f"{NOT_NEEDED}: {', '.join(of.contract.name for of in beside)}", highlight=False)
    for of in found.inputs:
        if as_json():
            for row in of.enough:
                print_json({"kind": "input row", "table": of.contract.full_name, "row": row})
        elif of.enough:
            _print_rows(found, of)


def _print_rows(found: Explanation, of: Input) -> None:
    """The first rows, with their key and the columns that what is explained comes from."""
    from nba_assets.compile.statements import statements

    sources = statements(found.table, "duckdb").sources
    feeding = [
        column
        for name in found.columns
        for dataset, table, column in sources.get(name, ())
        if (dataset, table) == (of.contract.dataset, of.contract.name)
    ]
    names = list(dict.fromkeys([*of.contract.key, *feeding]))[: max(MOST_COLUMNS, len(of.contract.key))]
    shown = Rows("", names, of.contract.full_name)
    for row in of.enough[:MOST_ROWS]:
        shown.add(*[_plain(row[name]) for name in names])
    shown.print()
    if len(of.enough) > MOST_ROWS:
        out.print(f"the first {MOST_ROWS} of {len(of.enough):,} rows")


def _print_origin(found: Explanation, warehouse: Warehouse) -> None:
    import dagster as dg

    from nba_assets.compile.code_version import code_version
    from nba_assets.orchestration.keys import asset_key

    build = warehouse.builds(found.table, [found.day]).get(found.day)
    with instance_at_home() as instance:
        wanted = dg.AssetRecordsFilter(asset_key(found.table), asset_partitions=[found.day.isoformat()])
        latest = next(iter(instance.fetch_materializations(wanted, limit=1).records), None)
    shown = Rows("origin", ("code", "code of today", "run", "built at"))
    built = datetime.fromtimestamp(latest.timestamp, UTC) if latest else None
    shown.add(
        (build.code if build else "") or Cell(None, "not noted"),
        code_version(found.table, warehouse.dialect),
        latest.run_id if latest else Cell(None, "none on record"),
        built,
    )
    shown.print()
