"""Old logs are removed, and what Dagster says of partitions, versions and checks is the same before and after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.orchestration.instance.event_storage import BatchingSqliteEventLogStorage
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
