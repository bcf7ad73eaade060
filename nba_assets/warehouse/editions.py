"""Editions of a source that re-publishes whole seasons: which rows stood in it, and since when until when.

Such a source replaces what it said before, so what was announced on a day is lost unless it is kept when it comes in.
Kept are the columns that the table of editions declares; what they mean is the conformed tables'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from nba_assets.contracts.calendar import season_year
from nba_assets.warehouse.delivered import source_of
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.staging import Staged

SEEN = ("first_seen", "last_seen", "withdrawn_at")
"""Columns that a table of editions has besides those of its source."""

Row = dict[str, Any]


def keep_editions(con: duckdb.DuckDBPyConnection, staged: Staged, lake: Lake) -> None:
    """Note what a delivery adds to the editions of its seasons, before it replaces what is stored of them.

    An edition is of the time at which its newest row was written. One older than what is stored is no news.
    """
    contract, editions = staged.contract, staged.contract.editions
    if not (editions and staged.days):
        return
    names = [column.name for column in editions.columns if column.name not in SEEN]
    chosen = f"{', '.join(names)}, processed_at"
    new = _rows(con, f"SELECT {chosen} FROM {staged.table} WHERE _rejected IS NULL")
    seasons = {season_year(day) for day in staged.days if day}
    # What a damaged partition said is lost; to deliver it again is what mends it.
    days = [day for day in lake.dates(contract) if season_year(day) in seasons]
    old = _stored(con, chosen, lake.sound(contract, days))
    kept = _stored(con, ", ".join([*names, *SEEN]), lake.files(editions, None))
    season = editions.replaces
    delivered = {row[season] for row in new}
    found = [row for row in kept if row[season] not in delivered]
    for value in sorted(delivered):
        before, stored, given = ([row for row in rows if row[season] == value] for rows in (kept, old, new))
        found += _with_edition(before, stored, given, names)
    found.sort(key=lambda row: tuple(row[name] for name in editions.key))
    lake.replace(editions, [(None, pa.Table.from_pylist(found, editions.schema().to_pyarrow()))])


def _with_edition(kept: Sequence[Row], old: Sequence[Row], new: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """The editions of a season with a new one, from those kept and from the one that is stored.

    Where none is kept, what is stored counts as the first.
    """
    seen = _read_at(new)
    times = [row[name] for row in kept for name in ("first_seen", "withdrawn_at") if row[name]]
    # what is stored may be an older edition that was delivered again, and no news either
    before = max([*times, *([_read_at(old)] if old else [])], default=None)
    if before and before > seen:
        return list(kept)
    if not kept and old:
        kept = [_entry(row, names, before) for row in old]
    now = {tuple(row[name] for name in names): row for row in new}
    standing: set[tuple[Any, ...]] = set()
    rows = []
    for row in kept:
        values = tuple(row[name] for name in names)
        if row["withdrawn_at"] is None and values in now:
            standing.add(values)
        elif row["withdrawn_at"] is None:
            row = row | {"last_seen": before or row["first_seen"], "withdrawn_at": seen}
        rows.append(row)
    rows += [_entry(row, names, seen) for values, row in now.items() if values not in standing]
    # What the same edition withdraws that it brought, a delivery corrected at once, never stood in it.
    return [row for row in rows if row["withdrawn_at"] != row["first_seen"]]


def _entry(row: Mapping[str, Any], names: Iterable[str], seen: datetime | None) -> Row:
    return {name: row[name] for name in names} | {"first_seen": seen, "last_seen": None, "withdrawn_at": None}


def _read_at(rows: Sequence[Row]) -> datetime:
    times: list[datetime] = [row["processed_at"] for row in rows]
    return max(times)


def _stored(con: duckdb.DuckDBPyConnection, chosen: str, files: Sequence[Path]) -> list[Row]:
    if not files:
        return []
    return _rows(con, f"SELECT {chosen} FROM {source_of(files)}")


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    rows: list[Row] = con.sql(query).to_arrow_table().to_pylist()
    return rows
