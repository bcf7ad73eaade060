"""Operations at a glance: runs under way, sensors and schedules that are on or off, and the last message received.

What the tables hold is not looked at here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg

from nba_assets.orchestration.code_location import definitions
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.run_tables import tables_of
from nba_assets.orchestration.run_tags import ENDED, TRIGGER_TAG, days_of
from nba_assets.tables.raw import RAW_TABLES

ON, OFF = "on", "off"


@dataclass(frozen=True)
class RunUnderWay:
    """A run that waits or goes on."""

    run_id: str
    status: str
    asked_by: str
    tables: int
    first: date | None
    last: date | None
    since: datetime


@dataclass(frozen=True)
class Switch:
    """A sensor or schedule."""

    name: str
    kind: str
    state: str


@dataclass(frozen=True)
class Message:
    """A raw-complete message that was received."""

    table: str
    day: str
    status: str
    received_at: datetime


def runs_under_way(instance: dg.DagsterInstance) -> list[RunUnderWay]:
    """The newest first."""
    statuses = [status for status in dg.DagsterRunStatus if status not in ENDED]
    return [_under_way(instance, record) for record in instance.get_run_records(dg.RunsFilter(statuses=statuses))]


def _under_way(instance: dg.DagsterInstance, record: dg.RunRecord) -> RunUnderWay:
    run, days = record.dagster_run, days_of(record.dagster_run)
    return RunUnderWay(
        run.run_id,
        run.status.value.lower(),
        run.tags.get(TRIGGER_TAG, "a person"),
        len(tables_of(instance, run)),
        days[0] if days else None,
        days[-1] if days else None,
        datetime.fromtimestamp(record.start_time, UTC) if record.start_time else record.create_timestamp,
    )


def switches(instance: dg.DagsterInstance) -> list[Switch]:
    """Every sensor and schedule, as a person has set it, else as it is declared."""
    declared, states = definitions(), _states(instance)
    found: list[tuple[Any, str]] = [(sensor, "sensor") for sensor in declared.sensors or ()]
    found += [(schedule, "schedule") for schedule in declared.schedules or ()]
    return [
        Switch(of.name, kind, _switched(of.default_status.value, states.get(of.name, ())))
        for of, kind in found
        if isinstance(of, dg.SensorDefinition | dg.ScheduleDefinition)
    ]


def _states(instance: dg.DagsterInstance) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for state in instance.all_instigator_state():
        found.setdefault(state.instigator_name, []).append(state.status.value)
    return found


def _switched(declared: str, set_to: Sequence[str]) -> str:
    """Of several code locations that had it, one that has it on is enough."""
    set_by_hand = [status for status in set_to if status in ("RUNNING", "STOPPED")]
    return ON if "RUNNING" in (set_by_hand or [declared]) else OFF


def daemon_seen_at(instance: dg.DagsterInstance) -> datetime | None:
    """When the daemon that ticks sensors last gave a sign of life."""
    beats: Mapping[str, Any] = instance.get_daemon_heartbeats()
    return datetime.fromtimestamp(beats["SENSOR"].timestamp, UTC) if "SENSOR" in beats else None


def last_message(instance: dg.DagsterInstance) -> Message | None:
    """The newest raw-complete message that led to a mark on a raw table."""
    found: list[Message] = []
    for raw in RAW_TABLES:
        entry = instance.get_latest_materialization_event(asset_key(raw)) if raw.partition_by else None
        event = entry.asset_materialization if entry else None
        if entry and event and "execution_id" in event.metadata:
            at = datetime.fromtimestamp(entry.timestamp, UTC)
            found.append(Message(raw.name, event.partition or "", str(event.metadata["status"].value), at))
    return max(found, key=lambda message: message.received_at, default=None)
