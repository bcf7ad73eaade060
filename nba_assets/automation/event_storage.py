"""Dagster's SQLite event log, writing a range's asset events in batches.

A range run has a planned and a materialisation event for every table and day. Dagster's SQLite storage writes each in
two transactions of its own, some 20 to 40 ms; its buffer for batches is there, but this storage takes no batch. Here a
batch is two inserts. Selected in `dagster_home/dagster.yaml`; everything else is the parent's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import dagster as dg
from dagster._config import Field, StringSource
from dagster._core.events import DagsterEventType
from dagster._core.storage.event_log import SqlEventLogStorageTable, SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData

BATCHED = frozenset(
    {
        DagsterEventType.ASSET_MATERIALIZATION,
        DagsterEventType.ASSET_OBSERVATION,
        DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    }
)

# Read by the instance whenever it stores an event; whatever process opens this storage wants batches.
os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "500")


class BatchingSqliteEventLogStorage(SqliteEventLogStorage):
    """Stores what the parent would, row for row; only the transactions are fewer.

    `base_dir` is where the parent keeps its files by default, under DAGSTER_HOME.
    """

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        return {"base_dir": Field(StringSource, is_required=False)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> BatchingSqliteEventLogStorage:
        home = os.environ.get("DAGSTER_HOME", "")
        if not (home or config_value.get("base_dir")):
            raise dg.DagsterInvariantViolationError("event_log_storage: set DAGSTER_HOME, or base_dir in dagster.yaml")
        base_dir = config_value.get("base_dir") or os.path.join(home, "history", "runs")
        return cls(base_dir=base_dir, inst_data=inst_data)

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        """Runs of batchable events as batches, the others one by one as the parent does, in the order given."""
        for (run_id, batchable), group in groupby(
            events, key=lambda event: (event.run_id, event.dagster_event_type in BATCHED)
        ):
            if batchable:
                self._store_batch(run_id, list(group))
            else:
                super().store_event_batch(list(group))

    def _store_batch(self, run_id: str, events: Sequence[dg.EventLogEntry]) -> None:
        """One transaction for the run's own log and one for the index of all runs.

        The insert comes first in each, so the write lock is taken at the start and processes queue for it instead of
        dead-locking.
        """
        rows = [self._event_to_row(event) for event in events]
        insert = SqlEventLogStorageTable.insert()
        with self.run_connection(run_id) as connection:
            connection.execute(insert, rows)
        with self.index_transaction() as connection:
            numbered = insert.returning(SqlEventLogStorageTable.c.id, sort_by_parameter_order=True)
            ids = list(connection.execute(numbered, rows).scalars())
            self._store_asset_event_tags(connection, events, ids)
            for event, event_id in _latest_of_each(events, ids):
                self._store_asset_event(connection, event, event_id)


def _latest_of_each(events: Sequence[dg.EventLogEntry], ids: Sequence[int]) -> list[tuple[dg.EventLogEntry, int]]:
    """The last event of each kind for each asset, in order: the earlier ones' traces on the asset's row are gone."""
    latest = {
        (event.get_dagster_event().asset_key, event.dagster_event_type): (event, event_id)
        for event, event_id in zip(events, ids, strict=True)
    }
    return sorted(latest.values(), key=lambda pair: pair[1])
