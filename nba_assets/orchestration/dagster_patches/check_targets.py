"""Target of an asset check: which materialisation the checks of a step are about, asked once a step.

Changes: `AssetCheckResult._get_partitioned_target_materialization_data`.
Gain: `make bench-patches` measures it and writes the table of the docs.
Without: Dagster asks the database twice for each check of a step for one date, and reads the whole event each time,
with its query, preview and lineage.
Checked against: Dagster 1.13.27 (a day also on 1.13.29).
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

import dagster as dg

from nba_assets.orchestration.dagster_patches.guard import Upstream
from nba_assets.orchestration.dagster_patches.wrapping import wrap

ASKS = "dagster:AssetCheckResult._get_partitioned_target_materialization_data"
_DATA = "dagster._core.definitions.asset_checks.asset_check_evaluation:AssetCheckEvaluationTargetMaterializationData"

UPSTREAM = Upstream(
    "check_targets",
    lost="each check asks what it looked at",
    parameters={ASKS: ("step_context", "asset_key", "partition_key")},
    names=(
        f"{_DATA}.run_id",
        "dagster._core.execution.context.system:StepExecutionContext.run_id",
    ),
)


def apply() -> None:
    wrap(UPSTREAM, ASKS, _shared)


def _shared(original: Callable[..., Any]) -> Callable[..., Any]:
    known: MutableMapping[Any, dict[tuple[dg.AssetKey, str], Any]] = WeakKeyDictionary()

    def once(self: dg.AssetCheckResult, step_context: Any, asset_key: dg.AssetKey, partition_key: str) -> Any:
        of_step = known.setdefault(step_context, {})
        if (asset_key, partition_key) in of_step:
            return of_step[asset_key, partition_key]
        found = original(self, step_context, asset_key, partition_key)
        if found is not None and found.run_id == step_context.run_id:  # an older one will be followed by the step's own
            of_step[asset_key, partition_key] = found
        return found

    return once
