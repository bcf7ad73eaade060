"""`nba catalog`: a database file of views over the lake, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, JsonOption, LakeOption
from nba_assets.cli.instance import on_lake, require_lake
from nba_assets.cli.rows import Rows
from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput


def catalog(
    file: Annotated[Path, typer.Argument(help="The file to write.")] = Path("nba.duckdb"),
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Write a small DuckDB file in which every table of the lake is a view with its comments.

    DBeaver, Harlequin, R, Superset or a notebook open it. It holds no rows: what is built later is seen. Write it anew
    after a release, and when a table is built for the first time.

    Examples:

        nba catalog

        nba catalog /data/nba.duckdb
    """
    from nba_assets.readers.catalog_file import write_catalog
    from nba_assets.warehouse.lake import Lake

    if not on_lake():
        raise BadInput("nba catalog is of a lake; tables of BigQuery are where every program finds them")
    require_lake(lake)
    shown = Rows("view", ("view", "columns", "built"))
    for viewed in write_catalog(Lake(lake.resolve()), file):
        shown.add(viewed.contract.full_name, len(viewed.contract.columns), viewed.is_built)
    shown.print()
    out.print(f"{file}: open it read-only, as others may", highlight=False)
