"""Batches of events as Dagster's SQL event logs store them, in one transaction instead of two or three an event.

What holds for every database. Which connection it goes through and what must be locked first is the databases' own.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from itertools import groupby, takewhile
from typing import Any, ClassVar

import dagster as dg
import sqlalchemy as db
from dagster import DagsterEventType
from dagster._core.storage.event_log import SqlEventLogStorage
from sqlalchemy.engine import Connection

from nba_assets.orchestration.dagster_patches.guard import in_place
from nba_assets.orchestration.instance import storage_files
from nba_assets.orchestration.instance.daemon_log import leave_out_first_look
from nba_assets.orchestration.instance.event_storage import check_states, postgres_server
from nba_assets.orchestration.instance.event_storage.internals import CHECKS, EVENTS, known, table
from nba_assets.orchestration.instance.event_storage.lean import but_for_day, compact, lean, on_another_day
from nba_assets.orchestration.instance.event_times import at_own_time
from nba_assets.orchestration.processes.fork_server import start_in_run_worker

OF_ASSETS = frozenset(
    {
        DagsterEventType.ASSET_MATERIALIZATION,
        DagsterEventType.ASSET_OBSERVATION,
        DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    }
)
BATCHED = OF_ASSETS | {DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED, DagsterEventType.ASSET_CHECK_EVALUATION}

BATCH_SIZE = "DAGSTER_EVENT_BATCH_SIZE"
EVENTS_IN_BATCH = "500"

TELLING_SECONDS = 60.0
"""In which a run's status follows the event of its failure, or never does."""

Row = Mapping[str, Any]
Numbered = tuple[dg.EventLogEntry, int]


class BatchingEventLogStorage(SqlEventLogStorage):
    """Stores what Dagster's own storage would one event after the other, row for row; only the transactions are fewer,
    the range of a run is not repeated for each check of each of its days, and nothing is said twice in an event.

    Where Dagster is not built as we know it, this is Dagster's own storage, and says so.
    """

    STOCK: ClassVar[type[SqlEventLogStorage]]
    """Dagster's own storage for the same database."""

    @cached_property
    def _batch(self) -> threading.local:
        """The connection of the batch that a thread is writing."""
        return threading.local()

    @staticmethod
    def each_of(texts: Sequence[str]) -> db.ColumnElement[str]:
        """A column with each of the texts, in their order, in the database's words."""
        raise NotImplementedError

    @classmethod
    def prepare_process(cls) -> None:
        """What a process that opens this storage for an instance wants of itself.

        The instance reads the size of a batch from the environment whenever it stores an event. And a run's worker
        opens the instance first of all: its steps' fork server loads while it finds out what to run.
        """
        if known(cls.STOCK):
            os.environ.setdefault(BATCH_SIZE, EVENTS_IN_BATCH)
        storage_files.watch()
        postgres_server.watch()
        leave_out_first_look()
        start_in_run_worker()

    @cached_property
    def supports_asset_checks(self) -> bool:
        """Whether the table is there. Dagster asks the database for each check of each day."""
        return super().supports_asset_checks

    def get_asset_check_state(self, keys: Sequence[Any]) -> Mapping[dg.AssetCheckKey, Any]:
        """All at one moment: else Dagster finds out anew, for each check of each day, which days there are by now."""
        with dg.partition_loading_context():
            if known(self.STOCK) and in_place(check_states.UPSTREAM):
                return self._check_states.of(keys)
            return super().get_asset_check_state(keys)

    @cached_property
    def _check_states(self) -> check_states.CheckStates:
        return check_states.CheckStates(self)

    def version(self) -> Hashable | None:
        """What is another after anybody wrote to the log of all runs; None where a database cannot tell."""
        return None

    def get_logs_for_all_runs_by_log_id(
        self, after_cursor: int = -1, dagster_event_type: Any = None, limit: int | None = None
    ) -> Mapping[int, dg.EventLogEntry]:
        """Up to the first failure of a run whose status does not say so yet.

        Dagster stores a failure's event first and the run's status after it. Whoever starts failed runs again looks at
        events once, and asks for the status: between the two the run had not failed, and was never started again.
        """
        found = super().get_logs_for_all_runs_by_log_id(after_cursor, dagster_event_type, limit)
        return dict(takewhile(lambda numbered: not self._is_being_told(numbered[1]), found.items()))

    def _is_being_told(self, event: dg.EventLogEntry) -> bool:
        if not self.has_instance or time.time() - event.timestamp > TELLING_SECONDS:
            return False
        if not event.is_dagster_event or event.get_dagster_event().event_type is not DagsterEventType.RUN_FAILURE:
            return False
        run = self._instance.get_run_by_id(event.run_id)
        return run is not None and not run.is_finished

    def store_event(self, event: dg.EventLogEntry) -> None:
        super().store_event(at_own_time(event) if known(self.STOCK) else event)

    def _event_to_row(self, event: dg.EventLogEntry) -> dict[str, Any]:
        if not known(self.STOCK):
            return super()._event_to_row(event)
        row = super()._event_to_row(lean(event))
        return row | {"event": compact(row["event"])}

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        """What can be batched as batches, the others one by one, in the order given."""
        if not known(self.STOCK):
            super().store_event_batch(events)
            return
        for (_, batched), group in groupby(
            events, key=lambda event: (event.run_id, event.dagster_event_type in BATCHED)
        ):
            if batched:
                self._store_at_once([at_own_time(event) for event in group])
                continue
            for event in group:
                self.store_event(event)

    def _store_at_once(self, events: Sequence[dg.EventLogEntry]) -> None:
        """All or none of them: those of a batch that fails, Dagster stores one by one."""
        rows = self._rows(events)
        with self.index_transaction() as connection:
            self._batch.connection = connection
            try:
                self._write(connection, events, rows)
            finally:
                self._batch.connection = None

    def _rows(self, events: Sequence[dg.EventLogEntry]) -> list[Row]:
        """Of each event its row. A range of all tables plans 14,000 partitions, and most say what the one before says
        but for their day: those are not made anew."""
        rows: list[Row] = []
        for planned, group in groupby(events, key=but_for_day):
            first, *others = group
            row = self._event_to_row(first)
            rows += [row, *(self._on_another_day(row, first, other, bool(planned)) for other in others)]
        return rows

    def _on_another_day(self, row: Row, first: dg.EventLogEntry, other: dg.EventLogEntry, alike: bool) -> Row:
        text = on_another_day(row["event"], first, other) if alike else None
        if text is None:
            return self._event_to_row(other)
        own = {"timestamp": self._event_insert_timestamp(other), "partition": other.get_dagster_event().partition}
        return {**row, **own, "event": text}

    @contextmanager
    def index_connection(self) -> Iterator[Connection]:
        """While a thread writes a batch, what it asks of Dagster's own methods is done within the batch."""
        if connection := getattr(self._batch, "connection", None):
            yield connection
            return
        with super().index_connection() as connection:  # type: ignore[safe-super]  # the database's own
            yield connection

    def _write(self, connection: Connection, events: Sequence[dg.EventLogEntry], rows: Sequence[Row]) -> None:
        """Events of one run, all of types in BATCHED, and what follows from them in other tables."""
        ids = self._insert(connection, rows)
        of_assets = [
            (event, event_id)
            for event, event_id in zip(events, ids, strict=True)
            if event.dagster_event_type in OF_ASSETS
        ]
        self._store_asset_event_tags(connection, [event for event, _ in of_assets], [n for _, n in of_assets])
        for event, event_id in _latest_of_each(of_assets):
            self._store_asset_event(connection, event, event_id)
        for event, event_id, stored in zip(events, ids, rows, strict=True):
            if event.dagster_event_type is DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED:
                self._plan_check(connection, event, event_id, stored)
            elif event.dagster_event_type is DagsterEventType.ASSET_CHECK_EVALUATION:
                self._answer_check(connection, event, event_id, stored)

    def _insert(self, connection: Connection, rows: Sequence[Row]) -> list[int]:
        """The numbers that the events are given, in their order."""
        events = table(EVENTS)
        numbered = events.insert().returning(events.c.id, sort_by_parameter_order=True)
        return list(connection.execute(numbered, rows).scalars())

    def _plan_check(self, connection: Connection, event: dg.EventLogEntry, event_id: int, stored: Row) -> None:
        """The rows of a check that a run means to make: one for each partition of the run.

        The database makes them of a list. A range of all tables has 84,000, each with the event in it; of all but this,
        the event says which partitions the run has, and a row has its own.
        """
        planned = event.get_dagster_event().asset_check_planned_data
        check = {
            "asset_key": planned.asset_key.to_string(),
            "check_name": planned.check_name,
            "run_id": event.run_id,
            "execution_status": "PLANNED",
            "evaluation_event": _of_no_range(stored["event"]),
            "evaluation_event_timestamp": stored["timestamp"],
            "evaluation_event_storage_id": event_id,
        }
        insert = table(CHECKS).insert()
        if planned.partitions_subset is None:
            connection.execute(insert, [check])
            return
        partition = self.each_of(list(planned.partitions_subset.get_partition_keys()))
        rows = db.select(*map(db.literal, check.values()), partition)
        connection.execute(insert.from_select([*check, "partition"], rows))

    def _answer_check(self, connection: Connection, event: dg.EventLogEntry, event_id: int, stored: Row) -> None:
        """The row of a check that was made: as Dagster has it, by a statement that is made once and a text at hand."""
        evaluation = event.get_dagster_event().asset_check_evaluation_data
        target = evaluation.target_materialization_data
        row = {
            "of_asset": evaluation.asset_key.to_string(),
            "of_check": evaluation.check_name,
            "of_run": event.run_id,
            "of_partition": evaluation.partition,
            "execution_status": "SUCCEEDED" if evaluation.passed else "FAILED",
            "evaluation_event": stored["event"],
            "evaluation_event_timestamp": stored["timestamp"],
            "evaluation_event_storage_id": event_id,
            "materialization_event_storage_id": target.storage_id if target else None,
        }
        if not event.run_id or connection.execute(_answer(), row).rowcount != 1:  # nobody had planned it
            self.store_asset_check_event(event, event_id)


@cache
def _answer() -> db.Update:
    checks = table(CHECKS)
    answered = ("execution_status", "evaluation_event", "evaluation_event_timestamp", "evaluation_event_storage_id")
    return (
        checks.update()
        .where(
            checks.c.asset_key == db.bindparam("of_asset"),
            checks.c.check_name == db.bindparam("of_check"),
            checks.c.run_id == db.bindparam("of_run"),
            checks.c.partition.is_not_distinct_from(db.bindparam("of_partition")),
        )
        .values({name: db.bindparam(name) for name in (*answered, "materialization_event_storage_id")})
    )


def _of_no_range(planned_check: str) -> str:
    """A planned check's event as its rows keep it."""
    event = json.loads(planned_check)
    event["dagster_event"]["event_specific_data"]["partitions_subset"] = None
    return json.dumps(event, separators=(",", ":"))


def asset_keys(events: Iterable[dg.EventLogEntry]) -> list[str]:
    """The assets whose rows a batch changes, each once and in one order for all batches."""
    return sorted({_asset(event).to_string() for event in events if event.dagster_event_type in OF_ASSETS})


def _asset(event: dg.EventLogEntry) -> dg.AssetKey:
    key = event.get_dagster_event().asset_key
    assert key, "an event of an asset has one"
    return key


def _latest_of_each(numbered: Iterable[Numbered]) -> list[Numbered]:
    """The last event of each kind for each asset: of the earlier ones nothing is left on the asset's row.

    Assets in the order of their first events, which is the order in which their rows would be made; those of an asset
    in their own.
    """
    of_assets: dict[dg.AssetKey, dict[DagsterEventType, Numbered]] = {}
    for event, event_id in numbered:
        kind = event.get_dagster_event().event_type
        kinds = of_assets.setdefault(_asset(event), {})
        kinds.pop(kind, None)
        kinds[kind] = event, event_id
    return [pair for kinds in of_assets.values() for pair in kinds.values()]
