"""The raw-complete sensor played tick by tick on an instance in memory, with the daemon dying where a test says."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import dagster as dg

from nba_assets.orchestration.events.sensors import EDITIONS_TAG, evaluate
from nba_assets.orchestration.events.sources import DEAD_LETTER_TOPIC, RAW_COMPLETE_TOPIC, EventSource, Received
from nba_assets.orchestration.instance.batched_events import record_runless
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.warehouse.base import Warehouse


@dataclass
class Queue:
    """A source in memory, which gives again whatever is not acknowledged."""

    waiting: dict[str, bytes] = field(default_factory=dict)
    dead: list[tuple[bytes, str]] = field(default_factory=list)
    _numbers: Any = field(default_factory=count)

    def send(self, messages: Iterable[bytes]) -> None:
        for data in messages:
            self.publish(RAW_COMPLETE_TOPIC, "", data)

    def pull(self, most: int) -> list[Received]:
        return [Received(receipt, data) for receipt, data in list(self.waiting.items())[:most]]

    def acknowledge(self, receipts: Sequence[str]) -> None:
        for receipt in receipts:
            self.waiting.pop(receipt, None)

    def publish(self, topic: str, name: str, data: bytes, reason: str | None = None) -> None:
        if topic == DEAD_LETTER_TOPIC:
            self.dead.append((data, reason or ""))
        else:
            self.waiting[str(next(self._numbers))] = data


@dataclass(frozen=True)
class Death:
    """The daemon dies in a tick: once it has stored so many events and, if all of them, so many runs."""

    events: int = 1000
    runs: int = 1000


@dataclass
class Stage:
    """What the daemon does with a tick, in its order: events stored, runs made, cursor stored."""

    source: EventSource = field(default_factory=Queue)
    instance: dg.DagsterInstance = field(default_factory=dg.DagsterInstance.ephemeral)
    cursor: str | None = None
    said: str | None = None
    warehouse: Warehouse | None = None
    _run_keys: set[str] = field(default_factory=set)

    def tick(self, death: Death | None = None) -> list[dg.DagsterRun]:
        """One tick; the runs it led to."""
        result = evaluate(self.instance, self.source, self.cursor, self.warehouse)
        if isinstance(result, dg.SkipReason):
            self.said = result.skip_message
            return []
        events = list(result.asset_events)
        record_runless(self.instance, events[: death.events] if death else events)
        if death and death.events < len(events):
            return []
        requests = result.run_requests or []
        made = [self._run(request) for request in (requests[: death.runs] if death else requests)]
        if not death:
            self.cursor = result.cursor
            self.said = result.skip_reason.skip_message if result.skip_reason else None
        return [run for run in made if run]

    def play(self, messages: Iterable[bytes]) -> list[list[dg.DagsterRun]]:
        """A tick for each message."""
        runs = []
        for data in messages:
            self.source.publish(RAW_COMPLETE_TOPIC, uuid.uuid4().hex, data)
            runs.append(self.tick())
        return runs

    def drain(self) -> list[dg.DagsterRun]:
        """Ticks until nothing is left; the runs they led to."""
        runs: list[dg.DagsterRun] = []
        while True:
            runs += self.tick()
            if (self.said or "").startswith("no messages"):
                return runs

    def _run(self, request: dg.RunRequest) -> dg.DagsterRun | None:
        """Dagster makes one run for a key, for ever."""
        assert request.run_key
        if request.run_key in self._run_keys:
            return None
        self._run_keys.add(request.run_key)
        selection = frozenset(request.asset_selection or ())
        return self.instance.add_run(
            dg.DagsterRun(job_name="all_tables", tags=dict(request.tags), asset_selection=selection)
        )

    # What is on record afterwards.

    def runs(self) -> list[dg.DagsterRun]:
        """Oldest first."""
        return list(reversed(self.instance.get_runs()))

    def recorded(self) -> Counter[tuple[str, str, str]]:
        """How often each delivery (table, date, execution id) is on record as complete."""
        return Counter(_delivery(made) for made in self._events(dg.DagsterEventType.ASSET_MATERIALIZATION))

    def failures(self) -> Counter[tuple[str, str, str]]:
        return Counter(_delivery(seen) for seen in self._events(dg.DagsterEventType.ASSET_OBSERVATION))

    def deliveries(self) -> list[tuple[str, str, str]]:
        """The recorded ones in the order they were recorded."""
        return [_delivery(made) for made in self._events(dg.DagsterEventType.ASSET_MATERIALIZATION)]

    def _events(self, kind: dg.DagsterEventType) -> list[Any]:
        found = [record for key in RAW_TABLES for record in self._of(dg.AssetKey([key.dataset, key.name]), kind)]
        found.sort(key=lambda record: record.storage_id)
        return [record.asset_materialization or record.asset_observation for record in found]

    def _of(self, key: dg.AssetKey, kind: dg.DagsterEventType) -> Sequence[dg.EventLogRecord]:
        if kind is dg.DagsterEventType.ASSET_MATERIALIZATION:
            return self.instance.fetch_materializations(key, limit=10_000).records
        return self.instance.fetch_observations(key, limit=10_000).records


def _delivery(event: dg.AssetMaterialization | dg.AssetObservation) -> tuple[str, str, str]:
    return event.asset_key.path[-1], str(event.partition), str(event.metadata["execution_id"].value)


def tables_of(run: dg.DagsterRun) -> set[str]:
    return {key.path[-1] for key in run.asset_selection or ()}


def editions_of(run: dg.DagsterRun) -> list[tuple[str, str, str]]:
    """What a run was asked for: date, table, edition."""
    return [
        (tag.removeprefix(EDITIONS_TAG), table, edition)
        for tag, of_day in run.tags.items()
        if tag.startswith(EDITIONS_TAG)
        for table, edition in json.loads(of_day).items()
    ]
