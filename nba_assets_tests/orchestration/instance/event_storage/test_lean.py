"""A lean event says what Dagster's says, in less room."""

from __future__ import annotations

import json
from itertools import groupby

import dagster as dg
from dagster._serdes import deserialize_value, serialize_value

from nba_assets.orchestration.instance.event_storage.lean import but_for_day, compact, lean, on_another_day
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
    days = [list(alike) for planned, alike in groupby(events, key=but_for_day) if planned]
    for first, *others in days:
        assert [on_another_day(_stored(first), first, other) for other in others] == [*map(_stored, others)]
    planned = [e for e in events if e.dagster_event_type is dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED]
    assert sum(map(len, days)) == len(planned)
    assert len(days) == len({event.get_dagster_event().asset_key for event in planned}) < len(planned)


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
