"""A job for each group of tables, and one for all of them."""

from __future__ import annotations

from typing import Any

import dagster as dg

from nba_assets.orchestration.keys import asset_key
from nba_assets.tables.registry import tables

ALL_TABLES = "all_tables"


def jobs() -> list[Any]:
    """The jobs, in the form Dagster resolves against the assets (it exports no name for that form)."""
    groups = sorted({table.group for table in tables()})
    everything = dg.AssetSelection.assets(*[asset_key(table) for table in tables()])
    return [
        *[dg.define_asset_job(f"{group}_tables", dg.AssetSelection.groups(group)) for group in groups],
        dg.define_asset_job(ALL_TABLES, everything),
    ]
