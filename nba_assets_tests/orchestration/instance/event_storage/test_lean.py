"""A lean event says what Dagster's says, in less room."""

from __future__ import annotations

import json
from itertools import pairwise

import dagster as dg
from dagster._serdes import deserialize_value, serialize_value

from nba_assets.orchestration.instance.event_storage.lean import compact, lean, planned_on
from nba_assets_tests.orchestration.instance.event_storage.databases import said_once
from nba_assets_tests.orchestration.instance.event_storage.given import range_run


def test_nothing_is_lost_but_what_is_said_twice() -> None:
    with dg.instance_for_test() as instance:
        events = list(instance.all_logs(range_run(instance)))
    kinds = set()
    for event in events:
        assert deserialize_value(_stored(event), dg.EventLogEntry) == said_once(event)
        kinds.add(event.dagster_event_type)
    assert {dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.STEP_OUTPUT} <= kinds
    whole, less = (sum(len(as_text(event)) for event in events) for as_text in (serialize_value, _stored))
    assert less < 0.8 * whole


def test_a_planned_day_is_said_as_the_day_before_it_is() -> None:
    with dg.instance_for_test() as instance:
        events = list(instance.all_logs(range_run(instance)))
    said = [planned_on(before, _stored(before), event) for before, event in pairwise(events)]
    alike = {text: _stored(event) for text, event in zip(said, events[1:], strict=True) if text}
    assert list(alike) == list(alike.values())
    planned = [e for e in events if e.dagster_event_type is dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED]
    of_assets = {event.get_dagster_event().asset_key for event in planned}
    assert len(alike) == len(planned) - len(of_assets) > 0, "the first of each asset is Dagster's"


def _stored(event: dg.EventLogEntry) -> str:
    return compact(serialize_value(lean(event)))


def test_what_a_person_says_stays_as_it_is() -> None:
    """JSON metadata may hold anything, and what it does not know."""
    said = {"description": None, "logging_tags": {}, "a": [None, {"step_handle": None}]}
    entry = {"__class__": "EventMetadataEntry", "label": "kept out", "description": None, "entry_data": {"data": said}}
    assert json.loads(compact(json.dumps([entry, said]))) == [
        {"__class__": "EventMetadataEntry", "label": "kept out", "entry_data": {"data": said}},
        said,
    ]
    described = entry | {"description": "why"}
    assert json.loads(compact(json.dumps(described))) == described
