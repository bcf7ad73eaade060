"""Delivered files as SQL: which formats there are, and under which name a file has each column of a contract.

Names count without regard to case. What a value must look like and which rows are stored is staging's.
"""

from __future__ import annotations

import csv
import glob
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.lake_views import quoted

FORMATS = (".parquet", ".csv", ".csv.gz", ".csv.zst")

FILE = "_file_4c1f0b9ae27d"
"""The column of ours that says which file a row is from; a name that no file's own column will have."""

_COMPRESSION = {".csv": None, ".csv.gz": "gzip", ".csv.zst": "zstd"}


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
    def source(self) -> str:
        """Its rows, as a table in SQL."""
        return source_of([self.path], self.types)

    @property
    def renamed(self) -> list[str]:
        """The columns that it has under another name."""
        return [given.name for column, given in self.columns.items() if given.name != column]


def format_of(file: Path) -> str | None:
    """Which of FORMATS a file is of, by its name; None for a file of another kind."""
    return next((ending for ending in FORMATS if file.name.lower().endswith(ending)), None)


def look(con: duckdb.DuckDBPyConnection, contract: RawTable, path: Path, name: str) -> Delivered:
    """A file's columns. Raises `BadInput` where one of the contract's is missing, or there twice."""
    names, types = (_of_parquet if format_of(path) == ".parquet" else _of_csv)(con, path)
    found: dict[str, list[str]] = {}
    for given in names:
        found.setdefault(_folded(given), []).append(given)
    if missing := [column.name for column in contract.columns if column.name not in found]:
        if len(missing) == len(contract.columns):  # a first line that is no header, nothing at all
            raise BadInput(f"{name}: cannot be read: it has none of the columns of {contract.full_name}")
        raise BadInput(f"{name}: column {', '.join(missing)} is missing")
    columns = {}
    for column in (each.name for each in contract.columns):
        if len(found[column]) > 1:  # the engine would take the first, under whichever name
            raise BadInput(f"{name}: column {column} is there twice, as {' and '.join(found[column])}")
        columns[column] = Given(found[column][0], types[found[column][0]])
    return Delivered(path, name, types, columns)


_Columns = tuple[list[str], dict[str, str]]
"""The names that a file gives its columns, and their types by the names that the engine reads them under."""


def _of_parquet(con: duckdb.DuckDBPyConnection, path: Path) -> _Columns:
    source = con.sql(f"FROM {source_of([path])}")
    types = {given: str(kind) for given, kind in zip(source.columns, source.types, strict=True) if given != FILE}
    leaves = pq.read_metadata(path).schema  # the engine numbers the names that come again
    paths = [leaves.column(place).path for place in range(len(leaves))]
    nested = dict.fromkeys(path.partition(".")[0] for path in paths if "." in path)  # a list, or several in one
    return [*(path for path in paths if "." not in path), *nested], types


def _of_csv(_: duckdb.DuckDBPyConnection, path: Path) -> _Columns:
    """From its first line: an engine that guesses takes rows with a # before them for comments, and leaves them out."""
    with (
        pa.input_stream(path, compression=_COMPRESSION[str(format_of(path))]) as file,
        io.TextIOWrapper(file, "utf-8-sig", newline="") as text,
    ):
        names = next((line for line in csv.reader(text) if line), [])
    times = Counter(map(_folded, names))
    own = [name if times[_folded(name)] == 1 and name else f"{name} {place}" for place, name in enumerate(names)]
    return names, dict.fromkeys(own, "VARCHAR")


def _folded(name: str) -> str:
    return name.strip().lower()


def source_of(files: Sequence[Path], columns: Iterable[str] = ()) -> str:
    """Files of one format as a table in SQL; of CSV with their `columns`, which are text.

    Their paths are neither patterns nor data.
    """
    paths = ", ".join(quoted(glob.escape(str(file))) for file in files)
    kind = format_of(files[0])
    if kind == ".parquet":
        return f"read_parquet([{paths}], binary_as_string = true, filename = '{FILE}', hive_partitioning = false)"
    assert kind
    options = "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"'"
    options += f", compression = '{_COMPRESSION[kind] or 'none'}'"
    text = ", ".join(f"{quoted(column)}: 'VARCHAR'" for column in columns)
    return f"read_csv([{paths}], {options}, columns = {{{text}}}, filename = '{FILE}', hive_partitioning = false)"
