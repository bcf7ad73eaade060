"""The pool of BigQuery: its steps are in it, and of nineteen that could run at once five do."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from nba_assets.orchestration.assets import step_assets
from nba_assets.orchestration.instance.opening import settings
from nba_assets.orchestration.processes.executor import executor
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary as offense

STEPS, LIMIT = 19, 5
TIMES = "NBA_TEST_TIMES"


@pytest.mark.parametrize(
    ("dialect", "pool"), [pytest.param("bigquery", "bigquery", marks=pytest.mark.slow), ("duckdb", None)]
)
def test_steps_on_bigquery_are_in_its_pool(dialect: Any, pool: str | None) -> None:
    assert step_assets([offense], frozenset({dialect}), dialect).op.pool == pool


def nineteen() -> dg.JobDefinition:
    """Steps that wait for nothing but a slot, and note when they were running."""

    @dg.op(pool="bigquery")
    def query() -> None:
        began = time.time()
        time.sleep(1)
        Path(os.environ[TIMES], str(os.getpid())).write_text(json.dumps([began, time.time()]))

    @dg.job(executor_def=executor())
    def nineteen() -> None:
        for number in range(STEPS):
            query.alias(f"query_{number}")()

    return nineteen


@pytest.mark.slow
def test_of_nineteen_steps_five_run_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TIMES, str(tmp_path))
    monkeypatch.setenv("NBA_MAX_CONCURRENT", str(STEPS))
    monkeypatch.delenv("NBA_EXECUTOR", raising=False)
    with dg.instance_for_test(overrides={"concurrency": yaml.safe_load(settings())["concurrency"]}) as instance:
        with dg.execute_job(dg.reconstructable(nineteen), instance=instance) as done:
            assert done.success
        (pool,) = instance.event_log_storage.get_pool_limits()
        assert (pool.name, pool.limit, pool.from_default) == ("bigquery", LIMIT, True)
    times = [json.loads(file.read_text()) for file in tmp_path.iterdir()]
    assert len(times) == STEPS
    assert max(sum(began <= moment < ended for began, ended in times) for moment, _ in times) == LIMIT
