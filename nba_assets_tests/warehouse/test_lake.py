"""Where a partition lies and how it is replaced: the old file or the new one, and nothing else left."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.process import this_process
from nba_assets.warehouse.scratch import WRITING
from nba_assets.warehouse.season_files import Stamp
from nba_assets_tests.warehouse.ended import ended_process
from nba_assets_tests.warehouse.points import POINTS, points

DAY = date(2024, 11, 8)
LATER = date(2024, 11, 11)

NAMES = Contract(
    dataset="test", name="names", columns=(Column("player", "STRING", ""),), key=("player",), partition_by=None
)


def rows(*players: str, day: date = DAY) -> pa.Table:
    return points(day, *players)


def players(lake: Lake, day: date = DAY) -> list[str]:
    return pq.ParquetFile(lake.file(POINTS, day)).read()["player"].to_pylist()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def test_a_partition_is_a_file(lake: Lake) -> None:
    written = lake.replace(POINTS, [(DAY, rows("tatum"))])
    file = lake.root / "test" / "points" / "game_date=2024-11-08" / "data.parquet"
    assert written[DAY].stamp == Stamp(file.stat().st_mtime_ns, file.stat().st_size)
    assert lake.contents(POINTS) == {DAY: written[DAY].content}
    assert players(lake) == ["tatum"]


@pytest.mark.parametrize(
    "name", ["game_date=2024-11-09", "game_date=2024-02-30", "game_date=2024-11-08.bak", ".DS_Store"]
)
def test_a_file_beside_partitions_is_none(name: str, lake: Lake) -> None:
    lake.replace(POINTS, [(DAY, rows("tatum"))])
    (lake.folder(POINTS) / name).write_text("of somebody")
    assert lake.dates(POINTS) == [DAY]
    assert list(lake.contents(POINTS)) == [DAY]


def test_a_reference_table_is_a_file(lake: Lake) -> None:
    assert lake.files(NAMES, None) == []
    lake.replace(NAMES, [(None, pa.table({"player": ["tatum"]}))])
    assert lake.files(NAMES, None) == lake.files(NAMES, Window(DAY, DAY)) == [lake.root / "test/names/data.parquet"]


def test_replacing_leaves_nothing_of_the_old(lake: Lake) -> None:
    lake.replace(POINTS, [(DAY, rows("tatum", "brown"))])
    lake.replace(POINTS, [(DAY, rows("white"))])
    assert players(lake) == ["white"]
    assert os.listdir(lake.file(POINTS, DAY).parent) == ["data.parquet"]


def test_an_empty_partition_exists(lake: Lake) -> None:
    lake.replace(POINTS, [(DAY, rows())])
    assert lake.dates(POINTS) == [DAY]
    assert players(lake) == []


def test_dates_and_files_are_those_there_are(lake: Lake) -> None:
    assert (lake.dates(POINTS), lake.files(POINTS, Window(DAY, LATER))) == ([], [])
    lake.replace(POINTS, [(LATER, rows(day=LATER)), (DAY, rows())])
    assert lake.dates(POINTS) == [DAY, LATER]
    assert lake.files(POINTS, Window(DAY, date(2024, 11, 10))) == [lake.file(POINTS, DAY)]
    assert lake.files(POINTS, None) == [lake.file(POINTS, DAY), lake.file(POINTS, LATER)]
    assert lake.files(POINTS, Window(LATER, DAY)) == [], "an empty window"


@pytest.mark.parametrize("name", [f"{DAY}.bak", f"{DAY} 2", "__HIVE_DEFAULT_PARTITION__"])
def test_a_folder_beside_the_partitions_is_none(name: str, lake: Lake) -> None:
    lake.replace(POINTS, [(DAY, rows("tatum"))])
    folder = lake.file(POINTS, DAY).parent
    shutil.copytree(folder, folder.with_name(f"game_date={name}"))
    assert lake.dates(POINTS) == [DAY]
    assert players(lake) == ["tatum"]


def test_a_removed_partition_is_gone(lake: Lake) -> None:
    lake.replace(POINTS, [(DAY, rows()), (LATER, rows(day=LATER))])
    lake.remove(POINTS, [DAY, date(2024, 11, 9)])
    assert lake.dates(POINTS) == [LATER]


def test_what_a_dead_writer_left_of_another_partition_is_removed(lake: Lake) -> None:
    """Nobody writes to the part of a run's history again."""
    writing = lake.root / POINTS.dataset / POINTS.name / WRITING
    writing.mkdir(parents=True)
    left, living = (writing / f"{process}.0.tmp" for process in (ended_process(), this_process()))
    for file in (left, living):
        file.write_text("half of a file")
    lake.replace(replace(POINTS, part_column="run_id", part="7"), [(DAY, rows("tatum"))])
    assert (left.exists(), living.exists()) == (False, True)
    assert lake.dates(POINTS) == [], "strays are no partitions"


def test_a_table_that_several_write_holds_what_its_parts_do(lake: Lake) -> None:
    """So that a change of one of them makes out of date what reads the whole."""
    whole = replace(POINTS, part_column="player")
    part, other = replace(whole, part="tatum"), replace(whole, part="brown")
    lake.replace(part, [(DAY, rows("tatum"))])
    first = lake.contents(whole)
    lake.replace(other, [(DAY, rows("brown")), (LATER, rows("brown"))])
    assert first.keys() == {DAY}
    assert lake.contents(whole).keys() == {DAY, LATER}
    assert lake.contents(whole)[DAY] != first[DAY]


def test_a_write_that_fails_leaves_the_old_file(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.replace(POINTS, [(DAY, rows("tatum"))])

    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", broken)
    with pytest.raises(OSError, match="disk full"):
        lake.replace(POINTS, [(DAY, rows("brown")), (LATER, rows("brown"))])
    assert players(lake) == ["tatum"]
    assert [file.name for file in lake.root.rglob("*") if file.is_file()] == ["data.parquet"]


ANY_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "game_date": st.just(DAY),
            "player": st.none() | st.text(max_size=5),
            "pace": st.none() | st.decimals(-999, 999, places=1),
            "issues": st.lists(st.text(max_size=3), max_size=2),
        }
    ),
    max_size=8,
)


@settings(max_examples=15, deadline=None)
@given(made=ANY_ROWS)
def test_replacing_twice_is_the_same_bytes_and_the_rows_read_back(made: list[dict]) -> None:
    table = pa.Table.from_pylist(made, schema=POINTS.schema().to_pyarrow())
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        first, second = (_bytes_after(lake, table) for _ in range(2))
        assert first == second
        assert pq.ParquetFile(lake.file(POINTS, DAY)).read().to_pylist() == table.to_pylist()


def _bytes_after(lake: Lake, table: pa.Table) -> bytes:
    lake.replace(POINTS, [(DAY, table)])
    return lake.file(POINTS, DAY).read_bytes()
