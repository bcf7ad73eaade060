"""Changes of a partition that is replaced: how many rows came, went, and stayed under their key with other values.

Counted by key and `data_hash`, by key and all values where rows have no hash. How a partition is replaced is the
engine's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import reduce
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nba_assets.warehouse.arrays import flags, whole_numbers

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
    old = rows.slice(0, 0)
    with suppress(pa.ArrowInvalid, OSError):
        if before:
            old = pq.ParquetFile(pa.BufferReader(before)).read(columns)
    if not old.num_rows or not set(columns or key) <= set(old.column_names):  # as in a first back-fill
        return Changes(added=rows.num_rows)
    kept, there = _in_both(old, rows, key)
    values = [name for name in columns or rows.column_names if name not in key]
    return Changes(rows.num_rows - len(there), old.num_rows - len(kept), _differing(old, kept, rows, there, values))


def _in_both(old: pa.Table, new: pa.Table, key: Sequence[str]) -> tuple[pa.Array, pa.Array]:
    """Where the rows of the keys that are in both lie in either."""
    before = old.select(key)
    places = {one: place for place, one in enumerate(_rows(before))}
    now = [places.get(one) for one in _rows(new.select(key).cast(before.schema))]
    both = [(old_place, place) for place, old_place in enumerate(now) if old_place is not None]
    return whole_numbers(place for place, _ in both), whole_numbers(place for _, place in both)


def _rows(columns: pa.Table) -> Iterator[tuple[object, ...]]:
    return zip(*(column.to_pylist() for column in columns.columns), strict=True)


def _differing(old: pa.Table, kept: pa.Array, new: pa.Table, there: pa.Array, values: Sequence[str]) -> int:
    """How many of the rows in both have other values; a column that was not there before counts as one."""
    if not set(values) <= set(old.column_names):
        return len(kept)
    unequal = [_unequal(old[name].take(kept), new[name].take(there)) for name in values]
    return int(pc.sum(reduce(pc.or_, unequal)).as_py() or 0) if unequal else 0


def _unequal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Of each pair whether it differs; two NULLs do not."""
    if one.type != other.type or pa.types.is_nested(one.type):
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        return pa.chunked_array([flags([a != b for a, b in pairs])])
    one_null = pc.xor(one.is_null(), other.is_null())
    return pc.coalesce(pc.not_equal(one, other), one_null)
