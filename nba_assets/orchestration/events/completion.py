"""Sensors on runs that succeed: the next slate is asked for, and the phases that come after ours are told.

Conformed tables are nobody's phase: what is told is of the tables that others read. Which raw data leads to which run
is not said here.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import dagster as dg

from nba_assets.audit.game_days import next_game_day
from nba_assets.orchestration.events.messages import SUCCESS, Sent
from nba_assets.orchestration.events.sources import event_source
from nba_assets.orchestration.instance.tags import DATA_VERSION_TAG
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import Materialised
from nba_assets.orchestration.partitions import DAILY
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_tags import CORRELATION_TAG, TRIGGER_TAG, days_of
from nba_assets.orchestration.slates import PHASES, slate_tables, summaries, with_conformed
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import Warehouse

COMPLETE_TOPICS = {"analytics": "nba-phase3-analytics-complete", "precompute": "nba-phase4-precompute-complete"}

SECONDS_BETWEEN_TICKS = 15
MEMORY_SECONDS = 2 * 24 * 60 * 60
"""How far back finished runs are looked at; one that was acted on already has its run key on record."""


def slate_requests(instance: dg.DagsterInstance, warehouse: Warehouse) -> Iterator[dg.RunRequest]:
    """The next slate after each date of which summaries have lately been built by an event or a schedule.

    Once all summaries of the date are there. The run key holds their content, so that the same ones built again ask
    for nothing, and one of them corrected asks again.
    """
    after = datetime.fromtimestamp(time.time() - MEMORY_SECONDS, UTC)
    finished = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.SUCCESS],
        tags={TRIGGER_TAG: ["raw_complete", "schedule"]},
        updated_after=after,
    )
    wanted = {asset_key(table) for table in summaries()}
    newest: dict[date, dg.DagsterRun] = {}
    for run in instance.get_runs(finished):
        if (days := days_of(run)) and wanted & (run.asset_selection or frozenset()):
            newest.setdefault(days[-1], run)
    asked: set[date] = set()
    for day, run in newest.items():
        content = _content(instance, day)
        slate = next_game_day(warehouse, day) if content else None
        if slate is None or slate in asked or not DAILY.has_partition_key(slate.isoformat()):
            continue
        asked.add(slate)
        yield dg.RunRequest(
            run_key=f"slate:{slate}:{content}",
            job_name=ALL_TABLES,
            asset_selection=[asset_key(table) for table in with_conformed(slate_tables())],
            partition_key=slate.isoformat(),
            tags={TRIGGER_TAG: "next_slate", CORRELATION_TAG: run.tags.get(CORRELATION_TAG, run.run_id)},
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
    return sha256(json.dumps(versions, sort_keys=True).encode()).hexdigest()[:12] if all(versions) else None


@dg.sensor(
    job_name=ALL_TABLES,
    minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
    default_status=dg.DefaultSensorStatus.STOPPED,
    required_resource_keys={"warehouse"},
)
def next_slate(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """The summaries of a date are there: build context, precompute and features of the next date with games."""
    yield from slate_requests(context.instance, context.resources.warehouse.open())


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


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
)
def completion(context: dg.RunStatusSensorContext) -> None:
    """A run has built tables of a group: tell the phases that come after."""
    source = event_source(Path(WarehouseResource.from_environment().lake))
    for topic, message in completion_messages(context.instance, context.dagster_run):
        source.publish(topic, f"{message.day}-{message.execution_id}", message.as_bytes())
