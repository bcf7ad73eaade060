"""One Dagster run over some tables and dates, started here and watched until it ends.

The run is Dagster's like any other: it is in the UI, its partitions and checks are Dagster's record. What is
computed is the assets' business.
"""

from __future__ import annotations

import itertools
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Any

import dagster as dg

from nba_assets.contracts.errors import GaveWay
from nba_assets.contracts.table import Table
from nba_assets.orchestration.code_location import NAME, definitions
from nba_assets.orchestration.instance.dead_runs import PROCESS_TAG
from nba_assets.orchestration.instance.run_log import said_since
from nba_assets.orchestration.instance.runs import events_of, job_at, work_out
from nba_assets.orchestration.instance.storage_files import StorageFault
from nba_assets.orchestration.instance.tags import MAX_RETRIES_TAG
from nba_assets.orchestration.jobs import ALL_TABLES, MODELS
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import DaysDone, Materialised, broken_days
from nba_assets.orchestration.processes import fork_server
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_history.history import keep
from nba_assets.orchestration.run_tables import failed_in, of_step, was_interrupted
from nba_assets.orchestration.run_tags import partition_tags, reason_of
from nba_assets.warehouse.process import this_process

POLL_SECONDS = 1.0
ASKED_EVERY = 5
"""Looks for each at whether the run was withdrawn, which reads the record of a whole back-fill."""

CANCELLED = "cancelled"
STOPPED = (dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED)

TableProgress = Callable[[str, int, str], None]
"""Called with a table's name, how many of its days are done, and how it stands: running, done or failed."""


@dataclass
class TableResult:
    """What a run did to one table: partitions and rows written, seconds of query and writing, broken checks."""

    partitions: int = 0
    rows: int = 0
    seconds: float = 0.0
    broken_checks: list[str] = field(default_factory=list)

    def __add__(self, other: TableResult) -> TableResult:
        return TableResult(
            self.partitions + other.partitions,
            self.rows + other.rows,
            self.seconds + other.seconds,
            self.broken_checks + other.broken_checks,
        )


@dataclass(frozen=True)
class RunResult:
    """A finished run: its id, whether all went well, what it made of each table, and each failed table's error."""

    run_id: str
    success: bool
    made: dict[str, TableResult]
    failures: dict[str, str]
    cancelled: bool = False


def all_tables_job() -> dg.JobDefinition:
    """The job that runs start from; step processes call this to find it again."""
    return definitions().resolve_job_def(ALL_TABLES)


def models_job() -> dg.JobDefinition:
    """And the one of months."""
    return definitions().resolve_job_def(MODELS)


@contextmanager
def _storage_may_give_way() -> Iterator[None]:
    """What Dagster's storage does not take any more ends a run, of which some may be done."""
    try:
        yield
    except StorageFault as fault:
        raise GaveWay(str(fault)) from fault


@_storage_may_give_way()
def launch(
    instance: dg.DagsterInstance,
    tables: Sequence[Table],
    days: Sequence[date],
    progress: TableProgress | None = None,
    tags: Mapping[str, str] | None = None,
    withdrawn: Callable[[], bool] = lambda: False,
) -> RunResult:
    """Materialise `tables` for `days` (sorted, no gaps but days off) in one run; or tables of months for their firsts.

    SIGINT, SIGTERM, cancelling the run in the UI, and `withdrawn` all end it as cancelled, and its queries with it.
    """
    job = _job(tables)
    run = entered(instance, job, tables, days, tags or {})
    events: list[dg.DagsterEvent] = []

    looks = itertools.count(1)

    def called_off() -> bool:
        if interruptions.came():
            return False
        return _status(instance, run) in STOPPED or (next(looks) % ASKED_EVERY == 0 and withdrawn())

    watcher = _Watcher(instance, run.run_id, tables, len(days), progress, called_off)
    with _Interruptions() as interruptions:
        try:
            watcher.start()
            for event in events_of(job, run, instance):
                events.append(event)
                if interruptions.came() and _status(instance, run) == dg.DagsterRunStatus.STARTED:
                    # Dagster takes an interruption that nobody asked for as a failure: so ask, before it ends its steps
                    instance.report_run_canceling(run, "interrupted: cancelling the run")
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
            interruptions.note()
        finally:
            watcher.stop()
        cancelled = interruptions.came()
    if cancelled and _status(instance, run) not in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.CANCELED):
        instance.report_run_canceled(run, "interrupted before a step was running")
    status = _status(instance, run)
    success, cancelled = status == dg.DagsterRunStatus.SUCCESS, status == dg.DagsterRunStatus.CANCELED
    # Of a run that was broken off, what its steps recorded last may not have come here.
    _keep_history(instance, run.run_id, list(_materialisations(events)) if success else None)
    return RunResult(run.run_id, success, _made(tables, events), _failures(tables, events, cancelled), cancelled)


def get_ready(tables: Sequence[Table] = ()) -> None:
    """Have what steps are forked from; of a run over other tables they work out more by themselves.

    To be called when all is loaded, and before an instance or an engine is opened.
    """
    if tables:
        work_out(_job(tables), list(map(asset_key, tables)))
    fork_server.fork()


def _job(tables: Iterable[Table]) -> Any:
    of_months = any(table.monthly for table in tables)
    name = models_job.__name__ if of_months else all_tables_job.__name__
    return dg.build_reconstructable_job("nba_assets.orchestration.launch", name)


def entered(
    instance: dg.DagsterInstance, job: Any, tables: Sequence[Table], days: Sequence[date], tags: Mapping[str, str]
) -> dg.DagsterRun:
    """A run of `job`, which steps can find again, on Dagster's list and not begun."""
    return instance.create_run_for_job(
        job_def=job.get_definition(),
        asset_selection=frozenset(asset_key(table) for table in tables),
        tags={**partition_tags(days), **tags, PROCESS_TAG: this_process(), MAX_RETRIES_TAG: "0"},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        job_code_origin=job.get_python_origin(),
        remote_job_origin=job_at(NAME, job.get_definition().name),
    )


def _materialisations(events: Sequence[dg.DagsterEvent]) -> Iterator[dg.DagsterEvent]:
    return (event for event in events if event.event_type_value == "ASSET_MATERIALIZATION")


def _keep_history(instance: dg.DagsterInstance, run_id: str, made: Sequence[dg.DagsterEvent] | None) -> None:
    """Beside the sensors, which need a daemon. A run ended as it did, whether that can be written down or not."""
    try:
        keep(instance, WarehouseResource.from_environment().open(), run_id, made)
    except Exception as error:
        logging.getLogger(__name__).warning("the run history has no row of run %s: %s", run_id, error)


def _status(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRunStatus:
    found = instance.get_run_by_id(run.run_id)
    return found.status if found else dg.DagsterRunStatus.CANCELED  # deleted in the UI


def _failures(tables: Sequence[Table], events: Sequence[dg.DagsterEvent], cancelled: bool) -> dict[str, str]:
    """Why each table that was not built was not."""
    built = _built(tables, events)
    if cancelled:
        return {table.name: CANCELLED for table in tables if table.name not in built}
    failures: dict[str, str] = {}
    for event in events:
        if event.event_type_value == "STEP_FAILURE":
            failed = failed_in(event, tables)
            failures |= {name: failure.reason for name, failure in failed.items() if name not in built}
    if not failures:
        ended = [event for event in events if event.event_type is dg.DagsterEventType.RUN_FAILURE]
        failures.update(("run", reason_of(event)) for event in ended)
    for table in tables:
        if failures and table.name not in built:
            failures.setdefault(table.name, "not built, since a table that it reads failed")
    return failures


def _built(tables: Sequence[Table], events: Sequence[dg.DagsterEvent]) -> set[str]:
    """The tables that are built whole: by a step that ended well, or before another one of its step failed."""
    built = {t.name for e in events if e.event_type_value == "STEP_SUCCESS" for t in of_step(tables, e.step_key)}
    whole = {e.asset_key for e in _materialisations(events) if Materialised.read(e.materialization.metadata).whole}
    return built | {table.name for table in tables if asset_key(table) in whole}


def _made(tables: Sequence[Table], events: Sequence[dg.DagsterEvent]) -> dict[str, TableResult]:
    made = {asset_key(table): TableResult() for table in tables}
    for (key, _), event in _latest(events).items():
        said = Materialised.read(event.materialization.metadata)
        table = made[key]
        table.partitions += 1
        table.rows += said.rows
        table.seconds = table.seconds if said.seconds is None else said.seconds
    for event in events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            # Each broken day has an evaluation of its own as well, which says nothing of days.
            if not check.passed and (days := broken_days(check.metadata)):
                made[check.asset_key].broken_checks.append(f"{check.severity.value} {check.check_name} ({days} days)")
    return {table.name: made[asset_key(table)] for table in tables}


def _latest(events: Sequence[dg.DagsterEvent]) -> dict[tuple[dg.AssetKey, str | None], dg.DagsterEvent]:
    """The last materialisation of each partition: a step that is tried again makes again what it had finished."""
    return {(event.asset_key, event.partition): event for event in _materialisations(events) if event.asset_key}


class _Interruptions:
    """Knows of SIGINT and SIGTERM whoever handles them: Dagster puts its own handlers in place while a run goes on."""

    def __enter__(self) -> _Interruptions:
        self._came = False
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._in_main = threading.current_thread() is threading.main_thread()
        if self._in_main:  # elsewhere no signal is handled, so none can come
            self._before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._in_main:
            signal.set_wakeup_fd(self._before)
        os.close(self._read)
        os.close(self._write)

    def note(self) -> None:
        self._came = True

    def came(self) -> bool:
        try:
            arrived = os.read(self._read, 4096)
        except BlockingIOError:
            arrived = b""
        self._came = self._came or bool({signal.SIGINT, signal.SIGTERM} & set(arrived))
        return self._came


class _Watcher:
    """Follows a run's events from a thread, reports each table's progress, and interrupts a run that is called off."""

    def __init__(
        self,
        instance: dg.DagsterInstance,
        run_id: str,
        tables: Sequence[Table],
        days: int,
        progress: TableProgress | None,
        called_off: Callable[[], bool],
    ) -> None:
        self._instance, self._run_id = instance, run_id
        self._tables, self._days = tables, days
        self._progress, self._called_off = progress, called_off
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Also where an interrupt broke off the start."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        place, interrupted = 0, False
        while True:
            last_look = self._stop.wait(POLL_SECONDS)
            with suppress(StorageFault):  # whoever writes the run tells it
                if self._progress:
                    place = self._report(place)
                if not last_look and not interrupted and self._called_off():
                    interrupted = True
                    os.kill(os.getpid(), signal.SIGINT)
            if last_look:
                return

    def _report(self, place: int) -> int:
        entries, place = said_since(self._instance, self._run_id, place)
        for entry in entries:
            self._report_entry(entry)
        return place

    def _report_entry(self, entry: dg.EventLogEntry) -> None:
        assert self._progress
        event = entry.dagster_event
        if event is None:
            if found := DaysDone.read(entry.user_message):
                self._progress(found.table, found.done, "running")
            return
        built = of_step(self._tables, event.step_key)
        if event.event_type_value == "STEP_START" and len(built) == 1:  # of several, each tells when it begins
            self._progress(built[0].name, 0, "running")
        elif event.event_type_value == "STEP_SUCCESS":
            for table in built:
                self._progress(table.name, self._days, "done")
        elif event.event_type_value == "STEP_FAILURE" and not was_interrupted(event):
            for name in failed_in(event, built):
                self._progress(name, 0, "failed")
