"""A back-fill that runs in this process, entered among Dagster's own: it is in the UI under Runs > Backfills.

Dagster's daemon takes up what is entered as requested, follows its runs, and asks for what nobody has asked for yet. So
all of it is entered as asked for: the daemon, where one runs, keeps count of what is done and launches nothing. What is
run and when is `backfill.py`'s.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg
from dagster._core.definitions.assets.graph.asset_graph_subset import AssetGraphSubset
from dagster._core.definitions.assets.graph.base_asset_graph import BaseAssetGraph
from dagster._core.definitions.partitions.subset import PartitionsSubset, TimeWindowPartitionsSubset
from dagster._core.execution.asset_backfill import AssetBackfillData
from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus, PartitionBackfill
from dagster._core.storage.tags import BACKFILL_ID_TAG
from dagster._core.utils import make_new_backfill_id

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.table import Table
from nba_assets.orchestration.code_location import definitions
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.partitions import DAILY

PROCESS_TAG = "nba/process"
"""The host and the process that runs a back-fill, so that a killed one can be told from one that goes on."""

BACKFILL_VARIABLE = "NBA_BACKFILL"
"""In the environment of every process of a back-fill, by which those that outlive a killed one are found."""

UNDER_WAY = [BulkActionStatus.REQUESTED, BulkActionStatus.CANCELING, BulkActionStatus.FAILING]
WITHDRAWN = {BulkActionStatus.CANCELING, BulkActionStatus.CANCELED, BulkActionStatus.FAILING, BulkActionStatus.FAILED}

Days = Mapping[Table, Collection[date]]


@dataclass(frozen=True)
class BackfillRecord:
    """One back-fill on Dagster's list."""

    instance: dg.DagsterInstance
    backfill_id: str

    @classmethod
    def enter(cls, instance: dg.DagsterInstance, days: Days, title: str) -> BackfillRecord:
        """Put a back-fill of `days` on the list, as one that is under way."""
        target, now = _subset(days), time.time()
        data = AssetBackfillData.empty(target, now, instance)._replace(
            requested_subset=target,
            requested_runs_for_target_roots=True,
            latest_storage_id=instance.event_log_storage.get_maximum_record_id() or 0,
        )
        backfill = PartitionBackfill(
            backfill_id=make_new_backfill_id(),
            status=BulkActionStatus.REQUESTED,
            from_failure=False,
            tags={PROCESS_TAG: f"{socket.gethostname()}:{os.getpid()}"},
            backfill_timestamp=now,
            asset_selection=[asset_key(table) for table in days],
            title=title,
        )
        instance.add_backfill(backfill.with_asset_backfill_data(data, instance, _graph()))
        os.environ[BACKFILL_VARIABLE] = backfill.backfill_id
        return cls(instance, backfill.backfill_id)

    @property
    def tags(self) -> dict[str, str]:
        """What marks a run as one of this back-fill."""
        return {BACKFILL_ID_TAG: self.backfill_id}

    def withdrawn(self) -> bool:
        """Whether somebody cancelled it in the UI."""
        found = self.instance.get_backfill(self.backfill_id)
        return found is None or found.status in WITHDRAWN

    def close(self, status: BulkActionStatus, left: Days) -> None:
        """Write down how it ended and what of it was not built."""
        found = self.instance.get_backfill(self.backfill_id)
        if found is None:
            return
        graph = _graph()
        data = found.get_asset_backfill_data(graph)
        wanted = {key: set(days.get_partition_keys()) for key, days in _by_key(data.target_subset)}
        lacking = {asset_key(table): {day.isoformat() for day in days} for table, days in left.items()}
        data = data._replace(
            materialized_subset=_of({key: days - lacking.get(key, set()) for key, days in wanted.items()}),
            failed_and_downstream_subset=_of({key: days & lacking.get(key, set()) for key, days in wanted.items()}),
        )
        ended = found.with_asset_backfill_data(data, self.instance, graph).with_end_timestamp(time.time())
        self.instance.update_backfill(ended.with_status(status))


def close_dead(instance: dg.DagsterInstance) -> None:
    """Close the back-fills of processes of this machine that were killed, and fail the runs they left open.

    A killed run's steps go on by themselves, and at their end wait for ever to tell it so: they are ended first.
    """
    host = socket.gethostname()
    for backfill in instance.get_backfills(BulkActionsFilter(statuses=UNDER_WAY)):
        process_host, _, process = backfill.tags.get(PROCESS_TAG, "").rpartition(":")
        if process_host != host or _alive(int(process)):
            continue
        for process_left in _processes_of(backfill.backfill_id):
            with suppress(ProcessLookupError):
                os.kill(process_left, signal.SIGKILL)
        for run in instance.get_runs(dg.RunsFilter(tags={BACKFILL_ID_TAG: backfill.backfill_id})):
            if not run.is_finished:
                instance.report_run_failed(run, f"process {process}, which ran it, was killed")
                instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        instance.update_backfill(backfill.with_status(BulkActionStatus.FAILED).with_end_timestamp(time.time()))


def _subset(days: Days) -> AssetGraphSubset:
    return _of({asset_key(table): {day.isoformat() for day in chosen} for table, chosen in days.items()})


def _of(partitions: Mapping[dg.AssetKey, Collection[str]]) -> AssetGraphSubset:
    of_days = {days: subset_of(days) for days in map(frozenset, partitions.values())}  # mostly all tables' are the same
    subsets = {key: of_days[frozenset(days)] for key, days in partitions.items() if days}
    return AssetGraphSubset(subsets)  # type: ignore[call-arg]  # mypy counts its `__hash__` among its fields


def subset_of(days: Collection[str]) -> TimeWindowPartitionsSubset:
    """Some days as Dagster keeps them: as `DAILY.subset_with_partition_keys`, which takes a second for four seasons."""
    spans: list[tuple[date, date]] = []
    for day in sorted(map(date.fromisoformat, days)):
        if spans and _neighbours(spans[-1][1], day):
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    windows = [dg.TimeWindow(_window(first).start, _window(last).end) for first, last in spans]
    return TimeWindowPartitionsSubset(DAILY, num_partitions=len(days), included_time_windows=windows)


def _window(day: date) -> dg.TimeWindow:
    return DAILY.time_window_for_partition_key(day.isoformat())


def _neighbours(day: date, later: date) -> bool:
    """Whether no partition lies between."""
    return sum(part.days for part in Window(day, later).by_season()) == 2


def _by_key(subset: AssetGraphSubset) -> Iterable[tuple[dg.AssetKey, PartitionsSubset]]:
    return subset.partitions_subsets_by_asset_key.items()


def _graph() -> BaseAssetGraph:
    return definitions().resolve_asset_graph()


def _processes_of(backfill_id: str) -> Iterator[int]:
    """The processes of a back-fill, where the system tells (Linux): its steps, and what Dagster has tail their logs."""
    wanted = f"{BACKFILL_VARIABLE}={backfill_id}".encode()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if wanted in environment.read_bytes().split(b"\0"):
                yield int(environment.parent.name)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
