"""SQLite files of Dagster's storage: waited for while locked, and one line for what is wrong with one.

Dagster gives up a locked file after five seconds, says a damaged one in a hundred lines, and makes an emptied one anew
without a word. What is listened to is SQLAlchemy's, which opens each of them; Dagster itself is left as it is.
"""

from __future__ import annotations

import functools
import logging
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as db
from sqlalchemy.engine import Engine

from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.settings import DAY_SECONDS, whole_number

WAIT = "NBA_STORAGE_WAIT"
WAIT_SECONDS = 60
NEW_HISTORY = "NBA_NEW_HISTORY"

ATTEMPT_SECONDS = 2.0
"""After so long a wait for a lock is told, and tried again."""

MADE_SECONDS = 5.0
"""So long a file may be empty that another process makes just now."""

LOG = logging.getLogger(__name__)

SIBLINGS = {
    "runs": ("runs/index", "event_logs"),
    "index": ("../runs", "runs"),
    "schedules": ("../history/runs", "runs"),
}
"""By a file's name, one that Dagster makes with it: where that has rows in its table, the file has stood before."""

_RESTORE = f"restore DAGSTER_HOME from a copy, or remove the file and begin its history anew with {NEW_HISTORY}=1"
_RESTORE_OR_NEW = f"restore DAGSTER_HOME from a copy, or begin anew with {NEW_HISTORY}=1"
_WRONG = {
    sqlite3.SQLITE_CORRUPT: f"is damaged: {_RESTORE}",
    sqlite3.SQLITE_NOTADB: f"is damaged: {_RESTORE}",
    sqlite3.SQLITE_FULL: "cannot be written: the disk is full; make room on it",
    sqlite3.SQLITE_READONLY: "cannot be written: make it and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: it must be a file that can be read and written",
    sqlite3.SQLITE_PERM: "cannot be opened: it must be a file that can be read and written",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk is full or failing",
}
"""By SQLite's code, what is wrong with a file, and the remedy."""

OTHER_DAGSTER = "it is laid out as another version of Dagster has it; `dagster instance migrate` renews an older one"
_LACKING = ("no such column", "has no column")


class StorageFault(BadInput):
    """What is wrong with a file of Dagster's storage, and what to do about it."""


def wait_seconds() -> int:
    """How long a locked file is waited for. Raises BadInput."""
    return whole_number(WAIT, WAIT_SECONDS, "whole number of seconds up to a day", least=0, most=DAY_SECONDS)


@functools.cache
def watch() -> None:
    """From now on, whatever of this process opens an SQLite file through SQLAlchemy."""
    made_here: set[str] = set()

    @db.event.listens_for(Engine, "do_connect")
    def opening(dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
        if dialect.name == "sqlite" and arguments and os.path.isabs(arguments[0]):
            _look(arguments[0], made_here)
            options |= {"timeout": min(ATTEMPT_SECONDS, wait_seconds()), "factory": _Waiting}

    @db.event.listens_for(Engine, "handle_error")
    def failed(context: Any) -> None:
        error, file = context.original_exception, context.engine and context.engine.url.database
        if isinstance(error, sqlite3.Error) and file and (found := fault(file, error)):
            raise found from error


def fault(file: str, error: sqlite3.Error) -> StorageFault | None:
    """What SQLite's error says of a file; None if it is not about the file."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest is about where in SQLite it came up
    if code == sqlite3.SQLITE_BUSY:
        waited = f"is locked by another process: waited {wait_seconds()} s ({WAIT})"
        return StorageFault(f"{file} {waited}; end that process, or wait longer")
    if any(words in str(error) for words in _LACKING):
        return StorageFault(f"{file}: {error}: {OTHER_DAGSTER}")
    return StorageFault(f"{file} {_WRONG[code]}") if code in _WRONG else None


def _look(file: str, made_here: set[str]) -> None:
    """Raises StorageFault for a file that is empty or gone, but has held something.

    One that is empty with nothing beside it was left by a command that was killed while it made it.
    """
    if file in made_here or _is_to_be_new() or _size(file):
        return
    beside = _sibling_with_rows(Path(file))
    until = time.monotonic() + MADE_SECONDS
    while (beside or os.path.exists(file)) and time.monotonic() < until:
        if _size(file):
            return
        time.sleep(0.1)
    if beside:
        state = "is empty" if os.path.exists(file) else f"is gone, while {beside} is there"
        raise StorageFault(f"{file} {state}: {_RESTORE_OR_NEW}")
    made_here.add(file)


def require_runs(index: str) -> None:
    """Raises StorageFault where there is no run, and the index of events has some.

    The daemon and the UI open the runs before anything of ours is loaded, and Dagster makes an emptied file anew.
    """
    runs = os.path.normpath(os.path.join(os.path.dirname(index), "..", "runs.db"))
    if _is_to_be_new() or not _size(runs) or _has_rows(runs, "runs") is not False:
        return
    if _size(index) and _has_rows(index, "event_logs WHERE run_id <> ''"):
        raise StorageFault(f"{runs} holds no run, while {index} has events of some: {_RESTORE_OR_NEW}")


def _is_to_be_new() -> bool:
    """By 1 and nothing else: with a 0 nobody means that his history may go."""
    return os.environ.get(NEW_HISTORY) == "1"


def _sibling_with_rows(file: Path) -> str | None:
    name, table = SIBLINGS.get(file.stem, ("", ""))
    sibling = os.path.normpath(file.parent / f"{name}.db")
    return sibling if name and _size(sibling) and _has_rows(sibling, table) else None


def _has_rows(file: str, table: str) -> bool | None:
    """None where that cannot be found out: what is wrong then is told by who reads the file."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(file)) as opened:
        return opened.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None
    return None


def _size(file: str) -> int:
    try:
        return os.stat(file).st_size
    except OSError:
        return 0


class _Cursor(sqlite3.Cursor):
    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        return _patiently(super().execute, (sql, parameters), self.connection)

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        return _patiently(super().executemany, (sql, parameters), self.connection)


class _Waiting(sqlite3.Connection):
    """A connection that says what it waits for."""

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def commit(self) -> None:
        _patiently(super().commit, (), self)


def _patiently(do: Callable[..., Any], arguments: tuple[Any, ...], connection: sqlite3.Connection) -> Any:
    """Do it once the file is free: SQLite waits ATTEMPT_SECONDS by itself, and then this says so and tries again."""
    started, told = time.monotonic(), False
    while True:
        try:
            return do(*arguments)
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0)
            # A read that turns into a write of what is outdated by then is refused for good.
            is_locked = code & 0xFF == sqlite3.SQLITE_BUSY and code != sqlite3.SQLITE_BUSY_SNAPSHOT
            if not is_locked or time.monotonic() >= started + wait_seconds():
                raise
            if not told:
                LOG.warning("%s is locked by another process: waiting up to %d s", _file(connection), wait_seconds())
                told = True
            time.sleep(0.1)  # SQLite does not wait where two would wait for each other


def _file(connection: sqlite3.Connection) -> str:
    return str(sqlite3.Connection.cursor(connection, sqlite3.Cursor).execute("PRAGMA database_list").fetchone()[2])
