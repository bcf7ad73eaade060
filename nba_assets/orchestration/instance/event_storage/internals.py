"""Upstream of the batching event logs: what they rely on beyond Dagster's public API.

A list of names, parameters and columns for the guard; what is done with them is the batches' and the databases' own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from dagster._core.storage.event_log import SqlEventLogStorage

from nba_assets.orchestration.dagster_patches.guard import Upstream, find, in_place
from nba_assets.orchestration.instance.event_storage import lean

_SCHEMA = "dagster._core.storage.event_log.schema"
EVENTS = f"{_SCHEMA}:SqlEventLogStorageTable"
CHECKS = f"{_SCHEMA}:AssetCheckExecutionsTable"
ASSETS = f"{_SCHEMA}:AssetKeyTable"
SERIALIZE = "dagster._serdes:serialize_value"

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
    EVENTS: frozenset(
        {"id", "run_id", "event", "dagster_event_type", "timestamp", "step_key", "asset_key", "partition"}
    ),
    CHECKS: frozenset(
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
def upstream(storage: type[SqlEventLogStorage]) -> Upstream:
    """All that the batches in place of Dagster's own `storage` rely on."""
    place = f"{storage.__module__}:{storage.__qualname__}"
    return Upstream(
        "event_storage",
        lost="events are stored one by one, which is slow for ranges of dates",
        parameters={
            **{
                f"{place}.{name}": of for base in storage.__mro__ for name, of in METHODS.get(base.__name__, {}).items()
            },
            **lean.UPSTREAM,
        },
        names=(ASSETS, SERIALIZE),
        columns=COLUMNS,
    )


def known(storage: type[SqlEventLogStorage]) -> bool:
    """Whether batches are wanted and Dagster's own `storage` is built as they know it."""
    return in_place(upstream(storage))


def table(path: str) -> Any:
    """One of Dagster's tables, as the guard found it."""
    return find(path)
