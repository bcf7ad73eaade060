"""Dagster's own event log and ours, on SQLite and on Postgres, and the rows they leave."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import sqlalchemy as db
from dagster._core.storage.event_log import SqlEventLogStorage, SqlEventLogStorageMetadata, SqliteEventLogStorage

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
            found[name] = sorted(
                (tuple(map(_of_no_range, row) if name == TABLES[-1] else row) for row in rows), key=repr
            )
    return found


def _of_no_range(value: object) -> object:
    """A planned check's event less the range of its run: a row is of one partition, and ours does not repeat it."""
    if not (isinstance(value, str) and "AssetCheckEvaluationPlanned" in value):
        return value
    event = json.loads(value)
    event["dagster_event"]["event_specific_data"]["partitions_subset"] = None
    return json.dumps(event)
