"""Whether Dagster is as a patch knows it: every part of what one relies on, and what is said where it is not."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import re
from collections.abc import Iterator

import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from nba_assets.orchestration import dagster_patches, instance
from nba_assets.orchestration.dagster_patches import (
    executor_poll,
    guard,
    migrations,
    partition_versions,
    step_deaths,
    switches,
)
from nba_assets.orchestration.dagster_patches.guard import Upstream, in_place, moved
from nba_assets.orchestration.instance import batched_events, compute_logs, launcher, retention, run_log, runs
from nba_assets.orchestration.instance.event_storage import check_states, internals

UPSTREAMS = [
    module.UPSTREAM
    for module in (
        executor_poll,
        migrations,
        partition_versions,
        step_deaths,
        batched_events,
        check_states,
        compute_logs,
        launcher,
        retention,
        run_log,
        runs,
    )
]


@pytest.fixture(autouse=True)
def _anew(guard_asks_anew: None) -> None:
    pass


@pytest.fixture
def made() -> Iterator[Upstream]:
    return Upstream(
        "run_log",
        lost="a little",
        parameters={f"{__name__}:_a_function": ("first", "second"), f"{__name__}:_AClass.method": ("first",)},
        names=(f"{__name__}:_AClass",),
    )


def _a_function(first: int, second: int) -> None: ...


class _AClass:
    def method(self, first: int) -> None: ...


@pytest.mark.parametrize("upstream", UPSTREAMS, ids=lambda upstream: upstream.name)
def test_this_dagster_is_as_every_patch_knows_it(upstream: Upstream) -> None:
    assert moved(upstream) == ()
    assert in_place(upstream)


def test_every_patch_can_be_switched_off_and_has_a_guard_of_its_own() -> None:
    of_a_database = {"event_storage"}  # its guard depends on which
    assert sorted({upstream.name for upstream in UPSTREAMS} | of_a_database) == sorted(switches.NAMES)


def test_whatever_is_looked_up_in_dagster_is_guarded() -> None:
    every = [*UPSTREAMS, internals.upstream(SqliteEventLogStorage)]
    guarded = {path for upstream in every for path in (*upstream.parameters, *upstream.names, *upstream.columns)}
    looked_up = {
        path
        for package in (dagster_patches, instance)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        for path in vars(importlib.import_module(found.name)).values()
        if isinstance(path, str) and re.fullmatch(r"(dagster|alembic)[\w.]*:[\w.]+", path)
    }
    assert len(looked_up) > 20
    assert {path for path in looked_up if not any(known.startswith(path) for known in guarded)} == set()


def test_the_fields_of_a_record_are_its_parameters() -> None:
    (state, fields), *_ = [found for found in check_states.UPSTREAM.parameters.items() if found[0].endswith("State")]
    assert moved(Upstream("any", lost="", parameters={state: fields})) == ()
    assert moved(Upstream("any", lost="", parameters={state: fields[1:]})) == (state,)


def test_another_parameter_a_missing_name_and_a_missing_module_are_found(
    made: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert moved(made) == ()
    monkeypatch.setattr(f"{__name__}._a_function", lambda first, second, third: None)
    assert moved(made) == (f"{__name__}:_a_function",)
    monkeypatch.delattr(f"{__name__}._AClass")
    assert moved(made) == (f"{__name__}:_a_function", f"{__name__}:_AClass.method", f"{__name__}:_AClass")
    assert moved(Upstream("run_log", lost="", names=("dagster._gone:thing",))) == ("dagster._gone:thing",)


def test_it_is_said_once_what_is_lost(
    made: Upstream, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(f"{__name__}._a_function")
    with caplog.at_level(logging.WARNING):
        assert not in_place(made)
        assert not in_place(made)
    assert [record.getMessage() for record in caplog.records if record.name == guard.__name__] == [
        f"a little: Dagster has changed {__name__}:_a_function"
    ]


@pytest.mark.parametrize(
    ("variable", "value", "wanted"),
    [
        (switches.STOCK, "1", False),
        (switches.STOCK, "0", True),
        (switches.STOCK, "", True),
        (switches.WITHOUT, "run_log", False),
        (switches.WITHOUT, "migrations, run_log", False),
        (switches.WITHOUT, "migrations", True),
    ],
)
def test_it_can_be_switched_off(
    made: Upstream, variable: str, value: str, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    assert in_place(made) is wanted
