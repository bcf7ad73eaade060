"""Footers of Parquet partitions: with which schema, by which code and from what a partition was built, and its content.

A file's own schema is what says whether its columns are those declared today; the code version, what was read and the
content are notes that the lake writes beside it. Notes are looked at in thousands of files at once, so only the bytes
at a file's end are read, and the Parquet library is asked where they are not as expected. What a file really holds
takes all of its bytes, and is asked of the few that nobody has looked at since they changed.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.contracts.contract import Contract

SMALL_FILES = {"compression": "snappy", "use_dictionary": False, "write_statistics": False, "store_schema": False}
"""A partition is a few hundred rows in dozens of columns, so what counts is the cost of a column, not of a byte:
without dictionaries and statistics (the files to read are known by name) both writing and reading take half as long."""

_CODE, _READ, _SEAL = b"nba_assets.code", b"nba_assets.read", b"nba_assets.seal"

_HASH = 16
"""Hex digits of a content. A seal is the content, and then as many over the whole file but the seal."""

_UNSEALED = b"0" * (2 * _HASH)

DAMAGED = "damaged"
"""What the content of a file begins with that is not as it was written."""

_MAGIC = b"PAR1"
"""What a file begins with; before the footer of one without rows there is nothing else."""

_TAIL = 8
"""The length of the footer and the letters PAR1."""


class Build(NamedTuple):
    """How a stored partition was built: whether with the columns and types declared today, by which code, whether it
    has any rows, and from what.

    The code is empty where none is noted: raw data, and what older releases have written. So is what was read.
    """

    as_declared: bool
    code: str
    has_rows: bool = True
    read: str = ""
    damaged: bool = False
    """Whether the footer cannot be read."""


def file_of(rows: pa.Table, code: str = "", read: str = "") -> bytes:
    """The Parquet file of a partition, with notes of the code that made the rows and of what they were made from."""
    if not rows.num_rows:  # all that differs of them is what they were made from
        file = _no_rows_file(rows.schema, code, len(read))
        return _sealed(file.replace(b"~" * len(read), read.encode()), rows.schema)
    return _sealed(_unsealed(rows, code, read), rows.schema)


def _unsealed(rows: pa.Table, code: str, read: str) -> bytes:
    sink, rows = pa.BufferOutputStream(), rows.replace_schema_metadata(None)  # may be another file's, notes and all
    notes = {_CODE: code, _READ: read, _SEAL: _UNSEALED}
    with pq.ParquetWriter(sink, rows.schema, **SMALL_FILES) as writer:
        writer.write_table(rows)
        writer.add_key_value_metadata({name: note for name, note in notes.items() if note})
    file: bytes = sink.getvalue().to_pybytes()
    return file


@lru_cache(256)
def _no_rows_file(schema: pa.Schema, code: str, note: int) -> bytes:
    return _unsealed(no_rows(schema), code, "~" * note)


def _sealed(file: bytes, schema: pa.Schema) -> bytes:
    """The file, the seal in its place: what it holds is known only when it is written."""
    seal = _content(file, _as_read_back(schema)) + hashlib.sha256(file).hexdigest()[:_HASH]
    before, _, after = file.rpartition(_UNSEALED)
    return before + seal.encode() + after


def content_of(file: bytes, declared: Declared) -> str:
    """What a partition's file holds, rows and columns, as a hash: equal for equal content, whatever its notes say.

    Empty for a file without rows; it begins with DAMAGED for one that cannot be read, or is not as it was written.
    """
    footer, schema = _footer_in(file), declared.schema
    damaged = f"{DAMAGED} {hashlib.sha256(file).hexdigest()[:_HASH]}"
    if not footer.startswith(declared.beginning):
        try:
            schema = pq.read_schema(pa.BufferReader(file))
        except (pa.ArrowInvalid, OSError):
            return damaged
    content = _content(file, schema)
    if seal := _note(footer, _SEAL).encode():
        before, _, after = file.rpartition(seal)
        if seal.decode(errors="replace") != content + hashlib.sha256(before + _UNSEALED + after).hexdigest()[:_HASH]:
            return damaged
    return content if len(rows_in(file)) != len(_MAGIC) else ""


def written_content(file: bytes) -> str:
    """The content of a file that has just been written, of one without rows as well."""
    return _note(_footer_in(file), _SEAL)[:_HASH]


def _content(file: bytes, schema: pa.Schema) -> str:
    found = hashlib.sha256(rows_in(file))
    found.update(str(schema.remove_metadata()).encode())
    return found.hexdigest()[:_HASH]


@cache
def _as_read_back(schema: pa.Schema) -> pa.Schema:
    """What a file with this schema says that its schema is."""
    return _schema_in(_unsealed(no_rows(schema), "", ""))


def _schema_in(file: bytes) -> pa.Schema:
    return pq.read_schema(pa.BufferReader(file)).remove_metadata()


def _note(footer: bytes, name: bytes) -> str:
    """A note in a footer as Parquet writes it, name and text each after its length; notes stand near the end."""
    place = footer.rfind(name + b"\x18")
    if place < 0:
        return ""
    place += len(name) + 1
    length = shift = 0
    while place < len(footer):
        length |= (footer[place] & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if footer[place - 1] < 0x80:
            break
    return footer[place : place + length].decode(errors="replace")


def no_rows(schema: pa.Schema) -> pa.Table:
    """As `schema.empty_table()`, which loads pandas: most of a second in every process."""
    return pa.Table.from_batches([], schema)


def rows_in(file: bytes) -> memoryview:
    """The part of a file that holds rows: all before the footer."""
    view = memoryview(file)
    return view[: max(len(view) - _TAIL - int.from_bytes(view[-_TAIL:-4], "little"), 0)]


def same_rows(one: bytes, other: bytes) -> bool:
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
    filled = before != len(_MAGIC)
    if footer.startswith(declared.beginning):
        return Build(True, _note(footer, _CODE), filled, _note(footer, _READ))
    with suppress(pa.ArrowInvalid, OSError):
        found = pq.read_schema(file)
        return Build(bool(found.equals(declared.schema)), _note(footer, _CODE), filled, _note(footer, _READ))
    return Build(False, "", filled, damaged=True)


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
    nothing, one = (_unsealed(rows, "", "") for rows in (no_rows(schema), one_row))
    pairs = enumerate(zip(_footer_in(nothing), _footer_in(one), strict=False))
    differs = next(place for place, (a, b) in pairs if a != b)
    return Declared(_schema_in(nothing), _footer_in(nothing)[:differs])


def _footer_in(file: bytes) -> bytes:
    return file[len(rows_in(file)) : -_TAIL]
