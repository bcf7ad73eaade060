"""A data version, and metadata, for each partition of a range run.

Dagster gives all partitions that one step materialises the same data version, so a day rebuilt alone, unchanged, would
look changed beside the range it came from, and everything that reads it stale. Metadata it does take for each, but it
works out the run's partitions anew each time: a second and more for a table of a thousand days. There is no setting and
no hook for either (1.13.27), so the one function that makes the events is wrapped. Where Dagster has moved it, a range
keeps one version for all its partitions, as Dagster means it, and metadata goes Dagster's way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dagster as dg
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.execution.plan import execute_step

from nba_assets.orchestration.dagster_patches.wrapping import is_wrapped, wrap

PARTITION_VERSION = "content"
"""The metadata entry that carries a partition's own version."""

_MAKES_EVENTS = "_get_output_asset_events"

_told: dict[dg.AssetKey, dict[str, Mapping[str, Any]]] = {}
"""Of the step at hand, the metadata of each partition whose event is still to be made."""


def own_tags(metadata: Mapping[str, Any]) -> dict[str, str]:
    """The tag for the version that a partition's metadata names."""
    version = metadata.get(PARTITION_VERSION)
    return {} if version is None else {DATA_VERSION_TAG: str(getattr(version, "value", version))}


def tell_each(context: dg.AssetExecutionContext, key: dg.AssetKey, metadata: Mapping[str, Mapping[str, Any]]) -> None:
    """Add to the metadata of each partition that the step materialises, after what the step says of all of them."""
    if is_wrapped(execute_step, _MAKES_EVENTS):
        _told[key] = {day: dg.AssetMaterialization(key, metadata=own).metadata for day, own in metadata.items()}
        return
    for day, own in metadata.items():
        context.add_asset_metadata(own, asset_key=key, partition_key=day)


def give_each_its_own() -> None:
    """Let each materialisation carry what was told of its partition, and the version named there.

    Once, however often called.
    """
    wrap(execute_step, _MAKES_EVENTS, _with_its_own, without="ranges keep one data version")


def _with_its_own(original: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    def with_its_own(*args: Any, **kwargs: Any) -> Iterator[dg.AssetMaterialization | dg.AssetObservation]:
        for event in original(*args, **kwargs):
            if isinstance(event, dg.AssetMaterialization):
                metadata = {**event.metadata, **_told.get(event.asset_key, {}).pop(event.partition, {})}
                event = event._replace(metadata=metadata, tags={**(event.tags or {}), **own_tags(metadata)})
            yield event

    return with_its_own
