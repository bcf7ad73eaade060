"""Temporary files: whole or not at all, and swept once their writer is gone."""

from __future__ import annotations

import errno
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from nba_assets.warehouse.process import this_process
from nba_assets.warehouse.scratch import PREFIX, STRAY_SECONDS, WRITING, replacing, scratch_folder, written_whole
from nba_assets_tests.warehouse.ended import ended_process


def test_a_file_is_replaced_when_all_is_written(tmp_path: Path) -> None:
    file = tmp_path / "day" / "data"
    with replacing(file, tmp_path) as written:
        written.write_text("new")
        assert not file.exists()
    assert file.read_text() == "new"
    assert list((tmp_path / WRITING).iterdir()) == []


def test_nothing_is_left_of_a_writing_that_fails(tmp_path: Path) -> None:
    with suppress(KeyboardInterrupt), replacing(tmp_path / "day" / "data", tmp_path) as written:
        written.write_text("half")
        raise KeyboardInterrupt
    assert list((tmp_path / WRITING).iterdir()) == []
    assert not (tmp_path / "day").exists()


def test_a_full_disk_is_told_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"No space left on device: '.*/data'"), replacing(tmp_path / "data", tmp_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_others_left_goes_when_they_are_gone(tmp_path: Path) -> None:
    names = [f"{process}.0.tmp" for process in (ended_process(), this_process(), "other.host.1.2")]
    writing = tmp_path / WRITING
    writing.mkdir()
    for name in names:
        (writing / name).touch()
    with replacing(tmp_path / "data", tmp_path) as written:
        written.touch()
    assert sorted(os.listdir(writing)) == sorted(names[1:])

    os.utime(writing / names[2], (time.time() - 2 * STRAY_SECONDS,) * 2)
    with replacing(tmp_path / "data", tmp_path) as written:
        written.touch()
    assert os.listdir(writing) == names[1:2], "of another host, when it is old"


def test_folders_in_the_systems_temporary_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, foreign = tmp_path / f"{PREFIX}{ended_process()}.x", tmp_path / f"{ended_process()}.x"
    for folder in (left, foreign):
        folder.mkdir()
        (folder / "rows").touch()
    with scratch_folder() as one, scratch_folder() as other:
        assert one != other
        assert sorted(tmp_path.iterdir()) == sorted([one, other, foreign])
    assert list(tmp_path.iterdir()) == [foreign]


def test_a_named_file_is_replaced_when_all_is_written(tmp_path: Path) -> None:
    file, link = tmp_path / "rows.csv", tmp_path / "newest.csv"
    file.write_text("old")
    link.symlink_to(file)
    left = tmp_path / f".rows.csv.{ended_process()}.0.tmp"
    left.touch()
    with written_whole(link) as written:
        written.write_text("new")
        assert file.read_text() == "old"
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert sorted(tmp_path.iterdir()) == [link, file], "nothing beside it, of a killed command neither"


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    """So do devices: put in the place of a `/dev/null`, a file would take in what the whole machine throws away."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with written_whole(pipe) as written:
        written.write_text("rows")
    assert os.read(reader, 100) == b"rows"
    os.close(reader)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]
