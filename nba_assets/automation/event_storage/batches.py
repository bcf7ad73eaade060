"""A batch of events as Dagster's SQL event logs store them, in one transaction instead of two or three an event.

What holds for every database. Which connection it goes through and what must be locked first is the databases' own:
`sqlite.py`, `postgres.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar

import dagster as dg
from dagster._core.events import DagsterEventType
from dagster._core.storage.event_log import SqlEventLogStorage, SqlEventLogStorageMetadata, SqlEventLogStorageTable
from sqlalchemy.engine import Connection

from nba_assets.automation.event_storage.internals import known

OF_ASSETS = frozenset(
    {
        DagsterEventType.ASSET_MATERIALIZATION,
        DagsterEventType.ASSET_OBSERVATION,
        DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    }
)
BATCHED = OF_ASSETS | {DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED}

Row = Mapping[str, Any]
Numbered = tuple[dg.EventLogEntry, int]


class BatchingEventLogStorage(SqlEventLogStorage):
    """Stores what Dagster's own storage would one event after the other, row for row; only the transactions are fewer.

    Where Dagster is not built as we know it, this is Dagster's own storage, and says so.
    """

    STOCK: ClassVar[type[SqlEventLogStorage]]
    """Dagster's own storage for the same database."""

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        """What can be batched as batches, the others one by one, in the order given."""
        if not known(self.STOCK):
            super().store_event_batch(events)
            return
        for (_, batched), group in groupby(
            events, key=lambda event: (event.run_id, event.dagster_event_type in BATCHED)
        ):
            if batched:
                self._store_at_once(list(group))
                continue
            for event in group:
                self.store_event(event)

    def _store_at_once(self, events: Sequence[dg.EventLogEntry]) -> None:
        """All or none of them: those of a batch that fails, Dagster stores one by one."""
        rows = [self._event_to_row(event) for event in events]
        with self.index_transaction() as connection:
            self._write(connection, events, rows)

    def _write(self, connection: Connection, events: Sequence[dg.EventLogEntry], rows: Sequence[Row]) -> None:
        """Events of one run, all of types in BATCHED, and what follows from them in other tables."""
        insert = SqlEventLogStorageTable.insert()
        numbered = insert.returning(SqlEventLogStorageTable.c.id, sort_by_parameter_order=True)
        ids = list(connection.execute(numbered, rows).scalars())
        of_assets = [
            (event, event_id)
            for event, event_id in zip(events, ids, strict=True)
            if event.dagster_event_type in OF_ASSETS
        ]
        self._store_asset_event_tags(connection, [event for event, _ in of_assets], [n for _, n in of_assets])
        for event, event_id in _latest_of_each(of_assets):
            self._store_asset_event(connection, event, event_id)
        planned_checks = [
            row
            for event, event_id, stored in zip(events, ids, rows, strict=True)
            if event.dagster_event_type is DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
            for row in _planned_check(event, event_id, stored)
        ]
        if planned_checks:
            connection.execute(SqlEventLogStorageMetadata.tables["asset_check_executions"].insert(), planned_checks)


def asset_keys(events: Iterable[dg.EventLogEntry]) -> list[str]:
    """The assets whose rows a batch changes, each once and in one order for all batches."""
    return sorted(
        {event.get_dagster_event().asset_key.to_string() for event in events if event.dagster_event_type in OF_ASSETS}
    )


def _latest_of_each(numbered: Iterable[Numbered]) -> list[Numbered]:
    """The last event of each kind for each asset: of the earlier ones nothing is left on the asset's row.

    Assets in the order of their first events, which is the order in which their rows would be made; those of an asset
    in their own.
    """
    of_assets: dict[dg.AssetKey, dict[DagsterEventType, Numbered]] = {}
    for event, event_id in numbered:
        kinds = of_assets.setdefault(event.get_dagster_event().asset_key, {})
        kinds.pop(event.dagster_event_type, None)
        kinds[event.dagster_event_type] = event, event_id
    return [pair for kinds in of_assets.values() for pair in kinds.values()]


def _planned_check(event: dg.EventLogEntry, event_id: int, stored: Row) -> list[Row]:
    """The rows of a check that a run means to make: one for each partition of the run."""
    planned = event.get_dagster_event().asset_check_planned_data
    check = {
        "asset_key": planned.asset_key.to_string(),
        "check_name": planned.check_name,
        "run_id": event.run_id,
        "execution_status": "PLANNED",
        "evaluation_event": stored["event"],
        "evaluation_event_timestamp": stored["timestamp"],
        "evaluation_event_storage_id": event_id,
    }
    partitions = planned.partitions_subset.get_partition_keys() if planned.partitions_subset else [None]
    return [{**check, "partition": partition} for partition in partitions]
