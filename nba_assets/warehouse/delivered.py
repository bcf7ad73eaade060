"""Delivered files as SQL: which formats there are, and under which name a file has each column of a contract.

Names count without regard to case. What a value must look like and which rows are stored is staging's.
"""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb

from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.duckdb import quoted

FORMATS = (".parquet", ".csv", ".csv.gz", ".csv.zst")

FILE = "_file_4c1f0b9ae27d"
"""The column of ours that says which file a row is from; a name that no file's own column will have."""

_COMPRESSION = {"csv": "none", "gz": "gzip", "zst": "zstd"}


class Given(NamedTuple):
    """A column as a file has it: its name there, and its type in SQL."""

    name: str
    type: str

    @property
    def sql(self) -> str:
        return '"' + self.name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Delivered:
    """A file, its name in messages, all types in it, and its columns by the contract's names."""

    path: Path
    name: str
    types: Mapping[str, str]
    columns: Mapping[str, Given]

    @property
    def renamed(self) -> list[str]:
        """The columns that it has under another name."""
        return [given.name for column, given in self.columns.items() if given.name != column]


def format_of(file: Path) -> str | None:
    """Which of FORMATS a file is of, by its name; None for a file of another kind."""
    return next((ending for ending in FORMATS if file.name.lower().endswith(ending)), None)


def look(con: duckdb.DuckDBPyConnection, contract: RawTable, path: Path, name: str) -> Delivered:
    """A file's columns. Raises `BadInput` where one of the contract's is missing, or there twice."""
    source = con.sql(f"FROM {source_of([path])}")
    types = {given: str(kind) for given, kind in zip(source.columns, source.types, strict=True) if given != FILE}
    found: dict[str, list[str]] = {}
    for given in types:
        found.setdefault(_folded(given), []).append(given)
    if missing := [column.name for column in contract.columns if column.name not in found]:
        raise BadInput(f"{name}: column {', '.join(missing)} is missing")
    columns = {}
    for column in (each.name for each in contract.columns):
        if column not in types and len(found[column]) > 1:
            raise BadInput(f"{name}: column {column} is there twice, as {' and '.join(found[column])}")
        given = column if column in types else found[column][0]
        columns[column] = Given(given, types[given])
    return Delivered(path, name, types, columns)


def _folded(name: str) -> str:
    return name.strip().lower()


def source_of(files: Sequence[Path]) -> str:
    """Files of one format as a table in SQL. Their paths are neither patterns nor data; CSV is text."""
    paths = ", ".join(quoted(glob.escape(str(file))) for file in files)
    kind = format_of(files[0])
    if kind == ".parquet":
        return f"read_parquet([{paths}], binary_as_string = true, filename = '{FILE}', hive_partitioning = false)"
    assert kind
    options = "header = true, delim = ',', quote = '\"', escape = '\"', all_varchar = true"  # guessing is slow
    options += f", compression = '{_COMPRESSION[kind.rpartition('.')[2]]}'"
    return f"read_csv([{paths}], {options}, filename = '{FILE}', hive_partitioning = false)"
