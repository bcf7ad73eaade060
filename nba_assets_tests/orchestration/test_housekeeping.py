"""Housekeeping: what it asks for, how long logs are kept, and that it runs by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration import housekeeping
from nba_assets.orchestration.housekeeping import (
    LOG_DAYS,
    MERGED_AFTER,
    PACKED_AFTER,
    housekeeping_job,
    housekeeping_schedule,
)
from nba_assets.orchestration.instance.retention import Packed, Pruned
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY


def test_old_logs_go_and_the_history_is_merged_but_for_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, Any] = {}

    def merge_parts(contract: object, before: float) -> int:
        asked.update(contract=contract, merged=datetime.fromtimestamp(before, UTC))
        return 12

    def prune(_: object, before: datetime) -> Pruned:
        asked["pruned"] = before
        return Pruned(1, 2345)

    def pack(_: object, before: datetime) -> Packed:
        asked["packed"] = before
        return Packed(4, 1000)

    monkeypatch.setattr(housekeeping, "prune", prune)
    monkeypatch.setattr(housekeeping, "pack", pack)
    warehouse: Any = SimpleNamespace(merge_parts=merge_parts, prune_notes=lambda before: 3)
    instance: Any = None
    now = datetime.now(UTC)
    tidied = housekeeping.tidy(instance, warehouse, 180)
    assert str(tidied) == (
        "12 runs of the run history merged; 3 notes on partitions that were replaced since removed; "
        "1 logs of runs and 3,345 rows of the log of all runs removed; 4 logs packed"
    )
    assert asked["contract"] is RUN_HISTORY
    assert asked["merged"] - (now - MERGED_AFTER) < timedelta(minutes=1)
    assert asked["pruned"] - (now - timedelta(days=180)) < timedelta(minutes=1)
    assert asked["packed"] - (now - PACKED_AFTER) < timedelta(minutes=1)


def test_how_long_logs_are_kept_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LOG_DAYS, raising=False)
    assert housekeeping.log_days() == 180
    monkeypatch.setenv(LOG_DAYS, "30")
    assert housekeeping.log_days() == 30
    for wrong in ("0", "-1", "a month", "36501"):
        monkeypatch.setenv(LOG_DAYS, wrong)
        with pytest.raises(BadInput, match=f"{LOG_DAYS}: '{wrong}' is no whole number of days from 1 to 36500"):
            housekeeping.log_days()


def test_it_runs_by_itself_at_night() -> None:
    schedule = housekeeping_schedule()
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.job_name == housekeeping_job().name
    assert schedule.execution_timezone == "America/New_York"
