"""Changes of a partition: rows that came, went and have other values, by key; no first writing is compared."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from nba_assets.contracts.contract import Column, Contract
from nba_assets.warehouse.changes import NONE, Changes, changes_of
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.footers import file_of
from nba_assets.warehouse.lake import Lake

DAY = date(2024, 11, 1)
TABLE = Contract(
    dataset="d",
    name="t",
    key=("k",),
    partition_by="day",
    columns=(Column("day", "DATE", ""), Column("k", "STRING", ""), Column("x", "INT64", "")),
)


def rows(**values: int) -> pa.Table:
    listed = [{"day": DAY, "k": key, "x": value} for key, value in values.items()]
    return pa.Table.from_pylist(listed, TABLE.schema().to_pyarrow())


def with_hash(**values: Any) -> pa.Table:
    made = rows(**values)
    return made.append_column("data_hash", pa.array([str(value) for value in made["x"].to_pylist()]))


def test_rows_are_told_apart_by_key_and_values() -> None:
    before = file_of(rows(a=1, b=2, c=3))
    assert changes_of(before, rows(b=2, c=4, d=5, e=6), ["k"]) == Changes(added=2, removed=1, changed=1)
    assert changes_of(before, rows(a=1, b=2, c=3), ["k"]) == NONE


def test_the_hash_says_whether_a_row_is_the_same() -> None:
    old, new = with_hash(a=1, b=2), with_hash(a=1, b=3)
    assert changes_of(file_of(old), new, ["k"]) == Changes(changed=1)
    renamed = new.set_column(2, "x", pa.array([7, 7]))
    assert changes_of(file_of(new), renamed, ["k"]) == NONE


def test_what_was_not_there_or_damaged_held_nothing() -> None:
    assert changes_of(b"", rows(a=1), ["k"]) == Changes(added=1)
    assert changes_of(b"half a file", rows(a=1), ["k"]) == Changes(added=1)
    assert changes_of(file_of(rows(a=1)), with_hash(a=1), ["k"]) == Changes(added=1), "rows had no hash then"


def test_a_lake_counts_where_it_is_asked(tmp_path: Path) -> None:
    lake = Lake(tmp_path)

    def written(made: pa.Table, count: bool = True, code: str = "") -> Changes:
        return lake.replace(TABLE, [(DAY, made)], code, count_changes=count)[DAY].changes

    assert written(rows(a=1, b=2)) == Changes(added=2)
    assert written(rows(a=1, b=2)) == NONE
    assert written(rows(a=1, b=2), code="other") == NONE, "notes are no rows"
    assert written(rows(a=1), count=False) == NONE
    assert written(rows()) == Changes(removed=1)


def test_a_step_asks(tmp_path: Path) -> None:
    with DuckDBWarehouse(Lake(tmp_path)).session(60) as session:
        assert session.put(TABLE, rows(a=1), [DAY]).changes == {DAY: Changes(added=1)}
        assert session.put(TABLE, rows(a=2, b=1), [DAY]).changes == {DAY: Changes(added=1, changed=1)}
