"""Compaction of a table that many writers fill: parts of their own become one, a file a date.

A part is a folder, and a run of Dagster has one of its own in the run history: thousands after some years. Merged they
are read by the season, as any table is. What the rows are is not said here.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.contracts.contract import Contract
from nba_assets.warehouse import footers
from nba_assets.warehouse.arrays import whole_numbers
from nba_assets.warehouse.lake import Lake

MERGED = "merged"
"""The part that others are merged into."""


def merge_parts(lake: Lake, contract: Contract, before: float) -> int:
    """Merge the parts that were last written before a moment, in seconds since 1970; how many they were.

    The merged files are in place before the parts go: a reader may see a row twice in between, and after a kill until
    the next time, which takes each key once.
    """
    old = {part: files for part in lake.parts(contract) if (files := _files(lake, part, before))}
    days: dict[date, list[pa.Table]] = {}
    for files in old.values():
        for day, file in files.items():
            days.setdefault(day, []).append(pq.ParquetFile(file).read())
    merged = replace(contract, part=MERGED)
    for day, tables in days.items():
        if (file := lake.file(merged, day)).exists():
            tables.insert(0, pq.ParquetFile(file).read())
    lake.replace(merged, ((day, _each_key_once(contract, tables)) for day, tables in sorted(days.items())))
    lake.pack(merged, days)
    for part in old:
        shutil.rmtree(lake.folder(part), ignore_errors=True)
    return len(old)


def _files(lake: Lake, part: Contract, before: float) -> dict[date, Path]:
    """A part's files by date; none if one is too new, or of another schema than is declared, which is left alone."""
    stamps = lake.stamps(part)
    if part.part == MERGED or any(stamp.changed_ns >= before * 1e9 for stamp in stamps.values()):
        return {}
    files = {day: lake.file(part, day) for day in stamps}
    declared = footers.declared(part)
    return files if all(footers.look(file, declared).as_declared for file in files.values()) else {}


def _each_key_once(contract: Contract, tables: Sequence[pa.Table]) -> pa.Table:
    """The rows in order of their key; of those with one key the last, which was written last."""
    rows = pa.concat_tables(tables)
    places = rows.select(list(contract.key)).append_column("row", whole_numbers(range(rows.num_rows)))
    last = places.group_by(list(contract.key)).aggregate([("row", "max")])
    return rows.take(last.sort_by([(name, "ascending") for name in contract.key])["row_max"])
