"""Event log of Dagster on SQLite, writing in batches and through connections that stay open.

What a batch is and what follows from its events is not said here.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import dagster as dg
import sqlalchemy as db
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy.engine import Connection, Engine

from nba_assets.orchestration.instance.event_storage.batches import BatchingEventLogStorage, Row
from nba_assets.orchestration.instance.event_storage.internals import EVENTS, known, table
from nba_assets.orchestration.instance.home import AtHome
from nba_assets.orchestration.instance.packed_logs import packed_in, remove, unpack
from nba_assets.orchestration.instance.storage_files import require_runs

BUSY_SECONDS = 30
"""How long a process waits for another's transaction; as long as Dagster's own."""

FILES_OPEN = 4
"""The index, the run at hand, and what a look at other runs opens; each run's log is a file."""


class BatchingSqliteEventLogStorage(AtHome, BatchingEventLogStorage, SqliteEventLogStorage):
    """`base_dir` is where Dagster keeps its files by default, under DAGSTER_HOME.

    Dagster opens and closes the file for each statement. SQLite then flushes what was written into the file each time,
    and an event costs three times as much. That a step has put out an output, of which each check is one, is written
    with what it says next, or when somebody looks: nobody waits for it, and a killed step has no use for it.
    """

    FOLDER = os.path.join("history", "runs")
    SETTING = "event_log_storage"
    STOCK = SqliteEventLogStorage

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._open_files = _OpenFiles(self)
        self._outputs: defaultdict[str, list[Row]] = defaultdict(list)
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        cls.prepare_process()
        storage = super().from_config_value(inst_data, config_value)
        require_runs(storage.path_for_shard("index"))
        return storage

    @staticmethod
    def each_of(texts: Sequence[str]) -> db.ColumnElement[str]:
        return db.func.json_each(json.dumps(texts)).table_valued("value").c.value

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """One transaction on the file of a run, or of the index; other threads wait, as with Dagster's own.

        A run's file that was packed is one again, also where Dagster is left as it is.
        """
        unpack(self.path_for_shard(shard))
        if known(self.STOCK):
            with self._open_files.transaction(shard) as connection:
                if outputs := self._outputs.pop(shard, None):
                    connection.execute(table(EVENTS).insert(), outputs)
                yield connection
        else:
            with super()._connect(shard) as connection:
                yield connection

    def version(self) -> Hashable | None:
        """SQLite counts, for a connection, what others committed, and its driver what it changed itself."""
        if not known(self.STOCK):  # opens a connection for each statement
            return None
        with self.index_connection() as connection:
            by_others = connection.execute(db.text("PRAGMA data_version")).scalar_one()
            own = connection.connection.dbapi_connection.total_changes  # type: ignore[union-attr]  # it is open
            return connection.info.setdefault("opened", object()), by_others, own

    def store_event(self, event: dg.EventLogEntry) -> None:
        if event.dagster_event_type is dg.DagsterEventType.STEP_OUTPUT and known(self.STOCK):
            self._outputs[event.run_id].append(self._event_to_row(event))
            return
        super().store_event(event)
        self._tell_watchers(event.run_id)

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        super().store_event_batch(events)
        for run_id in {event.run_id for event in events}:
            self._tell_watchers(run_id)

    def _write(self, connection: Connection, events: Sequence[dg.EventLogEntry], rows: Sequence[Row]) -> None:
        """The index of all runs, and before its transaction ends the run's own log, which is a file of its own.

        An insert comes first, so the index's write lock is taken at the start and processes queue for it.
        """
        super()._write(connection, events, rows)
        with self.run_connection(events[0].run_id) as of_run:
            of_run.execute(table(EVENTS).insert(), rows)

    def _insert(self, connection: Connection, rows: Sequence[Row]) -> list[int]:
        """Only one transaction writes at a time, so its numbers follow one another; SQLAlchemy asks for each."""
        events = table(EVENTS)
        connection.execute(events.insert(), rows)
        last = connection.execute(db.select(db.func.max(events.c.id))).scalar_one()
        return list(range(last - len(rows) + 1, last + 1))

    def _tell_watchers(self, run_id: str) -> None:
        """The UI follows a run by changes of its file, where SQLite writes nothing for as long as it is open."""
        if not known(self.STOCK):
            return
        with suppress(FileNotFoundError):  # another process wiped it meanwhile
            os.utime(self.path_for_shard(run_id))

    def get_all_run_ids(self) -> Sequence[str]:
        """Those whose log is packed, too: a migration of Dagster's tables takes each in turn."""
        packed = {file.stem for file in packed_in(Path(self.path_for_shard("index")).parent)}
        return sorted({*super().get_all_run_ids(), *packed})

    def wipe(self) -> None:
        self._open_files.close()
        super().wipe()
        for log in packed_in(Path(self.path_for_shard("index")).parent):
            remove(log)

    def dispose(self) -> None:
        super().dispose()
        self._open_files.close()


class _OpenFiles:
    """The files a storage used last, each with the one connection that its process has to it."""

    def __init__(self, storage: BatchingSqliteEventLogStorage) -> None:
        self._storage = storage
        self._lock = threading.RLock()  # a batch is one transaction on the index and, within, one on the run's file
        self._engines: dict[str, Engine] = {}
        self._inherited: dict[str, Engine] = {}
        self._has_tables: set[str] = set()
        self._process = os.getpid()

    @contextmanager
    def transaction(self, shard: str) -> Iterator[Connection]:
        with self._lock, self._engine(shard).begin() as connection:
            yield connection

    def close(self) -> None:
        with self._lock:
            for engine in self._engines.values():
                engine.dispose()
            self._engines, self._has_tables = {}, set()

    def _engine(self, shard: str) -> Engine:
        if self._process != os.getpid():  # SQLite forbids a forked process to use such a connection, or to close it
            self._inherited, self._engines, self._process = self._engines, {}, os.getpid()
        self._engines[shard] = self._engines.pop(shard) if shard in self._engines else self._opened(shard)
        if len(self._engines) > FILES_OPEN:
            self._engines.pop(next(iter(self._engines))).dispose()
        return self._engines[shard]

    def _opened(self, shard: str) -> Engine:
        engine = db.create_engine(
            self._storage.conn_string_for_shard(shard),
            poolclass=db.QueuePool,
            pool_size=1,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        db.event.listen(engine, "connect", _flush_seldom)
        if shard not in self._has_tables or not _holds_anything(self._storage.path_for_shard(shard)):
            self._storage._initdb(engine)
            self._has_tables.add(shard)
        return engine


def _holds_anything(file: str) -> bool:
    """Whether a file is still as it was left: the log of an old run may have been pruned since by another process."""
    try:
        return os.path.getsize(file) > 0
    except FileNotFoundError:
        return False


def _flush_seldom(connection: sqlite3.Connection, _: object) -> None:
    """Wait for the disk when the file is brought up to date, not at each commit.

    A killed process loses nothing by it. A power failure may lose the last events, as it may the last partitions, which
    are not waited for either; the file stays whole.
    """
    connection.execute("PRAGMA synchronous = NORMAL")
