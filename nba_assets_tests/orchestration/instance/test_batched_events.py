"""Events stored at once are what Dagster would have stored one by one."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from nba_assets.orchestration.instance.batched_events import AssetEvent, record_runless

KEY = dg.AssetKey(["nba_raw", "nbac_schedule"])


def events() -> list[AssetEvent]:
    days = [f"2021-11-{day}" for day in range(10, 15)]
    made = [dg.AssetMaterialization(KEY, partition=day, metadata={"execution_id": f"e-{day}"}) for day in days]
    return [*made, dg.AssetObservation(KEY, partition=days[0], metadata={"execution_id": "failed"})]


def on_record(instance: dg.DagsterInstance) -> list[object]:
    made = instance.fetch_materializations(KEY, limit=100, ascending=True).records
    seen = instance.fetch_observations(KEY, limit=100, ascending=True).records
    entries = [record.event_log_entry for record in (*made, *seen)]
    return [(entry.run_id, entry.level, entry.job_name, entry.dagster_event) for entry in entries]


@pytest.mark.parametrize("stored_at", ["home", "memory"])
def test_many_at_once_are_what_dagster_stores_one_by_one(stored_at: str, home: Path) -> None:
    opened = dg.DagsterInstance.get() if stored_at == "home" else dg.DagsterInstance.ephemeral()
    with opened as instance, dg.DagsterInstance.ephemeral() as by_dagster:
        record_runless(instance, events())
        for event in events():
            by_dagster.report_runless_asset_event(event)
        assert on_record(instance) == on_record(by_dagster)
        assert len(on_record(instance)) == 6
        assert instance.get_materialized_partitions(KEY) == {f"2021-11-{day}" for day in range(10, 15)}


def test_of_nothing_nothing_is_stored() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        record_runless(instance, [])
        assert on_record(instance) == []
