"""Dagster's own event log and ours, on SQLite and on Postgres, and the rows they leave."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import dagster as dg
import sqlalchemy as db
from dagster._core.events import AssetCheckEvaluationPlanned
from dagster._core.storage.event_log import SqlEventLogStorage, SqlEventLogStorageMetadata, SqliteEventLogStorage
from dagster._serdes import deserialize_value

from nba_assets.orchestration.instance.event_storage import BatchingSqliteEventLogStorage
from nba_assets_tests.orchestration.instance.event_storage.server import Server

TABLES = ("event_logs", "asset_keys", "asset_event_tags", "asset_check_executions")

Rows = dict[str, list[tuple[object, ...]]]


class Databases(ABC):
    """Places for event logs. A place is text, so that other processes can be told it."""

    @abstractmethod
    def new(self) -> str:
        """A new, empty place."""

    @abstractmethod
    def stock(self, place: str) -> SqlEventLogStorage: ...

    @abstractmethod
    def batching(self, place: str) -> SqlEventLogStorage: ...

    @abstractmethod
    def rows(self, place: str, run_id: str) -> Rows:
        """Every row that a run's events leave, less the clock of when it was written."""


@dataclass(frozen=True)
class Sqlite(Databases):
    folder: Path
    _numbers: count = field(default_factory=count)

    def new(self) -> str:
        return str(self.folder / str(next(self._numbers)))

    def stock(self, place: str) -> SqlEventLogStorage:
        return SqliteEventLogStorage(place)

    def batching(self, place: str) -> SqlEventLogStorage:
        return BatchingSqliteEventLogStorage(place)

    def rows(self, place: str, run_id: str) -> Rows:
        of_run = _rows(f"sqlite:///{place}/{run_id}.db", {})
        return _rows(f"sqlite:///{place}/index.db", {}) | {f"{name} of the run": of_run[name] for name in TABLES}


@dataclass(frozen=True)
class Postgres(Databases):
    server: Server

    def new(self) -> str:
        return self.server.url(self.server.new_database())

    def stock(self, place: str) -> SqlEventLogStorage:
        from dagster_postgres import PostgresEventLogStorage

        return PostgresEventLogStorage(place)

    def batching(self, place: str) -> SqlEventLogStorage:
        from nba_assets.orchestration.instance.event_storage.postgres import BatchingPostgresEventLogStorage

        return BatchingPostgresEventLogStorage(place)

    def rows(self, place: str, run_id: str) -> Rows:
        # An asset's number counts the attempts to insert it, and nothing refers to it
        return _rows(place, {"asset_keys": {"id"}})


def _rows(url: str, without: dict[str, set[str]]) -> Rows:
    engine = db.create_engine(url, poolclass=db.NullPool)
    found: Rows = {}
    with engine.connect() as connection:
        for name in TABLES:
            columns = SqlEventLogStorageMetadata.tables[name].columns
            kept = [c for c in columns if c.name not in {"create_timestamp", *without.get(name, ())}]
            rows = connection.execute(db.select(*kept))
            found[name] = sorted((tuple(_said(value, name == TABLES[-1]) for value in row) for row in rows), key=repr)
    return found


def _said(value: object, of_check: bool) -> object:
    """Of an event, what it says, however it is written.

    A planned check's row is of one partition, and ours does not repeat the range of its run.
    """
    if not (isinstance(value, str) and '"EventLogEntry"' in value):
        return value
    stored = deserialize_value(value)
    if isinstance(stored, dg.EventLogRecord):
        return stored.storage_id, said_once(stored.event_log_entry)
    event = said_once(stored)
    if of_check and event.dagster_event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED:
        planned = event.get_dagster_event()
        of = planned.asset_check_planned_data
        less = AssetCheckEvaluationPlanned(asset_key=of.asset_key, check_name=of.check_name)
        event = event._replace(dagster_event=planned._replace(event_specific_data=less))
    return event


def said_once(event: dg.EventLogEntry) -> dg.EventLogEntry:
    """All that an event says but for what it says twice, which ours does not keep: its message, and what names it."""
    of = event.dagster_event
    if of is None:
        return event
    told = "" if of.message is not None else event.user_message
    return event._replace(user_message=told, dagster_event=of._replace(logging_tags={}))
