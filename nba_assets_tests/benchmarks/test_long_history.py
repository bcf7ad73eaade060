"""A run of a date many times over, before the runs that are there."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from benchmarks.long_history import multiply
from nba_assets_tests.orchestration.instance.event_storage.given import two_tables

RAW = dg.AssetKey("raw")


def test_copies_of_the_last_run_lie_before_it_with_dates_and_checks_of_their_own(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        assert dg.materialize([two_tables], instance=instance, partition_key="2021-10-20").success
        before = instance.get_latest_materialization_event(RAW)
        [run] = instance.get_runs()
    multiply(home, runs=20, a_day=2, log_days=3)
    with dg.DagsterInstance.get() as instance:
        runs = instance.get_runs()
        assert [len(runs), runs[0].run_id] == [21, run.run_id]
        assert [run.tags["dagster/partition"] for run in runs[1:6]] == [
            *("2021-10-24", "2021-10-24", "2021-10-23", "2021-10-23", "2021-10-22")
        ]
        assert instance.get_latest_materialization_event(RAW) == before
        made = instance.fetch_materializations(RAW, limit=100).records
        assert len(made) == 21
        assert len({record.run_id for record in made}) == 21
        assert {record.partition_key for record in made} == {f"2021-10-{day}" for day in range(15, 25)}
        days_ago = [(made[0].timestamp - record.timestamp) / 86400 for record in made]
        assert [round(days) for days in days_ago[:5]] == [0, 1, 1, 2, 2]
        check = dg.AssetCheckKey(dg.AssetKey("offense"), "rows")
        answers = instance.event_log_storage.get_asset_check_execution_history(check, limit=100)
        assert len({answer.run_id for answer in answers}) == 1 + 2 * 3, "of the days whose logs are kept"
        assert answers[0].run_id == run.run_id
