"""States of asset checks: which days of each passed, failed, are under way or never came to an answer.

Dagster makes a set of each day of each check and adds them up one by one, at each look of a page that is open. Here the
days that ended alike are one set, and where the database says that nothing was written, what was found is found still.

Dagster has a hook to remember a state by, but goes on from it to a wrong one: a day that passed and then failed has
both answers, and what was wiped or pruned stays. Who wrote, and when, must not matter: nothing is added to a state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import sqlalchemy as db

from nba_assets.orchestration.dagster_patches.guard import Upstream, find
from nba_assets.orchestration.instance.event_storage.internals import CHECKS, table

_STORAGE = "dagster._core.storage.event_log:SqlEventLogStorage"
_STATE = "dagster._core.storage.asset_check_state:AssetCheckState"
_SUBSET = "dagster._core.asset_graph_view.serializable_entity_subset:SerializableEntitySubset"
_STATUS = "dagster._core.storage.asset_check_execution_record:AssetCheckExecutionResolvedStatus"
_ENDED = "dagster._core.storage.dagster_run:FINISHED_STATUSES"
_MADE_WHOLE = "_get_latest_unpartitioned_materialization_storage_ids"

UPSTREAM = Upstream(
    "check_states",
    lost="Dagster adds up the days of all checks anew at each look, which is slow for pages with years of them",
    parameters={
        f"{_STORAGE}.get_asset_check_state": ("keys",),
        f"{_STORAGE}.get_latest_storage_id_by_partition": ("asset_key", "event_type", "partitions", "after_cursor"),
        f"{_STORAGE}.{_MADE_WHOLE}": ("keys",),
        _STATE: ("latest_storage_id", "subsets", "in_progress_runs"),
        _SUBSET: ("key", "value"),
    },
    names=(
        _ENDED,
        *(f"{_STATUS}.{name}" for name in ("IN_PROGRESS", "EXECUTION_FAILED", "SKIPPED", "SUCCEEDED", "FAILED")),
    ),
)

Days = dg.PartitionsDefinition | None
Partitions = frozenset[str | None]
"""None is an asset without any."""


@dataclass(frozen=True, eq=False)
class Latest:
    """How a check was last executed, by partition. The same object is the same content."""

    answered: Mapping[str, Partitions]
    """By status. An answer to an older materialisation is none."""
    planned: Mapping[str, Partitions]
    """Without an answer yet, by the run that planned them."""
    newest: int
    """Number of the last event that any of it comes from."""


class CheckStates:
    """The states that a storage has in its database, equal to those that Dagster adds up."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage
        self._read: dict[dg.AssetCheckKey, tuple[Hashable, Latest]] = {}
        self._added_up: dict[dg.AssetCheckKey, tuple[tuple[Any, ...], Any]] = {}

    def of(self, keys: Sequence[tuple[dg.AssetCheckKey, Days]]) -> dict[dg.AssetCheckKey, Any]:
        latest = self._latest([key for key, _ in keys])
        ended = self._ended({run for each in latest.values() for run in each.planned})
        subsets: dict[tuple[Days, Partitions], Any] = {}
        return {key: self._state(key, days, latest[key], ended, subsets) for key, days in keys}

    def _latest(self, keys: Sequence[dg.AssetCheckKey]) -> dict[dg.AssetCheckKey, Latest]:
        """As read when the database was as it is now. It is asked first: what is written while we read counts later."""
        version = self._storage.version()
        found = {
            key: read[1] for key in keys if version is not None and (read := self._read.get(key)) and read[0] == version
        }
        for key, latest in _latest(self._storage, [key for key in keys if key not in found]).items():
            found[key] = latest
            self._read[key] = version, latest
        return found

    def _ended(self, runs: set[str]) -> dict[str, dg.DagsterRunStatus]:
        """Runs are kept elsewhere: they are asked for at each look."""
        if not runs:
            return {}
        only = dg.RunsFilter(run_ids=sorted(runs), statuses=list(find(_ENDED)))
        return {run.run_id: run.status for run in self._storage._instance.get_runs(filters=only)}

    def _state(
        self,
        key: dg.AssetCheckKey,
        days: Days,
        latest: Latest,
        ended: Mapping[str, dg.DagsterRunStatus],
        subsets: dict[tuple[Days, Partitions], Any],
    ) -> Any:
        made_of = latest, days, _until(days), {run: ended.get(run) for run in latest.planned}
        before = self._added_up.get(key)
        if before and before[0] == made_of:
            return before[1]

        def subset(partitions: Partitions) -> Any:
            if (days, partitions) not in subsets:
                subsets[days, partitions] = _subset(days, partitions)
            return find(_SUBSET)(key=key, value=subsets[days, partitions])

        status = find(_STATUS)
        by_status: defaultdict[Any, Partitions] = defaultdict(frozenset)
        by_status |= {status[name]: partitions for name, partitions in latest.answered.items()}
        for run, partitions in latest.planned.items():
            by_status[_without_answer(ended.get(run))] |= partitions
        under_way = {run: subset(partitions) for run, partitions in latest.planned.items() if run not in ended}
        state = find(_STATE)(
            latest_storage_id=latest.newest,
            subsets={each: subset(by_status[each]) for each in status},
            in_progress_runs={run: each for run, each in under_way.items() if not each.is_empty},
        )
        self._added_up[key] = made_of, state
        return state


def _until(days: Days) -> object:
    """What tells, with its definition, which partitions there are at the moment."""
    if isinstance(days, dg.TimeWindowPartitionsDefinition):
        return days.get_last_partition_key()
    return object() if days else None  # of others only they know


def _subset(days: Days, partitions: Partitions) -> Any:
    if days is None:
        return None in partitions
    valid = [each for each in partitions if each is not None and days.has_partition_key(each)]
    return days.subset_with_partition_keys(valid) if valid else days.empty_subset()


def _without_answer(ended: dg.DagsterRunStatus | None) -> Any:
    status = find(_STATUS)
    if ended is None:
        return status.IN_PROGRESS
    return status.EXECUTION_FAILED if ended is dg.DagsterRunStatus.FAILURE else status.SKIPPED


def _latest(storage: Any, keys: Sequence[dg.AssetCheckKey]) -> dict[dg.AssetCheckKey, Latest]:
    names: defaultdict[dg.AssetKey, list[str]] = defaultdict(list)
    for key in keys:
        names[key.asset_key].append(key.name)
    made_whole = getattr(storage, _MADE_WHOLE)(list(names)) if names else {}
    found: dict[dg.AssetCheckKey, Latest] = {}
    for asset, checks in names.items():
        made = storage.get_latest_storage_id_by_partition(asset, dg.DagsterEventType.ASSET_MATERIALIZATION)
        whole, rows = made_whole.get(asset, 0), defaultdict(list)
        for name, partition, *ended in _rows(storage, asset, checks):
            rows[name].append((max(made.get(partition, 0), whole), partition, *ended))
        found |= {dg.AssetCheckKey(asset, name): _latest_of(rows[name]) for name in checks}
    return found


def _latest_of(rows: Sequence[tuple[Any, ...]]) -> Latest:
    """Of the last execution of each partition, after the number of its last materialisation, 0 without any."""
    answered, planned, newest = defaultdict(list), defaultdict(list), 0
    for made, partition, status, run_id, checked, number in rows:
        newest = max(newest, made, number)
        if status == "PLANNED":
            planned[run_id].append(partition)
        elif made in (0, checked):
            answered[status].append(partition)
    return Latest(
        {status: frozenset(partitions) for status, partitions in answered.items()},
        {run: frozenset(partitions) for run, partitions in planned.items()},
        newest,
    )


def _rows(storage: Any, asset: dg.AssetKey, names: Sequence[str]) -> Sequence[Any]:
    """The last execution of each partition of checks of an asset.

    Rows of older Dagsters have no number of their event and do not count. That is in the rows, which are large, where
    the last ones are found by the index alone: so it is only asked where one such is the last.
    """
    checks = table(CHECKS)
    has_number = checks.c.evaluation_event_storage_id.isnot(None)
    of_row = "check_name", "partition", "execution_status", "run_id"
    of_events = "materialization_event_storage_id", "evaluation_event_storage_id"

    def asked(*only: db.ColumnElement[bool]) -> Sequence[Any]:
        of = checks.c.asset_key == asset.to_string(), checks.c.check_name.in_(names), *only
        last = db.select(db.func.max(checks.c.id)).where(*of).group_by(checks.c.check_name, checks.c.partition)
        rows = db.select(*(checks.c[name] for name in (*of_row, *of_events))).where(checks.c.id.in_(last))
        with storage.index_connection() as connection:
            return connection.execute(rows).all()

    rows = asked()
    if any(number is None for *_, number in rows):
        return asked(has_number)
    return rows
