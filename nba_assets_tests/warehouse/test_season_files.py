"""Season files are a copy: whatever happens to partitions, a reader finds what they hold now, and nothing twice."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract
from nba_assets.warehouse import lake as lake_module
from nba_assets.warehouse import season_files
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import LOOSE, Lake
from nba_assets_tests.warehouse.points import POINTS, points

FIRST = date(2024, 11, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(2 * LOOSE)]
WINDOW = Window(DAYS[0], DAYS[-1])


def rows(day: date, *players: str) -> pa.Table:
    return points(day, *players, issues=["x"])


def write(lake: Lake, days: list[date], player: str) -> None:
    lake.replace(POINTS, [(day, rows(day, player)) for day in days])


def read(lake: Lake, window: Window | None = None) -> dict[date, str]:
    """The player of each day, each of which is found once."""
    found = DuckDBWarehouse(lake, threads=1).fetch("FROM test.points", {POINTS: window}, 60.0)
    assert found.schema.types == POINTS.schema().to_pyarrow().types
    held = [(row["game_date"], row["player"]) for row in found.to_pylist()]
    assert len(held) == len(dict(held))
    return dict(held)


def copied(lake: Lake) -> list[date]:
    return [day for copy in lake.stored(POINTS, None).copies for day in copy.days]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    write(lake, DAYS, "tatum")
    lake.pack(POINTS, DAYS)
    return lake


def test_history_is_read_from_one_file(lake: Lake) -> None:
    stored = lake.stored(POINTS, WINDOW)
    assert (len(stored.copies), stored.partitions) == (1, [])
    assert copied(lake) == DAYS
    assert read(lake, WINDOW) == dict.fromkeys(DAYS, "tatum")


def test_two_versions_are_never_taken_for_one(lake: Lake) -> None:
    """Of equal size, and written within a tick of the clock or after it was set back."""
    file = lake.file(POINTS, DAYS[0])
    later = time.time_ns() + 10**12
    os.utime(file, ns=(later, later))
    lake.pack(POINTS, DAYS)
    for player in ("brown", "white", "smart"):
        write(lake, [DAYS[0]], player)
        assert read(lake)[DAYS[0]] == player


def test_a_few_days_are_read_from_their_partitions(lake: Lake) -> None:
    days = DAYS[3 : 3 + LOOSE]
    stored = lake.stored(POINTS, Window(days[0], days[-1]))
    assert stored.copies == []
    assert stored.partitions == [lake.file(POINTS, day) for day in days]


def test_a_window_takes_its_days_only(lake: Lake) -> None:
    window = Window(DAYS[2], DAYS[-2])
    assert read(lake, window) == dict.fromkeys(DAYS[2:-1], "tatum")


def test_a_replaced_partition_is_read_from_itself(lake: Lake) -> None:
    write(lake, [DAYS[0], DAYS[7], DAYS[-1]], "brown")
    assert copied(lake) == [day for day in DAYS if day not in (DAYS[0], DAYS[7], DAYS[-1])]
    assert read(lake) == dict.fromkeys(DAYS, "tatum") | dict.fromkeys([DAYS[0], DAYS[7], DAYS[-1]], "brown")


def test_a_removed_partition_is_gone_and_one_that_comes_back_is_there(lake: Lake) -> None:
    kept = lake.file(POINTS, DAYS[4]).with_name("kept")
    shutil.copy2(lake.file(POINTS, DAYS[4]), kept)
    lake.remove(POINTS, [DAYS[4]])
    assert DAYS[4] not in read(lake)
    os.replace(kept, lake.file(POINTS, DAYS[4]))
    assert read(lake) == dict.fromkeys(DAYS, "tatum")
    assert DAYS[4] in copied(lake), "it is the version that the season file holds"


def test_an_equal_rewrite_changes_nothing(lake: Lake) -> None:
    write(lake, DAYS, "tatum")
    assert copied(lake) == DAYS


def test_a_season_file_is_written_again_when_too_many_days_changed(lake: Lake) -> None:
    changed = DAYS[:LOOSE]
    write(lake, changed, "brown")
    lake.pack(POINTS, changed)
    assert copied(lake) == DAYS[LOOSE:], "not yet worth it"
    write(lake, [DAYS[LOOSE]], "brown")
    lake.pack(POINTS, [DAYS[LOOSE]])
    assert copied(lake) == DAYS
    assert read(lake) == dict.fromkeys(DAYS, "tatum") | dict.fromkeys(DAYS[: LOOSE + 1], "brown")


def test_another_season_is_left_alone(lake: Lake) -> None:
    before = [day - timedelta(days=365) for day in DAYS]
    write(lake, before, "smart")
    lake.pack(POINTS, [DAYS[0]])
    assert copied(lake) == DAYS
    assert read(lake) == dict.fromkeys(before, "smart") | dict.fromkeys(DAYS, "tatum")


def test_fresh_rows_of_a_file_that_somebody_replaced_are_not_believed(lake: Lake) -> None:
    written = lake.replace(POINTS, [(day, rows(day, "brown")) for day in DAYS])
    fresh = {day: (written[day].stamp, rows(day, "brown")) for day in DAYS}
    write(lake, [DAYS[5]], "white")
    lake.pack(POINTS, DAYS, fresh)
    assert read(lake) == dict.fromkeys(DAYS, "brown") | {DAYS[5]: "white"}


def test_a_partition_replaced_while_it_is_packed_is_left_out(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    write(lake, DAYS, "brown")
    real = lake_module.pq.ParquetFile

    def interrupted(file: Path) -> object:
        found = real(file)
        if f"game_date={DAYS[9]}" in str(file):
            monkeypatch.setattr(lake_module.pq, "ParquetFile", real)
            write(lake, [DAYS[9]], "white")
        return found

    monkeypatch.setattr(lake_module.pq, "ParquetFile", interrupted)
    lake.pack(POINTS, DAYS)
    assert DAYS[9] not in copied(lake)
    assert read(lake)[DAYS[9]] == "white"


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"nothing like Parquet"])
def test_a_file_that_cannot_be_read_is_as_none(lake: Lake, damage: bytes) -> None:
    (file,) = (lake.folder(POINTS) / season_files.FOLDER).glob(f"*{season_files.SUFFIX}")
    file.write_bytes(damage)
    assert lake.stored(POINTS, WINDOW).copies == []
    assert read(lake) == dict.fromkeys(DAYS, "tatum")


def test_a_file_with_other_columns_is_as_none(lake: Lake) -> None:
    grown = Contract(
        dataset="test",
        name="points",
        columns=(*POINTS.columns, Column("age", "INT64", "age")),
        key=("player",),
        partition_by="game_date",
    )
    assert lake.stored(grown, WINDOW).copies == []
    lake.pack(grown, DAYS)
    assert lake.stored(grown, WINDOW).copies == [], "partitions with other columns are in none"


def test_old_files_go_when_nobody_can_be_reading_them(lake: Lake) -> None:
    folder = lake.folder(POINTS) / season_files.FOLDER
    (first,) = folder.glob(f"*{season_files.SUFFIX}")
    write(lake, DAYS, "brown")
    lake.pack(POINTS, DAYS)
    assert first.exists(), "a reader may be at it"
    os.utime(first, (time.time() - 2 * season_files.OLD_SECONDS,) * 2)
    write(lake, DAYS, "white")
    lake.pack(POINTS, DAYS)
    assert not first.exists()
    assert read(lake) == dict.fromkeys(DAYS, "white")


def test_an_old_file_that_goes_while_it_is_looked_at_is_as_none(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, there = lake.folder(POINTS) / season_files.FOLDER / "2024.gone.copy", season_files._all
    monkeypatch.setattr(season_files, "_all", lambda *of: [gone, *there(*of)])
    assert copied(lake) == DAYS


def test_one_of_a_clock_that_was_set_back_is_not_the_newest_for_ever(lake: Lake) -> None:
    folder = lake.folder(POINTS) / season_files.FOLDER
    (first,) = folder.glob(f"*{season_files.SUFFIX}")
    os.utime(first, (time.time() + 365 * 24 * 3600,) * 2)
    write(lake, DAYS, "brown")
    lake.pack(POINTS, DAYS)
    assert [len(copy.days) for copy in lake.stored(POINTS, WINDOW).copies] == [len(DAYS)], "read from one file again"
    assert read(lake) == dict.fromkeys(DAYS, "brown")


def test_patterns_for_parquet_files_do_not_find_them(lake: Lake) -> None:
    assert len(list(lake.root.rglob("*.parquet"))) == len(DAYS)


def test_many_rows_are_written_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(season_files, "BYTES_AT_ONCE", 5)
    lake = Lake(tmp_path)
    write(lake, DAYS, "tatum")
    lake.pack(POINTS, DAYS)
    assert copied(lake) == DAYS
    assert read(lake) == dict.fromkeys(DAYS, "tatum")


def test_a_part_of_each_writer(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    shared = Contract(
        dataset="test",
        name="failures",
        columns=(Column("day", "DATE", "day"), Column("writer", "STRING", "who"), Column("n", "INT64", "n")),
        key=("n",),
        partition_by="day",
        part_column="writer",
    )
    for name in ("a", "b"):
        part = Contract(**{**vars(shared), "part": name})
        made = [(day, pa.table({"day": [day], "writer": [name], "n": [1]})) for day in DAYS]
        lake.replace(part, made)
        lake.pack(part, DAYS)
    assert len(lake.stored(shared, None).copies) == 2
    found = DuckDBWarehouse(lake, threads=1).fetch(
        "SELECT writer, count(*) AS days FROM test.failures GROUP BY 1 ORDER BY 1", {shared: None}, 60.0
    )
    assert found.to_pylist() == [{"writer": "a", "days": len(DAYS)}, {"writer": "b", "days": len(DAYS)}]


def _steps() -> Iterator[st.SearchStrategy[tuple[str, list[int], str]]]:
    some = st.lists(st.integers(0, len(DAYS) - 1), min_size=1, max_size=len(DAYS), unique=True)
    for what in ("write", "remove", "pack"):
        yield st.tuples(st.just(what), some, st.sampled_from(["tatum", "brown", "white"]))


@given(steps=st.lists(st.one_of(*_steps()), min_size=1, max_size=8))
@settings(max_examples=15, deadline=None)
def test_a_reader_finds_what_was_written(steps: list[tuple[str, list[int], str]], tmp_path_factory) -> None:  # noqa: ANN001
    lake, expected = Lake(tmp_path_factory.mktemp("lake")), {}
    for what, places, player in steps:
        days = [DAYS[place] for place in places]
        if what == "write":
            write(lake, days, player)
            expected |= dict.fromkeys(days, player)
        elif what == "remove":
            lake.remove(POINTS, days)
            expected = {day: held for day, held in expected.items() if day not in days}
        else:
            lake.pack(POINTS, days)
        assert read(lake) == expected
