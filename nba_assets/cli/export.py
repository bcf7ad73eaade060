"""`nba export` and `nba import`: partitions taken out of the warehouse as Parquet, and brought into another.

What goes with a partition is the transfer's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.arguments import (
    DEFAULT_LAKE,
    EndOption,
    JsonOption,
    LakeOption,
    StartOption,
    TablesOption,
    named_tables,
    names_in,
    parse_range,
)
from nba_assets.cli.instance import on_lake, opened, require_lake
from nba_assets.cli.rows import Rows
from nba_assets.cli.terminal import bar, out, reporter
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home

if TYPE_CHECKING:
    from nba_assets.contracts.calendar import Window
    from nba_assets.contracts.reading_view import ReadingView
    from nba_assets.contracts.table import Table
    from nba_assets.warehouse.base import Warehouse
    from nba_assets.warehouse.transfer import Moved


def export(
    start: StartOption,
    end: EndOption,
    to: Annotated[str, typer.Option("--to", help="A folder, or gs://bucket/folder.")],
    tables: TablesOption = None,
    wide: Annotated[
        bool, typer.Option("--wide", help="Instead a Parquet file for each feature version, a column a feature.")
    ] = False,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Copy the tables of a range of dates out of the warehouse, as a lake of Parquet files in a folder or a bucket.

    What is there of these dates is replaced. The folder may be a lake with data of its own: so tables come from
    BigQuery into a lake. Raw data is not copied. A `datapackage.json` beside the tables says what they are. With
    --wide a view's file is replaced whole, and --tables may name a view, for one version only.

    Examples:

        nba export --start 2021-10-19 --end 2022-06-16 --to gs://bucket/tables

        NBA_WAREHOUSE=bigquery nba export --start 2021-11-01 --end 2021-11-30 --to /data/lake

        nba export --wide --start 2021-10-19 --end 2022-06-16 --to training

        nba export --wide --tables ml_feature_store_v3_wide --start 2021-10-19 --end 2022-06-16 --to training
    """
    from nba_assets.readers.catalog import dates_of
    from nba_assets.readers.datapackage import write_package
    from nba_assets.warehouse.buckets import is_url, written_to
    from nba_assets.warehouse.lake import Lake

    window = parse_range(start, end)
    views = _wide_views(names_in(tables or [])) if wide else []
    chosen = named_tables(tables or []) if not wide else []
    require_lake(lake)
    warehouse = opened(lake)
    if on_lake() and not is_url(to) and Path(to).resolve().is_relative_to(lake.resolve()):
        raise BadInput(f"--to: {to} is the lake itself, or in it")
    if not any(day in window for table in views or chosen for day in warehouse.dates(dates_of(table))):
        raise BadInput(f"{warehouse.place} holds none of these tables of {window}: there is nothing to export")
    with written_to(to) as folder:
        if wide:
            moved = [_write_wide(warehouse, view, window, folder) for view in views]
        else:
            moved = _move(warehouse, _lake_in(folder), chosen, window)
        write_package(Lake(folder))
    _print_moved(moved)


def import_(
    source: Annotated[str, typer.Argument(metavar="FROM", help="A lake: a folder, or gs://bucket/folder.")],
    start: Annotated[str | None, typer.Option(help="First date, YYYY-MM-DD; else the first that is there.")] = None,
    end: Annotated[str | None, typer.Option(help="Last date, YYYY-MM-DD; else the last that is there.")] = None,
    tables: TablesOption = None,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Bring tables into the warehouse that `nba export` has written, or that lie in a lake.

    Partitions of the same dates are replaced. Bring the raw data first: a partition that was up to date where it comes
    from counts as built from the raw data that is here, and as materialised.

    Examples:

        NBA_WAREHOUSE=bigquery nba import lake

        nba import gs://bucket/tables --start 2021-11-01 --end 2021-11-30
    """
    from nba_assets.orchestration.moved import record_moved
    from nba_assets.warehouse.buckets import read_from, told

    window = parse_range(start or "0001-01-01", end or "9999-12-31") if start or end else None
    chosen, warehouse = named_tables(tables or []), opened(lake)
    with read_from(source) as folder:
        if folder.exists() and not folder.is_dir():
            raise BadInput(f"{source} is no folder")
        if on_lake() and folder == lake.resolve():
            raise BadInput(f"{source} is the lake itself")
        origin = _lake_in(folder)
        if not any(window is None or day in window for table in chosen for day in origin.dates(table)):
            raise BadInput(f"{told(source)} holds none of these tables of these dates: there is nothing to import")
        with instance_at_home() as instance:
            moved = _move(origin, warehouse, chosen, window)
            recorded = record_moved(instance, moved, told(source))
    _print_moved(moved)
    out.print(f"{recorded:,} partitions are new to Dagster", highlight=False)


def _wide_views(names: Sequence[str]) -> list[ReadingView]:
    """Those of these names, or of the tables of these names, or all. Raises BadInput for a name that has none."""
    from nba_assets.tables.registry import reading_views

    known = {name: None for view in reading_views() for name in (view.dated_by.name, view.name)}
    if unknown := [name for name in names if name not in known]:
        raise BadInput(f"--wide: {unknown[0]!r} has no features; what has some: {', '.join(known)}")
    return [view for view in reading_views() if not names or {view.name, view.dated_by.name} & set(names)]


def _write_wide(warehouse: Warehouse, view: ReadingView, window: Window, folder: Path) -> Moved:
    """One file; what is in it of each day."""
    from nba_assets.cli.row_formats import write_rows
    from nba_assets.readers.datapackage import exported_file
    from nba_assets.readers.read import rows_of
    from nba_assets.warehouse.transfer import Moved

    rows = rows_of(warehouse, view, window, view.schema().names).arrow
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(rows.schema, [rows], "parquet", exported_file(view, folder))
    return Moved(view, dict(Counter(rows[str(view.partition_by)].to_pylist())))


def _lake_in(folder: Path) -> Warehouse:
    from nba_assets.warehouse.duckdb import DuckDBWarehouse
    from nba_assets.warehouse.lake import Lake

    return DuckDBWarehouse(Lake(folder), carried=True)


def _move(source: Warehouse, target: Warehouse, tables: Sequence[Table], window: Window | None) -> list[Moved]:
    from nba_assets.warehouse.transfer import move

    with bar() as progress:
        return move(source, target, tables, window, reporter(progress))


def _print_moved(moved: Sequence[Moved]) -> None:
    shown = Rows("moved", ("table", "partitions", "rows"))
    for of in moved:
        shown.add(of.table.name, len(of.rows), sum(of.rows.values()))
    shown.print()
