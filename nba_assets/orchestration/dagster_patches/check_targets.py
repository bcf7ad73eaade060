"""Which materialisation a step's checks looked at, asked once a step.

Dagster asks the database twice for each check of a step for one date, and reads the whole event each time, with its
query, preview and lineage: a tenth of a second in each step for what it has just written itself. There is no setting
for it (1.13.27), so the function that asks is wrapped. Where Dagster has moved it, it asks as before.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

import dagster as dg

from nba_assets.orchestration.dagster_patches.wrapping import wrap

_ASKS = "_get_partitioned_target_materialization_data"


def ask_once() -> None:
    """Let the checks of a step share the answer. However often called."""
    wrap(dg.AssetCheckResult, _ASKS, _shared, without="each check asks what it looked at")


def _shared(original: Callable[..., Any]) -> Callable[..., Any]:
    known: MutableMapping[Any, dict[tuple[dg.AssetKey, str], Any]] = WeakKeyDictionary()

    def once(result: dg.AssetCheckResult, step_context: Any, asset_key: dg.AssetKey, partition_key: str) -> Any:
        of_step = known.setdefault(step_context, {})
        if (asset_key, partition_key) in of_step:
            return of_step[asset_key, partition_key]
        found = original(result, step_context, asset_key, partition_key)
        if found is not None and found.run_id == step_context.run_id:  # an older one will be followed by the step's own
            of_step[asset_key, partition_key] = found
        return found

    return once
