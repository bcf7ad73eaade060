"""A back-fill that runs in this process, entered among Dagster's own: it is in the UI under Runs > Backfills.

Dagster's daemon takes up what is entered as requested, follows its runs, and asks for what nobody has asked for yet. So
all of it is entered as asked for: the daemon, where one runs, keeps count of what is done and launches nothing. What is
run and when is not said here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import dagster as dg

from nba_assets.contracts.table import Table
from nba_assets.orchestration.code_location import definitions
from nba_assets.orchestration.instance import backfills
from nba_assets.orchestration.instance.backfills import (
    BaseAssetGraph,
    BulkActionStatus,
    PartitionsSubset,
    TimeWindowPartitionsSubset,
)
from nba_assets.orchestration.instance.dead_runs import PROCESS_TAG
from nba_assets.orchestration.instance.tags import BACKFILL_ID_TAG
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.partitions import DAILY, in_a_row
from nba_assets.warehouse.process import is_gone, this_process

Days = Mapping[Table, Collection[date]]


@dataclass(frozen=True)
class BackfillRecord:
    """One back-fill on Dagster's list."""

    instance: dg.DagsterInstance
    backfill_id: str

    @classmethod
    def enter(cls, instance: dg.DagsterInstance, days: Days, title: str) -> BackfillRecord:
        """Put a back-fill of `days` on the list, as one that is under way, and close those that a killed process left:
        every command that builds enters some, and a person may never type the one that left them again."""
        close_dead(instance)
        partitions = _of({asset_key(table): {day.isoformat() for day in chosen} for table, chosen in days.items()})
        return cls(instance, backfills.enter(instance, partitions, _graph(), title, {PROCESS_TAG: this_process()}))

    @property
    def tags(self) -> dict[str, str]:
        """What marks a run as one of this back-fill."""
        return {BACKFILL_ID_TAG: self.backfill_id}

    def withdrawn(self) -> bool:
        """Whether somebody cancelled it in the UI."""
        return backfills.withdrawn(self.instance, self.backfill_id)

    def close(self, status: BulkActionStatus, left: Days) -> None:
        """Write down how it ended and what of it was not built."""
        wanted = backfills.wanted(self.instance, self.backfill_id, _graph())
        if wanted is None:
            return
        lacking = {asset_key(table): {day.isoformat() for day in days} for table, days in left.items()}
        made = _of({key: days - lacking.get(key, set()) for key, days in wanted.items()})
        failed = _of({key: days & lacking.get(key, set()) for key, days in wanted.items()})
        backfills.close(self.instance, self.backfill_id, _graph(), status, made, failed)


def close_dead(instance: dg.DagsterInstance) -> None:
    """Close the back-fills of processes of this machine that were killed; their runs have been ended."""
    for backfill in backfills.under_way(instance):
        if is_gone(backfill.tags.get(PROCESS_TAG, "")):
            backfills.fail(instance, backfill)


def _of(partitions: Mapping[dg.AssetKey, Collection[str]]) -> dict[dg.AssetKey, PartitionsSubset]:
    of_days = {days: subset_of(days) for days in map(frozenset, partitions.values())}  # mostly all tables' are the same
    return {key: of_days[frozenset(days)] for key, days in partitions.items() if days}


def subset_of(days: Collection[str]) -> TimeWindowPartitionsSubset:
    """Some days as Dagster keeps them: as `DAILY.subset_with_partition_keys`, which takes a second for four seasons."""
    spans = in_a_row(sorted(map(date.fromisoformat, days)), lambda day, other: other - day == timedelta(days=1))
    windows = [dg.TimeWindow(_window(span[0]).start, _window(span[-1]).end) for span in spans]
    return backfills.in_windows(DAILY, days, windows)


def _window(day: date) -> dg.TimeWindow:
    return DAILY.time_window_for_partition_key(day.isoformat())


def _graph() -> BaseAssetGraph:
    return definitions().resolve_asset_graph()
