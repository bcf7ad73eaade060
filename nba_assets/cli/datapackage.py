"""`nba datapackage`: the lake described for programs that know no Dagster, as `datapackage.json`."""

from __future__ import annotations

from nba_assets.cli.arguments import DEFAULT_LAKE, LakeOption
from nba_assets.cli.instance import on_lake, require_lake
from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput


def datapackage(lake: LakeOption = DEFAULT_LAKE) -> None:
    """Describe the lake in a `datapackage.json` at its root: tables, their files, columns with unit and meaning, keys.

    The form is that of the Data Package standard, version 2. `nba export` writes one beside what it exports.

    Examples:

        nba datapackage

        nba datapackage --lake /data/lake
    """
    from nba_assets.readers.datapackage import FILE, write_package
    from nba_assets.warehouse.lake import Lake

    if not on_lake():
        raise BadInput("a data package describes files: `nba export` writes them, and one with them")
    require_lake(lake)
    tables = write_package(Lake(lake))
    out.print(f"{lake / FILE} describes {tables} tables", highlight=False)
