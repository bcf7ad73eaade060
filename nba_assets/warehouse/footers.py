"""Footers of Parquet partitions: with which schema, and by which code, a partition was built.

A file's own schema is what says whether its columns are those declared today; the code version is a note that the lake
writes beside it. Both are looked at for thousands of files at once, so only the bytes at a file's end are read, and the
Parquet library is asked where they are not as expected.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.contracts.contract import Contract

SMALL_FILES = {"compression": "snappy", "use_dictionary": False, "write_statistics": False, "store_schema": False}
"""A partition is a few hundred rows in dozens of columns, so what counts is the cost of a column, not of a byte:
without dictionaries and statistics (the files to read are known by name) both writing and reading take half as long."""

_CODE = b"nba_assets.code"
_NOTED = re.compile(re.escape(_CODE) + rb"\x18\x0c([0-9a-f]{12})")
"""As Parquet writes a note of twelve characters."""

_MAGIC = b"PAR1"
"""What a file begins with; before the footer of one without rows there is nothing else."""

_TAIL = 8
"""The length of the footer and the letters PAR1."""


class Build(NamedTuple):
    """How a stored partition was built: whether with the columns and types declared today, by which code, and whether
    it has any rows.

    The code is empty where none is noted: raw data, and what older releases have written.
    """

    as_declared: bool
    code: str
    has_rows: bool = True


def file_of(rows: pa.Table, code: str = "") -> pa.Buffer:
    """The Parquet file of a partition, with a note of the code that made the rows."""
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, rows.schema, **SMALL_FILES) as writer:
        writer.write_table(rows)
        if code:
            writer.add_key_value_metadata({_CODE: code})
    return sink.getvalue()


def no_rows(schema: pa.Schema) -> pa.Table:
    """As `schema.empty_table()`, which loads pandas: most of a second in every process."""
    return pa.Table.from_batches([], schema)


def rows_in(file: bytes | pa.Buffer) -> memoryview:
    """The part of a file that holds rows: all before the footer."""
    view = memoryview(file).cast("B")  # a buffer's bytes are signed, and equal no others
    return view[: max(len(view) - _TAIL - int.from_bytes(view[-_TAIL:-4], "little"), 0)]


def same_rows(one: bytes | pa.Buffer, other: bytes | pa.Buffer) -> bool:
    """Whether two files differ in nothing but their notes."""
    if rows_in(one) != rows_in(other):
        return False
    with suppress(pa.ArrowInvalid, OSError):
        first, second = (pq.read_schema(pa.BufferReader(file)) for file in (one, other))
        return bool(first.equals(second))
    return False


def look(file: Path | str, declared: Declared) -> Build:
    """How a partition was built. Raises FileNotFoundError; what is damaged is not as declared."""
    footer, before = _footer(file)
    noted = _NOTED.search(footer)
    filled = before != len(_MAGIC)
    if footer.startswith(declared.beginning):
        return Build(True, noted[1].decode() if noted else "", filled)
    with suppress(pa.ArrowInvalid, OSError):
        found = pq.read_schema(file)
        return Build(bool(found.equals(declared.schema)), (found.metadata or {}).get(_CODE, b"").decode(), filled)
    return Build(False, "", filled)


def has_rows(file: Path | str) -> bool:
    """Whether a partition has any rows; of a damaged one nobody can say that it has none."""
    return _footer(file)[1] != len(_MAGIC)


def _footer(file: Path | str) -> tuple[bytes, int]:
    """A file's footer, and how many bytes stand before it."""
    with open(file, "rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(size - _TAIL, 0))
        length = int.from_bytes(opened.read(4), "little")
        opened.seek(max(size - _TAIL - length, 0))
        return opened.read(length), size - _TAIL - length


class Declared(NamedTuple):
    """What a file of a contract looks like: its schema as it comes back, and what its footer begins with."""

    schema: pa.Schema
    beginning: bytes


def declared(contract: Contract) -> Declared:
    """Of a whole table, and so of each of its parts."""
    return _declared(replace(contract, part="") if contract.part else contract)


@cache
def _declared(contract: Contract) -> Declared:
    """Of two files that differ in the number of rows, the footers are equal up to it: the schema comes before."""
    schema = contract.schema().to_pyarrow()
    one_row = pa.table([pa.nulls(1, field.type) for field in schema], schema=schema)
    nothing, one = (file_of(rows) for rows in (no_rows(schema), one_row))
    pairs = enumerate(zip(_footer_in(nothing), _footer_in(one), strict=False))
    differs = next(place for place, (a, b) in pairs if a != b)
    return Declared(pq.read_schema(pa.BufferReader(nothing)), _footer_in(nothing)[:differs])


def _footer_in(file: pa.Buffer) -> bytes:
    whole: bytes = file.to_pybytes()
    return whole[len(rows_in(whole)) : -_TAIL]
