"""Compiled SQL on disk: taken for true only as it was written, from a folder that is this user's alone."""

from __future__ import annotations

import json
import logging
import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from nba_assets.compile import sql_cache
from nba_assets.compile.sql_cache import compiled_once

EVIL = "COPY (SELECT 1) TO '/tmp/evil.parquet'"


@dataclass(frozen=True)
class Sql:
    rows: str
    sources: dict[str, list[str]]


COMPILED = Sql("SELECT 1", {"team": ["raw", "today"]})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    sql_cache._say_once.cache_clear()
    return tmp_path / "nba_assets" / "sql"


def asked(name: str = "games") -> tuple[Sql, bool]:
    """What is there for a table, and whether it was compiled for that."""
    compiled = []
    found = compiled_once(name, Sql, lambda: compiled.append(name) or COMPILED)  # type: ignore[func-returns-value]
    return found, bool(compiled)


def the_file(folder: Path) -> Path:
    (file,) = folder.glob("*.json")
    return file


def test_it_is_compiled_once_and_for_nobody_else_to_see(folder: Path) -> None:
    assert asked() == (COMPILED, True)
    assert asked() == (COMPILED, False)
    assert (folder.stat().st_mode & 0o777, the_file(folder).stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        "null",
        json.dumps({"rows": "SELECT 1"}),
        json.dumps({"rows": EVIL, "sources": {}}),
        json.dumps({"rows": EVIL, "sources": {}, "sha256": "0" * 64}),
        json.dumps({"rows": 7, "sources": None, "sha256": None}),
    ],
    ids=lambda text: text[:20],
)
def test_a_damaged_entry_is_compiled_again(folder: Path, text: str) -> None:
    asked()
    the_file(folder).write_text(text)
    assert asked() == (COMPILED, True)
    assert asked() == (COMPILED, False)


def test_an_entry_that_was_changed_by_hand_is_compiled_again(folder: Path) -> None:
    asked()
    the_file(folder).write_text(json.dumps(json.loads(the_file(folder).read_text()) | {"rows": EVIL}))
    assert asked() == (COMPILED, True)


def test_one_tables_entry_is_not_anothers(folder: Path) -> None:
    asked("plays")
    plays = the_file(folder)
    plays.rename(plays.with_name(plays.name.replace("plays", "games")))
    assert asked("games") == (COMPILED, True)


def test_an_entry_that_others_may_write_or_that_is_a_link_is_compiled_again(folder: Path, tmp_path: Path) -> None:
    asked()
    the_file(folder).chmod(0o666)
    assert asked() == (COMPILED, True)
    elsewhere = the_file(folder).rename(tmp_path / "elsewhere")
    (folder / f"games.{sql_cache._code_hash()}.json").symlink_to(elsewhere)
    assert asked() == (COMPILED, True)
    assert not the_file(folder).is_symlink()


def test_a_folder_that_others_may_write_to_is_closed_to_them(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    asked()
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("whose", ["a link", "another user's"])
def test_a_folder_that_is_not_ours_is_done_without_and_said_once(
    folder: Path, tmp_path: Path, whose: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "theirs").mkdir()
    folder.parent.mkdir()
    if whose == "a link":
        folder.symlink_to(tmp_path / "theirs")
    else:
        folder.mkdir()
        monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    with caplog.at_level(logging.WARNING):
        assert [asked(), asked()] == [(COMPILED, True)] * 2
    assert not list(tmp_path.rglob("*.json"))
    assert [str(folder) in message for message in caplog.messages] == [True]


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(nowhere))
    assert asked() == (COMPILED, True)


def test_whatever_has_a_say_in_the_sql_is_in_the_hash_it_is_kept_under() -> None:
    script = (
        "import sys, nba_assets.compile.statements, nba_assets.tables.registry\n"
        "nba_assets.tables.registry.tables()\n"
        "print(*[m.__file__ for n, m in sys.modules.items() if n.startswith('nba_assets.')], sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = {file for file in map(Path, done.stdout.split()) if file.name != "__init__.py"}
    assert loaded
    assert not loaded - set(sql_cache._sources())


@pytest.mark.parametrize("cache", [None, "", "cache"])
def test_a_user_without_a_home_compiles_each_time(
    cache: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one in a container whom the machine does not know; a relative folder would be another for each command."""

    def unknown(user: int) -> None:
        raise KeyError(user)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME")
    if cache is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", cache)
    assert asked() == asked() == (COMPILED, True)
    assert list(tmp_path.iterdir()) == []
