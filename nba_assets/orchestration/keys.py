"""Asset keys: what a table of ours is called in Dagster, and which Dagster step builds which tables.

An asset's key is its table's dataset and name. What the asset says of itself is made elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.table import Table


def asset_key(contract: Contract) -> dg.AssetKey:
    return dg.AssetKey([contract.dataset, contract.name])


def by_step(tables: Iterable[Table]) -> dict[str, list[Table]]:
    """The tables by the key of the step that builds them, in the order they come."""
    found: dict[str, list[Table]] = {}
    for table in tables:
        found.setdefault(table.step, []).append(table)
    return found
