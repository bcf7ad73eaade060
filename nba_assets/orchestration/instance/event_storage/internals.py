"""What of Dagster's event logs the batches rely on beyond its public API, and whether it is still there.

A list of names and parameters, and the comparison; what is done with them is `batches.py`'s and the databases' own.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping
from functools import cache

from dagster._core.storage.event_log import SqlEventLogStorage, SqlEventLogStorageMetadata

METHODS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "SqlEventLogStorage": {
        "store_event": ("event",),
        "store_event_batch": ("events",),
        "index_connection": (),
        "index_transaction": (),
        "_event_to_row": ("event",),
        "_store_asset_event": ("conn", "event", "event_id"),
        "_store_asset_event_tags": ("conn", "events", "event_ids"),
        "store_asset_check_event": ("event", "event_id"),
        "_store_asset_check_evaluation_planned": ("event", "event_id"),
        "_update_asset_check_evaluation": ("event", "event_id"),
    },
    "SqliteEventLogStorage": {
        "run_connection": ("run_id",),
        "path_for_shard": ("run_id",),
        "conn_string_for_shard": ("shard_name",),
        "_connect": ("shard",),
        "_initdb": ("engine", "for_index_shard"),
    },
    "PostgresEventLogStorage": {
        "__init__": ("postgres_url", "should_autocreate_tables", "inst_data", "token_provider"),
        "_connect": (),
    },
}
"""By class, the methods that we call or stand in for, and their parameters."""

COLUMNS: Mapping[str, frozenset[str]] = {
    "event_logs": frozenset(
        {"id", "run_id", "event", "dagster_event_type", "timestamp", "step_key", "asset_key", "partition"}
    ),
    "asset_check_executions": frozenset(
        {
            "id",
            "asset_key",
            "check_name",
            "partition",
            "run_id",
            "execution_status",
            "evaluation_event",
            "evaluation_event_timestamp",
            "evaluation_event_storage_id",
            "materialization_event_storage_id",
            "create_timestamp",
        }
    ),
}
"""Tables that a batch makes rows of, and all their columns."""


@cache
def known(storage: type[SqlEventLogStorage]) -> bool:
    """Whether Dagster's own `storage` is built as we know it. If not, says once a process what has moved."""
    methods = {name: of for base in storage.__mro__ for name, of in METHODS.get(base.__name__, {}).items()}
    moved = [f"{storage.__name__}.{name}" for name, of in methods.items() if _parameters(storage, name) != of]
    moved += [f"the columns of {table}" for table, of in COLUMNS.items() if _columns(table) != of]
    if moved:
        logging.getLogger(__name__).warning(
            "events are stored one by one, which is slow for ranges of dates: Dagster has changed %s", ", ".join(moved)
        )
    return not moved


def _parameters(storage: type[SqlEventLogStorage], name: str) -> tuple[str, ...] | None:
    method = getattr(storage, name, None)
    return tuple(inspect.signature(method).parameters)[1:] if callable(method) else None


def _columns(table: str) -> frozenset[str]:
    found = SqlEventLogStorageMetadata.tables.get(table)
    return frozenset() if found is None else frozenset(found.columns.keys())
