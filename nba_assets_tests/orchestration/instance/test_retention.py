"""Old logs are removed, and what Dagster says of partitions, versions and checks is the same before and after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.orchestration.instance.event_storage import BatchingSqliteEventLogStorage
from nba_assets.orchestration.instance.event_storage.sqlite import FILES_OPEN
from nba_assets.orchestration.instance.retention import Pruned, prune
from nba_assets_tests.orchestration.instance.event_storage.given import DAYS, known, range_run


@dg.asset(key="offense", partitions_def=DAYS)
def failing(context):  # noqa: ANN001, ANN201 (Dagster reads the annotation, and this module postpones it)
    raise RuntimeError("no rows")


def failed_run(instance: dg.DagsterInstance, day: str) -> None:
    assert not dg.materialize([failing], instance=instance, partition_key=day, raise_on_error=False).success


@pytest.mark.slow
def test_what_is_known_of_partitions_is_the_same_after_pruning(home: Path) -> None:
    """Of a history of three days twice, one of them failed at last, and an event of no run."""
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, BatchingSqliteEventLogStorage)
        range_run(instance)
        last = range_run(instance)
        failed_run(instance, "2021-10-20")
        instance.report_runless_asset_event(dg.AssetMaterialization("raw", partition="2021-10-21"))
        before, logged = known(instance), len(instance.all_logs(last))
        logs = list((home / "history" / "runs").glob("*-*.db"))
        later = datetime.now(UTC) + timedelta(minutes=1)

        assert prune(instance, later - timedelta(days=1)) == Pruned()
        assert len(instance.all_logs(last)) == logged > 10

        pruned = prune(instance, later)
        assert known(instance) == before
        assert pruned.runs == len(logs) == 3
        assert pruned.rows > 20
        assert not [file for file in logs if file.exists()]
        assert not list((home / "storage").iterdir())
        assert prune(instance, later) == Pruned()

        assert len(instance.all_logs(range_run(instance))) == logged  # and it goes on


@dg.job(executor_def=dg.in_process_executor)
def nothing() -> None:
    """Its run leaves no materialisation."""


def one_run(instance: dg.DagsterInstance) -> str:
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return nothing.execute_in_process(quiet, instance=instance).run_id


def test_a_run_after_pruning_comes_after_the_place_that_sensors_have_reached(home: Path) -> None:
    """Also where nothing of what was logged is of use any more, as after a summer without a daemon."""
    with dg.DagsterInstance.get() as instance:
        one_run(instance)
        (ended,) = instance.fetch_run_status_changes(dg.DagsterEventType.RUN_SUCCESS, limit=9).records
        prune(instance, datetime.now(UTC) + timedelta(minutes=1))
        later = one_run(instance)
        after = dg.RunStatusChangeRecordsFilter(dg.DagsterEventType.RUN_SUCCESS, after_storage_id=ended.storage_id)
        assert [record.run_id for record in instance.fetch_run_status_changes(after, limit=9).records] == [later]


def test_a_run_whose_log_another_process_has_pruned_is_one_without_a_log_and_can_be_deleted(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        with dg.DagsterInstance.get() as page:  # as the UI, which has looked at it and then at others
            old = one_run(instance)
            assert page.all_logs(old)
            assert prune(instance, datetime.now(UTC) + timedelta(minutes=1)).runs == 1
            for _ in range(FILES_OPEN):
                assert page.all_logs(one_run(instance))
            assert page.all_logs(old) == []
            page.delete_run(old)
        assert instance.get_run_by_id(old) is None
