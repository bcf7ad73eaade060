"""Postgres server of Dagster's storage: waited for while it does not answer, and one line for what it refuses.

Left alone, Dagster gives up after twelve seconds, in which no server is begun anew, and warns six times in four lines.
What is listened to is SQLAlchemy's, as for files; Dagster itself is left as it is.
"""

from __future__ import annotations

import functools
import logging
import re
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as db
from sqlalchemy.engine import Engine

from nba_assets.orchestration.dagster_patches.guard import find
from nba_assets.orchestration.instance.storage_files import OTHER_DAGSTER, WAIT, StorageFault, wait_seconds

DRIVER = "psycopg2"
"""The one that Dagster's storages speak."""

PAUSE_SECONDS = 0.5
ANSWER_SECONDS = 10
"""To wait for an answer to one attempt: of a host that drops what it is sent, none comes for minutes."""

HOPELESS = ("authentication failed", "no password supplied", "does not exist", "no pg_hba.conf entry", "not permitted")
"""What is so until a person does something about it."""

READ_ONLY, NO_RIGHT = "25006", "42501"
LACKING = ("42703", "42P01")
"""A column or table that is not there."""
ROLLED_BACK = "40"
"""How the codes begin of what another transaction is the cause of: no fault of the server."""

LOG = logging.getLogger(__name__)

_given_up: dict[str, float] = {}
"""Servers that this process has waited for in vain, and seconds: what is tried on the way out shall not wait again."""


@functools.cache
def watch() -> None:
    """From now on, whatever of this process asks a Postgres server through SQLAlchemy."""

    @db.event.listens_for(Engine, "do_connect")
    def connecting(dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
        if dialect.driver != DRIVER:
            return None
        asked = {"connect_timeout": ANSWER_SECONDS} | options

        def attempt() -> Any:
            for own in dialect.dispatch.do_connect.listeners:  # of this server alone, as what fetches a token for it
                if (connection := own(dialect, record, arguments, asked)) is not None:
                    return connection
            return dialect.connect(*arguments, **asked)

        return _connected(attempt, _named(*map(options.get, ("host", "port", "dbname"))), dialect.loaded_dbapi)

    @db.event.listens_for(Engine, "handle_error")
    def failed(context: Any) -> None:
        if context.dialect.driver != DRIVER or context.is_pre_ping:  # a dead connection of a pool is made anew
            return
        error, code = context.original_exception, getattr(context.original_exception, "pgcode", None) or ""
        gone = isinstance(error, context.dialect.loaded_dbapi.OperationalError) and not code.startswith(ROLLED_BACK)
        if gone or code in (READ_ONLY, NO_RIGHT, *LACKING):
            url, remedy = context.engine.url, f": {OTHER_DAGSTER}" if code in LACKING else ""
            raise StorageFault(f"{_named(url.host, url.port, url.database)}: {_in_a_line(error)}{remedy}") from error


def _connected(attempt: Callable[[], Any], server: str, driver: Any) -> Any:
    """A connection, as soon as the server gives one. Raises StorageFault."""
    started, told = time.monotonic(), False
    patience = 0 if server in _given_up else wait_seconds()
    while True:
        try:
            connection = attempt()
        except driver.OperationalError as error:
            why = _in_a_line(error)
            if any(words in why for words in HOPELESS):
                raise StorageFault(f"{server}: {why}") from error
            waited = time.monotonic() - started
            if waited >= patience or _is_called_off():
                waited = _given_up.setdefault(server, waited)
                raise StorageFault(f"{server}: {why}: waited {waited:.0f} s ({WAIT})") from error
            if not told:
                LOG.warning("%s: %s: waiting up to %d s", server, why, wait_seconds())
                told = True
            time.sleep(PAUSE_SECONDS)
        else:
            _given_up.pop(server, None)
            return connection


def _is_called_off() -> bool:
    """Whether an interrupt came that Dagster keeps for later: while a run goes on, none ends a wait by itself."""
    came = find("dagster._utils.interrupts:check_captured_interrupt")
    return bool(came and came())


def _named(host: Any, port: Any, database: Any) -> str:
    """A server for a person, without the name and password that it is asked with."""
    return f"Postgres {host or 'of this machine'}{f':{port}' if port else ''}, database {database}"


def _in_a_line(error: Exception) -> str:
    told = " ".join(str(error).partition("\nLINE ")[0].split()) or "the connection was lost"
    return re.sub("^connection to server .*? failed: ", "", told)
