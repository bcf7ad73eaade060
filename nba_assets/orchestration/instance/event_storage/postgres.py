"""Event log of Dagster in Postgres, writing in batches.

The instance's two other Postgres storages are to be had under the same name, so that a missing extra is told once and
here. What a batch is and what follows from its events is not said here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import dagster as dg
import sqlalchemy as db
from dagster._serdes import ConfigurableClassData
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.event_storage.batches import BatchingEventLogStorage, Row, asset_keys
from nba_assets.orchestration.instance.event_storage.internals import ASSETS, known, table

if TYPE_CHECKING:
    from dagster_postgres.auth import PgTokenProvider

try:
    from dagster_postgres import PostgresEventLogStorage, PostgresRunStorage, PostgresScheduleStorage
    from dagster_postgres.utils import create_pg_engine, get_token_provider_from_config, pg_url_from_config
except ImportError as missing:
    raise BadInput("Dagster's storage in Postgres needs an extra: pip install 'nba_assets[postgres]'") from missing

__all__ = ["BatchingPostgresEventLogStorage", "PostgresRunStorage", "PostgresScheduleStorage"]


class BatchingPostgresEventLogStorage(BatchingEventLogStorage, PostgresEventLogStorage):
    """Configured as Dagster's own, with a connection that stays open: theirs connects anew for each statement.

    As Dagster's batches do, ours send no NOTIFY: whoever watches a run polls for its events.
    """

    STOCK = PostgresEventLogStorage

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool = True,
        inst_data: ConfigurableClassData | None = None,
        token_provider: PgTokenProvider | None = None,
    ) -> None:
        self._process = os.getpid()
        super().__init__(postgres_url, should_autocreate_tables, inst_data, token_provider)
        if known(self.STOCK):
            self._engine = create_pg_engine(
                postgres_url,
                token_provider,
                isolation_level="AUTOCOMMIT",
                pool_size=2,  # a batch, and what Dagster asks meanwhile
                max_overflow=-1,  # Dagster's own has no limit either
                pool_pre_ping=True,
            )

    @staticmethod
    def each_of(texts: Sequence[str]) -> db.ColumnElement[str]:
        return db.func.unnest(db.cast(texts, postgresql.ARRAY(db.Text))).column_valued()

    def _connect(self) -> AbstractContextManager[Connection]:
        if self._process != os.getpid():  # a forked process must not talk on the connection of the one it came from
            self._engine.dispose(close=False)
            self._process = os.getpid()
        return super()._connect()

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> BatchingPostgresEventLogStorage:
        cls.prepare_process()
        return cls(
            inst_data=inst_data,
            postgres_url=pg_url_from_config(config_value),
            should_autocreate_tables=config_value.get("should_autocreate_tables", True),
            token_provider=get_token_provider_from_config(config_value),
        )

    def _write(self, connection: Connection, events: Sequence[dg.EventLogEntry], rows: Sequence[Row]) -> None:
        """The rows of the assets are locked first, in one order, so that processes queue and none waits in a circle.

        First also because an event's number is given when it is inserted but seen when the transaction ends: the time
        between, in which a reader may have gone past it, must hold no waiting.
        """
        if keys := asset_keys(events):
            insert = postgresql.insert(table(ASSETS)).values([{"asset_key": key} for key in keys])
            unchanged = {"asset_key": insert.excluded.asset_key}
            # A row that is there is locked though its condition is false; one that is not is made.
            connection.execute(
                insert.on_conflict_do_update(index_elements=["asset_key"], set_=unchanged, where=db.false())
            )
        super()._write(connection, events, rows)
