"""Data version, and metadata, of each partition of a range run.

Changes: `_get_output_asset_events` in `dagster._core.execution.plan.execute_step`, which makes a step's events.
Function: Dagster gives all partitions that one step materialises the same data version, so a day rebuilt alone,
unchanged, would look changed beside the range it came from, and everything that reads it stale. And it knows whole
ranges only: days off that a back-fill passes over get no event, and the days of a season that is built get theirs while
the next one is being built, for the pages of the asset and the back-fill to show how far it is. What Dagster remembers
as the step's version is that of the last event, else it warns of a mismatch in each step that reads what it has made.
Gain: a function; its CPU seconds are in the table of the docs (`make bench-patches`).
Without: a range keeps one version for all its partitions, as Dagster means it, and staleness is coarser; metadata goes
Dagster's way, which works out the run's partitions anew for each; days off get an event as well, and all days theirs
when the step has built them all.
Checked against: Dagster 1.13.27 (a day also on 1.13.29).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import dagster as dg

from nba_assets.orchestration.dagster_patches.guard import Upstream, find
from nba_assets.orchestration.dagster_patches.wrapping import is_wrapped, wrap
from nba_assets.orchestration.instance.tags import DATA_VERSION_TAG, INPUT_VERSION_TAG

PARTITION_VERSION = "content"
"""The metadata entry that carries a partition's own version, where that does not become the event's tag."""

VERSION_DIGITS = 7
"""Of an input's version: as a commit is named in short."""

MAKES_EVENTS = "dagster._core.execution.plan.execute_step:_get_output_asset_events"

_EXECUTION_TYPE = "dagster._core.execution.plan.execute_step:AssetExecutionType"

_ASSETS = "dagster._core.definitions.assets.job.asset_layer:AssetLayer"

UPSTREAM = Upstream(
    "partition_versions",
    lost="ranges keep one data version",
    parameters={
        MAKES_EVENTS: (
            "asset_key",
            "asset_partitions",
            "output",
            "output_def",
            "io_manager_metadata",
            "step_context",
            "execution_type",
        ),
        "dagster._core.execution.context.system:StepExecutionContext.set_data_version": ("asset_key", "data_version"),
        f"{_ASSETS}.get": ("asset_key",),
        f"{_ASSETS}.has": ("asset_key",),
    },
    names=(
        "dagster:AssetMaterialization._replace",
        "dagster:AssetExecutionContext.get_step_execution_context",
        "dagster._core.execution.context.system:StepExecutionContext.job_def",
        f"{_EXECUTION_TYPE}.MATERIALIZATION",
    ),
)

_told: dict[dg.AssetKey, dict[str, Mapping[str, Any]]] = {}
"""Of the step at hand, the metadata of each partition whose event is still to be made."""

_left_out: dict[dg.AssetKey, set[str]] = {}
"""Of the step at hand, the partitions of its range of which no event is to be made."""


def own_tags(metadata: Mapping[str, Any]) -> dict[str, str]:
    """The tag for the version that a partition's metadata names."""
    version = metadata.get(PARTITION_VERSION)
    return {} if version is None else {DATA_VERSION_TAG: str(getattr(version, "value", version))}


def tell_each(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    metadata: Mapping[str, Mapping[str, Any]],
    left_out: Collection[str] = (),
) -> None:
    """Add to the metadata of each partition that the step materialises, after what the step says of all of them.

    Those `left_out` of the run's range get no event, where Dagster lets us.
    """
    if is_wrapped(MAKES_EVENTS):
        _left_out[key] = set(left_out)
        _told[key] = {day: dg.AssetMaterialization(key, metadata=own).metadata for day, own in metadata.items()}
        return
    for day, own in metadata.items():
        context.add_asset_metadata(own, asset_key=key, partition_key=day)


def _shorter(tags: Mapping[str, str], assets: Any) -> dict[str, str]:
    """Versions of inputs with partitions in short. Dagster's is a hash over all that were read, of 64 digits,
    and it never looks at one: of partitions it compares the events that their numbers point to."""

    def is_of_partitions(tag: str) -> bool:
        key = dg.AssetKey.from_user_string(tag.removeprefix(INPUT_VERSION_TAG))
        return assets.has(key) and assets.get(key).partitions_def is not None

    long = [tag for tag, value in tags.items() if tag.startswith(INPUT_VERSION_TAG) and len(value) > VERSION_DIGITS]
    return {**tags, **{tag: tags[tag][:VERSION_DIGITS] for tag in long if is_of_partitions(tag)}}


def tells_early() -> bool:
    """Whether events of some partitions can be made before the step ends."""
    return is_wrapped(MAKES_EVENTS)


def made_early(
    context: dg.AssetExecutionContext, key: dg.AssetKey, metadata: Mapping[str, Mapping[str, Any]]
) -> list[dg.AssetMaterialization]:
    """The materialisations of some partitions of the step's, each with its metadata, as they would be at its end."""
    tell_each(context, key, metadata)
    step, materialization = context.get_step_execution_context(), find(_EXECUTION_TYPE).MATERIALIZATION
    with warnings.catch_warnings(action="ignore", category=dg.BetaWarning):  # a version, though each has its own
        output = dg.Output(None, data_version=dg.DataVersion(""))
    return list(find(MAKES_EVENTS)(key, list(metadata), output, None, {}, step, materialization))


def apply() -> None:
    """Put the patch in place."""
    wrap(UPSTREAM, MAKES_EVENTS, _with_its_own)


def _with_its_own(original: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    def with_its_own(
        asset_key: dg.AssetKey,
        asset_partitions: Any,
        output: Any,
        output_def: Any,
        io_manager_metadata: Any,
        step_context: Any,
        execution_type: Any,
    ) -> Iterator[dg.AssetMaterialization | dg.AssetObservation]:
        last: str | None = None
        left_out = _left_out.pop(asset_key, ())  # of this step: a later one of the process says its own
        for event in original(
            asset_key, asset_partitions, output, output_def, io_manager_metadata, step_context, execution_type
        ):
            if isinstance(event, dg.AssetMaterialization):
                if event.partition in left_out:
                    continue
                metadata = {**event.metadata, **_told.get(event.asset_key, {}).pop(str(event.partition), {})}
                own = own_tags(metadata)
                metadata.pop(PARTITION_VERSION, None)  # the tag says it
                tags = _shorter(event.tags or {}, step_context.job_def.asset_layer)
                event = event._replace(metadata=metadata, tags={**tags, **own})
                last = own.get(DATA_VERSION_TAG, last)
            yield event
        if last is not None:
            step_context.set_data_version(asset_key, dg.DataVersion(last))

    return with_its_own
