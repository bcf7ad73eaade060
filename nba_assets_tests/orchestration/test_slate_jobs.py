"""The jobs of tonight's and tomorrow's slate: which date they build by the clock, and what a day off costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from nba_assets.contracts.table import Table
from nba_assets.orchestration import slate_jobs
from nba_assets.orchestration.launch import RunResult
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.slates import slate_tables, with_conformed
from nba_assets_tests.given import put_games
from nba_assets_tests.orchestration.clock import DAYS, HOURS, moment

pytestmark = pytest.mark.slow

Asked = list[tuple[list[Table], list[date], str]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the jobs launch, which here is nothing."""
    asked: Asked = []

    def launch(_: object, tables: Sequence[Table], days: Sequence[date], tags: dict[str, str]) -> RunResult:
        asked.append((list(tables), list(days), tags["nba/trigger"]))
        return RunResult("r1", True, {}, {})

    monkeypatch.setattr(slate_jobs, "launch", launch)
    return asked


def run(lake: Path, day: date, hour: str, **options: Any) -> dict[str, dg.ExecuteInProcessResult]:
    warehouse = WarehouseResource(engine="duckdb", lake=str(lake), threads=1, memory_mib=512, timeout_seconds=60)
    jobs = slate_jobs.slate_jobs(lambda: moment(day, hour))
    return {job.name: job.execute_in_process(resources={"warehouse": warehouse}, **options) for job in jobs}


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
def test_they_build_the_slates_of_today_and_tomorrow(day: date, asked: Asked, tmp_path: Path) -> None:
    tomorrow, slate = day + timedelta(days=1), list(with_conformed(slate_tables()))
    put_games(tmp_path, [day, tomorrow])
    for hour in HOURS:
        assert all(result.success for result in run(tmp_path, day, hour).values())
        assert asked == [(slate, [day], "tonights_slate"), (slate, [tomorrow], "tomorrows_slate")]
        asked.clear()


def test_a_day_off_launches_nothing(asked: Asked, tmp_path: Path) -> None:
    put_games(tmp_path, [date(2026, 2, 12)])
    assert all(result.success for result in run(tmp_path, date(2026, 2, 15), "16:00").values())
    assert asked == []


def test_a_run_that_fails_fails_the_job_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    failed = RunResult("r1", False, {}, {"games": "no luck"})
    monkeypatch.setattr(slate_jobs, "launch", lambda *_, **__: failed)
    put_games(tmp_path, [date(2026, 2, 12)])
    result = run(tmp_path, date(2026, 2, 12), "16:00", raise_on_error=False)["tonights_slate"]
    assert not result.success
    assert "2026-02-12, run r1: games: no luck" in str(result.all_events)
