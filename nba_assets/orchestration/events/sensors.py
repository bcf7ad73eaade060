"""The sensor for raw-complete messages: marks the partitions, runs the tables that have all they need.

Which tables those are, and what follows a run, is not said here. Nothing is lost: a message is
acknowledged one tick after the tick that acted on it was stored. Nothing runs twice: what was asked for is read back
from the runs themselves, so a message delivered again, or a daemon killed between asking and acknowledging, finds its
run there. What a run was asked for and did not build, since it failed or was cancelled, is asked for again when its
message comes again.
"""

import json
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

import dagster as dg

from nba_assets.audit.game_days import Calendar
from nba_assets.contracts.calendar import today
from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.table import Table
from nba_assets.orchestration.events import triggers
from nba_assets.orchestration.events.completion import completion, next_slate
from nba_assets.orchestration.events.messages import NO_DATA, Malformed, RawComplete, parse
from nba_assets.orchestration.events.on_record import event_of
from nba_assets.orchestration.events.sources import DEAD_LETTER_TOPIC, EventSource, Received, event_source
from nba_assets.orchestration.events.waiting import Waits, in_words, still_waiting
from nba_assets.orchestration.instance.batched_events import record_runless
from nba_assets.orchestration.instance.events import every_record
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.partitions import in_a_row
from nba_assets.orchestration.run_tags import CORRELATION_TAG, TRIGGER_TAG, partition_tags
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import Warehouse

EDITIONS_TAG = "nba.editions/"
"""On each run that messages led to, with the date: for each table, which deliveries it was asked for.

One tag for each date, since Postgres keeps tags in an index that takes no value over 2,700 bytes.
"""
LONGEST_TAG = 1000

MOST_A_TICK = 500
SECONDS_BETWEEN_TICKS = 15
MEMORY_SECONDS = 30 * 24 * 60 * 60
"""How far back runs are looked at: four times as long as Pub/Sub keeps a message."""

SLATES_AHEAD = timedelta(days=1)
"""Messages refresh slates up to tomorrow's. A season's schedule, which comes anew each day, is no reason for a week."""

GIVEN_UP = (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)

Delivery = tuple[RawTable, date]

Asked = tuple[str, str, str]
"""The date, the table and the edition of it that a run was asked for."""


@dataclass
class Batch:
    """The messages of one tick, read and told apart, and what Dagster already knows of their dates."""

    messages: list[RawComplete] = field(default_factory=list)
    malformed: list[tuple[Received, str]] = field(default_factory=list)
    known: dict[Delivery, list[str]] = field(default_factory=dict)
    """Execution ids on record of each raw table and date of the batch, oldest first."""
    failures: dict[Delivery, set[str]] = field(default_factory=lambda: defaultdict(set))
    had_something: set[Delivery] = field(default_factory=set)
    """Those of which any delivery had data, so that one without is a change."""
    undelivered: set[str] = field(default_factory=set)
    """Receipts of messages that the dead-letter place did not take: they stay where they are."""

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
        batch.messages = list(batch._as_delivered())
        return batch

    def _as_delivered(self) -> Iterator[RawComplete]:
        """The messages, those of what was on record and is unchanged as the delivery that it was: it builds only what
        no run has. Of a source that tells a whole season each day they are none."""
        for message in self.messages:
            before = self.known.get((message.table, message.day), []) if message.unchanged else []
            if before and message.table.replaces:
                continue
            yield replace(message, execution_id=before[-1]) if before else message

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
            for found in every_record(partial(instance.fetch_materializations, wanted, ascending=True)):
                if (execution := _told(found, "execution_id")) and found.partition_key:
                    delivery = raw, date.fromisoformat(found.partition_key)
                    self.known.setdefault(delivery, []).append(execution)
                    if _told(found, "status") != NO_DATA:
                        self.had_something.add(delivery)
            if any(m.table is raw and not m.is_complete for m in self.messages):
                for found in every_record(partial(instance.fetch_observations, wanted)):
                    if (execution := _told(found, "execution_id")) and found.partition_key:
                        self.failures[raw, date.fromisoformat(found.partition_key)].add(execution)

    def events(self) -> list[dg.AssetMaterialization | dg.AssetObservation]:
        """What is to be put on record, each delivery once; and from here on it counts as known."""
        found: list[dg.AssetMaterialization | dg.AssetObservation] = []
        for message in self.messages:
            delivery = message.table, message.day
            if not message.is_complete:
                if message.execution_id not in self.failures[delivery]:
                    self.failures[delivery].add(message.execution_id)
                    found.append(event_of(dg.AssetObservation, message))
            elif message.execution_id not in self.known.setdefault(delivery, []):
                self.known[delivery].append(message.execution_id)
                found.append(event_of(dg.AssetMaterialization, message))
                if message.status != NO_DATA:
                    self.had_something.add(delivery)
        return found

    def wanted(self) -> dict[date, dict[Table, str]]:
        """For each date the tables that its messages refresh and that have all they need, with their editions."""
        arrived: dict[date, set[RawTable]] = defaultdict(set)
        for message in self._of_now():
            arrived[message.day].add(message.table)
        return {day: self._wanted_on(day, raw) for day, raw in sorted(arrived.items())}

    def came(self) -> tuple[dict[date, set[RawTable]], dict[date, datetime]]:
        """Of the dates of which something came: all that is complete of them, and when the first of it was sent."""
        first = {message.day: message.sent_at for message in reversed(list(self._of_now()))}  # they are in order
        return {day: set(self._complete(day)) for day in first}, first

    def _of_now(self) -> Iterator[RawComplete]:
        """What came, less what cannot matter yet: a schedule may come long before its date."""
        last = today() + SLATES_AHEAD
        for message in self.messages:
            if message.is_complete and message.day <= last and self._counts(message.table, message.day):
                yield message

    def _counts(self, raw: RawTable, day: date) -> bool:
        """Whether a delivery may bring something new to read: not where an optional source never had anything.

        Where it is required, its having nothing is what others may have waited for.
        """
        return raw.need == "required" or (raw, day) in self.had_something

    def _wanted_on(self, day: date, arrived: set[RawTable]) -> dict[Table, str]:
        return self._with_editions(day, triggers.tables_to_run(arrived, self._complete(day)))

    def with_not_stored(self, warehouse: Warehouse, day: date, wanted: Mapping[Table, str]) -> dict[Table, str]:
        """The same, and the conformed tables behind them that are not there yet, in an order to build them in."""
        added = triggers.not_stored(wanted.keys(), lambda table: day in warehouse.changed_at(table))
        both = wanted.keys() | set(added)
        return self._with_editions(day, [table for table in tables() if table in both])

    def _complete(self, day: date) -> dict[RawTable, str]:
        """The newest delivery of each raw table that is complete for a date."""
        return {raw: ids[-1] for (raw, of), ids in self.known.items() if of == day and ids}

    def _with_editions(self, day: date, found: Iterable[Table]) -> dict[Table, str]:
        editions = {raw: newest for raw, newest in self._complete(day).items() if self._counts(raw, day)}
        return {table: triggers.edition(table, editions) for table in found}

    def correlation_ids(self, days: Iterable[date]) -> str:
        """Separated by commas; of very many as many as a tag holds, which databases count in bytes."""
        wanted = set(days)
        found = sorted({m.correlation_id for m in self.messages if m.day in wanted and m.is_complete})
        told = list(accumulate(found, "{},{}".format))
        return next((text for text in reversed(told) if len(text.encode()) <= LONGEST_TAG), "")

    def dead_letter(self, source: EventSource) -> None:
        """Put the malformed ones away. Where that fails they wait, and hold nothing else up."""
        for item, reason in self.malformed:
            try:
                source.publish(DEAD_LETTER_TOPIC, sha256(item.data).hexdigest()[:16], item.data, reason)
            except Exception:  # each source has its own errors, and none may stop the messages that are in order
                logging.getLogger(__name__).exception("the dead-letter place did not take a message: %s", reason)
                self.undelivered.add(item.receipt)


def _told(found: dg.EventLogRecord, name: str) -> str | None:
    """What an event's metadata says; None for an event that is not from a message, as one that a person reported."""
    event = found.asset_materialization or found.asset_observation
    return str(event.metadata[name].value) if event and name in event.metadata else None


def evaluate(
    instance: dg.DagsterInstance, source: EventSource, cursor: str | None, warehouse: Warehouse | None = None
) -> dg.SensorResult | dg.SkipReason:
    """One tick: acknowledge what the tick before acted on, then say what to do about what has come since.

    What a wanted table reads of the date and the `warehouse` does not hold is wanted as well. The asset events of the
    result are to be on record before its runs exist, and its runs before its cursor.
    """
    state = json.loads(cursor) if cursor else {}
    if state.get("acknowledge"):
        source.acknowledge(state["acknowledge"])
    received = source.pull(MOST_A_TICK)
    waits: Waits = state.get("waits", {})
    if not received and not state.get("acknowledge"):
        return dg.SkipReason(". ".join(filter(None, ["no messages", in_words(waits)])))
    batch = Batch.of(received, instance)
    batch.dead_letter(source)
    events = batch.events()
    wanted, tried = _without(batch.wanted(), ()), Counter[Asked]()
    if wanted:
        asked, tried = _asked_for(wanted, instance)
        wanted = _without(wanted, asked)
    if warehouse and wanted:
        wanted = _without_days_off(wanted, warehouse)
        wanted = {day: batch.with_not_stored(warehouse, day, found) for day, found in wanted.items()}
    requests = _requests(wanted, batch, tried)
    malformed = state.get("malformed", 0) + len(batch.malformed) - len(batch.undelivered)
    acted_on = [item.receipt for item in received if item.receipt not in batch.undelivered]
    waits = still_waiting(waits, *batch.came())
    told = [f"{len(received)} messages that need no run; {malformed} malformed so far", in_words(waits)]
    return dg.SensorResult(
        run_requests=requests,
        asset_events=events,
        cursor=json.dumps({"acknowledge": acted_on, "malformed": malformed, "waits": waits}),
        skip_reason=None if requests else ". ".join(filter(None, told)),
    )


def _without_days_off(wanted: Mapping[date, Mapping[Table, str]], warehouse: Warehouse) -> dict[date, dict[Table, str]]:
    """What is left where sources also report that they have nothing for a date on which nobody plays; but what is
    stored there of a game that was moved is to go."""
    calendar = Calendar.of(warehouse)
    left = {
        day: {t: of for t, of in found.items() if not calendar.is_off(t, day) or day in warehouse.dates(t)}
        for day, found in wanted.items()
    }
    return {day: found for day, found in left.items() if found}


def _asked_for(
    wanted: Mapping[date, Mapping[Table, str]], instance: dg.DagsterInstance
) -> tuple[set[Asked], Counter[Asked]]:
    """What runs have been asked for and have built or may yet build, by the editions that they carry; and how often a
    run was asked for what is wanted and did not build it."""
    runs = instance.get_runs(dg.RunsFilter(tags={TRIGGER_TAG: "raw_complete"}, created_after=_memory()))
    keys = {(day.isoformat(), table.name, of) for day, found in wanted.items() for table, of in found.items()}
    asked: set[Asked] = set()
    given_up: list[tuple[str, set[Asked]]] = []
    for run in runs:
        carries = _carried_by(run)
        if run.status not in GIVEN_UP:
            asked |= carries
        elif carries & keys:
            given_up.append((run.run_id, carries & keys))
    tried: Counter[Asked] = Counter()
    for run_id, carries in given_up:
        built = _built_by(instance, run_id)
        done = {key for key in carries if key[:2] in built}
        asked |= done
        tried.update(carries - done)
    return asked, tried


def _carried_by(run: dg.DagsterRun) -> set[Asked]:
    told = {tag.removeprefix(EDITIONS_TAG): of for tag, of in run.tags.items() if tag.startswith(EDITIONS_TAG)}
    return {(day, name, edition) for day, editions in told.items() for name, edition in json.loads(editions).items()}


def _built_by(instance: dg.DagsterInstance, run_id: str) -> set[tuple[str | None, str]]:
    """The partitions that a run has made before it ended, as date and table."""
    made = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
    return {(event.partition, event.asset_key.path[-1]) for record in made if (event := record.asset_materialization)}


def _without(wanted: Mapping[date, Mapping[Table, str]], asked: Collection[Asked]) -> dict[date, dict[Table, str]]:
    left = {
        day: {table: edition for table, edition in found.items() if (day.isoformat(), table.name, edition) not in asked}
        for day, found in wanted.items()
    }
    return {day: found for day, found in left.items() if found}


def _requests(
    wanted: Mapping[date, Mapping[Table, str]], batch: Batch, tried: Mapping[Asked, int]
) -> list[dg.RunRequest]:
    """One run for a date, or for consecutive dates of the past that want the same tables. The queue keeps runs of one
    date apart, but knows no ranges: of tonight, which other messages are about to follow, none is a part."""

    def goes_on(last: date, day: date) -> bool:
        return day < today() and day - last == timedelta(days=1) and wanted[day].keys() == wanted[last].keys()

    spans = in_a_row(sorted(wanted), goes_on)
    return [_request({day: wanted[day] for day in span}, batch, tried) for span in spans]


def _request(wanted: Mapping[date, Mapping[Table, str]], batch: Batch, tried: Mapping[Asked, int]) -> dg.RunRequest:
    """Dagster makes one run for a key, for ever: so what is tried again has another."""
    days = list(wanted)
    times = max(tried.get((day.isoformat(), t.name, of), 0) for day in days for t, of in wanted[day].items())
    editions = {day.isoformat(): {table.name: edition for table, edition in wanted[day].items()} for day in days}
    return dg.RunRequest(
        run_key=triggers.run_key(f"{days[0]}..{days[-1]}", editions) + (f":{times}" if times else ""),
        job_name=ALL_TABLES,
        asset_selection=[asset_key(table) for table in wanted[days[0]]],
        tags={
            **partition_tags(days),
            TRIGGER_TAG: "raw_complete",
            CORRELATION_TAG: batch.correlation_ids(days),
            **{EDITIONS_TAG + day: json.dumps(of_day) for day, of_day in editions.items()},
        },
    )


def _memory() -> datetime:
    return datetime.fromtimestamp(time.time() - MEMORY_SECONDS, UTC)


@dg.sensor(
    job_name=ALL_TABLES,
    description="Raw data has come in: marks its partitions and runs the tables of its date that have all they need. "
    "Reads the messages of Pub/Sub or the spool; a tick says which dates wait, for what, and since when.",
    minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
    default_status=dg.DefaultSensorStatus.STOPPED,
    required_resource_keys={"warehouse"},
)
def raw_complete(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Raw data has come in: mark its partitions, and run the tables of its date that have all they need."""
    source = event_source(Path(context.resources.warehouse.lake))
    result = evaluate(context.instance, source, context.cursor, context.resources.warehouse.open())
    if isinstance(result, dg.SensorResult):
        marks = [event for event in result.asset_events if not isinstance(event, dg.AssetCheckEvaluation)]
        record_runless(context.instance, marks)
        result = result._replace(asset_events=[])
    return result


def event_sensors() -> list[dg.SensorDefinition]:
    """The sensors that messages come in and go out by."""
    return [raw_complete, next_slate, completion]
