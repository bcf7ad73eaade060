"""Logs of runs are packed when nobody is at them, and plain again for whoever reads or writes."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.orchestration.instance import packed_logs
from nba_assets.orchestration.instance.retention import OF_CHECKS, Packed, Pruned, pack, prune
from nba_assets_tests.orchestration.instance.event_storage.given import known, range_run

LAST = 1_700_000_000_000_000_000


def log_of(folder: Path) -> Path:
    log = folder / "run.db"
    with sqlite3.connect(log) as database:
        database.execute("CREATE TABLE event_logs (event TEXT)")
        database.executemany("INSERT INTO event_logs VALUES (?)", [("the same again",)] * 2000)
    database.close()
    os.utime(log, ns=(LAST, LAST))
    return log


def test_a_packed_log_is_small_and_the_same_when_it_is_unpacked_with_the_time_of_its_last_event(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    content = log.read_bytes()
    assert packed_logs.pack(log)
    assert not log.exists()
    assert packed_logs.packed_in(tmp_path) == [log]
    assert packed_logs.packed(log).stat().st_mtime_ns == LAST
    assert packed_logs.packed(log).stat().st_size < len(content) / 10
    packed_logs.unpack(str(log))
    assert log.read_bytes() == content
    assert log.stat().st_mtime_ns == LAST
    assert packed_logs.packed_in(tmp_path) == []
    packed_logs.unpack(str(log))  # there is nothing to do, as for a run that has no log yet
    packed_logs.unpack(str(tmp_path / "new.db"))
    assert [file.name for file in tmp_path.glob("*.db*")] == ["run.db"]


def test_a_log_that_a_process_is_at_stays(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    with sqlite3.connect(log) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("SELECT count(*) FROM event_logs").fetchone()
        assert not packed_logs.pack(log)
    database.close()
    assert packed_logs.pack(log)


def test_a_log_that_is_written_to_while_it_is_packed_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, read = log_of(tmp_path), Path.read_bytes

    def read_and_write(path: Path) -> bytes:
        content = read(path)
        path.write_bytes(content + b"one more")
        return content

    monkeypatch.setattr(Path, "read_bytes", read_and_write)
    assert not packed_logs.pack(log)
    monkeypatch.undo()
    assert log.read_bytes().endswith(b"one more")
    assert packed_logs.packed_in(tmp_path) == []


def test_a_log_that_is_gone_is_none_to_pack(tmp_path: Path) -> None:
    assert not packed_logs.pack(tmp_path / "gone.db")
    assert not list(tmp_path.glob("gone.db*"))


@pytest.mark.slow
@pytest.mark.parametrize("stock", [False, True])
def test_what_is_known_of_runs_and_partitions_is_the_same_once_logs_are_packed(
    home: Path, monkeypatch: pytest.MonkeyPatch, stock: bool
) -> None:
    """And a packed log can be read, also with Dagster left as it is; it is removed when it is too old."""
    with dg.DagsterInstance.get() as instance:
        run_ids = [range_run(instance), range_run(instance)]
        before, logged = known(instance), [instance.all_logs(run_id) for run_id in run_ids]
    later = datetime.now(UTC) + timedelta(minutes=1)
    runs = home / "history" / "runs"
    with dg.DagsterInstance.get() as instance:
        assert pack(instance, later - timedelta(days=1)) == Packed()
        kinds = [event.dagster_event_type for event in logged[0]]
        of_checks = sum(kind in OF_CHECKS for kind in kinds)
        planned = kinds.count(dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED)
        assert (of_checks, planned) == (5, 6)
        assert pack(instance, later) == Packed(2, 2 * of_checks + planned), "the second run planned the same again"
        assert not list(runs.glob("*-*.db"))
        assert known(instance) == before
    if stock:
        monkeypatch.setenv("NBA_STOCK_DAGSTER", "1")
    with dg.DagsterInstance.get() as instance:
        assert instance.all_logs(run_ids[0]) == logged[0]
        assert sorted(instance.event_log_storage.get_all_run_ids()) == sorted(run_ids)
        assert known(instance) == before
    monkeypatch.delenv("NBA_STOCK_DAGSTER", raising=False)
    with dg.DagsterInstance.get() as instance:
        assert prune(instance, later).runs == 2
        assert not list(runs.glob("*-*.db*"))
        assert prune(instance, later) == Pruned()
