"""`nba_reference.processor_run_history`: one row for each table and run, whatever came of it.

Read from Dagster's own events when a run has ended, and kept beside the data so that SQL can ask. Who is told of a
failure is the alerts' business.
"""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import reduce

import dagster as dg
import ibis
from dagster._core.events import DagsterEventType as Event

from nba_assets.compile.bind import Binder, stored_inputs
from nba_assets.compile.dialects import Dialect, to_sql
from nba_assets.compile.storage import stored
from nba_assets.contracts.calendar import EASTERN, Window, season_year
from nba_assets.contracts.table import Table
from nba_assets.orchestration.assets import OWNERS, code_version
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_history import table_run
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY, TableRun, Timings
from nba_assets.orchestration.run_tags import CORRELATION_TAG, TRIGGER_TAG, days_of
from nba_assets.orchestration.slates import PHASES
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.records import records

KEY = dg.AssetKey([RUN_HISTORY.dataset, RUN_HISTORY.name])
LAST_RUNS = 10
"""A table's usual time is the median of so many."""
NEAR_DAYS = 60
"""A run is compared with runs for dates this near, so that a page does not read years of history."""

ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
TIMEOUT_SECONDS = 120.0


def run_history_spec() -> dg.AssetSpec:
    """The history as an external asset: each kept run is a materialisation of it, with the run's page of timings."""
    return dg.AssetSpec(
        KEY,
        description=RUN_HISTORY.description,
        group_name="operations",
        owners=OWNERS,
        metadata={"dagster/table_name": RUN_HISTORY.full_name},
    )


def run_history_sensors() -> list[dg.SensorDefinition]:
    """One for each way a run can end."""
    return [_sensor(status) for status in ENDED]


def _sensor(status: dg.DagsterRunStatus) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=status,
        name=f"run_history_{status.value.lower()}",
        description=f"Keeps what became of each table of a run that ended as {status.value}.",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def keep_run(context: dg.RunStatusSensorContext, warehouse: WarehouseResource) -> None:
        keep(context.instance, warehouse.open(), context.dagster_run.run_id)

    return keep_run


def keep(
    instance: dg.DagsterInstance, warehouse: Warehouse, run_id: str, made: Iterable[dg.DagsterEvent] | None = None
) -> list[TableRun]:
    """Write the ended run's rows in place of those it may have already: whoever sees the end first, or twice.

    `made` are the run's materialisations, if they are at hand: of a long range they take seconds to read.
    """
    run = instance.get_run_by_id(run_id)
    runs = table_runs(instance, run_id, made) if run and run.status in ENDED else []
    if not runs:
        return []
    known = bool(warehouse.dates(replace(RUN_HISTORY, written_by=run_id)))
    store(warehouse, runs)
    if not known:
        _report_page(instance, warehouse, runs)
    return runs


def store(warehouse: Warehouse, runs: Sequence[TableRun]) -> None:
    """Replace the rows of one run. Each run has a part of its own, so that writers never meet."""
    own = replace(RUN_HISTORY, written_by=runs[0].run_id)
    with warehouse.session(TIMEOUT_SECONDS) as session:
        session.replace(own, _as_sql(runs, warehouse.dialect), [runs[0].data_date])


def _report_page(instance: dg.DagsterInstance, warehouse: Warehouse, runs: Sequence[TableRun]) -> None:
    days = [run.data_date for run in runs]
    near = Window(date.fromordinal(min(days).toordinal() - NEAR_DAYS), date.fromordinal(max(days).toordinal()))
    timings = timings_of(runs, kept(warehouse, near))
    counts = [f"{sum(run.status == status for run in runs)} {status}" for status in sorted({r.status for r in runs})]
    instance.report_runless_asset_event(
        dg.AssetMaterialization(
            KEY,
            description=f"{runs[0].data_date}: {', '.join(counts)}",
            metadata={
                "run": dg.MetadataValue.dagster_run(runs[0].run_id),
                "cascade": dg.MetadataValue.md(table_run.markdown(f"Run {runs[0].run_id[:8]}", timings)),
                "wall_seconds": timings.wall_seconds,
                "table_seconds": timings.total_seconds,
            },
        )
    )


def kept(warehouse: Warehouse, dates: Window | None = None) -> list[TableRun]:
    """The history, of runs for `dates` or all of it, oldest run first."""
    binder = Binder(dates or Window(date.min, date.max))
    rows = binder.scan(RUN_HISTORY, dates).order_by("started_at", "run_id", "processor_name")
    found = warehouse.fetch(to_sql(rows, warehouse.dialect), binder.scanned, TIMEOUT_SECONDS)
    return [TableRun(**row) for row in records(found)]


def timings_of(runs: Sequence[TableRun], history: Sequence[TableRun]) -> Timings:
    """A run's timings, each single date compared with the last successful ones of its table before it."""
    earlier: dict[str, list[float]] = defaultdict(list)
    own = {run.run_id for run in runs}
    begun = min((run.started_at for run in runs if run.started_at), default=None)
    for run in history:
        before = run.run_id not in own and begun and run.started_at and run.started_at < begun
        if before and run.one_date and run.status == table_run.SUCCESS and run.duration_seconds is not None:
            earlier[run.processor_name].append(run.duration_seconds)
    singles = {run.processor_name for run in runs if run.one_date}
    usual = {name: statistics.median(earlier[name][-LAST_RUNS:]) for name in singles if earlier[name]}
    return Timings(runs, reads(), usual)


def reads() -> dict[str, set[str]]:
    """Which of the tables each of them reads."""
    return {t.name: {source.name for source in stored_inputs(t) if isinstance(source, Table)} for t in tables()}


@dataclass
class _Step:
    """What the events of one step tell."""

    started: float | None = None
    ended: float | None = None
    succeeded: bool = False
    failure: str = ""
    interrupted: bool = False
    restarts: int = 0
    rows: int = 0
    partitions: int = 0
    version: str | None = None
    skipped: str | None = None


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
    chosen = _chosen(instance, run)
    if not chosen:
        return []
    steps, why = _steps(instance, run_id, made)
    over = run.status in ENDED
    end = record.end_time if over else None
    status = {}
    for table in chosen:  # each after those it reads, so that a reason is passed on
        status[table.name] = _status(table, steps[table.name], run.status, status, why)
    days = days_of(run)
    asked = datetime.fromtimestamp(record.create_timestamp.timestamp(), EASTERN).date()
    first = days[0] if days else asked
    trigger, by = _trigger(run, len(days))
    found = []
    for table in chosen:
        step, (state, skipped, error) = steps[table.name], status[table.name]
        ended = step.ended or end
        lasted = step.started is not None and ended is not None
        found.append(
            TableRun(
                processor_name=table.name,
                run_id=run_id,
                phase=PHASES.get(table.group, table.group),
                data_date=first,
                data_date_start=days[0] if days else None,
                data_date_end=days[-1] if days else None,
                season_year=season_year(first),
                status=state,
                started_at=_moment(step.started),
                processed_at=_moment(ended),
                duration_seconds=round(ended - step.started, 3) if lasted else None,
                records_processed=step.rows,
                partitions=step.partitions,
                retry_attempt=step.restarts + int(run.tags.get("dagster/retry_number", 0)),
                trigger_source=trigger,
                triggered_by=by,
                correlation_id=run.tags.get(CORRELATION_TAG),
                code_version=step.version or code_version(table),
                skip_reason=skipped or (step.skipped if len(days) == 1 else None),
                errors=error,
            )
        )
    return found


def _chosen(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[Table]:
    plan = run.execution_plan_snapshot_id
    planned = instance.get_execution_plan_snapshot(plan).step_keys_to_execute if plan else ()
    return [table for table in tables() if table.name in planned]


def _steps(
    instance: dg.DagsterInstance, run_id: str, made: Iterable[dg.DagsterEvent] | None
) -> tuple[dict[str, _Step], str]:
    """What became of each step, and why the run failed if it says so."""
    steps: dict[str, _Step] = defaultdict(_Step)
    why = ""
    for event in made or ():
        _count(steps[event.step_key or ""], event)
    for entry in _entries(instance, run_id, _ENDS if made is not None else _ENDS | {Event.ASSET_MATERIALIZATION}):
        event = entry.get_dagster_event()
        step = steps[event.step_key or ""]
        match event.event_type:
            case Event.STEP_START:
                step.started = step.started or entry.timestamp
            case Event.STEP_RESTARTED:
                step.restarts += 1
            case Event.STEP_SUCCESS:
                step.ended, step.succeeded = entry.timestamp, True
            case Event.STEP_FAILURE:
                step.ended = entry.timestamp
                step.failure, step.interrupted = _failure(event)
            case Event.RUN_FAILURE | Event.RUN_CANCELED:
                why = (event.message or "").splitlines()[0] if event.message else ""
            case Event.ASSET_MATERIALIZATION:
                _count(step, event)
    return steps, why


_ENDS = {
    Event.STEP_START,
    Event.STEP_RESTARTED,
    Event.STEP_SUCCESS,
    Event.STEP_FAILURE,
    Event.RUN_FAILURE,
    Event.RUN_CANCELED,
}


def _entries(instance: dg.DagsterInstance, run_id: str, kinds: set[Event]) -> Iterator[dg.EventLogEntry]:
    cursor = None
    while True:
        batch = instance.get_records_for_run(run_id, cursor, of_type=kinds, limit=1000)
        yield from (record.event_log_entry for record in batch.records)
        cursor = batch.cursor
        if not batch.has_more:
            return


def _count(step: _Step, event: dg.DagsterEvent) -> None:
    made = event.step_materialization_data.materialization
    rows = made.metadata.get("dagster/partition_row_count")
    step.rows += int(rows.value) if rows else 0
    step.partitions += 1
    step.version = (made.tags or {}).get("dagster/code_version", step.version)
    if "skipped" in made.metadata:
        step.skipped = str(made.metadata["skipped"].value)


def _failure(event: dg.DagsterEvent) -> tuple[str, bool]:
    """The first line of what went wrong, and whether the step was cut off rather than wrong.

    That is the innermost error's own message, Dagster's wrappers only say where; save for a timeout, whose wrapper is
    ours and says it is one.
    """
    told, interrupted = "", False
    error = event.step_failure_data.error
    while error is not None:
        line = (error.message.strip().splitlines() or [""])[0]
        if _TIMEOUT in told:
            break
        told = line or told
        interrupted = interrupted or (error.cls_name or "").endswith("InterruptedError")
        error = error.cause
    return told, interrupted


_TIMEOUT = ": timeout,"
"""How `asset.py` says that a table took longer than it may."""


def _status(
    table: Table, step: _Step, run: dg.DagsterRunStatus, known: dict[str, tuple], why: str
) -> tuple[str, str | None, str | None]:
    """The status, why it was skipped, and the error."""
    if step.succeeded:
        return table_run.SUCCESS, None, None
    if run == dg.DagsterRunStatus.CANCELED and (not step.failure or step.interrupted):
        return table_run.CANCELED, None, why or "the run was canceled"
    if step.failure:
        return (table_run.TIMEOUT if _TIMEOUT in step.failure else table_run.FAILED), None, step.failure
    if run not in ENDED:
        return (table_run.RUNNING if step.started else table_run.WAITING), None, None
    upstream = sorted(reads()[table.name] & {name for name, (state, *_) in known.items() if state != table_run.SUCCESS})
    if upstream and step.started is None:
        return table_run.SKIPPED, f"not built for lack of {', '.join(upstream)}", None
    return table_run.FAILED, None, why or "the run ended before it did"


def _trigger(run: dg.DagsterRun, days: int) -> tuple[str, str | None]:
    """What asked for the run, and which one of it."""
    tags = run.tags
    asked = tags.get(TRIGGER_TAG)
    if name := tags.get("dagster/sensor_name"):
        return "sensor", name
    if name := tags.get("dagster/schedule_name"):
        return "schedule", name
    if "dagster/backfill" in tags or asked == "backfill" or days > 1:
        return "backfill", tags.get("dagster/backfill")
    return "manual", asked


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(round(seconds, 3), UTC)


def _as_sql(runs: Sequence[TableRun], dialect: Dialect) -> str:
    """The rows as a query of literals, so that any engine can write them as it writes everything else."""
    types = {column.name: column.stored for column in RUN_HISTORY.columns}
    values: Callable[[TableRun], dict] = lambda run: {  # noqa: E731
        name: ibis.literal(value, types[name]) for name, value in asdict(run).items()
    }
    rows = [ibis.literal(1).name("one").as_table().select(**values(run)) for run in runs]
    union = reduce(lambda left, right: left.union(right), rows)
    return to_sql(stored(union, RUN_HISTORY), dialect)
