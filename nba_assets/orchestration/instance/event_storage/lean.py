"""Events as they are stored: without what Dagster says twice, and without spaces.

A materialisation is kept for ever, and a fifth of it is the name of its step and its message, again and again. Read
back, an event is what Dagster made of it but for two things that nothing reads: logging tags, which repeat the event's
own step, job and run, and a log's own text where the event has a message. What an event is to say is not decided here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import dagster as dg

from nba_assets.orchestration.dagster_patches.guard import find

_STEP = "dagster._core.execution.plan.handle:StepHandle"

UPSTREAM: Mapping[str, tuple[str, ...]] = {
    "dagster:DagsterEvent": (
        *("event_type_value", "job_name", "step_handle", "node_handle", "step_kind_value", "logging_tags"),
        *("event_specific_data", "message", "pid", "step_key"),
    ),
    "dagster:AssetMaterialization": ("asset_key", "description", "metadata", "partition", "tags"),
    "dagster:MetadataEntry": ("label", "description", "entry_data", "value"),
    "dagster._core.events:StepMaterializationData": ("materialization", "asset_lineage"),
    _STEP: ("node_handle", "key"),
}
"""What is made lean: each field that is left out has a default."""

_DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "AssetMaterialization": {"description": None},
    "DagsterEvent": {"logging_tags": {}, "step_handle": None},
    "EventLogEntry": {"message": ""},
    "EventMetadataEntry": {"description": None},
    "StepMaterializationData": {"asset_lineage": []},
}
"""What Dagster takes a field for that is not there, of what most events are made of, by the names in JSON."""


def lean(entry: dg.EventLogEntry) -> dg.EventLogEntry:
    """An event to be stored; Dagster knows the step of one that says no more than its node."""
    event = entry.dagster_event
    if event is None:
        return entry
    of_node = find(_STEP)(event.node_handle) if event.node_handle else None
    step = None if event.step_handle == of_node else event.step_handle
    return entry._replace(
        user_message="" if event.message is not None else entry.user_message,
        dagster_event=event._replace(step_handle=step, logging_tags={}),
    )


def compact(event: str) -> str:
    """The same JSON without spaces, and without fields that say what their absence says."""
    return json.dumps(json.loads(event, object_hook=_less_defaults), separators=(",", ":"))


def but_for_day(entry: dg.EventLogEntry) -> tuple[object, ...] | None:
    """What a planned materialisation says beside its partition and time. None for any other event."""
    if entry.dagster_event_type is not dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED:
        return None
    event = entry.get_dagster_event()
    if not event.partition:
        return None
    planned = event.asset_materialization_planned_data
    of_range = (planned.asset_key, planned.partitions_subset)
    return entry._replace(timestamp=0.0, dagster_event=None), event._replace(event_specific_data=None), of_range


def on_another_day(text: str, entry: dg.EventLogEntry, other: dg.EventLogEntry) -> str | None:
    """What is stored of `other`, a planned materialisation that has only its partition and time apart from `entry`, of
    which `text` is stored. None where a text does not tell it: Dagster says it."""
    partitions = entry.get_dagster_event().partition, other.get_dagster_event().partition
    for name, (its, new) in {"partition": partitions, "timestamp": (entry.timestamp, other.timestamp)}.items():
        said = f'"{name}":{json.dumps(its)}'
        if text.count(said) != 1:
            return None
        text = text.replace(said, f'"{name}":{json.dumps(new)}')
    return text


def _less_defaults(value: dict[str, Any]) -> dict[str, Any]:
    defaults = _DEFAULTS.get(str(value.get("__class__")), {})
    for name in [name for name, default in defaults.items() if name in value and value[name] == default]:
        del value[name]
    of_node = value.get("__class__") == "DagsterEvent" and "step_handle" not in value and value.get("solid_handle")
    if of_node and value["step_key"] == of_node["name"]:
        del value["step_key"]
    return value
