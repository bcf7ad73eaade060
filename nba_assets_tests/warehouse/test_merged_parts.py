"""Parts that many writers wrote are merged: the same rows, each key once, in a file a date; new ones are left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.contracts.contract import Column, Contract
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.merged_parts import MERGED, merge_parts

RUNS = Contract(
    dataset="nba_reference",
    name="runs",
    key=("run_id", "name"),
    partition_by="day",
    part_column="run_id",
    description="what became of runs",
    columns=(
        Column("run_id", "STRING", "the run", required=True),
        Column("name", "STRING", "the table", required=True),
        Column("day", "DATE", "the date", required=True),
        Column("status", "STRING", "how it ended"),
    ),
)
DAY, NEXT = date(2024, 10, 22), date(2024, 10, 23)
LATER = 2e9


def put(lake: Lake, run: str, day: date, status: str = "success") -> None:
    rows = [{"run_id": run, "name": name, "day": day, "status": status} for name in ("a", "b")]
    lake.replace(replace(RUNS, part=run), [(day, pa.Table.from_pylist(rows, RUNS.schema().to_pyarrow()))])


def rows(lake: Lake) -> list[tuple[str, str, str]]:
    found = [row for file in lake.files(RUNS, None) for row in pq.ParquetFile(file).read().to_pylist()]
    return sorted((row["run_id"], row["name"], row["status"]) for row in found)


def parts(lake: Lake) -> list[str]:
    return [part.part for part in lake.parts(RUNS)]


def test_the_rows_of_all_parts_are_in_one(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for run, day in (("x", DAY), ("y", DAY), ("z", NEXT)):
        put(lake, run, day)
    before = rows(lake)
    assert merge_parts(lake, RUNS, LATER) == 3
    assert rows(lake) == before
    assert parts(lake) == [MERGED]
    put(lake, "later", DAY)
    assert merge_parts(lake, RUNS, LATER) == 1
    assert len(rows(lake)) == 8
    assert merge_parts(lake, RUNS, LATER) == 0


def test_a_row_that_comes_again_is_once_and_the_last(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    put(lake, "x", DAY, "running")
    merge_parts(lake, RUNS, LATER)
    put(lake, "x", DAY, "success")
    merge_parts(lake, RUNS, LATER)
    assert rows(lake) == [("x", "a", "success"), ("x", "b", "success")]


def test_a_kill_between_the_merging_and_the_removal_costs_nothing(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    put(lake, "x", DAY)
    merge_parts(lake, RUNS, LATER)
    put(lake, "x", DAY)
    assert len(rows(lake)) == 4
    merge_parts(lake, RUNS, LATER)
    assert len(rows(lake)) == 2


def test_new_parts_and_those_of_another_schema_stay(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    put(lake, "new", DAY)
    assert merge_parts(lake, RUNS, 1.0) == 0
    file = lake.file(replace(RUNS, part="older"), DAY)
    file.parent.mkdir(parents=True)
    pq.write_table(pa.table({"run_id": ["older"]}), file)
    assert merge_parts(lake, RUNS, LATER) == 1
    assert parts(lake) == [MERGED, "older"]
