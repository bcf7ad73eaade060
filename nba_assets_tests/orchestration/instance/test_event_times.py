"""Times of a range's materialisations: one a millisecond at most, in the order of the days, none in the future."""

import time
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.orchestration.dagster_patches import switches
from nba_assets.orchestration.instance.batched_events import record_runless
from nba_assets.orchestration.instance.event_times import apart, spread

KEY = dg.AssetKey("table")
DAYS = [f"2024-10-{day:02}" for day in range(1, 31)]
JANUARY = dg.DailyPartitionsDefinition("2024-10-01", "2024-11-01")
RANGE = {"dagster/asset_partition_range_start": DAYS[0], "dagster/asset_partition_range_end": DAYS[-1]}


@pytest.mark.parametrize("seconds", [0.0, 0.01, 60.0])
@pytest.mark.parametrize("count", [1, 41, 500])
def test_times_are_in_milliseconds_of_their_own(count: int, seconds: float) -> None:
    until = 1732634041.123456
    times = apart(count, until - seconds, until)
    shown = [int(at * 1000) for at in times]  # as the UI has them
    assert len(set(shown)) == count
    assert shown == sorted(shown)
    assert until - 0.002 < times[-1] <= until
    assert times[0] >= until - max(seconds, (count + 2) / 1000)


def test_times_fill_the_time_that_building_took() -> None:
    times = apart(41, 1000.0, 1060.0)
    assert all(later - earlier == pytest.approx(60 / 41, abs=0.002) for earlier, later in pairwise(times))


def shown(instance: dg.DagsterInstance) -> dict[str, float]:
    """By partition, oldest first by their times."""
    records = instance.fetch_materializations(KEY, limit=100).records
    return dict(sorted(((str(record.partition_key), record.timestamp) for record in records), key=lambda row: row[1]))


@pytest.mark.slow
@pytest.mark.parametrize("fails", [False, True], ids=["whole", "finished before it failed"])
def test_each_day_of_a_range_run_is_stored_at_its_own_time(home: Path, fails: bool) -> None:
    started = time.time() - 5

    @dg.multi_asset(specs=[dg.AssetSpec(KEY, partitions_def=JANUARY)], backfill_policy=dg.BackfillPolicy.single_run())
    def table(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        spread(context.run.run_id, KEY, DAYS, started)
        if fails:
            for day in DAYS:
                context.log_event(dg.AssetMaterialization(KEY, partition=day))
            raise dg.Failure("a later one")
        return dg.MaterializeResult(asset_key=KEY)

    with dg.DagsterInstance.get() as instance:
        dg.materialize([table], tags=RANGE, instance=instance, raise_on_error=False)
        found = shown(instance)
    assert list(found) == DAYS
    assert all(later - earlier >= 0.001 for earlier, later in pairwise(found.values()))
    assert found[DAYS[-1]] - found[DAYS[0]] > 4.5
    assert started < found[DAYS[0]]
    assert found[DAYS[-1]] <= time.time()


def test_what_a_sensor_reports_at_once_is_apart(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        record_runless(instance, [dg.AssetMaterialization(KEY, partition=day) for day in DAYS])
        found = shown(instance)
    assert list(found) == DAYS
    assert len({int(at * 1000) for at in found.values()}) == len(DAYS)


def test_stock_dagster_keeps_its_own_times(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(switches.STOCK, "1")
    with dg.DagsterInstance.get() as instance:
        now = time.time()
        record_runless(instance, [dg.AssetMaterialization(KEY, partition=day) for day in DAYS[:3]])
        assert all(at >= now for at in shown(instance).values())
