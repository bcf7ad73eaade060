"""How far a run is: what its steps say and when they start and end, and nothing of what they record."""

import logging
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqlEventLogStorage

from nba_assets.orchestration.dagster_patches import guard, switches
from nba_assets.orchestration.instance.run_log import STEPS, said_since
from nba_assets.orchestration.partitions import DAILY

pytestmark = pytest.mark.slow

RANGE = {"dagster/asset_partition_range_start": "2024-10-22", "dagster/asset_partition_range_end": "2024-11-30"}


def asset(name: str, fails: bool = False) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=name,
        specs=[dg.AssetSpec(name, partitions_def=DAILY)],
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def build(context: dg.AssetExecutionContext) -> None:
        context.log.info(f"{name}: part 1 of 1")
        if fails:
            raise ValueError

    return build


@pytest.fixture(params=["of a file for each run", "of one database", "of no database"])
def instance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    if request.param == "of one database":
        with dg.DagsterInstance.ephemeral() as instance:
            yield instance
        return
    with dg.instance_for_test() as instance:
        if request.param == "of no database":
            monkeypatch.setattr("nba_assets.orchestration.instance.run_log.STORAGE", "types:NoneType")
        yield instance


def told(entries: list[dg.EventLogEntry]) -> list[tuple[str, str]]:
    """The steps and what is told of them, less what is only recorded and what Dagster itself says."""
    kinds = {kind.value for kind in STEPS}
    found = [
        (str(entry.step_key), entry.dagster_event.event_type_value if entry.dagster_event else entry.user_message)
        for entry in entries
    ]
    return [(step, what) for step, what in found if what in kinds or "part 1" in what]


def test_it_is_what_the_whole_log_tells_of_the_steps(instance: dg.DagsterInstance) -> None:
    assets = [asset("good"), asset("bad", fails=True)]
    run_id = dg.materialize(assets, instance=instance, tags=RANGE, raise_on_error=False).run_id
    entries, place = said_since(instance, run_id, 0)
    whole = list(instance.all_logs(run_id))
    assert sorted(told(entries)) == sorted(told(whole))
    assert sorted(told(entries)) == [
        ("bad", "STEP_FAILURE"),
        ("bad", "STEP_START"),
        ("bad", "bad: part 1 of 1"),
        ("good", "STEP_START"),
        ("good", "STEP_SUCCESS"),
        ("good", "good: part 1 of 1"),
    ]
    assert said_since(instance, run_id, place) == ([], place)


def test_what_is_recorded_is_not_read() -> None:
    with dg.instance_for_test() as instance:
        run_id = dg.materialize([asset("good")], instance=instance, tags=RANGE).run_id
        entries, _ = said_since(instance, run_id, 0)
        assert len(entries) < 10 < len(instance.all_logs(run_id))


def test_nothing_is_told_twice(instance: dg.DagsterInstance) -> None:
    seen: list[dg.EventLogEntry] = []

    @dg.asset
    def looks(context: dg.AssetExecutionContext) -> None:
        place = 0
        for number in range(3):
            context.log.info(f"part 1, {number}")
            entries, place = said_since(instance, context.run.run_id, place)
            seen.extend(entries)

    dg.materialize([looks], instance=instance)
    assert told(seen) == [("looks", "STEP_START"), *[("looks", f"part 1, {number}") for number in range(3)]]


def test_with_stock_dagster_everything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(switches.STOCK, "1")
    with dg.instance_for_test() as instance:
        run_id = dg.materialize([asset("good")], instance=instance, tags=RANGE).run_id
        assert len(said_since(instance, run_id, 0)[0]) == len(instance.all_logs(run_id))


@pytest.mark.usefixtures("guard_asks_anew")
def test_what_dagster_has_moved_is_told_once_and_everything_is_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with dg.instance_for_test() as instance:
        run_id = dg.materialize([asset("good")], instance=instance, tags=RANGE).run_id
        monkeypatch.delattr(SqlEventLogStorage, "run_connection")
        with caplog.at_level(logging.WARNING):
            found = [len(said_since(instance, run_id, 0)[0]) for _ in range(2)]
        monkeypatch.undo()
        assert found == [len(instance.all_logs(run_id))] * 2
    assert [record.getMessage() for record in caplog.records if record.name == guard.__name__] == [
        "progress is read with everything a run records: "
        "Dagster has changed dagster._core.storage.event_log:SqlEventLogStorage.run_connection"
    ]
