"""Season files: a season's partitions once more in one file, so that reading history opens one file and not 170.

They are a copy and never the truth. A season file notes which version of each partition it holds, told by the partition
file's time and size; a reader takes from it only the days whose partition is still that version, and the rest from the
partitions themselves. So a partition that is replaced, removed or restored needs no word to anybody, a lake without
season files is read the same, and they may be deleted at any time.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.warehouse.scratch import replacing

FOLDER = ".seasons"
"""Beside the partitions, under a name and suffix that no pattern for Parquet files finds: it holds the rows again."""

SUFFIX = ".copy"

BYTES_AT_ONCE = 32 << 20
"""Rows that are gathered before they are written: as much again is taken to put them together."""

OLD_SECONDS = 60 * 60
"""A reader may still be at a season file that has a successor; after this long none is."""

_NOTE = b"nba_assets.holds"


class Stamp(NamedTuple):
    """A version of a partition's file: when it changed, in nanoseconds since 1970, and its bytes."""

    changed_ns: int
    size: int

    @classmethod
    def of(cls, file: Path | str) -> Stamp:
        stat = os.stat(file)
        return cls(stat.st_mtime_ns, stat.st_size)


@dataclass(frozen=True)
class SeasonFile:
    """One season of one table, and which version of each day it holds."""

    path: Path
    holds: Mapping[date, Stamp]

    def current(self, stamps: Mapping[date, Stamp]) -> set[date]:
        """The days that it holds as they are."""
        return {day for day, stamp in self.holds.items() if stamps.get(day) == stamp}


def newest(folder: Path, year: int, schema: pa.Schema) -> SeasonFile | None:
    """The latest file of a season that has this schema; what cannot be read is none."""
    found: list[tuple[int, Path]] = []
    for file in _all(folder, year):
        with suppress(FileNotFoundError):  # it was old, and another process has removed it
            found.append((file.stat().st_mtime_ns, file))
    for _, file in sorted(found, reverse=True):
        with suppress(OSError, pa.ArrowInvalid, KeyError, ValueError):
            metadata = pq.read_metadata(file)
            noted = json.loads(metadata.metadata[_NOTE])
            if metadata.schema.to_arrow_schema().equals(schema):
                return SeasonFile(file, {date.fromisoformat(day): Stamp(*stamp) for day, stamp in noted.items()})
    return None


def write(
    folder: Path, year: int, schema: pa.Schema, parts: Iterable[tuple[date, Stamp, pa.Table]], ordered_by: str
) -> None:
    """Write a season file beside the ones there are, and remove those that nobody can be reading any more.

    `parts` are in order of date, each with the version its rows are of; `ordered_by` is the column of the date.
    """
    file = folder / FOLDER / f"{year}.{uuid.uuid4().hex}{SUFFIX}"
    holds: dict[str, Stamp] = {}
    with (
        replacing(file, folder) as temporary,
        pq.ParquetWriter(temporary, schema, write_statistics=[ordered_by], store_schema=False) as writer,
    ):
        for rows in _gathered(parts, schema, holds):
            writer.write_table(rows)
        writer.add_key_value_metadata({_NOTE: json.dumps(holds)})
    _remove_old(folder, year, file)


def _gathered(
    parts: Iterable[tuple[date, Stamp, pa.Table]], schema: pa.Schema, holds: dict[str, Stamp]
) -> Iterator[pa.Table]:
    """The rows of many days as few tables; notes in `holds` what they are of."""
    gathered: list[pa.Table] = []
    size = 0
    for day, stamp, rows in parts:
        holds[day.isoformat()] = stamp
        rows = rows.replace_schema_metadata(None)
        gathered.append(rows if rows.schema == schema else rows.cast(schema))
        size += rows.nbytes
        if size >= BYTES_AT_ONCE:
            yield pa.concat_tables(gathered).combine_chunks()  # else each day's columns are encoded by themselves
            gathered, size = [], 0
    if gathered:
        yield pa.concat_tables(gathered).combine_chunks()


def _all(folder: Path, year: int) -> list[Path]:
    return list((folder / FOLDER).glob(f"{year}.*{SUFFIX}"))


def _remove_old(folder: Path, year: int, kept: Path) -> None:
    for file in _all(folder, year):
        with suppress(FileNotFoundError):
            # One of an hour to come is of a clock that was set back: until then it would pass for the newest.
            if file != kept and abs(time.time() - file.stat().st_mtime) > OLD_SECONDS:
                file.unlink()
