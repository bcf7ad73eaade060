"""A data version for each partition of a range run.

Dagster gives all partitions that one step materialises the same data version, so a day rebuilt alone, unchanged, would
look changed beside the range it came from, and everything that reads it stale. There is no setting and no hook for it
(1.13.27), so the one function that makes the events is wrapped. Where Dagster has moved it, a range keeps one version
for all its partitions, as Dagster means it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.execution.plan import execute_step

PARTITION_VERSION = "content"
"""The metadata entry that carries a partition's own version."""

_MAKES_EVENTS = "_get_output_asset_events"


def own_tags(metadata: Mapping[str, Any]) -> dict[str, str]:
    """The tag for the version that a partition's metadata names."""
    version = metadata.get(PARTITION_VERSION)
    return {} if version is None else {DATA_VERSION_TAG: str(getattr(version, "value", version))}


def give_each_its_own() -> None:
    """Let each partition's materialisation carry the version that its metadata names. Once, however often called."""
    original = getattr(execute_step, _MAKES_EVENTS, None)
    if original is None:
        logging.getLogger(__name__).warning("Dagster's %s is gone: ranges keep one data version", _MAKES_EVENTS)
        return
    if hasattr(original, "wrapped"):
        return

    def with_own_versions(*args: Any, **kwargs: Any) -> Iterator[dg.AssetMaterialization | dg.AssetObservation]:
        for event in original(*args, **kwargs):
            if isinstance(event, dg.AssetMaterialization):
                event = event._replace(tags={**(event.tags or {}), **own_tags(event.metadata)})
            yield event

    with_own_versions.wrapped = original  # type: ignore[attr-defined]
    setattr(execute_step, _MAKES_EVENTS, with_own_versions)
