"""One Dagster run over some tables and dates, started here and watched until it ends.

The run is Dagster's like any other: it is in the UI, its partitions and checks are Dagster's record. What is
computed is the assets' business.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import dagster as dg
from dagster._core.definitions.reconstruct import build_reconstructable_job

from nba_assets.asset import PROGRESS, asset_key
from nba_assets.automation.jobs import ALL_TABLES
from nba_assets.table import Table

LAUNCH_TAG = "nba/launch"
POLL_SECONDS = 0.5

Progress = Callable[[str, int, str], None]
"""Called with a table's name, how many of its days are done, and how it stands: running, done or failed."""


@dataclass
class Made:
    """What a run did to one table: partitions and rows written, seconds of query and writing, broken checks."""

    partitions: int = 0
    rows: int = 0
    seconds: float = 0.0
    broken_checks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Launched:
    """A finished run: its id, whether all went well, what it made of each table, and each failed table's error."""

    run_id: str
    success: bool
    made: dict[str, Made]
    failures: dict[str, str]


def all_tables_job() -> dg.JobDefinition:
    """The job that runs start from; step processes call this to find it again."""
    from nba_assets.definitions import defs

    return defs.resolve_job_def(ALL_TABLES)


def launch(
    instance: dg.DagsterInstance, tables: Sequence[Table], days: Sequence[date], progress: Progress | None = None
) -> Launched:
    """Materialise `tables` for `days` (sorted, no gaps but off-seasons) in one run."""
    launch_id = uuid.uuid4().hex[:12]
    watcher = _Watcher(instance, launch_id, len(days), progress)
    with watcher:
        result = dg.execute_job(
            build_reconstructable_job("nba_assets.operations.launch", "all_tables_job"),
            instance=instance,
            asset_selection=[asset_key(table) for table in tables],
            tags={**_partition_tags(days), LAUNCH_TAG: launch_id},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
    failures = {
        event.step_key or "run": _first_lines(event)
        for event in result.all_events
        if event.event_type_value in ("STEP_FAILURE", "RUN_FAILURE", "PIPELINE_FAILURE")
    }
    if len(failures) > 1:
        failures.pop("run", None)
    built = {event.step_key for event in result.all_events if event.event_type_value == "STEP_SUCCESS"}
    for table in tables:
        if failures and table.name not in built:
            failures.setdefault(table.name, "not built, since a table that it reads failed")
    return Launched(result.run_id, result.success, _made(tables, result.all_events), failures)


def _made(tables: Sequence[Table], events: Sequence[dg.DagsterEvent]) -> dict[str, Made]:
    made = {asset_key(table): Made() for table in tables}
    for event in events:
        if event.event_type_value == "ASSET_MATERIALIZATION":
            table = made[event.asset_key]
            table.partitions += 1
            metadata = event.materialization.metadata
            table.rows += metadata["dagster/partition_row_count"].value
            if "seconds" in metadata:
                table.seconds = metadata["seconds"].value
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            if not check.passed and check.partition is None:
                days = check.metadata["days"].value.split(":")[0]
                made[check.asset_key].broken_checks.append(f"{check.severity.value} {check.check_name} ({days} days)")
    return {table.name: made[asset_key(table)] for table in tables}


def _partition_tags(days: Sequence[date]) -> dict[str, str]:
    if len(days) == 1:
        return {"dagster/partition": days[0].isoformat()}
    return {
        "dagster/asset_partition_range_start": days[0].isoformat(),
        "dagster/asset_partition_range_end": days[-1].isoformat(),
    }


def _first_lines(event: dg.DagsterEvent) -> str:
    """The innermost error's own message, which says what went wrong; Dagster's wrappers only say where."""
    error = getattr(event.event_specific_data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip().splitlines()[0] if error else (event.message or "failed")


class _Watcher:
    """Follows a run's events from a thread and reports each table's progress."""

    def __init__(self, instance: dg.DagsterInstance, launch_id: str, days: int, progress: Progress | None) -> None:
        self._instance, self._launch_id, self._days, self._progress = instance, launch_id, days, progress
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        if self._progress:
            self._thread.start()

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        if self._progress:
            self._thread.join()

    def _watch(self) -> None:
        run_id, cursor = None, None
        while True:
            last_look = self._stop.wait(POLL_SECONDS)
            if run_id is None:
                runs = self._instance.get_runs(dg.RunsFilter(tags={LAUNCH_TAG: self._launch_id}), limit=1)
                run_id = runs[0].run_id if runs else None
            if run_id is not None:
                cursor = self._report(run_id, cursor)
            if last_look:
                return

    def _report(self, run_id: str, cursor: str | None) -> str:
        while True:
            batch = self._instance.get_records_for_run(run_id, cursor, limit=1000)
            for record in batch.records:
                self._report_entry(record.event_log_entry)
            cursor = batch.cursor
            if not batch.has_more:
                return cursor

    def _report_entry(self, entry: dg.EventLogEntry) -> None:
        assert self._progress
        event = entry.dagster_event
        if event is None:
            if found := PROGRESS.search(entry.user_message):
                self._progress(found["table"], int(found["done"]), "running")
        elif event.event_type_value == "STEP_START" and event.step_key:
            self._progress(event.step_key, 0, "running")
        elif event.event_type_value == "STEP_SUCCESS" and event.step_key:
            self._progress(event.step_key, self._days, "done")
        elif event.event_type_value == "STEP_FAILURE" and event.step_key:
            self._progress(event.step_key, 0, "failed")
