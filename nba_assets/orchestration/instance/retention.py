"""Retention of what Dagster keeps of runs: logs of old ones are removed, materialisations and what is latest are kept.

Dagster has settings for its ticks alone, and its public way to remove a run removes what it materialised as well. So a
run stays on the list and in every partition's history; what goes is its log, its steps' output, and planned events and
checks that later ones have replaced. What became of a run's tables is in the run history. Until then, on SQLite, a log
that nobody writes to any more takes little room: its file is packed, and what was planned and checked has no copy in
the log of all runs.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy as db
from dagster import DagsterEventType

from nba_assets.orchestration.dagster_patches.guard import Upstream, find, in_place
from nba_assets.orchestration.instance import packed_logs
from nba_assets.orchestration.instance.event_storage import BatchingSqliteEventLogStorage
from nba_assets.orchestration.instance.event_storage.internals import CHECKS, EVENTS
from nba_assets.orchestration.instance.storage_files import StorageFault

_SCHEMA = "dagster._core.storage.event_log.schema"
_TAGS = f"{_SCHEMA}:AssetEventTagsTable"
_STORAGE = "dagster._core.storage.event_log:SqlEventLogStorage"
_SQLITE = "dagster._core.storage.event_log:SqliteEventLogStorage"
_LOGS = "dagster._core.storage.local_compute_log_manager:LocalComputeLogManager"
_NO_RUN = "dagster._core.instance.utils:RUNLESS_RUN_ID"

UPSTREAM = Upstream(
    "retention",
    lost="the logs of old runs are kept for ever",
    parameters={
        f"{_STORAGE}.index_connection": (),
        f"{_STORAGE}.run_connection": ("run_id",),
        f"{_SQLITE}.path_for_shard": ("run_id",),
    },
    names=(
        *(f"{EVENTS}.c.{name}" for name in ("id", "dagster_event_type", "timestamp", "asset_key", "partition")),
        *(f"{CHECKS}.c.{name}" for name in ("id", "asset_key", "check_name", "partition", "execution_status")),
        f"{CHECKS}.c.create_timestamp",
        f"{_TAGS}.c.event_id",
        _NO_RUN,
        f"{_LOGS}.delete_logs",
    ),
)

KEPT = DagsterEventType.ASSET_MATERIALIZATION
"""By these Dagster knows a partition: all of them stay."""

LATEST_KEPT = (
    DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    DagsterEventType.ASSET_FAILED_TO_MATERIALIZE,
    DagsterEventType.ASSET_OBSERVATION,
)
"""Of these the latest of each partition stays: it may be the one that failed, or that is still to come."""

OF_CHECKS = (DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED, DagsterEventType.ASSET_CHECK_EVALUATION)
"""Dagster writes these to the log of all runs as well, on SQLite, and reads them in the run's own log and among the
checks only. They are half of what a run leaves in the file of all runs."""

AT_ONCE = 5000
"""So many rows go in one transaction, those that lie side by side, so that nobody waits for long."""


@dataclass(frozen=True)
class Pruned:
    """How much was removed: logs of runs, rows of the log of all runs."""

    runs: int = 0
    rows: int = 0


def prune(instance: dg.DagsterInstance, before: datetime) -> Pruned:
    """Remove what was recorded before a moment and is of no use any more. Of a run's materialisations nothing goes."""
    storage = instance.event_log_storage
    if not in_place(UPSTREAM) or not isinstance(storage, find(_STORAGE)):
        return Pruned()
    rows = _prune_checks(storage, before) + _prune_events(storage, before)
    if not isinstance(storage, find(_SQLITE)):
        return Pruned(_prune_output(instance, before), rows)
    runs = _remove_run_files(storage, before)
    _prune_output(instance, before)
    _give_back(storage)
    return Pruned(runs, rows)


@dataclass(frozen=True)
class Packed:
    """How much takes less room: logs of runs packed, rows of the log of all runs removed that those hold as well."""

    runs: int = 0
    rows: int = 0


def pack(instance: dg.DagsterInstance, before: datetime) -> Packed:
    """Pack what was last written to before a moment. Nothing is lost by it: all is in the run's own log still, which on
    a server is no file."""
    storage = instance.event_log_storage
    if not in_place(UPSTREAM) or not isinstance(storage, BatchingSqliteEventLogStorage):
        return Packed()
    log = find(EVENTS)
    copies = log.c.dagster_event_type.in_([kind.value for kind in OF_CHECKS])
    planned = log.c.dagster_event_type == DagsterEventType.ASSET_MATERIALIZATION_PLANNED.value
    rows = _remove_events(storage, (copies | (planned & _replaced(log))) & (log.c.timestamp < _at(before)))
    packed = sum(packed_logs.pack(file) for file in _run_files(storage, before))
    _give_back(storage)
    return Packed(packed, rows)


def _prune_events(storage: Any, before: datetime) -> int:
    """Of the log of all runs; on SQLite the events that belong to no run lie in a file of their own once more."""
    log = find(EVENTS)
    kind, latest_kept = log.c.dagster_event_type, [kind.value for kind in LATEST_KEPT]
    of_use = kind.in_([KEPT.value, *latest_kept])
    old = log.c.timestamp < _at(before)
    useless = old & (kind.is_(None) | ~of_use | (kind.in_(latest_kept) & _replaced(log)))
    removed = _remove_events(storage, useless)
    if isinstance(storage, find(_SQLITE)):
        with storage.run_connection(find(_NO_RUN)) as connection:
            connection.execute(log.delete().where(old))
    return removed


def _replaced(log: Any) -> db.ColumnElement[bool]:
    """Whether a later event of the same kind is of the same partition."""
    later = log.alias("later")
    return db.exists().where(
        later.c.asset_key == log.c.asset_key,
        later.c.dagster_event_type == log.c.dagster_event_type,
        later.c.partition.is_not_distinct_from(log.c.partition),
        later.c.id > log.c.id,
    )


def _remove_events(storage: Any, useless: db.ColumnElement[bool]) -> int:
    """From the log of all runs, but for its last event: on SQLite its number would be given once more, and what follows
    the log (sensors, what starts killed runs again) has gone past that number and would look at nothing up to it."""
    log, tags = find(EVENTS), find(_TAGS)
    newest = db.select(db.func.max(log.c.id)).scalar_subquery()
    with storage.index_connection() as connection:
        ids = [n for (n,) in connection.execute(db.select(log.c.id).where(useless, log.c.id < newest))]
    for some in _parts(ids):
        with storage.index_connection() as connection:
            connection.execute(tags.delete().where(tags.c.event_id.in_(some)))
            connection.execute(log.delete().where(log.c.id.in_(some)))
    return len(ids)


def _at(moment: datetime) -> datetime:
    """As Dagster's columns have it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _prune_checks(storage: Any, before: datetime) -> int:
    """Of each check and partition stay the last time it was planned, and the last time it was looked at."""
    checks = find(CHECKS)
    each = [checks.c.asset_key, checks.c.check_name, checks.c.partition]
    ended = db.case((checks.c.execution_status.in_(["SUCCEEDED", "FAILED"]), checks.c.id))
    ranked = db.select(
        checks.c.id,
        checks.c.create_timestamp,
        db.func.max(checks.c.id).over(partition_by=each).label("planned_last"),
        db.func.max(ended).over(partition_by=each).label("ended_last"),
    ).subquery()
    replaced = (ranked.c.id != ranked.c.planned_last) & (ranked.c.id != db.func.coalesce(ranked.c.ended_last, 0))
    old = ranked.c.create_timestamp < _at(before)
    with storage.index_connection() as connection:
        ids = [n for (n,) in connection.execute(db.select(ranked.c.id).where(old, replaced))]
    for some in _parts(ids):
        with storage.index_connection() as connection:
            connection.execute(checks.delete().where(checks.c.id.in_(some)))
    return len(ids)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    in_order = sorted(ids)
    return (in_order[n : n + AT_ONCE] for n in range(0, len(ids), AT_ONCE))


def _remove_run_files(storage: Any, before: datetime) -> int:
    folder = Path(storage.path_for_shard("index")).parent
    packed = [file for file in packed_logs.packed_in(folder) if _is_older(packed_logs.packed(file), before)]
    old = {*_run_files(storage, before), *packed}
    for file in old:
        packed_logs.remove(file)
    return len(old)


def _run_files(storage: Any, before: datetime) -> list[Path]:
    """On SQLite a run's log is a file: those that nobody has written to since a moment, and that are not packed."""
    index, no_run = (Path(storage.path_for_shard(name)) for name in ("index", find(_NO_RUN)))
    return [file for file in index.parent.glob("*.db") if file not in (index, no_run) and _is_older(file, before)]


def _prune_output(instance: dg.DagsterInstance, before: datetime) -> int:
    """What the steps of a run wrote, where that lies in folders here: one a run."""
    logs = instance.compute_log_manager
    folder = getattr(logs, "_base_dir", None) if isinstance(logs, find(_LOGS)) else None
    old = [each for each in Path(folder).glob("*-*-*-*-*") if _is_older(each, before)] if folder else []
    for each in old:
        shutil.rmtree(each, ignore_errors=True)
    return len(old)


def _is_older(path: Path, before: datetime) -> bool:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime < before.timestamp()
    return False


def _give_back(storage: Any) -> None:
    """Where more than half of the file of all runs is free, it is written anew: SQLite only uses free room again.

    Nobody else may be at it meanwhile; if somebody is, another night will do.
    """
    with storage.index_connection() as connection:
        free = connection.execute(db.text("PRAGMA freelist_count")).scalar_one()
        pages = connection.execute(db.text("PRAGMA page_count")).scalar_one()
    if 2 * free > pages:
        alone = db.create_engine(storage.conn_string_for_shard("index"), poolclass=db.NullPool)
        with suppress(StorageFault), alone.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(db.text("VACUUM"))
