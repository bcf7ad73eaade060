"""That Dagster's migrations are read once, and that its databases are what they would be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from alembic.script import ScriptDirectory

from nba_assets.orchestration.dagster_patches.migrations import apply, read_ahead

Reads = list[Any]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reads]:
    """The times that a folder of migrations is read; Alembic is left as it was found."""
    current = ScriptDirectory.__dict__["from_config"]
    original = getattr(ScriptDirectory.from_config, "__wrapped__", ScriptDirectory.from_config)
    found: Reads = []

    def counted(config: Any) -> ScriptDirectory:
        found.append(config)
        return original(config)

    ScriptDirectory.from_config = staticmethod(counted)  # type: ignore[assignment, method-assign]
    yield found
    ScriptDirectory.from_config = current  # type: ignore[method-assign]


def versions(home: Path) -> dict[str, set[Any]]:
    """What each database of an instance says it is."""
    found = {}
    for file in sorted(home.rglob("*.db")):
        with sqlite3.connect(file) as connection:
            found[str(file.relative_to(home))] = set(connection.execute("SELECT version_num FROM alembic_version"))
    return found


def opened(home: Path) -> dict[str, set[Any]]:
    with dg.instance_for_test(temp_dir=str(home)) as instance:
        instance.report_runless_asset_event(dg.AssetMaterialization("anything"))
    return versions(home)


def test_they_are_read_once_and_the_databases_are_the_same(tmp_path: Path, reads: Reads) -> None:
    (tmp_path / "as it was").mkdir()
    (tmp_path / "once").mkdir()
    as_it_was = opened(tmp_path / "as it was")
    before = len(reads)
    assert before > 2

    apply()
    assert opened(tmp_path / "once") == as_it_was
    assert len(reads) == before + 1
    assert len(as_it_was) > 2
    assert all(as_it_was.values())


def test_what_was_read_ahead_is_not_read_again(tmp_path: Path, reads: Reads) -> None:
    read_ahead()
    assert len(reads) == 1
    opened(tmp_path)
    assert len(reads) == 1
