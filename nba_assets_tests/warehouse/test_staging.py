"""What delivered files may look like: what is read as it was meant, and what is refused in one line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.warehouse.deliveries import (
    BOXES,
    DAY,
    REGISTRY,
    SCHEDULE,
    box,
    contents,
    deliver,
    game,
    refused,
    row,
    stored,
)

# -------------------------------------------------------------------------------------------------- what is mended


def test_game_ids_get_their_zeros_back(delivery: Path, lake: Lake) -> None:
    given = ["22100001", "22100003.0", "022100004", "0022100002"]
    deliver(delivery, SCHEDULE, [game(each, DAY) for each in given], "a.csv")
    path = deliver(delivery, SCHEDULE, [game("x", DAY)])
    rows = pq.ParquetFile(path).read()
    pq.write_table(rows.set_column(0, "game_id", pa.array([22100005])), path)

    (told,) = ingest(delivery, lake)

    assert told.notes == (f"{SCHEDULE}: 4 rows with game ids without their leading zeros, repaired",)
    assert [r["game_id"] for r in stored(lake, SCHEDULE)] == [f"002210000{n}" for n in range(1, 6)]
    part = lake.root / "nba_raw" / "quarantine" / f"table_name={SCHEDULE}" / f"day={DAY}" / "data.parquet"
    entries = pq.ParquetFile(part).read().to_pylist()
    reason = "game ids without their leading zeros, repaired"
    assert [(entry["reason"], entry["rows"]) for entry in entries] == [(reason, 3), (reason, 1)]


def test_other_vendors_ids_are_left_alone(delivery: Path, lake: Lake) -> None:
    name, ids = "nba_raw.odds_api_game_lines", ["12345678901234567890123456789012", "20220105_BOS_MIA"]
    deliver(delivery, name, [row(name, game_id=each) for each in ids])
    ingest(delivery, lake)
    assert [r["game_id"] for r in stored(lake, name)] == ids


COMPRESSIONS = {"a.csv": "none", "a.csv.gz": "gzip", "A.CSV.ZST": "zstd"}


@pytest.mark.parametrize("file", ["a.parquet", *COMPRESSIONS])
def test_files_of_all_formats_with_names_in_any_case(file: str, tmp_path: Path, lake: Lake) -> None:
    """And with columns that are called like ours."""
    plain = deliver(
        tmp_path / "plain", BOXES, [box("a", points=7)], f"a.{'csv' if file in COMPRESSIONS else 'parquet'}"
    )
    path = tmp_path / "delivery" / "nba_raw" / "bdl_player_boxscores" / file
    path.parent.mkdir(parents=True)
    columns = ", ".join(f'"{name}" AS "{name.upper()}"' for name in box("a"))
    form = f"FORMAT csv, HEADER, COMPRESSION {COMPRESSIONS[file]}" if file in COMPRESSIONS else "FORMAT parquet"
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT {columns}, 1 AS _file, 2 AS filename, 3 AS _rejected, 4 AS _repaired FROM '{plain}')"
            f" TO '{path}' ({form})"
        )
    (told,) = ingest(tmp_path / "delivery", lake)
    assert stored(lake, BOXES) == [box("a", points=7)]
    name = f"nba_raw/bdl_player_boxscores/{file}"
    assert told.notes == (f"{name}: {len(box('a'))} column names without regard to case, such as GAME_ID",)


def test_lines_end_as_each_file_ends_them(delivery: Path, lake: Lake) -> None:
    path = deliver(delivery, BOXES, [box("a")], "a.csv")  # with CR LF, as Python's module writes them
    other = deliver(delivery, BOXES, [box("b")], "b.csv")
    other.write_bytes(path.read_bytes().replace(b",a,", b",b,").replace(b"\r\n", b"\n"))
    ingest(delivery, lake)
    assert [r["player_lookup"] for r in stored(lake, BOXES)] == ["a", "b"]


def test_no_row_is_taken_for_a_comment(delivery: Path, lake: Lake) -> None:
    """An engine that guesses leaves such rows out, without a word."""
    rows = [{"number": number} | box(player) for number, player in (("#1", "a"), ("#4", "b"), ("7", "c\n#d"))]
    deliver(delivery, BOXES, rows, "a.csv")
    (told,) = ingest(delivery, lake)
    assert [r["player_lookup"] for r in stored(lake, BOXES)] == ["a", "b", "c\n#d"]
    assert told.rows_in == 3


# ------------------------------------------------------------------------------------------------ what is refused

FILE = "nba_raw/bdl_player_boxscores/a.csv"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"points": "many"}, f"{FILE}: column points is INT64, but holds 'many'"),
        ({"created_at": "infinity"}, f"{FILE}: column created_at is TIMESTAMP, but holds 'infinity'"),
        ({"game_date": "infinity"}, f"{FILE}: column game_date is DATE, but holds 'infinity'"),
        ({"game_date": "12022-01-05"}, f"{FILE}: column game_date is DATE, but holds '12022-01-05'"),
        ({"points": "38.5"}, f"{FILE}: column points is INT64, but holds '38.5'"),
        ({"is_postseason": "2"}, f"{FILE}: column is_postseason is BOOL, but holds '2'"),
        ({"processed_at": "noon"}, f"{FILE}: column processed_at is TIMESTAMP, but holds 'noon'"),
        ({"game_date": "5 Jan"}, f"{FILE}: column game_date is DATE, but holds '5 Jan'"),
        ({"game_date": "2022-01-05 19:30"}, f"{FILE}: column game_date is DATE, but holds '2022-01-05 19:30'"),
        (
            {"game_date": None},
            f"{FILE}: column game_date must not be empty, but is where (game_id, player_lookup) is "
            "'20220105_BOS_MIA/b'",
        ),
        (
            {"player_lookup": None},
            f"{FILE}: column player_lookup must not be empty, but is where (game_id, player_lookup) is "
            "'20220105_BOS_MIA/NULL'",
        ),
        (
            {"season_year": 2022},
            f"{FILE}: column season_year is the year the season starts in, 2021 for 2022-01-05, but holds 2022",
        ),
        (
            {"game_id": "2.21E+07"},
            f"{FILE}: column game_id is a game's id with its leading zeros, but holds '2.21E+07'",
        ),
    ],
)
def test_a_wrong_value_is_refused(change: dict[str, Any], message: str, delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a"), box("b") | change], "a.csv")
    assert refused(delivery, lake) == message


def test_a_season_that_nobody_will_find_is_refused(delivery: Path, lake: Lake) -> None:
    """Where there is no date to tell it by."""
    deliver(delivery, REGISTRY, [row(REGISTRY, season="2022")], "a.csv")
    told = "nba_reference/nba_players_registry/a.csv: column season is written as 2021-22, but holds '2022'"
    assert refused(delivery, lake) == told


def test_no_more_than_three_values_are_named(delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box(f"p{n}", points=f"no{n}") for n in range(5)], "a.csv")
    assert refused(delivery, lake).endswith("but holds 'no0', 'no1', 'no2'")


def test_a_missing_column_is_refused(delivery: Path, lake: Lake) -> None:
    rows = [{name: value for name, value in box("a").items() if name not in ("minutes", "points")}]
    deliver(delivery, BOXES, rows)
    assert refused(delivery, lake) == "nba_raw/bdl_player_boxscores/a.parquet: column minutes, points is missing"


@pytest.mark.parametrize("file", ["a.parquet", "a.csv"])
@pytest.mark.parametrize("first", ["points", "POINTS"])
def test_a_column_that_is_there_twice_is_refused(first: str, file: str, delivery: Path, lake: Lake) -> None:
    """In whatever letters: which of them is meant nobody can tell."""
    path = deliver(delivery, BOXES, [box("a", points=7)], "a.parquet")
    rows = pq.ParquetFile(path).read()
    path.unlink()
    place = rows.column_names.index("points")
    rows = rows.add_column(place, first, pa.array([9]))
    if file == "a.csv":
        names = ",".join(rows.column_names)
        values = ",".join("" if value[0] is None else str(value[0]) for value in (c.to_pylist() for c in rows.columns))
        path.with_name(file).write_text(f"{names}\n{values}\n")
    else:
        pq.write_table(rows, path)
    told = f"nba_raw/bdl_player_boxscores/{file}: column points is there twice, as {first} and points"
    assert refused(delivery, lake) == told


def test_a_name_within_another_column_is_no_column(delivery: Path, lake: Lake) -> None:
    path = deliver(delivery, BOXES, [box("a", points=7)])
    within = pa.array([{"points": 1, "Points": 2}])
    pq.write_table(pq.ParquetFile(path).read().append_column("extra", within), path)
    ingest(delivery, lake)
    assert [r["points"] for r in stored(lake, BOXES)] == [7]


def test_a_list_is_no_number(delivery: Path, lake: Lake) -> None:
    path = deliver(delivery, BOXES, [box("a", points=7)])
    rows = pq.ParquetFile(path).read()
    place = rows.column_names.index("points")
    pq.write_table(rows.set_column(place, "points", pa.array([[7]])), path)
    assert refused(delivery, lake) == "nba_raw/bdl_player_boxscores/a.parquet: column points is INT64, but holds '[7]'"


def test_of_a_line_of_csv_its_number_is_told(delivery: Path, lake: Lake) -> None:
    path = deliver(delivery, BOXES, [box("a"), box("b"), box("c")], "a.csv")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], lines[2].rpartition(",")[0], lines[3]]))
    told = refused(delivery, lake)
    assert told.endswith("CSV Error on Line: 3, Expected Number of Columns: 33 Found: 32")


@pytest.mark.parametrize("text", [b"", b"# exported\ngame_id,game_date\n", "game_id,\xe9\n".encode("latin-1")])
def test_a_file_without_its_header_is_refused(text: bytes, delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a")], "a.csv").write_bytes(text)
    assert refused(delivery, lake).startswith("nba_raw/bdl_player_boxscores/a.csv: cannot be read: ")


def test_a_number_where_text_belongs_has_lost_its_zeros(delivery: Path, lake: Lake) -> None:
    path = deliver(delivery, BOXES, [box("a")])
    rows = pq.ParquetFile(path).read()
    place = rows.column_names.index("minutes")
    pq.write_table(rows.set_column(place, "minutes", pa.array([7])), path)
    assert refused(delivery, lake).endswith("a.parquet: column minutes is STRING, but holds '7'")


def test_a_column_without_values_may_have_any_type(delivery: Path, lake: Lake) -> None:
    path = deliver(delivery, BOXES, [box("a")])
    rows = pq.ParquetFile(path).read()
    place = rows.column_names.index("minutes")
    pq.write_table(rows.set_column(place, "minutes", pa.nulls(1)), path)
    ingest(delivery, lake)
    assert stored(lake, BOXES)[0]["minutes"] is None


def test_not_a_number_is_no_measurement(delivery: Path, lake: Lake) -> None:
    name = "nba_raw.odds_api_game_lines"
    deliver(delivery, name, [row(name, outcome_point=float("nan"))])
    assert refused(delivery, lake).endswith("column outcome_point is FLOAT64, but holds 'nan'")


@pytest.mark.parametrize("file", ["a.parquet", "a.csv"])
def test_an_unreadable_file_is_refused(file: str, delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a")], file).write_bytes(b"PAR1 half a file")
    assert refused(delivery, lake).startswith(f"nba_raw/bdl_player_boxscores/{file}: c")


def test_one_bad_table_keeps_the_good_ones_out_too(delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a")])
    deliver(delivery, SCHEDULE, [game("0022100001", date(2022, 1, 5)) | {"game_status": "live"}], "a.csv")
    assert refused(delivery, lake).startswith("nba_raw/nbac_schedule/a.csv")
    assert contents(lake) == {}
