"""Change feed: partitions that were rewritten since a moment, with rows added, removed and changed.

Read from the materialisations, each of which says what it did to the rows before it; a rewriting that changed nothing
is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

import dagster as dg

from nba_assets.contracts.table import Table
from nba_assets.orchestration import metadata
from nba_assets.orchestration.instance.events import every_record
from nba_assets.orchestration.keys import asset_key
from nba_assets.warehouse.changes import Changes


@dataclass(frozen=True)
class Rewritten:
    """A partition that was rewritten; no counts where an earlier release or an engine that does not count did it."""

    table: Table
    day: date
    at: datetime
    changes: Changes | None
    run_id: str


def rewritten(instance: dg.DagsterInstance, tables: Iterable[Table], since: datetime) -> list[Rewritten]:
    """The oldest first."""
    found = [of for table in tables for of in _of_table(instance, table, since)]
    return sorted(found, key=lambda of: (of.at, of.day, of.table.full_name))


def _of_table(instance: dg.DagsterInstance, table: Table, since: datetime) -> Iterator[Rewritten]:
    wanted = dg.AssetRecordsFilter(asset_key(table), after_timestamp=since.timestamp())
    for record in every_record(partial(instance.fetch_materializations, wanted)):
        event = record.asset_materialization
        if event is None or event.partition is None:
            continue
        changes = metadata.changes_in(event.metadata)
        if changes is None or any(changes):
            at = datetime.fromtimestamp(record.timestamp, UTC)
            yield Rewritten(table, date.fromisoformat(event.partition), at, changes, record.run_id)
