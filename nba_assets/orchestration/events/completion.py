"""Sensors on runs that succeed: the next slate is asked for, and the phases that come after ours are told.

Conformed tables are nobody's phase: what is told is of the tables that others read. Which raw data leads to which run
is not said here.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import dagster as dg

from nba_assets.audit.game_days import next_game_day
from nba_assets.contracts.calendar import eastern, today
from nba_assets.orchestration.ended_runs import ended_runs
from nba_assets.orchestration.events.messages import SUCCESS, Sent
from nba_assets.orchestration.events.sources import event_source
from nba_assets.orchestration.freshness import not_ready
from nba_assets.orchestration.instance.backfills import under_way
from nba_assets.orchestration.instance.tags import BACKFILL_ID_TAG, DATA_VERSION_TAG
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import Materialised
from nba_assets.orchestration.partitions import last_partition
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_tags import CORRELATION_TAG, ENDED, TRIGGER_TAG, days_of
from nba_assets.orchestration.slates import PHASES, slate_tables, summaries, with_conformed
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import Warehouse

SUCCEEDED: Literal[dg.DagsterEventType.RUN_SUCCESS] = dg.DagsterEventType.RUN_SUCCESS

COMPLETE_TOPICS = {"analytics": "nba-phase3-analytics-complete", "precompute": "nba-phase4-precompute-complete"}

SECONDS_BETWEEN_TICKS = 15
MEMORY_SECONDS = 2 * 24 * 60 * 60
"""How far back finished runs are looked at again; one that was acted on already has its run key on record."""

FIRST_LOOK_SECONDS = 30 * 24 * 60 * 60
"""How far back a sensor looks that was never on before: over any break within a season."""

MOST_KEPT = 100
"""Slates that the cursor remembers what they were asked for."""

BY_ITSELF = ("raw_complete", "schedule")
"""What has summaries built without a person, as the run's tag says it."""


Lead = tuple[date, date]
"""A slate, and the date whose summaries it is asked for after."""


@dataclass(frozen=True)
class Finished:
    """A date of which all summaries are there: their content, and the ids that came with their raw data."""

    day: date
    content: str
    correlation: str
    by_itself: bool = True
    """Whether an event or a schedule had them built; else a person had."""


@dataclass(frozen=True)
class Place:
    """Where `next_slate` stands. Its cursor keeps it, so that a daemon that stood still for a week misses nothing."""

    looked_at: float | None = None
    waits: Finished | None = None
    """The last date whose next slate is not known, or has no partition, yet: over a break, or all summer."""
    asked: Mapping[Lead, tuple[str, str]] = field(default_factory=dict)
    """For which content a slate was last asked for or found ready, and the last run key; the latest last."""

    @classmethod
    def read(cls, cursor: str | None) -> "Place":
        state = json.loads(cursor) if cursor else {}
        waits = state.get("waits")
        kept = Finished(**{**waits, "day": date.fromisoformat(waits["day"])}) if waits else None
        asked = {
            (date.fromisoformat(slate), date.fromisoformat(day)): (content, key)
            for slate, day, content, key in state.get("asked", ())
        }
        return cls(state.get("looked_at"), kept, asked)

    def written(self) -> str:
        asked = [(slate, day, *last) for (slate, day), last in self.asked.items()]
        waits = asdict(self.waits) if self.waits else None
        return json.dumps({"looked_at": self.looked_at, "waits": waits, "asked": asked}, default=str)


def slate_requests(
    instance: dg.DagsterInstance, warehouse: Warehouse, place: Place
) -> tuple[list[dg.RunRequest], Place]:
    """The slates that follow from each date of which summaries have lately been built, once all of the date are there.

    That is the next one, as far as it is to come or an event or a schedule built the summaries; and those of tonight
    and tomorrow that are built. Only what lacks them is asked for. The same summaries built again ask for nothing, one
    of them corrected asks again, be it back to what it was. A slate that is not known, or has no partition, yet is
    waited for, however long.
    """
    now, tonight, last = time.time(), today(), last_partition()
    lately = (place.looked_at or now) - MEMORY_SECONDS
    new = _finished(instance, lately)
    known = [] if place.looked_at else _finished(instance, now - FIRST_LOOK_SECONDS)
    known += [place.waits] if place.waits else []
    asked, wanted = dict(place.asked), defaultdict[date, list[Finished]](list)
    waits: Finished | None = None
    for finished in sorted([*known, *new], key=lambda finished: finished.day):
        following = next_game_day(warehouse, finished.day, last)
        if following is None:
            waits = finished
            continue
        due = following >= tonight or (finished.by_itself and finished in new)
        built = [day for day in (tonight, tonight + timedelta(days=1)) if day > following and _is_built(warehouse, day)]
        for slate in [*([following] if due else []), *built]:
            content, key = asked.pop((slate, finished.day), ("", ""))
            if content != finished.content and _lacks(warehouse, slate):
                wanted[slate].append(finished)
            asked[slate, finished.day] = finished.content, key
    requests = {slate: _slate_request(slate, after, place.asked) for slate, after in sorted(wanted.items())}
    for slate, request in requests.items():
        asked |= {(slate, after.day): (after.content, request.run_key or "") for after in wanted[slate]}
    return list(requests.values()), Place(now, waits, dict(list(asked.items())[-MOST_KEPT:]))


def _is_built(warehouse: Warehouse, slate: date) -> bool:
    return any(slate in warehouse.dates(table) for table in slate_tables())


def _lacks(warehouse: Warehouse, slate: date) -> bool:
    """Whether a table of a slate is not built, or before the last change of a summary that it reads."""
    return any(table in slate_tables() for table in not_ready(warehouse, slate))


def _finished(instance: dg.DagsterInstance, since: float) -> list[Finished]:
    """The dates of which runs have built summaries since then, and all are there, with the ids of the last such run."""
    ended = dg.RunsFilter(statuses=list(ENDED), updated_after=datetime.fromtimestamp(since, UTC))
    going_on = {backfill.backfill_id for backfill in under_way(instance)}  # which may build the slate as well
    newest: dict[date, dg.DagsterRun] = {}
    by_itself: set[date] = set()
    for run in instance.get_runs(ended):
        days = days_of(run) if run.tags.get(BACKFILL_ID_TAG) not in going_on else []
        if not days or not _built_summaries(instance, run):
            continue
        newest.setdefault(days[-1], run)
        if run.tags.get(TRIGGER_TAG) in BY_ITSELF:
            by_itself.add(days[-1])
    contents = {day: _content(instance, day) for day in newest}
    return [
        Finished(day, content, newest[day].tags.get(CORRELATION_TAG, newest[day].run_id), day in by_itself)
        for day, content in contents.items()
        if content
    ]


def _built_summaries(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether the run was to build summaries and has: also one that failed, or was cancelled, at another table."""
    keys = {asset_key(table) for table in summaries()}
    asked = keys if run.asset_selection is None else keys & run.asset_selection
    if not asked or run.status is dg.DagsterRunStatus.SUCCESS:
        return bool(asked)
    made = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
    return asked <= {event.asset_key for record in made if (event := record.asset_materialization)}


def _slate_request(slate: date, after: Sequence[Finished], asked: Mapping[Lead, tuple[str, str]]) -> dg.RunRequest:
    """Dagster makes one run for a key, for ever: so the key holds what was asked for before, since summaries that are
    corrected back to what they were are news as well."""
    contents = [finished.content for finished in after]
    before = [key for finished in after if (key := asked.get((slate, finished.day), ("", ""))[1])]
    parts = [contents[0] if len(contents) == 1 else _short(contents), *([_short(before)] if before else [])]
    return dg.RunRequest(
        run_key=":".join(["slate", str(slate), *parts]),
        job_name=ALL_TABLES,
        asset_selection=[asset_key(table) for table in with_conformed(slate_tables())],
        partition_key=slate.isoformat(),
        tags={TRIGGER_TAG: "next_slate", CORRELATION_TAG: after[-1].correlation},
    )


def _content(instance: dg.DagsterInstance, day: date) -> str | None:
    """A hash of what the summaries of a date hold; None until all of them are there."""
    partition = day.isoformat()
    versions = [
        instance.event_log_storage.get_latest_tags_by_partition(
            asset_key(table), dg.DagsterEventType.ASSET_MATERIALIZATION, [DATA_VERSION_TAG], [partition]
        )
        for table in summaries()
    ]
    return _short(versions) if all(versions) else None


def _short(told: Sequence[Any]) -> str:
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


@dg.sensor(
    job_name=ALL_TABLES,
    description="The summaries of a date are there: runs context, precompute and features of the next date with games.",
    minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
    default_status=dg.DefaultSensorStatus.STOPPED,
    required_resource_keys={"warehouse"},
)
def next_slate(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """The summaries of a date are there: build context, precompute and features of the next date with games."""
    before = Place.read(context.cursor)
    requests, place = slate_requests(context.instance, context.resources.warehouse.open(), before)
    waits = "no new summaries" + (f" since {eastern(at)}" if (at := _looked_at(before)) else "")
    if place.waits:
        waits = f"{place.waits.day} is summed up; no later date with games up to {last_partition()} is known yet"
    return dg.SensorResult(run_requests=requests, cursor=place.written(), skip_reason=None if requests else waits)


def _looked_at(place: Place) -> datetime | None:
    return datetime.fromtimestamp(place.looked_at, UTC) if place.looked_at else None


def completion_messages(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Iterator[tuple[str, Sent]]:
    """For each group of which the run built tables, the topic and the message that says so."""
    days = days_of(run)
    if not days:
        return
    record = instance.get_run_record_by_id(run.run_id)
    seconds = record.end_time - record.start_time if record and record.start_time and record.end_time else None
    written = _rows(instance, run)
    for group, topic in COMPLETE_TOPICS.items():
        rows = {t.name: written[asset_key(t)] for t in tables() if t.group == group and asset_key(t) in written}
        if not rows:
            continue
        yield (
            topic,
            Sent(
                processor_name=f"{group}_tables",
                phase=PHASES[group],
                execution_id=run.run_id,
                correlation_id=run.tags.get(CORRELATION_TAG, run.run_id),
                day=days[-1],
                status=SUCCESS,
                record_count=sum(rows.values()),
                trigger_source=run.tags.get(TRIGGER_TAG, "manual"),
                output_dataset=f"nba_{group}",
                duration_seconds=round(seconds, 1) if seconds is not None else None,
                metadata={"tables": rows, "first_date": days[0].isoformat(), "last_date": days[-1].isoformat()},
            ),
        )


def _rows(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dict[dg.AssetKey, int]:
    """Rows that the run wrote to each of its tables."""
    rows: dict[dg.AssetKey, int] = defaultdict(int)
    for record in instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records:
        if made := record.asset_materialization:
            rows[made.asset_key] += Materialised.read(made.metadata).rows
    return rows


@dg.sensor(
    description="A run has built tables of a group: tells the phases that come after, on Pub/Sub or in the spool.",
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
)
def completion(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """A run has built tables of a group: tell the phases that come after.

    What cannot be sent is sent by a later tick. A message may come twice, by the same name; none is lost.
    """
    source, state = event_source(Path(WarehouseResource.from_environment().lake)), _place(context.cursor)
    told = 0
    for run, _ in ended_runs(context.instance, state, SUCCEEDED):
        try:
            for topic, message in completion_messages(context.instance, run):
                source.publish(topic, f"{message.day}-{message.execution_id}", message.as_bytes())
        except Exception:
            if not told:
                raise  # what was told before it is not to be told again
            break
        told += 1
    return dg.SensorResult(skip_reason=f"{told} runs looked at", cursor=json.dumps(state))


def _place(cursor: str | None) -> dict[str, int]:
    """The number of the last end of a run that was told; releases before this one kept it as Dagster does."""
    state = json.loads(cursor or "{}")
    return {SUCCEEDED.value: state["record_id"]} if "record_id" in state else state
