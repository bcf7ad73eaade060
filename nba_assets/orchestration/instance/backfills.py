"""Back-fills on Dagster's own list: entered, looked at and closed.

Thin functions over names of Dagster that are not public. What a back-fill of ours is, and which process runs it, is not
said here.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence

import dagster as dg
from dagster._core.definitions.assets.graph.asset_graph_subset import AssetGraphSubset
from dagster._core.definitions.assets.graph.base_asset_graph import BaseAssetGraph
from dagster._core.definitions.partitions.subset import PartitionsSubset, TimeWindowPartitionsSubset
from dagster._core.execution.asset_backfill import AssetBackfillData
from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus, PartitionBackfill
from dagster._core.utils import make_new_backfill_id

__all__ = [
    "BaseAssetGraph",
    "BulkActionStatus",
    "PartitionsSubset",
    "TimeWindowPartitionsSubset",
    "close",
    "enter",
    "fail",
    "in_windows",
    "under_way",
    "wanted",
    "withdrawn",
]

UNDER_WAY = [BulkActionStatus.REQUESTED, BulkActionStatus.CANCELING, BulkActionStatus.FAILING]
WITHDRAWN = {BulkActionStatus.CANCELING, BulkActionStatus.CANCELED, BulkActionStatus.FAILING, BulkActionStatus.FAILED}

Subsets = Mapping[dg.AssetKey, PartitionsSubset]


def _subset(partitions: Subsets) -> AssetGraphSubset:
    return AssetGraphSubset(partitions_subsets_by_asset_key=dict(partitions))  # type: ignore[call-arg]  # it has a default


def enter(
    instance: dg.DagsterInstance, partitions: Subsets, graph: BaseAssetGraph, title: str, tags: Mapping[str, str]
) -> str:
    """Put one on the list as asked for already, so that the daemon launches nothing of it; its id."""
    target, now = _subset(partitions), time.time()
    data = AssetBackfillData.empty(target, now, instance)._replace(
        requested_subset=target,
        requested_runs_for_target_roots=True,
        latest_storage_id=instance.event_log_storage.get_maximum_record_id() or 0,
    )
    backfill = PartitionBackfill(
        backfill_id=make_new_backfill_id(),
        status=BulkActionStatus.REQUESTED,
        from_failure=False,
        tags=tags,
        backfill_timestamp=now,
        asset_selection=list(partitions),
        title=title,
    )
    instance.add_backfill(backfill.with_asset_backfill_data(data, instance, graph))
    return backfill.backfill_id


def withdrawn(instance: dg.DagsterInstance, backfill_id: str) -> bool:
    """Whether somebody cancelled or deleted it in the UI."""
    found = instance.get_backfill(backfill_id)
    return found is None or found.status in WITHDRAWN


def wanted(instance: dg.DagsterInstance, backfill_id: str, graph: BaseAssetGraph) -> dict[dg.AssetKey, set[str]] | None:
    """The partitions that it was entered with, None if it was deleted."""
    found = instance.get_backfill(backfill_id)
    if found is None:
        return None
    subsets = found.get_asset_backfill_data(graph).target_subset.partitions_subsets_by_asset_key
    return {key: set(days.get_partition_keys()) for key, days in subsets.items()}


def close(
    instance: dg.DagsterInstance,
    backfill_id: str,
    graph: BaseAssetGraph,
    status: BulkActionStatus,
    made: Subsets,
    lacking: Subsets,
) -> None:
    """Write down how it ended, what of it was made and what was not."""
    found = instance.get_backfill(backfill_id)
    if found is None:
        return
    data = found.get_asset_backfill_data(graph)._replace(
        materialized_subset=_subset(made),
        failed_and_downstream_subset=_subset(lacking),
    )
    ended = found.with_asset_backfill_data(data, instance, graph).with_end_timestamp(time.time())
    instance.update_backfill(ended.with_status(status))


def under_way(instance: dg.DagsterInstance) -> Sequence[PartitionBackfill]:
    """Back-fills that are not over."""
    return instance.get_backfills(BulkActionsFilter(statuses=UNDER_WAY))


def fail(instance: dg.DagsterInstance, backfill: PartitionBackfill) -> None:
    """Put on record that a back-fill has failed, as of now."""
    instance.update_backfill(backfill.with_status(BulkActionStatus.FAILED).with_end_timestamp(time.time()))


def in_windows(
    partitions: dg.TimeWindowPartitionsDefinition, keys: Collection[str], windows: Iterable[dg.TimeWindow]
) -> TimeWindowPartitionsSubset:
    """Partitions as Dagster keeps them, by the windows that they fill."""
    return TimeWindowPartitionsSubset(partitions, num_partitions=len(keys), included_time_windows=list(windows))
