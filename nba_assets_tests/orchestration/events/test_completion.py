"""What follows when runs succeed: the next slate once for each content, a message for each group and run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.definitions.run_status_sensor_definition import RunStatusSensorCursor
from dagster._core.events import StepMaterializationData

from nba_assets.contracts.table import Table
from nba_assets.orchestration.events.completion import (
    Place,
    completion,
    completion_messages,
    next_slate,
    slate_requests,
)
from nba_assets.orchestration.events.sources import Spool
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_tags import partition_tags
from nba_assets.orchestration.slates import slate_tables, summaries, with_conformed
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.given import put_games
from nba_assets_tests.orchestration.clock import HOURS, moment, standing_at
from nba_assets_tests.orchestration.events.stage import tables_of

DAY = timedelta(days=1)
DAYS_OF_THE_CLOCK = [date(2026, 11, 1), date(2027, 3, 14)]
"""On which it changes."""
NEVER_ON = Place()

DAYS = [date(2024, 10, 22), date(2024, 10, 23), date(2024, 10, 24)]


@pytest.fixture
def instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral()


@pytest.fixture
def warehouse(simulated_lake: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(Lake(simulated_lake))


def succeed(
    instance: dg.DagsterInstance,
    built: Iterable[Table] = summaries(),
    days: list[date] = DAYS[:1],
    content: str = "a",
    trigger: str = "raw_complete",
    status: dg.DagsterRunStatus = dg.DagsterRunStatus.SUCCESS,
) -> dg.DagsterRun:
    """A run that has built some tables, ten rows a partition."""
    built = list(built)
    tags = partition_tags(days) | {"nba/trigger": trigger, "nba/correlation_id": "c1,c2"}
    selection = frozenset(asset_key(table) for table in built)
    run = instance.add_run(dg.DagsterRun(job_name="all_tables", status=status, tags=tags, asset_selection=selection))
    instance.add_run_tags(run.run_id, tags)  # by Dagster's clock, where it stands still
    for table in built:
        for day in days:
            made = dg.AssetMaterialization(
                asset_key(table),
                partition=day.isoformat(),
                metadata={"dagster/partition_row_count": 10},
                tags={DATA_VERSION_TAG: f"{table.name}-{content}"},
            )
            kind = dg.DagsterEventType.ASSET_MATERIALIZATION.value
            event = dg.DagsterEvent(kind, "all_tables", event_specific_data=StepMaterializationData(made))
            instance.report_dagster_event(event, run.run_id)
    return run


def ask(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse, place: Place = NEVER_ON
) -> tuple[list[dg.RunRequest], Place]:
    """One look, with the place kept as the cursor keeps it."""
    requests, after = slate_requests(instance, warehouse, place)
    assert Place.read(after.written()) == after
    return requests, after


def keys(instance: dg.DagsterInstance, warehouse: DuckDBWarehouse) -> list[str | None]:
    return [request.run_key for request in ask(instance, warehouse)[0]]


def slates(requests: list[dg.RunRequest]) -> list[date]:
    return [date.fromisoformat(request.partition_key or "") for request in requests]


def test_the_summaries_of_a_date_ask_for_the_next_date_with_games(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    run = succeed(instance)
    (request,) = ask(instance, warehouse)[0]
    assert request.partition_key == "2024-10-23"
    assert {key.path[-1] for key in request.asset_selection or ()} == {t.name for t in with_conformed(slate_tables())}
    assert request.tags["nba/correlation_id"] == run.tags["nba/correlation_id"] == "c1,c2"
    assert request.tags["nba/trigger"] == "next_slate"


def test_the_same_content_has_the_same_run_key_and_another_one_another(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    succeed(instance)
    first = keys(instance, warehouse)
    succeed(instance)
    assert keys(instance, warehouse) == first
    succeed(instance, summaries()[:1], content="b")
    corrected = keys(instance, warehouse)
    assert len(corrected) == 1
    assert corrected != first


def test_nothing_is_asked_for_until_all_summaries_are_there(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    succeed(instance, summaries()[:2])
    assert keys(instance, warehouse) == []
    succeed(instance, summaries()[2:])
    assert len(keys(instance, warehouse)) == 1


def test_a_range_asks_for_the_slate_after_its_last_date(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    succeed(instance, tables(), DAYS)
    (request,) = ask(instance, warehouse)[0]
    assert request.partition_key == "2024-10-25"


@pytest.mark.parametrize(
    "changes",
    [
        {"trigger": "next_slate"},
        {"trigger": "backfill"},
        {"built": slate_tables()},
        {"days": [date(2025, 6, 30)]},
    ],
    ids=["a slate", "a back-fill", "no summaries", "the last date of a season"],
)
def test_other_runs_ask_for_nothing(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse, changes: dict[str, object]
) -> None:
    succeed(instance, **changes)  # type: ignore[arg-type]
    assert keys(instance, warehouse) == []


LAST_NIGHT, NEXT = date(2026, 11, 24), date(2026, 11, 28)
"""With three days off between."""


@pytest.fixture
def planned(tmp_path: Path) -> DuckDBWarehouse:
    """A schedule: two nights, a gap, a break of twelve days, and the opening night of the season after."""
    put_games(tmp_path, [date(2026, 11, 23), LAST_NIGHT, NEXT, date(2026, 12, 10), date(2027, 10, 19)])
    return DuckDBWarehouse(Lake(tmp_path))


@pytest.mark.parametrize("hour", HOURS)
def test_the_next_slate_after_days_off_is_asked_for_at_once(
    hour: str, instance: dg.DagsterInstance, planned: DuckDBWarehouse
) -> None:
    """After an early night, in the small hours, and late."""
    with standing_at(moment(LAST_NIGHT, "23:30")):
        succeed(instance, days=[LAST_NIGHT])
    with standing_at(moment(LAST_NIGHT if hour == "23:30" else LAST_NIGHT + DAY, hour)):
        requests, place = ask(instance, planned)
    assert slates(requests) == [NEXT]
    assert place.waits is None


@pytest.mark.parametrize("day", DAYS_OF_THE_CLOCK)
def test_tomorrows_slate_is_asked_for_on_the_night_of_a_clock_change(
    day: date, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    put_games(tmp_path, [day, day + DAY])
    for hour in ("00:30", "23:30"):
        at = moment(day + DAY if hour == "00:30" else day, hour)
        with standing_at(at):
            succeed(instance, days=[day])
            assert slates(ask(instance, DuckDBWarehouse(Lake(tmp_path)))[0]) == [day + DAY]


def test_one_too_far_ahead_is_waited_for_until_it_has_a_partition(
    instance: dg.DagsterInstance, planned: DuckDBWarehouse
) -> None:
    with standing_at(moment(NEXT, "23:30")):
        succeed(instance, days=[NEXT])
        requests, place = ask(instance, planned)
        assert (requests, place.waits and place.waits.day) == ([], NEXT)
    for day in range(29, 31):
        with standing_at(moment(date(2026, 11, day), "16:00")):
            requests, place = ask(instance, planned, place)
            assert (requests, place.waits and place.waits.day) == ([], NEXT)
    with standing_at(moment(date(2026, 12, 3), "00:30")):
        requests, place = ask(instance, planned, place)
    assert slates(requests) == [date(2026, 12, 10)]
    assert place.waits is None


def test_a_daemon_that_stood_still_misses_nothing(instance: dg.DagsterInstance, planned: DuckDBWarehouse) -> None:
    """It looked last on the 23rd; the night's run ended while it was down, longer ago than runs are looked at again."""
    with standing_at(moment(date(2026, 11, 23), "16:00")):
        _, place = ask(instance, planned)
    with standing_at(moment(LAST_NIGHT, "23:30")):
        succeed(instance, days=[LAST_NIGHT])
    with standing_at(moment(date(2026, 11, 27), "16:00")):
        assert slates(ask(instance, planned, place)[0]) == [NEXT]
        assert slates(ask(instance, planned)[0]) == [NEXT]  # nor does one that was never on


def test_a_slate_that_was_played_long_ago_is_not_asked_for_at_the_first_look(
    instance: dg.DagsterInstance, planned: DuckDBWarehouse
) -> None:
    with standing_at(moment(date(2026, 11, 23), "23:30")):
        succeed(instance, days=[date(2026, 11, 23)])
    with standing_at(moment(date(2026, 12, 1), "16:00")):
        assert ask(instance, planned)[0] == []


def test_the_first_slate_of_a_season_is_waited_for_all_summer_also_where_it_is_not_known_yet(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    last, opening = date(2026, 6, 18), date(2026, 10, 20)
    put_games(tmp_path, [last])
    warehouse = DuckDBWarehouse(Lake(tmp_path))
    with standing_at(moment(last, "23:30")):
        succeed(instance, days=[last])
        requests, place = ask(instance, warehouse)
    for day in (date(2026, 6, 30), date(2026, 7, 15), date(2026, 9, 30)):
        with standing_at(moment(day, "16:00")):
            requests, place = ask(instance, warehouse, place)
        assert (requests, place.waits and place.waits.day) == ([], last)
        put_games(tmp_path, [opening])  # in the middle of the summer
    with standing_at(moment(date(2026, 10, 13), "00:30")):
        requests, place = ask(instance, warehouse, place)
    assert slates(requests) == [opening]


def test_a_correction_while_waiting_counts(instance: dg.DagsterInstance, planned: DuckDBWarehouse) -> None:
    with standing_at(moment(NEXT, "23:30")):
        succeed(instance, days=[NEXT])
        _, place = ask(instance, planned)
    with standing_at(moment(date(2026, 12, 1), "16:00")):
        succeed(instance, summaries()[:1], days=[NEXT], content="b")
        _, corrected = ask(instance, planned, place)
    assert place.waits
    assert corrected.waits
    assert corrected.waits.content != place.waits.content


def test_the_sensor_keeps_its_place_in_the_cursor(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    put_games(tmp_path, [NEXT])
    resource = WarehouseResource(engine="duckdb", lake=str(tmp_path), threads=1, memory_mib=512, timeout_seconds=60)
    with standing_at(moment(NEXT, "23:30")):
        succeed(instance, days=[NEXT])
        with dg.build_sensor_context(instance, resources={"warehouse": resource}) as context:
            found = next_slate.evaluate_tick(context)
    waits = Place.read(found.cursor).waits
    assert waits
    assert waits.day == NEXT
    assert str(found.skip_message).startswith("2026-11-28 is summed up; no later date with games up to ")


def test_a_run_of_all_tables_tells_both_phases_what_it_wrote(instance: dg.DagsterInstance) -> None:
    run = succeed(instance, [t for t in tables() if t.group in ("analytics", "precompute")], DAYS)
    told = {topic: json.loads(sent.as_bytes()) for topic, sent in completion_messages(instance, run)}
    assert list(told) == ["nba-phase3-analytics-complete", "nba-phase4-precompute-complete"]
    said = told["nba-phase3-analytics-complete"]
    said.pop("timestamp")
    assert said == {
        "processor_name": "analytics_tables",
        "phase": "phase_3_analytics",
        "execution_id": run.run_id,
        "correlation_id": "c1,c2",
        "game_date": "2024-10-24",
        "output_dataset": "nba_analytics",
        "status": "success",
        "record_count": 150,
        "trigger_source": "raw_complete",
        "metadata": {
            "tables": {table.name: 30 for table in tables() if table.group == "analytics"},
            "first_date": "2024-10-22",
            "last_date": "2024-10-24",
        },
    }
    assert told["nba-phase4-precompute-complete"]["phase"] == "phase_4_precompute"


def test_a_run_of_one_group_tells_one_phase(instance: dg.DagsterInstance) -> None:
    topics = [topic for topic, _ in completion_messages(instance, succeed(instance))]
    assert topics == ["nba-phase3-analytics-complete"]


def test_a_run_started_without_a_selection_tells_what_it_wrote(instance: dg.DagsterInstance) -> None:
    """As from the UI, on the job as a whole."""
    run = succeed(instance)._replace(asset_selection=None)
    assert len(list(completion_messages(instance, run))) == 1
    assert tables_of(run) == set()


def test_a_run_without_partitions_tells_nothing(instance: dg.DagsterInstance) -> None:
    run = instance.add_run(dg.DagsterRun(job_name="all_tables"))
    assert list(completion_messages(instance, run)) == []


def ended_well(instance: dg.DagsterInstance) -> str:
    run = succeed(instance)
    ended = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, run.job_name)
    instance.report_dagster_event(ended, run.run_id)
    return run.run_id


def tick(instance: dg.DagsterInstance, cursor: str | None) -> str:
    result = completion(dg.build_sensor_context(instance, cursor))
    assert isinstance(result, dg.SensorResult)
    return str(result.cursor)


def told_of(lake: Path) -> list[str]:
    """The runs whose message is in the spool, as they were sent."""
    files = (lake / "_events" / "nba-phase3-analytics-complete").glob("*.json")
    return [json.loads(f.read_bytes())["execution_id"] for f in sorted(files, key=lambda f: f.stat().st_mtime_ns)]


def test_what_cannot_be_sent_is_sent_by_a_later_tick(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBA_LAKE", str(tmp_path))
    ended_well(instance)
    cursor = tick(instance, None)
    assert told_of(tmp_path) == [], "it ended before the sensor was on"
    runs = [ended_well(instance), ended_well(instance)]
    (tmp_path / "_events").touch()  # where the spool's folder is to be
    with pytest.raises(OSError, match="_events"):
        tick(instance, cursor)
    (tmp_path / "_events").unlink()
    cursor = tick(instance, cursor)
    assert told_of(tmp_path) == runs

    publish, calls = Spool.publish, count()

    def failing(spool: Spool, topic: str, name: str, data: bytes) -> None:
        if next(calls) == 1:
            raise TimeoutError("no answer")
        publish(spool, topic, name, data)

    monkeypatch.setattr(Spool, "publish", failing)
    runs += [ended_well(instance), ended_well(instance)]
    cursor = tick(instance, cursor)
    assert told_of(tmp_path) == runs[:3], "what was told before keeps its place"
    cursor = tick(instance, cursor)
    assert told_of(tmp_path) == runs
    assert tick(instance, cursor) == cursor


def test_the_place_that_an_earlier_release_kept_is_gone_on_from(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBA_LAKE", str(tmp_path))
    ended_well(instance)
    (last,) = instance.fetch_run_status_changes(dg.DagsterEventType.RUN_SUCCESS, limit=1).records
    run = ended_well(instance)
    tick(instance, RunStatusSensorCursor(record_id=last.storage_id, update_timestamp="2026-11-27").to_json())
    assert told_of(tmp_path) == [run]
