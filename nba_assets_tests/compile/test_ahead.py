"""Queries compiled ahead: of each table once, by whichever process comes to it first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nba_assets.compile import ahead, code_version
from nba_assets.compile.ahead import compile_ahead
from nba_assets.compile.code_version import Code, code_of
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import tables

SOME = tables()[:6]


@pytest.fixture(autouse=True)
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The tables of which the code was made from nothing, in order; no SQL is compiled for it."""
    made: list[str] = []

    def make(table: Table, sql: object) -> Code:
        made.append(table.name)
        return Code("v", table.name)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(code_version, "_code", make)
    monkeypatch.setattr(code_version, "statements", lambda table, dialect: None)
    code_of.cache_clear()
    yield made
    code_of.cache_clear()


def test_what_is_missing_is_compiled_and_told(compiled: list[str]) -> None:
    code_of(SOME[2], "duckdb")
    told: list[tuple[int, int]] = []
    compile_ahead(SOME, "duckdb", lambda done, of: told.append((done, of)))
    assert sorted(compiled) == sorted(table.name for table in SOME)
    assert told == [(done, 5) for done in range(5)]


def test_nothing_is_told_where_nothing_is_missing(compiled: list[str]) -> None:
    compile_ahead(SOME, "duckdb")
    compile_ahead(SOME, "duckdb", lambda done, of: pytest.fail("told"))
    assert len(compiled) == len(SOME)


def test_what_another_process_compiled_meanwhile_is_not_compiled_again(
    compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one goes the opposite way: together they do each table once."""
    monkeypatch.setattr(ahead.random, "sample", lambda of, number: list(of))
    backwards = iter(reversed(SOME))

    def the_other(done: int, of: int) -> None:
        code_of(next(backwards), "duckdb")

    compile_ahead(SOME, "duckdb", the_other)
    assert len(compiled) == len(SOME)


def test_where_nothing_can_be_kept_nothing_is_compiled_ahead(
    compiled: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    compile_ahead(SOME, "duckdb")
    assert compiled == []
