"""What a partition's file says of how it was built, and what follows for reading and for replacing it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import every_table
from nba_assets.warehouse import footers, season_files
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.footers import Build
from nba_assets.warehouse.lake import LOOSE, Lake
from nba_assets_tests.warehouse.points import POINTS, points

DAY, LATER = date(2024, 11, 8), date(2024, 11, 9)
WINDOW = Window(DAY, LATER)
CODE, OTHER = "0123456789ab", "ba9876543210"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def rows(day: date = DAY) -> pa.Table:
    return points(day, "tatum", "brown", issues=["x"])


def build(lake: Lake, day: date = DAY) -> Build:
    return lake.builds(POINTS, [day])[day]


@pytest.mark.parametrize("code", ["", CODE])
@pytest.mark.parametrize("made", [rows(), rows().slice(0, 0)], ids=["rows", "none"])
def test_a_partition_says_how_it_was_built(lake: Lake, made: pa.Table, code: str) -> None:
    lake.replace(POINTS, [(DAY, made)], code)
    assert build(lake) == Build(True, code, has_rows=made.num_rows > 0)


def test_a_partition_that_is_not_there_says_nothing(lake: Lake) -> None:
    assert lake.builds(POINTS, [DAY]) == {}


def test_the_librarys_own_reading_agrees(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a footer does not begin as expected, as in a file of another version of the library."""
    lake.replace(POINTS, [(DAY, rows())], CODE)
    odd = footers.declared(POINTS)._replace(beginning=b"something else")
    assert footers.look(lake.file(POINTS, DAY), odd) == Build(True, CODE)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.drop_columns(["pace"]),
        lambda t: t.append_column("more", pa.nulls(t.num_rows, pa.string())),
        lambda t: t.rename_columns(["game_date", "player", "tempo", "issues", "at"]),
        lambda t: t.set_column(2, "pace", pa.nulls(t.num_rows, pa.float64())),
        lambda t: t.select(["player", "game_date", "pace", "issues", "at"]),
    ],
    ids=["less", "more", "renamed", "another type", "another order"],
)
def test_other_columns_are_another_schema(lake: Lake, change) -> None:  # noqa: ANN001
    lake.replace(POINTS, [(DAY, change(rows()))])
    assert not build(lake).as_declared


def test_a_damaged_file_is_not_as_declared(lake: Lake) -> None:
    lake.replace(POINTS, [(DAY, rows())])
    lake.file(POINTS, DAY).write_bytes(b"half a download")
    assert build(lake) == Build(False, "", damaged=True)
    assert lake.contents(POINTS)[DAY].startswith(footers.DAMAGED)


def test_a_partition_says_what_it_was_made_from(lake: Lake) -> None:
    read = {DAY: "boxes SAME_DAY=0123456789ab;" * 30, LATER: "boxes SAME_DAY=none"}
    lake.replace(POINTS, [(DAY, rows()), (LATER, rows().slice(0, 0))], CODE, read)
    assert [build(lake, day).read for day in (DAY, LATER)] == [read[DAY], read[LATER]]
    assert [build(lake, day).code for day in (DAY, LATER)] == [CODE, CODE]


def test_the_content_is_the_rows_and_no_note_and_no_time(lake: Lake) -> None:
    first = lake.replace(POINTS, [(DAY, rows())], CODE, {DAY: "a"})[DAY]
    assert lake.contents(POINTS) == {DAY: first.content}
    lake.replace(POINTS, [(DAY, rows())], OTHER, {DAY: "another"})
    os.utime(lake.file(POINTS, DAY), (1, 1))
    assert lake.contents(POINTS) == {DAY: first.content}
    lake.replace(POINTS, [(DAY, points(DAY, "tatum"))], CODE, {DAY: "a"})
    assert lake.contents(POINTS)[DAY] not in ("", first.content)
    lake.replace(POINTS, [(DAY, rows().slice(0, 0))], CODE, {DAY: "a"})
    assert lake.contents(POINTS) == {DAY: ""}, "a partition without rows holds nothing"


def test_the_same_values_under_another_name_are_another_content(lake: Lake) -> None:
    lake.replace(POINTS, [(DAY, rows()), (LATER, rows().rename_columns(["game_date", "name", "pace", "issues", "at"]))])
    found = lake.contents(POINTS)
    assert found[DAY] != found[LATER]


def test_what_an_older_release_wrote_has_the_same_content(lake: Lake) -> None:
    """It sealed nothing; so does whatever else writes Parquet."""
    content = lake.replace(POINTS, [(DAY, rows())])[DAY].content
    pq.write_table(rows(), lake.file(POINTS, DAY), **footers.SMALL_FILES)
    assert lake.contents(POINTS) == {DAY: content}


def test_a_byte_that_changes_is_damage_wherever_it_stands(lake: Lake) -> None:
    lake.replace(POINTS, [(DAY, rows())], CODE, {DAY: "a"})
    file = lake.file(POINTS, DAY)
    whole = file.read_bytes()
    name = whole.index(b"nba_assets.seal")
    for place in {*range(0, len(whole), 7), *range(len(whole) - 8, len(whole))} - {*range(name - 8, name + 17)}:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        assert lake.contents(POINTS)[DAY].startswith(footers.DAMAGED), place
    for size in (0, 3, 11, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:size])
        assert lake.contents(POINTS)[DAY].startswith(footers.DAMAGED), size
        assert build(lake).damaged


def test_a_file_is_read_again_only_when_its_time_or_size_has_changed(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = Window(date(2024, 11, 1), date(2024, 11, LOOSE + 4)).dates()
    lake.replace(POINTS, [(day, rows(day)) for day in days[1:]] + [(days[0], rows().slice(0, 0))])
    read, content_of = [], footers.content_of
    monkeypatch.setattr(footers, "content_of", lambda *of: read.append(1) or content_of(*of))
    before = lake.contents(POINTS)
    assert not read, "it has just been written"
    os.utime(lake.file(POINTS, days[3]), (1, 1))
    assert lake.contents(POINTS) == before
    assert len(read) == 1
    (note,) = (lake.folder(POINTS) / season_files.FOLDER).iterdir()
    for nothing in ("[1, 2", "[1]", '{"2024-11-01": 3}'):
        note.write_text(nothing)
        read.clear()
        assert [lake.contents(POINTS) for _ in range(2)] == [before, before], "it is no more than a note"
        assert len(read) == len(days)
    lake.file(POINTS, days[5]).unlink()
    assert lake.contents(POINTS) == {day: content for day, content in before.items() if day != days[5]}


@pytest.mark.parametrize("contract", [*every_table(), *RAW_TABLES], ids=lambda contract: contract.name)
def test_every_contract_comes_back_as_declared(lake: Lake, contract) -> None:  # noqa: ANN001
    day = DAY if contract.partition_by else None
    lake.replace(contract, [(day, contract.schema().to_pyarrow().empty_table())])
    assert footers.look(lake.file(contract, day), footers.declared(contract)).as_declared


def test_other_code_that_makes_the_same_rows_changes_the_note_alone(lake: Lake) -> None:
    for before, after in (("", CODE), (CODE, OTHER)):
        first = lake.replace(POINTS, [(DAY, rows())], before)[DAY]
        second = lake.replace(POINTS, [(DAY, rows())], after)[DAY]
        assert build(lake).code == after
        assert second.content == first.content
        assert second.stamp.changed_ns == first.stamp.changed_ns, "what reads it has nothing new to read"
        assert pq.ParquetFile(lake.file(POINTS, DAY)).read().num_rows == 2


def test_the_same_bytes_under_other_types_are_a_change(lake: Lake) -> None:
    whole = replace(POINTS, columns=(Column("game_date", "DATE", ""), Column("player", "INT64", "")))
    moment = replace(POINTS, columns=(Column("game_date", "DATE", ""), Column("player", "TIMESTAMP", "")))
    days, numbers = pa.array([DAY]), pa.array([5])
    first = lake.replace(whole, [(DAY, pa.table([days, numbers], schema=whole.schema().to_pyarrow()))])[DAY]
    schema = moment.schema().to_pyarrow()
    second = lake.replace(moment, [(DAY, pa.table([days, numbers.cast(schema.field(1).type)], schema=schema))])[DAY]
    assert second.stamp.changed_ns > first.stamp.changed_ns


# Reading what has another schema.


def fetched(lake: Lake) -> list[dict]:
    sql = "SELECT * FROM test.points ORDER BY game_date, player"
    answer = DuckDBWarehouse(lake, threads=1).fetch(sql, {POINTS: WINDOW}, 60)
    types = DuckDBWarehouse(lake).fetch(sql, {POINTS: Window(date(2020, 11, 1), date(2020, 11, 2))}, 60).schema
    assert answer.schema == types, "typed as the contract says, whatever is stored"
    return answer.to_pylist()


def test_another_schema_is_read_by_name(lake: Lake) -> None:
    old = rows().rename_columns(["game_date", "player", "tempo", "issues", "at"])
    old = old.set_column(3, "issues", pa.array(["not a list", "of texts"])).select(
        ["at", "player", "issues", "game_date"]
    )
    lake.replace(POINTS, [(DAY, old), (LATER, rows(LATER))])
    found = fetched(lake)
    assert [(row["game_date"], row["player"], row["pace"]) for row in found[:2]] == [
        (DAY, "brown", None),
        (DAY, "tatum", None),
    ]
    assert found[0]["issues"] is None, "what cannot be read as declared is NULL"
    assert found[2]["issues"] == ["x"]


def test_raw_data_that_lacks_a_column_is_refused_before_any_query(lake: Lake) -> None:
    """In a line that names file, table and column; NULL would pass for unknown."""
    raw = RawTable(**vars(POINTS) | {"need": "optional", "feeds": ()})
    lake.replace(raw, [(DAY, rows().drop_columns(["pace"])), (LATER, rows(LATER))])
    with DuckDBWarehouse(lake, threads=1).session(60) as session:
        with pytest.raises(BadInput) as caught:
            session.create_views({raw: WINDOW})
        assert str(caught.value) == f"{lake.file(raw, DAY)}: test.points lacks column pace; ingest it again"
        session.create_views({raw: Window(LATER, LATER)})


def test_a_session_says_what_it_reads_of_another_schema(lake: Lake) -> None:
    lake.replace(POINTS, [(DAY, rows().drop_columns(["pace"])), (LATER, rows(LATER))])
    with DuckDBWarehouse(lake, threads=1).session(60) as session:
        session.create_views({POINTS: WINDOW})
        assert session.older == {"test.points": 1}
        session.create_views({POINTS: Window(LATER, LATER)})
        assert session.older == {}


def test_another_schema_gets_into_no_season_file(lake: Lake) -> None:
    days = Window(date(2024, 11, 1), date(2024, 11, LOOSE + 4)).dates()
    lake.replace(POINTS, [(day, rows(day)) for day in days[1:]], CODE)
    older = rows(days[0]).set_column(2, "pace", pa.nulls(2, pa.float64()))
    lake.replace(POINTS, [(days[0], older)])
    lake.pack(POINTS, days)
    stored = lake.stored(POINTS, Window(days[0], days[-1]))
    assert stored.older == [lake.file(POINTS, days[0])]
    assert [day for copy in stored.copies for day in copy.days] == days[1:]


def test_a_step_loads_no_pandas(tmp_path: Path) -> None:
    """Arrow loads it unasked for some calls: most of a second, in each of a run's processes."""
    script = (
        "import sys\n"
        "from datetime import date\n"
        "from pathlib import Path\n"
        "from nba_assets.contracts.calendar import Window\n"
        "from nba_assets.tables.precompute.player_daily_cache import player_daily_cache as table\n"
        "from nba_assets.warehouse.duckdb import DuckDBWarehouse\n"
        "from nba_assets.warehouse.lake import Lake\n"
        "from nba_assets.warehouse.lake_views import no_rows\n"
        "day = date(2024, 11, 8)\n"
        f"with DuckDBWarehouse(Lake(Path({str(tmp_path)!r}))).session(60) as session:\n"
        "    session.create_views({table: Window(day, day)})\n"
        "    session.replace(table, no_rows(table), [day])\n"
        "    session.create_views({table: Window(day, day)})\n"
        "assert 'pandas' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
