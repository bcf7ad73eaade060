"""Changes of a partition that is replaced: how many rows came, went, and stayed under their key with other values.

Counted by key and `data_hash`, by key and all values where rows have no hash. How a partition is replaced is the
engine's.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.warehouse.records import records

HASH = "data_hash"


class Changes(NamedTuple):
    """Rows of keys that were not there before, of keys that no longer are, and of keys with other values."""

    added: int = 0
    removed: int = 0
    changed: int = 0


NONE = Changes()


def changes_of(before: bytes, rows: pa.Table, key: Sequence[str]) -> Changes:
    """Of a partition's file as it was, empty for none, and the rows that take its place; a damaged one held nothing."""
    columns = [*key, HASH] if HASH in rows.column_names else None
    old: Mapping[Hashable, object] = {}
    with suppress(pa.ArrowInvalid, OSError, KeyError):
        old = _by_key(pq.read_table(pa.BufferReader(before), columns=columns), key) if before else {}
    if not old:  # as of all partitions of a first back-fill
        return Changes(added=rows.num_rows)
    new = _by_key(rows.select(columns) if columns else rows, key)
    changed = sum(old[of] != value for of, value in new.items() if of in old)
    return Changes(len(new.keys() - old.keys()), len(old.keys() - new.keys()), changed)


def _by_key(rows: pa.Table, key: Sequence[str]) -> dict[Hashable, object]:
    return {tuple(row[name] for name in key): row for row in records(rows)}
