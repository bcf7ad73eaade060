"""Asset keys: what a table of ours is called in Dagster.

What the asset says of itself is made elsewhere.
"""

from __future__ import annotations

import dagster as dg

from nba_assets.contracts.contract import Contract


def asset_key(contract: Contract) -> dg.AssetKey:
    """The key of a table's asset: its dataset and its name."""
    return dg.AssetKey([contract.dataset, contract.name])
