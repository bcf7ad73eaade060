"""Outcome of each table of a run, read from the events that Dagster has of it.

A row for each table, as the run stands now or as it ended. How rows are kept, and how they add up, is not said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import dagster as dg
from dagster import DagsterEventType as Event

from nba_assets.compile.bind import stored_inputs
from nba_assets.compile.code_version import code_version
from nba_assets.contracts.calendar import EASTERN, season_year
from nba_assets.contracts.table import Table
from nba_assets.orchestration.instance.events import every_record
from nba_assets.orchestration.instance.tags import BACKFILL_ID_TAG
from nba_assets.orchestration.metadata import Materialised, TableFailure
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_history import table_run
from nba_assets.orchestration.run_history.table_run import TableRun
from nba_assets.orchestration.run_tables import failed_in, of_step, tables_of, was_interrupted
from nba_assets.orchestration.run_tags import CORRELATION_TAG, ENDED, TRIGGER_TAG, days_of
from nba_assets.orchestration.slates import PHASES
from nba_assets.tables.registry import every_table, steps


def waits_for() -> dict[str, set[str]]:
    """For each table, those that are built before it: what it reads, and what its own step builds before it."""
    found = {}
    for built in steps().values():
        for place, table in enumerate(built):
            found[table.name] = _before(table) | {earlier.name for earlier in built[:place]}
    return found


@dataclass
class _Part:
    """What the events of a run tell of one table."""

    started: float | None = None
    ended: float | None = None
    own_times: tuple[float, float] | None = None
    """Within a step that builds several: when the table's part of it began and ended."""
    succeeded: bool = False
    failure: TableFailure | None = None
    interrupted: bool = False
    restarts: int = 0
    rows: dict[str | None, int] = field(default_factory=dict)
    """By partition."""
    version: str | None = None
    skipped: str | None = None


_Status = tuple[str, str | None, str | None]
"""What became of a table: the status, why it was skipped, and the error."""


def table_runs(
    instance: dg.DagsterInstance, run_id: str, made: Iterable[dg.DagsterEvent] | None = None
) -> list[TableRun]:
    """A row for each table that the run was to build, as it stands now; none for a run of something else.

    `made` are its materialisations, read here if they are not at hand.
    """
    record = instance.get_run_record_by_id(run_id)
    if record is None:
        return []
    run = record.dagster_run
    chosen = tables_of(instance, run)
    if not chosen:
        return []
    parts, why = _parts(instance, run_id, chosen, made)
    over = run.status in ENDED
    end = record.end_time if over else None
    status: dict[str, _Status] = {}
    for table in chosen:  # each after those it reads, so that a reason is passed on
        status[table.name] = _status(table, parts[table.name], run.status, status, why)
    return [_row(table, record, parts[table.name], status[table.name], end) for table in chosen]


def _row(table: Table, record: dg.RunRecord, part: _Part, became: _Status, end: float | None) -> TableRun:
    """What became of one table of a run that ended at `end`, if it did."""
    run = record.dagster_run
    days = days_of(run)
    first = days[0] if days else record.create_timestamp.astimezone(EASTERN).date()
    trigger, by = _trigger(run, len(days))
    state, skipped, error = became
    started, ended = part.own_times or (part.started, part.ended or end)
    return TableRun(
        processor_name=table.name,
        run_id=run.run_id,
        phase=PHASES.get(table.group, table.group),
        data_date=first,
        data_date_start=days[0] if days else None,
        data_date_end=days[-1] if days else None,
        season_year=season_year(first),
        status=state,
        started_at=_moment(started),
        processed_at=_moment(ended),
        duration_seconds=round(ended - started, 3) if started is not None and ended is not None else None,
        records_processed=sum(part.rows.values()),
        partitions=len(part.rows),
        retry_attempt=part.restarts + int(run.tags.get("dagster/retry_number", 0)),
        trigger_source=trigger,
        triggered_by=by,
        correlation_id=run.tags.get(CORRELATION_TAG),
        code_version=part.version or code_version(table, WarehouseResource.from_environment().dialect),
        skip_reason=skipped or (part.skipped if len(days) == 1 else None),
        errors=error,
    )


def _parts(
    instance: dg.DagsterInstance, run_id: str, chosen: Sequence[Table], made: Iterable[dg.DagsterEvent] | None
) -> tuple[dict[str, _Part], str]:
    """What became of each table, and why the run failed if it says so."""
    parts = {table.name: _Part() for table in chosen}
    why = ""
    for event in made or ():
        _count(parts, event)
    wanted = _ENDS if made is not None else _ENDS | {Event.ASSET_MATERIALIZATION}
    for record in every_record(partial(instance.get_records_for_run, run_id, of_type=wanted)):
        event = record.event_log_entry.get_dagster_event()
        if event.event_type == Event.ASSET_MATERIALIZATION:
            _count(parts, event)
        elif event.event_type in (Event.RUN_FAILURE, Event.RUN_CANCELED):
            why = (event.message or "").splitlines()[0] if event.message else ""
        else:
            _note(parts, chosen, event, record.timestamp)
    return parts, why


def _note(parts: Mapping[str, _Part], chosen: Sequence[Table], event: dg.DagsterEvent, at: float) -> None:
    """What a step's start or end says of the tables that it builds."""
    failed = failed_in(event, chosen) if event.event_type == Event.STEP_FAILURE else {}
    for table in of_step(chosen, event.step_key):
        part = parts[table.name]
        match event.event_type:
            case Event.STEP_START:
                part.started = part.started or at
            case Event.STEP_RESTARTED:
                part.restarts += 1
            case Event.STEP_SUCCESS:
                part.ended, part.succeeded = at, True
            case Event.STEP_FAILURE if table.name in failed:
                part.ended, part.interrupted = at, was_interrupted(event)
                part.failure = failed[table.name]
                part.own_times = part.failure.times or part.own_times
            case Event.STEP_FAILURE if not part.succeeded:  # left out, since one that it reads had failed
                part.started = None


_ENDS = {
    Event.STEP_START,
    Event.STEP_RESTARTED,
    Event.STEP_SUCCESS,
    Event.STEP_FAILURE,
    Event.RUN_FAILURE,
    Event.RUN_CANCELED,
}


def _count(parts: Mapping[str, _Part], event: dg.DagsterEvent) -> None:
    made = event.step_materialization_data.materialization
    part = parts.get(made.asset_key.path[-1])
    if part is None:
        return
    said = Materialised.read(made.metadata)
    part.rows[made.partition] = said.rows  # a step that is tried again makes again what it had finished
    part.version = (made.tags or {}).get("dagster/code_version", part.version)
    part.skipped = said.skipped or part.skipped
    part.succeeded = part.succeeded or said.whole
    part.own_times = (said.started, said.ended) if said.started and said.ended else part.own_times


def _status(table: Table, part: _Part, run: dg.DagsterRunStatus, known: dict[str, _Status], why: str) -> _Status:
    if part.succeeded:
        return table_run.SUCCESS, None, None
    if run == dg.DagsterRunStatus.CANCELED and (not part.failure or part.interrupted):
        return table_run.CANCELED, None, why or "the run was canceled"
    if part.failure:
        return (table_run.TIMEOUT if part.failure.timed_out else table_run.FAILED), None, part.failure.reason
    if run not in ENDED:
        return (table_run.RUNNING if part.started else table_run.WAITING), None, None
    upstream = sorted({name for name, (state, *_) in known.items() if state != table_run.SUCCESS} & _before(table))
    if upstream and part.started is None:
        return table_run.SKIPPED, f"not built for lack of {', '.join(upstream)}", None
    return table_run.FAILED, None, why or "the run ended before it did"


def _before(table: Table) -> set[str]:
    """What has to be built before it: what it reads, and all else that another step builds with that."""
    read = {source for source in stored_inputs(table) if isinstance(source, Table)}
    other_steps = {source.step for source in read} - {table.step}
    return {source.name for source in read} | {other.name for other in every_table() if other.step in other_steps}


def _trigger(run: dg.DagsterRun, days: int) -> tuple[str, str | None]:
    """What asked for the run, and which one of it."""
    tags = run.tags
    if name := tags.get("dagster/sensor_name"):
        return "sensor", name
    if name := tags.get("dagster/schedule_name"):
        return "schedule", name
    if BACKFILL_ID_TAG in tags or days > 1:
        return "backfill", tags.get(BACKFILL_ID_TAG)
    return "manual", tags.get(TRIGGER_TAG)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(round(seconds, 3), UTC)
