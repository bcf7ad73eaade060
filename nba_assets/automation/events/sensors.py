"""What Dagster does about raw-complete messages: marks the partitions, runs the tables that have all they need.

The rules of what runs are `triggers.py`'s; what follows a run is `completion.py`'s. Nothing is lost: a message is
acknowledged one tick after the tick that acted on it was stored. Nothing runs twice: what was asked for is read back
from the runs themselves, so a message delivered again, or a daemon killed between asking and acknowledging, finds its
run there.
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

import dagster as dg

from nba_assets.asset import asset_key
from nba_assets.automation.events import triggers
from nba_assets.automation.events.completion import completion, next_slate
from nba_assets.automation.events.messages import FAILED, NO_DATA, Malformed, RawComplete, parse
from nba_assets.automation.events.sources import DEAD_LETTER_TOPIC, EventSource, Received, event_source
from nba_assets.automation.jobs import ALL_TABLES
from nba_assets.automation.tags import CORRELATION_TAG, TRIGGER_TAG, partition_tags
from nba_assets.registry import tables
from nba_assets.table import RawTable, Table

EDITIONS_TAG = "nba/editions"
"""On each run that messages led to: for each date and table, which deliveries it was asked for."""

MOST_A_TICK = 500
PAGE = 10_000
SECONDS_BETWEEN_TICKS = 15
MEMORY_SECONDS = 30 * 24 * 60 * 60
"""How far back runs are looked at: four times as long as Pub/Sub keeps a message."""

Delivery = tuple[RawTable, date]


@dataclass
class Batch:
    """The messages of one tick, read and told apart, and what Dagster already knows of their dates."""

    messages: list[RawComplete] = field(default_factory=list)
    malformed: list[tuple[Received, str]] = field(default_factory=list)
    known: dict[Delivery, list[str]] = field(default_factory=dict)
    """Execution ids on record of each raw table and date of the batch, oldest first; those of failures apart."""
    failures: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, received: Sequence[Received], instance: dg.DagsterInstance) -> "Batch":
        batch = cls()
        for item in received:
            try:
                batch.messages.append(parse(item.data))
            except Malformed as error:
                batch.malformed.append((item, str(error)))
        batch.messages.sort(key=lambda message: (message.sent_at, message.execution_id))
        batch._look_up(instance)
        return batch

    @property
    def days(self) -> list[date]:
        return sorted({message.day for message in self.messages})

    def _look_up(self, instance: dg.DagsterInstance) -> None:
        """What is on record of every raw table on the batch's dates: another one may have been waited for."""
        partitions = [day.isoformat() for day in self.days]
        if not partitions:
            return
        every = {raw for table in tables() for raw in triggers.raw_behind(table)}
        for raw in every | {message.table for message in self.messages}:
            wanted = dg.AssetRecordsFilter(asset_key(raw), asset_partitions=partitions)
            for record in _all_records(partial(instance.fetch_materializations, wanted, ascending=True)):
                made = record.asset_materialization
                if made and made.partition and "execution_id" in made.metadata:
                    ids = self.known.setdefault((raw, date.fromisoformat(made.partition)), [])
                    ids.append(str(made.metadata["execution_id"].value))
            if any(m.table is raw and not m.is_complete for m in self.messages):
                for record in _all_records(partial(instance.fetch_observations, wanted)):
                    if record.asset_observation:
                        self.failures.add(str(record.asset_observation.metadata["execution_id"].value))

    def events(self) -> list[dg.AssetMaterialization | dg.AssetObservation]:
        """What is to be put on record, each delivery once; and from here on it counts as known."""
        found: list[dg.AssetMaterialization | dg.AssetObservation] = []
        for message in self.messages:
            ids = self.known.setdefault((message.table, message.day), [])
            if not message.is_complete:
                if message.execution_id not in self.failures:
                    self.failures.add(message.execution_id)
                    found.append(_event(dg.AssetObservation, message))
            elif message.execution_id not in ids:
                ids.append(message.execution_id)
                found.append(_event(dg.AssetMaterialization, message))
        return found

    def wanted(self) -> dict[date, dict[Table, str]]:
        """For each date the tables that its messages refresh and that have all they need, with their editions."""
        arrived: dict[date, set[RawTable]] = defaultdict(set)
        for message in self.messages:
            if self._refreshes(message):
                arrived[message.day].add(message.table)
        return {day: self._wanted_on(day, raw) for day, raw in sorted(arrived.items())}

    def _refreshes(self, message: RawComplete) -> bool:
        """Whether there may be something new to read: not where an optional source says that it has nothing, as before.

        Where it is required, its having nothing is what others may have waited for.
        """
        had_something = len(self.known.get((message.table, message.day), ())) > 1
        return message.is_complete and (message.status != NO_DATA or message.table.need == "required" or had_something)

    def _wanted_on(self, day: date, arrived: set[RawTable]) -> dict[Table, str]:
        editions = {raw: ids[-1] for (raw, of), ids in self.known.items() if of == day and ids}
        return {table: triggers.edition(table, editions) for table in triggers.tables_to_run(arrived, editions)}

    def correlation_ids(self, days: Iterable[date]) -> str:
        wanted = set(days)
        return ",".join(sorted({m.correlation_id for m in self.messages if m.day in wanted and m.is_complete}))


def _all_records(fetch: Callable[..., dg.EventRecordsResult]) -> Iterator[dg.EventLogRecord]:
    """Page by page: Dagster gives no more than 10,000 at once."""
    cursor = None
    while True:
        page = fetch(limit=PAGE, cursor=cursor)
        yield from page.records
        if not page.has_more:
            return
        cursor = page.cursor


def _event(kind: type, message: RawComplete) -> dg.AssetMaterialization | dg.AssetObservation:
    told = {
        "execution_id": message.execution_id,
        "correlation_id": message.correlation_id,
        "status": message.status,
        "sent_at": message.sent_at.isoformat(),
        **({} if message.record_count is None else {"dagster/partition_row_count": message.record_count}),
    }
    notes = {NO_DATA: "complete: the source has nothing for this date", FAILED: "the raw processor failed"}
    return kind(
        asset_key=asset_key(message.table),
        partition=message.day.isoformat(),
        description=notes.get(message.status),
        metadata=told,
    )


def evaluate(instance: dg.DagsterInstance, source: EventSource, cursor: str | None) -> dg.SensorResult | dg.SkipReason:
    """One tick: acknowledge what the tick before acted on, then act on what has come since."""
    state = json.loads(cursor) if cursor else {}
    if state.get("acknowledge"):
        source.acknowledge(state["acknowledge"])
    received = source.pull(MOST_A_TICK)
    if not received and not state.get("acknowledge"):
        return dg.SkipReason("no messages")
    batch = Batch.of(received, instance)
    for item, reason in batch.malformed:
        source.publish(DEAD_LETTER_TOPIC, sha256(item.data).hexdigest()[:16], item.data, reason)
    events = batch.events()
    requests = _requests(_not_asked_for(batch.wanted(), instance), batch)
    malformed = state.get("malformed", 0) + len(batch.malformed)
    return dg.SensorResult(
        run_requests=requests,
        asset_events=events,
        cursor=json.dumps({"acknowledge": [item.receipt for item in received], "malformed": malformed}),
        skip_reason=None if requests else f"{len(received)} messages that need no run; {malformed} malformed so far",
    )


def _not_asked_for(
    wanted: Mapping[date, Mapping[Table, str]], instance: dg.DagsterInstance
) -> dict[date, dict[Table, str]]:
    """What no run has been asked for yet, by the editions that runs carry."""
    runs = instance.get_runs(dg.RunsFilter(tags={TRIGGER_TAG: "raw_complete"}, created_after=_memory()))
    asked: set[tuple[str, str, str]] = set()
    for run in runs:
        for day, editions in json.loads(run.tags.get(EDITIONS_TAG, "{}")).items():
            asked |= {(day, name, edition) for name, edition in editions.items()}
    left = {
        day: {table: edition for table, edition in found.items() if (day.isoformat(), table.name, edition) not in asked}
        for day, found in wanted.items()
    }
    return {day: found for day, found in left.items() if found}


def _requests(wanted: Mapping[date, Mapping[Table, str]], batch: Batch) -> list[dg.RunRequest]:
    """One run for a date, or for consecutive dates that want the same tables."""
    spans: list[list[date]] = []
    for day in sorted(wanted):
        last = spans[-1][-1] if spans else None
        if last and day - last == timedelta(days=1) and wanted[day].keys() == wanted[last].keys():
            spans[-1].append(day)
        else:
            spans.append([day])
    return [_request({day: wanted[day] for day in span}, batch) for span in spans]


def _request(wanted: Mapping[date, Mapping[Table, str]], batch: Batch) -> dg.RunRequest:
    days = list(wanted)
    editions = {day.isoformat(): {table.name: edition for table, edition in wanted[day].items()} for day in days}
    return dg.RunRequest(
        run_key=triggers.run_key(f"{days[0]}..{days[-1]}", editions),
        job_name=ALL_TABLES,
        asset_selection=[asset_key(table) for table in wanted[days[0]]],
        tags={
            **partition_tags(days),
            TRIGGER_TAG: "raw_complete",
            CORRELATION_TAG: batch.correlation_ids(days),
            EDITIONS_TAG: json.dumps(editions),
        },
    )


def _memory() -> datetime:
    return datetime.fromtimestamp(time.time() - MEMORY_SECONDS, UTC)


@dg.sensor(
    job_name=ALL_TABLES,
    minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
    default_status=dg.DefaultSensorStatus.STOPPED,
    required_resource_keys={"warehouse"},
)
def raw_complete(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Raw data has come in: mark its partitions, and run the tables of its date that have all they need."""
    source = event_source(Path(context.resources.warehouse.lake))
    return evaluate(context.instance, source, context.cursor)


def event_sensors() -> list[dg.SensorDefinition]:
    """The sensors that messages come in and go out by."""
    return [raw_complete, next_slate, completion]
