"""Arrow's arrays of Python's and numpy's values, made without pandas.

Arrow's own `pa.array`, `pa.scalar` and `from_pylist` load pandas where it is installed, only to ask whether what they
are given is of it, as do `pq.read_table` and `Table.join`: a quarter of a second of CPU in every process, and each step
of a run is one.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow.json import ParseOptions, read_json


def whole_numbers(values: Iterable[int]) -> pa.Array:
    """INT64, none of them NULL."""
    numbers = np.fromiter(values, dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])


def flags(values: Sequence[bool]) -> pa.Array:
    """BOOL, none of them NULL."""
    bits = np.packbits(np.array(values, dtype=bool), bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(bits)])


def from_records(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """As `pa.Table.from_pylist`, of columns that hold one value each: by way of the text of each value."""
    lines = [json.dumps({name: None if row[name] is None else str(row[name]) for name in schema.names}) for row in rows]
    if not lines:
        return pa.Table.from_batches([], schema)
    texts = pa.schema([(name, pa.string()) for name in schema.names])
    found = read_json(io.BytesIO("\n".join(lines).encode()), parse_options=ParseOptions(explicit_schema=texts))
    return found.cast(schema)
