"""The one call that patches: all of it, once, nothing before it, and nothing where it is not wanted or not known."""

from __future__ import annotations

import functools
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nba_assets
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.dagster_patches import (
    apply,
    executor_poll,
    guard,
    migrations,
    partition_versions,
    step_deaths,
    switches,
)
from nba_assets.orchestration.dagster_patches.guard import find
from nba_assets.orchestration.dagster_patches.wrapping import is_wrapped, owner_of, unwrap

ROOT = Path(nba_assets.__file__).parents[1]

PATCHES = {
    executor_poll.POLLS: executor_poll.UPSTREAM,
    migrations.READS: migrations.UPSTREAM,
    partition_versions.MAKES_EVENTS: partition_versions.UPSTREAM,
    step_deaths.CRASHES: step_deaths.UPSTREAM,
}
"""By the function that each wraps."""


@pytest.fixture(autouse=True)
def _from_stock(guard_asks_anew: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is wrapped, whatever ran before; afterwards all is."""
    for path in PATCHES:
        unwrap(path)
    yield
    monkeypatch.undo()
    guard._moved_and_told.cache_clear()
    apply()


def test_all_are_put_in_place_once() -> None:
    assert not any(map(is_wrapped, PATCHES))
    apply()
    assert all(map(is_wrapped, PATCHES))
    first = [find(path) for path in PATCHES]
    apply()
    assert [find(path) for path in PATCHES] == first


def test_stock_dagster_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(switches.STOCK, "1")
    apply()
    assert not any(map(is_wrapped, PATCHES))


@pytest.mark.parametrize("path", PATCHES)
def test_each_can_be_left_out(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(switches.WITHOUT, PATCHES[path].name)
    apply()
    assert [other for other in PATCHES if not is_wrapped(other)] == [path]


@pytest.mark.parametrize("patch", [executor_poll, migrations, partition_versions, step_deaths])
def test_each_says_that_it_was_checked_against_the_locked_dagster(patch: ModuleType) -> None:
    (locked,) = re.findall(r"^dagster==(.+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert f"Checked against: Dagster {locked}" in (patch.__doc__ or "")
    assert f"Checked against Dagster {locked}." in (ROOT / "docs" / "dagster_patches.md").read_text()


def test_what_there_is_not_cannot_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(switches.WITHOUT, "run_log, polling")
    with pytest.raises(BadInput, match="NBA_WITHOUT_PATCHES: no patch called polling; there are check_states, event"):
        apply()


def _one_more_parameter(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name = owner_of(path)
    original = find(path)

    def changed(*arguments: Any, also: Any = None) -> Any:
        return original(*arguments)

    monkeypatch.setattr(owner, name, changed)


def _gone(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(*owner_of(path))


@pytest.mark.parametrize("change", [_one_more_parameter, _gone])
@pytest.mark.parametrize("path", PATCHES)
def test_a_changed_dagster_is_told_once_and_left_alone(
    path: str,
    change: Callable[[str, pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    change(path, monkeypatch)
    left = find(path)
    with caplog.at_level(logging.WARNING):
        apply()
        apply()
    assert find(path) is left
    assert [other for other in PATCHES if not is_wrapped(other)] == [path]
    assert [record.getMessage() for record in caplog.records if record.name == guard.__name__] == [
        f"{PATCHES[path].lost}: Dagster has changed {path}"
    ]


@functools.cache
def _modules() -> list[str]:
    """All of ours but what the fork server imports in order to work, and what calls `apply`."""
    import pkgutil

    import nba_assets

    names = [module.name for module in pkgutil.walk_packages(nba_assets.__path__, "nba_assets.")]
    left_out = {"nba_assets.__main__", "nba_assets.definitions", "nba_assets.orchestration.processes.preload"}
    return [name for name in names if name not in left_out]


@pytest.mark.slow
def test_nothing_is_done_by_importing() -> None:
    """No patch, no process, no thread, no environment, no setting of the interpreter."""
    script = (
        "import gc, importlib, logging, os, signal, sys, threading, warnings\n"
        "from multiprocessing import forkserver\n"
        "import dagster, duckdb, ibis, google.cloud.pubsub_v1, dagster_postgres, dagster_gcp, alembic.script\n"
        "import rich.console, typer, pandas\n"
        "def state():\n"
        "    handlers = [signal.getsignal(n) for n in signal.valid_signals()]\n"
        "    return dict(os.environ), gc.get_threshold(), gc.isenabled(), handlers, threading.active_count(), "
        "forkserver._forkserver._forkserver_pid\n"
        "before = state()\n"
        f"for name in {_modules()!r}: importlib.import_module(name)\n"
        "assert state() == before, (before, state())\n"
        "from nba_assets.orchestration.dagster_patches.wrapping import is_wrapped\n"
        f"assert not any(map(is_wrapped, {list(PATCHES)!r}))\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "DAGSTER_EVENT_BATCH_SIZE"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
