"""The embedded engine: a query over exactly the files it needs, its rows stored as the contract says."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract
from nba_assets.warehouse.base import QueryTimeout, TransientError, Written
from nba_assets.warehouse.duckdb import DuckDBWarehouse, NotOneSelect
from nba_assets.warehouse.lake import Lake

EIGHTH, NINTH, TENTH = (date(2024, 11, day) for day in (8, 9, 10))
DAYS = [EIGHTH, NINTH, TENTH]
WINDOW = Window(EIGHTH, TENTH)
MINUTE = 60.0

GAMES = Contract(
    dataset="test",
    name="games",
    columns=(
        Column("game_date", "DATE", ""),
        Column("team", "STRING", ""),
        Column("points", "INT64", ""),
        Column("pace", "DECIMAL(5,1)", ""),
        Column("share", "FLOAT64", ""),
        Column("won", "BOOL", ""),
        Column("at", "TIMESTAMP", ""),
        Column("issues", "ARRAY<STRING>", ""),
    ),
    key=("team",),
    partition_by="game_date",
)
NAMES = Contract(
    dataset="test", name="names", columns=(Column("team", "STRING", ""),), key=("team",), partition_by=None
)

ROW = (
    "1::BIGINT AS points, 99.5 AS pace, 0.5 AS share, true AS won, "
    "TIMESTAMPTZ '2024-11-08 00:30:00+00' AS \"at\", ['x'] AS issues"
)
"""A select list that fills the other columns."""


def select(*rows: tuple[date, str], columns: str = ROW) -> str:
    values = ", ".join(f"(DATE '{day}', '{team}')" for day, team in rows)
    return f"SELECT game_date, team, {columns} FROM (VALUES {values}) v(game_date, team) ORDER BY 1, 2"


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(Lake(tmp_path), threads=1)


def replace(
    warehouse: DuckDBWarehouse, contract: Contract, sql: str, days: list[date], timeout: float = MINUTE
) -> Written:
    with warehouse.session(timeout) as session:
        return session.replace(contract, sql, days)


def stored(warehouse: DuckDBWarehouse, day: date) -> list[dict[str, Any]]:
    return pq.ParquetFile(warehouse.lake.file(GAMES, day)).read().to_pylist()


def test_a_range_is_a_file_a_day_the_empty_ones_too(warehouse: DuckDBWarehouse) -> None:
    written = replace(warehouse, GAMES, select((EIGHTH, "BOS"), (EIGHTH, "NYK"), (TENTH, "PHI")), DAYS)
    assert written.rows == {EIGHTH: 2, NINTH: 0, TENTH: 1}
    assert written.bytes_written == sum(warehouse.lake.file(GAMES, day).stat().st_size for day in DAYS)
    assert [[row["team"] for row in stored(warehouse, day)] for day in DAYS] == [["BOS", "NYK"], [], ["PHI"]]
    assert warehouse.dates(GAMES) == DAYS


def test_the_same_query_twice_is_the_same_bytes(warehouse: DuckDBWarehouse) -> None:
    def contents() -> list[bytes]:
        replace(warehouse, GAMES, select((EIGHTH, "BOS"), (TENTH, "PHI")), DAYS)
        return [warehouse.lake.file(GAMES, day).read_bytes() for day in DAYS]

    assert contents() == contents()


def test_stored_types_are_the_contracts(warehouse: DuckDBWarehouse) -> None:
    """DuckDB sums whole numbers into HUGEINT and makes days into TIMESTAMP."""
    columns = (
        "sum(1) OVER () AS points, 99.4::DECIMAL(9,4) AS pace, 0.5::FLOAT AS share, true AS won, "
        "TIMESTAMP '2024-11-08 00:30:00' AS \"at\", ['x'] AS issues"
    )
    sql = select((EIGHTH, "BOS"), columns=columns)
    sql = f"SELECT * REPLACE (game_date::TIMESTAMP AS game_date) FROM ({sql})"
    replace(warehouse, GAMES, sql, [EIGHTH, NINTH])
    for day in (EIGHTH, NINTH):
        types = pq.read_schema(warehouse.lake.file(GAMES, day)).types
        assert types[:4] == [pa.date32(), pa.string(), pa.int64(), pa.decimal128(5, 1)]
        assert types[4:6] == [pa.float64(), pa.bool_()]
        assert pa.types.is_timestamp(types[6])
        assert types[6].tz == "UTC"
    (row,) = stored(warehouse, EIGHTH)
    assert (row["points"], float(row["pace"]), row["at"]) == (1, 99.4, datetime(2024, 11, 8, 0, 30, tzinfo=UTC))


def test_a_row_for_a_day_not_asked_for_is_a_mistake(warehouse: DuckDBWarehouse) -> None:
    with pytest.raises(ValueError, match=r"test\.games: rows for 2024-11-10, which was not asked for"):
        replace(warehouse, GAMES, select((EIGHTH, "BOS"), (TENTH, "PHI")), [EIGHTH, NINTH])
    assert warehouse.dates(GAMES) == [], "nothing was written"


def test_days_that_are_missing_are_read_as_nothing(warehouse: DuckDBWarehouse) -> None:
    replace(warehouse, GAMES, select((EIGHTH, "BOS")), [EIGHTH])
    replace(warehouse, GAMES, select((TENTH, "PHI")), [TENTH])
    teams = "SELECT team FROM test.games ORDER BY 1"
    assert warehouse.fetch(teams, {GAMES: WINDOW}, MINUTE)["team"].to_pylist() == ["BOS", "PHI"]
    assert warehouse.fetch(teams, {GAMES: Window(NINTH, TENTH)}, MINUTE)["team"].to_pylist() == ["PHI"]


def test_without_files_there_are_no_rows_but_all_columns(warehouse: DuckDBWarehouse) -> None:
    nothing = warehouse.fetch("FROM test.games", {GAMES: WINDOW}, MINUTE)
    assert nothing.num_rows == 0
    assert nothing.schema.names == [column.name for column in GAMES.columns]
    replace(warehouse, GAMES, select((EIGHTH, "BOS")), [EIGHTH])
    filled = warehouse.fetch("FROM test.games", {GAMES: WINDOW}, MINUTE)
    assert nothing.schema.types == filled.schema.types
    assert warehouse.fetch("FROM test.names", {NAMES: None}, MINUTE).num_rows == 0


def test_an_empty_partition_is_read_with_its_types(warehouse: DuckDBWarehouse) -> None:
    replace(warehouse, GAMES, select((EIGHTH, "BOS")), [EIGHTH, NINTH])
    empty = warehouse.fetch("FROM test.games", {GAMES: Window(NINTH, NINTH)}, MINUTE)
    full = warehouse.fetch("FROM test.games", {GAMES: Window(EIGHTH, EIGHTH)}, MINUTE)
    assert (empty.num_rows, full.num_rows) == (0, 1)
    assert empty.schema == full.schema


def test_a_lake_with_an_odd_name(tmp_path: Path) -> None:
    odd = DuckDBWarehouse(Lake(tmp_path / "Joe's [lake]*" / "game_date=2020-01-01"))
    replace(odd, GAMES, select((EIGHTH, "BOS")), [EIGHTH])
    assert odd.fetch("SELECT game_date FROM test.games", {GAMES: WINDOW}, MINUTE).to_pylist() == [{"game_date": EIGHTH}]


def test_a_query_that_takes_too_long_is_cancelled(warehouse: DuckDBWarehouse) -> None:
    endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3"
    started = time.monotonic()
    with pytest.raises(QueryTimeout, match="cancelled"):
        warehouse.fetch(endless, {}, 0.2)
    assert time.monotonic() - started < 5


def test_a_cancelled_replacement_writes_nothing(warehouse: DuckDBWarehouse) -> None:
    endless = (
        f"FROM ({select((EIGHTH, 'BOS'))}) WHERE (SELECT sum(a.range % 7) FROM range(1000000) a, range(1000000)) > 0"
    )
    with pytest.raises(QueryTimeout):
        replace(warehouse, GAMES, endless, [EIGHTH], 0.2)
    assert warehouse.dates(GAMES) == []


def test_a_wrong_query_fails_at_once_and_as_itself(warehouse: DuckDBWarehouse) -> None:
    with pytest.raises(duckdb.BinderException):
        warehouse.fetch("SELECT nothing FROM test.games", {GAMES: WINDOW}, MINUTE)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '{lake}/evil.parquet'",
        "SELECT 1; COPY (SELECT 1) TO '{lake}/evil.parquet'",
        "SET memory_limit = '1GB'",
        "CREATE TABLE evil AS SELECT 1",
        "ATTACH '{lake}/evil.db'",
        "",
    ],
)
def test_nothing_but_one_select_is_run(warehouse: DuckDBWarehouse, sql: str) -> None:
    for run in (warehouse.fetch, lambda sql, inputs, seconds: replace(warehouse, GAMES, sql, DAYS, seconds)):
        with pytest.raises(NotOneSelect, match="not one SELECT"):
            run(sql.format(lake=warehouse.lake.root), {}, MINUTE)
    assert not list(warehouse.lake.root.iterdir())


@pytest.mark.parametrize("reads", ["read_text('{}')", "read_text('{lake}/../out.txt')", "glob('{}')"])
def test_a_query_reaches_nothing_outside_of_the_lake(tmp_path: Path, reads: str) -> None:
    outside = tmp_path / "out.txt"
    outside.write_text("secret")
    warehouse = DuckDBWarehouse(Lake(tmp_path / "lake"))
    with pytest.raises(duckdb.PermissionException):
        warehouse.fetch(f"FROM {reads.format(outside, lake=warehouse.lake.root)}", {}, MINUTE)


@pytest.mark.parametrize("linked", ["lake", "lake/test", "lake/test/games"])
def test_a_lake_and_what_is_in_it_may_lie_elsewhere(tmp_path: Path, linked: str) -> None:
    warehouse = DuckDBWarehouse(Lake(tmp_path / "lake"), threads=1)
    replace(warehouse, GAMES, select((EIGHTH, "BOS")), [EIGHTH])
    elsewhere = (tmp_path / linked).rename(tmp_path / "o'ther disk")
    (tmp_path / linked).symlink_to(elsewhere)
    assert warehouse.fetch("SELECT team FROM test.games", {GAMES: WINDOW}, MINUTE).num_rows == 1
    with pytest.raises(duckdb.PermissionException):
        warehouse.fetch("FROM glob('/*')", {}, MINUTE)


def test_a_folder_in_the_lake_that_is_not_ours_to_look_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk of its own a lake has a lost+found, which is the administrator's."""
    warehouse = DuckDBWarehouse(Lake(tmp_path), threads=1)
    replace(warehouse, GAMES, select((EIGHTH, "BOS")), [EIGHTH])
    (tmp_path / "lost+found").mkdir()
    look = os.scandir

    def refused(folder: object) -> object:
        if "lost+found" in str(folder):
            raise PermissionError(13, "Permission denied", "lost+found")
        return look(folder)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", refused)
    assert warehouse.fetch("SELECT team FROM test.games", {GAMES: WINDOW}, MINUTE).num_rows == 1


def test_a_machine_may_have_less_memory_than_a_query_may_take(tmp_path: Path) -> None:
    """By default 2 GiB, which a small machine or container has not."""
    warehouse = DuckDBWarehouse(Lake(tmp_path), threads=1, memory_mib=10**9)
    assert warehouse.fetch("SELECT 1 AS x", {}, MINUTE)["x"].to_pylist() == [1]


def test_whoever_opens_a_lake_keeps_to_the_memory_that_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_MEMORY_MIB", "300")
    with DuckDBWarehouse(Lake(tmp_path)).connect({}) as connection:
        assert connection.execute("SELECT current_setting('memory_limit')").fetchone() == ("300.0 MiB",)


def test_what_does_not_fit_in_memory_is_spilled(tmp_path: Path) -> None:
    with DuckDBWarehouse(Lake(tmp_path), threads=1, memory_mib=16).connect({}) as connection:
        connection.execute("CREATE TEMP TABLE rows AS SELECT md5(range::VARCHAR) AS h FROM range(700000)")
        assert connection.execute("SELECT count(*) > 0 FROM duckdb_temporary_files()").fetchone() == (True,)


def test_no_setting_of_a_connection_can_be_changed(warehouse: DuckDBWarehouse) -> None:
    with warehouse.connect({}) as connection, pytest.raises(duckdb.InvalidInputException, match="locked"):
        connection.execute("SET memory_limit = '1GB'")


def test_an_error_quotes_values_as_they_can_be_shown(warehouse: DuckDBWarehouse) -> None:
    with pytest.raises(duckdb.ConversionException, match=r"string '\\x1b\[2J' to INT32"):
        warehouse.fetch("SELECT CAST(chr(27) || '[2J' AS INT)", {}, MINUTE)


def test_a_file_that_went_away_may_be_tried_again(warehouse: DuckDBWarehouse) -> None:
    missing = warehouse.lake.root / "gone.parquet"
    with pytest.raises(TransientError):
        warehouse.fetch(f"FROM read_parquet('{missing}')", {}, MINUTE)


def test_timestamps_are_utc_whatever_the_machines_zone(warehouse: DuckDBWarehouse) -> None:
    answer = warehouse.fetch("SELECT strftime(TIMESTAMPTZ '2024-11-08 00:30:00+00', '%H:%M') AS clock", {}, MINUTE)
    assert answer["clock"].to_pylist() == ["00:30"]


def test_connections_spill_into_folders_of_their_own(warehouse: DuckDBWarehouse) -> None:
    """In one folder they take each other's blocks for their own: a segmentation fault, or wrong rows."""

    def folder(connection: duckdb.DuckDBPyConnection) -> Path:
        return Path(connection.execute("SELECT current_setting('temp_directory')").fetchall()[0][0])

    with warehouse.connect({}) as one, warehouse.connect({}) as other:
        folders = {folder(one), folder(other)}
        assert len(folders) == 2
        assert all(found.is_dir() for found in folders)
    assert not any(found.exists() for found in folders)


def test_too_little_memory_is_told_with_its_setting(tmp_path: Path) -> None:
    small = DuckDBWarehouse(Lake(tmp_path), threads=1, memory_mib=8)
    with pytest.raises(duckdb.OutOfMemoryException, match=r"^NBA_MEMORY_MIB=8 is too little: Out of Memory"):
        small.fetch("SELECT list(range) FROM range(4_000_000)", {}, MINUTE)


BROKEN_OFF = """
import threading

class BrokenOff(threading.Timer):
    def start(self):
        super().start()
        raise KeyboardInterrupt  # where a signal's handler may raise it: the thread is there, its starter waits for it

threading.Timer = BrokenOff

import contextlib, pathlib
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

with contextlib.suppress(KeyboardInterrupt):
    DuckDBWarehouse(Lake(pathlib.Path("."))).fetch("SELECT 1", {}, 600.0)
    raise AssertionError("no timer was started")
"""


def test_nothing_waits_for_the_seconds_of_a_query_that_was_broken_off_as_it_began(tmp_path: Path) -> None:
    """A step did, until its table's timeout was over, and with it the command that was to end."""
    done = subprocess.run([sys.executable, "-c", BROKEN_OFF], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


WITHOUT_END = """
import contextlib, pathlib, signal
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

def interrupt(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
for_each_core = "FROM range(1_000_000_000_000)"
with contextlib.suppress(KeyboardInterrupt):
    with DuckDBWarehouse(Lake(pathlib.Path(".")), threads=2).session(600.0) as session:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        session.fetch(f"SELECT count(*) FROM ({for_each_core} UNION ALL {for_each_core}) WHERE range % 7 = 3")
"""


def test_an_interrupt_ends_a_query_and_is_no_failure_of_it(tmp_path: Path) -> None:
    """DuckDB makes a failure of it, after which a step went on with its next table; and as it closed its connection, it
    waited for the other threads to compute the query to its last row."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_END], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
