"""Materialisations of partitions that were moved here: without them Dagster counts a partition as missing.

A partition that is on record already, and is as it was, stays as it is there. How rows are moved is the warehouse's
business.
"""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from nba_assets.orchestration import metadata
from nba_assets.orchestration.dagster_patches.partition_versions import own_tags
from nba_assets.orchestration.instance.batched_events import record_runless
from nba_assets.orchestration.keys import asset_key
from nba_assets.warehouse.transfer import Moved


def record_moved(instance: dg.DagsterInstance, moved: Iterable[Moved], origin: str) -> int:
    """Put on record what is not yet; how many partitions."""
    recorded = 0
    for of in moved:
        key = asset_key(of.table)
        known = instance.get_materialized_partitions(key)
        new = {day for day in of.rows if day.isoformat() not in known}
        changed = {day for day, changes in of.changes.items() if any(changes)}
        told = {
            day: metadata.of_moved(of.rows[day], of.hashes[day], origin, of.changes.get(day))
            for day in sorted(new | changed)
        }
        record_runless(
            instance,
            [
                dg.AssetMaterialization(key, partition=day.isoformat(), metadata=own, tags=own_tags(own))
                for day, own in told.items()
            ],
        )
        recorded += len(new)
    return recorded
