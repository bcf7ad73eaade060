"""Formats of rows: each holds all values, NULL apart from an empty text, and nothing of a half-written file is left."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nba_assets.cli.row_formats import SUFFIXES, format_of, sql_given, write_rows
from nba_assets.contracts.errors import BadInput

SCRIPT = "<script>|*x*"
ROWS = pa.table(
    {
        "name": pa.array([SCRIPT, None, ""]),
        "share": pa.array([Decimal("0.250"), None, None], pa.decimal128(5, 3)),
        "at": pa.array([datetime(2024, 1, 1, tzinfo=UTC), None, None], pa.timestamp("us", "UTC")),
        "day": pa.array([date(2024, 1, 1), None, None]),
        "features": pa.array([[1.5, 2.0], None, []]),
    }
)


def written(how: str, to: Path) -> bytes:
    file = to / f"rows{SUFFIXES[how]}"
    write_rows(ROWS.schema, [ROWS.slice(0, 1), ROWS.slice(1)], how, file)
    assert list(to.iterdir()) == [file]
    return file.read_bytes()


def test_csv(tmp_path: Path) -> None:
    text = written("csv", tmp_path).decode()
    first, second, third = csv.DictReader(io.StringIO(text))
    assert first == {
        "name": SCRIPT,
        "share": "0.250",
        "at": "2024-01-01 00:00:00.000000Z",
        "day": "2024-01-01",
        "features": "[1.5, 2.0]",
    }
    assert set(second.values()) == {""}
    assert third["features"] == "[]"
    assert text.splitlines()[2:] == [",,,,", '"",,,,"[]"'], "NULL is nothing, an empty text is quoted"


def test_json_and_its_lines(tmp_path: Path) -> None:
    rows = json.loads(written("json", tmp_path))
    assert rows == [json.loads(line) for line in written_lines(tmp_path)]
    assert rows[0]["share"] == 0.25
    assert rows[0]["features"] == [1.5, 2.0]
    assert rows[1] == dict.fromkeys(ROWS.column_names)


def written_lines(to: Path) -> list[bytes]:
    (to / "rows.json").unlink()
    return written("jsonl", to).splitlines()


def test_no_rows_are_an_empty_list(tmp_path: Path) -> None:
    write_rows(ROWS.schema, [], "json", tmp_path / "none.json")
    assert json.loads((tmp_path / "none.json").read_text()) == []


def test_parquet_keeps_types(tmp_path: Path) -> None:
    written("parquet", tmp_path)
    assert pq.read_table(tmp_path / "rows.parquet").equals(ROWS)


def test_markdown_shows_names_and_runs_none(tmp_path: Path) -> None:
    text = written("markdown", tmp_path).decode()
    assert text.splitlines()[2].startswith(r"| \<script\>\|\*x\* | 0.250 | 2024-01-01 00:00:00")


def test_what_fails_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("old")

    def failing() -> object:
        yield ROWS
        raise BadInput("no more")

    with pytest.raises(BadInput, match="no more"):
        write_rows(ROWS.schema, failing(), "csv", file)  # type: ignore[arg-type]
    assert [of.name for of in tmp_path.iterdir()] == ["rows.csv"]
    assert file.read_text() == "old"


def test_what_parquet_does_not_have_is_one_line(tmp_path: Path) -> None:
    rows = pa.table({"i": pa.array([(1, 2, 3)], pa.month_day_nano_interval())})
    with pytest.raises(BadInput, match="cast it") as error:
        write_rows(rows.schema, [rows], "parquet", tmp_path / "x.parquet")
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "how"), [("a.csv", "csv"), ("a.MD", "markdown"), ("a.b.parquet", "parquet")])
def test_a_files_ending_says_the_format(name: str, how: str) -> None:
    assert format_of(Path(name)) == how


def test_another_ending_does_not() -> None:
    with pytest.raises(BadInput, match=r"a\.xlsx: a format is named by"):
        format_of(Path("a.xlsx"))


@pytest.mark.parametrize("place", ["nowhere/rows.csv", "."])
def test_a_place_that_is_none(place: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="folder"):
        write_rows(ROWS.schema, [ROWS], "csv", tmp_path / place)


class Typed(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_sql_comes_from_one_place(tmp_path: Path) -> None:
    file = tmp_path / "a.sql"
    file.write_text("SELECT 1")
    assert sql_given("SELECT 2", None, Typed()) == "SELECT 2"
    assert sql_given(None, file, Typed()) == "SELECT 1"
    assert sql_given(None, None, io.StringIO("SELECT 3")) == "SELECT 3"
    assert sql_given("-", None, io.StringIO("SELECT 4")) == "SELECT 4"
    for argument, given, told in (
        ("SELECT 1", file, "not both"),
        (None, None, "no SQL"),
        (None, tmp_path / "b.sql", "No such file"),
    ):
        with pytest.raises(BadInput, match=told):
            sql_given(argument, given, Typed())
