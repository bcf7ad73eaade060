"""Files of Dagster's storage that are locked, damaged, emptied or gone: waited for and told, in one line."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as db

from nba_assets.contracts.errors import BadInput, GaveWay
from nba_assets.orchestration.instance import storage_files
from nba_assets.orchestration.instance.storage_files import NEW_HISTORY, WAIT, StorageFault
from nba_assets.orchestration.launch import _storage_may_give_way
from nba_assets.orchestration.metadata import TableFailure


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A history with a row in it, made by another process."""
    storage_files.watch()
    monkeypatch.setattr(storage_files, "MADE_SECONDS", 0.0)
    monkeypatch.setattr(storage_files, "ATTEMPT_SECONDS", 0.01)
    (tmp_path / "history" / "runs").mkdir(parents=True)
    for name, table in (("runs.db", "runs"), ("runs/index.db", "event_logs")):
        with sqlite3.connect(tmp_path / "history" / name) as made:
            made.execute(f"CREATE TABLE {table} (id INTEGER)")
            made.execute(f"INSERT INTO {table} VALUES (0)")
        made.close()
    return tmp_path / "history" / "runs.db"


def store(file: Path, first: str = "SELECT 1", rows: int = 1) -> None:
    """As Dagster does it: a connection for a statement."""
    engine = db.create_engine(f"sqlite:///{file}", poolclass=db.NullPool)
    with engine.connect() as connection, connection.begin():
        connection.execute(db.text(first))
        for _ in range(rows):
            connection.execute(db.text("INSERT INTO runs VALUES (1)"))


def told(file: Path, first: str = "SELECT 1") -> str:
    with pytest.raises(StorageFault) as raised:
        store(file, first)
    assert "\n" not in str(raised.value)
    assert str(raised.value).startswith(str(file))
    return str(raised.value).removeprefix(f"{file} ")


@pytest.mark.parametrize("content", [b"no database at all" * 99, b"SQLite"])
def test_a_damaged_file_is_named_with_the_remedy(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert told(file).startswith("is damaged: restore DAGSTER_HOME from a copy")


def test_a_page_that_is_damaged_is_found_when_it_is_read(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:4096] + bytes(range(256)) * 16)
    assert told(file).startswith("is damaged")


@pytest.mark.parametrize(
    ("state", "says"),
    [("PRAGMA max_page_count = 1", "the disk is full"), ("PRAGMA query_only = 1", "make it and its folder writable")],
)
def test_what_cannot_be_written_says_why(file: Path, state: str, says: str) -> None:
    with sqlite3.connect(file) as filled:
        filled.executemany("INSERT INTO runs VALUES (?)", [(n,) for n in range(345)])
    filled.close()
    with pytest.raises(StorageFault, match=says):
        store(file, state, rows=999)


@pytest.mark.parametrize("sql", ["SELECT step_key FROM runs", "INSERT INTO runs (step_key) VALUES (1)"])
def test_one_of_another_dagster_says_so(file: Path, sql: str) -> None:
    assert told(file, sql).endswith("`dagster instance migrate` renews an older one")


def test_a_folder_in_its_place_is_told(file: Path) -> None:
    file.unlink()
    file.mkdir()
    assert told(file).startswith("cannot be opened")


def test_an_emptied_file_is_no_new_history_until_that_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_bytes(b"")
    assert told(file) == f"is empty: restore DAGSTER_HOME from a copy, or begin anew with {NEW_HISTORY}=1"
    monkeypatch.setenv(NEW_HISTORY, "0")
    assert "is empty" in told(file), "nobody means by that that it may go"
    monkeypatch.setenv(NEW_HISTORY, "1")
    store(file, "CREATE TABLE runs (id INTEGER)")


def test_an_empty_file_with_nothing_beside_it_was_being_made(file: Path) -> None:
    """What a command leaves that is killed in its first moments, on a new DAGSTER_HOME."""
    file.write_bytes(b"")
    (file.parent / "runs" / "index.db").unlink()
    store(file, "CREATE TABLE runs (id INTEGER)")


def test_a_file_that_is_gone_is_noticed_by_what_stands_beside_it(file: Path) -> None:
    file.unlink()
    beside = file.parent / "runs" / "index.db"
    assert told(file).startswith(f"is gone, while {beside} is there: restore")
    with sqlite3.connect(beside) as emptied:
        emptied.execute("DELETE FROM event_logs")
    emptied.close()
    store(file, "CREATE TABLE runs (id INTEGER)")  # nothing is lost: Dagster had only begun


def test_runs_that_were_made_anew_before_anybody_looked_are_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the daemon starts on an emptied file: Dagster opens it before the settings load anything of ours."""
    index = str(file.parent / "runs" / "index.db")
    with sqlite3.connect(file) as runs, sqlite3.connect(index) as events:
        events.execute("ALTER TABLE event_logs ADD run_id TEXT DEFAULT 'a'")
        storage_files.require_runs(index)
        runs.execute("DELETE FROM runs")
        runs.commit()
        events.commit()
        with pytest.raises(StorageFault, match=f"{file} holds no run, while {index} has events of some: restore"):
            storage_files.require_runs(index)
        events.execute("UPDATE event_logs SET run_id = ''")
        events.commit()
        storage_files.require_runs(index)  # what came in without a run says nothing of runs
    runs.close()
    events.close()


def test_a_file_that_another_process_makes_is_waited_for(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = file.read_bytes()
    file.write_bytes(b"")
    monkeypatch.setattr(storage_files, "MADE_SECONDS", 5.0)
    threading.Timer(0.1, file.write_bytes, [content]).start()
    store(file)


@contextmanager
def locked(file: Path, seconds: float) -> Iterator[None]:
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    ends = threading.Timer(seconds, other.close)
    ends.start()
    yield
    ends.join()


def test_a_locked_file_is_waited_for_and_that_is_said(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    with locked(file, 0.3):
        store(file)
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"{file} is locked by another process: waiting up to 60 s"]


def test_a_file_that_stays_locked_is_told_after_as_long_as_is_set(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WAIT, "0")
    with locked(file, 0.1):
        assert told(file) == f"is locked by another process: waited 0 s ({WAIT}); end that process, or wait longer"
    monkeypatch.setenv(WAIT, "a while")
    with pytest.raises(BadInput, match=f"{WAIT}: 'a while' is no whole number of seconds"):
        store(file)


def test_other_errors_of_a_database_stay_what_they_are(file: Path) -> None:
    """Dagster looks at them: a table that is there already, say."""
    with pytest.raises(db.exc.OperationalError, match="already exists"):
        store(file, "CREATE TABLE runs (id INTEGER)")


def test_a_table_that_failed_by_it_gives_the_files_name(file: Path) -> None:
    file.write_bytes(b"damaged" * 999)
    with pytest.raises(StorageFault) as raised:
        store(file)
    assert f"{file} is damaged" in TableFailure.of(raised.value).reason


def test_once_a_run_has_begun_something_may_be_done() -> None:
    with pytest.raises(GaveWay, match="is damaged"), _storage_may_give_way():
        raise StorageFault("runs.db is damaged")
