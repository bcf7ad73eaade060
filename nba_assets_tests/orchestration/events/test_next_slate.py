"""What else sets off the next slate than a night's first summaries: corrections there and back, and what people run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.run_tags import partition_tags
from nba_assets.orchestration.slates import slate_tables, summaries
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.given import put_games
from nba_assets_tests.orchestration.clock import moment, standing_at
from nba_assets_tests.orchestration.events.test_completion import (
    DAY,
    DAYS,
    LAST_NIGHT,
    NEVER_ON,
    NEXT,
    ask,
    keys,
    slates,
    succeed,
)
from nba_assets_tests.orchestration.watched import put_there


@pytest.fixture
def instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral()


@pytest.fixture
def warehouse(simulated_lake: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(Lake(simulated_lake))


@pytest.fixture
def planned(tmp_path: Path) -> DuckDBWarehouse:
    """A schedule: two nights, and one after three days off."""
    put_games(tmp_path, [LAST_NIGHT - DAY, LAST_NIGHT, NEXT])
    return DuckDBWarehouse(Lake(tmp_path))


def test_summaries_that_are_corrected_back_to_what_they_were_ask_again(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    """A key that was there once makes no run; a look that is lost with its cursor asks with the same key."""
    place, asked = NEVER_ON, []
    for content in ("a", "b", "a", "b"):
        succeed(instance, content=content)
        ((request,), after), ((lost,), _) = (ask(instance, warehouse, place) for _ in range(2))
        assert lost.run_key == request.run_key
        assert ask(instance, warehouse, after)[0] == [], "once"
        asked.append(request.run_key)
        place = after
    assert len(set(asked)) == 4


def test_a_run_that_failed_at_another_table_asks_as_well(
    instance: dg.DagsterInstance, warehouse: DuckDBWarehouse
) -> None:
    failed = succeed(instance, status=dg.DagsterRunStatus.FAILURE)
    assert len(keys(instance, warehouse)) == 1
    lacking = failed.asset_selection or frozenset()
    instance.delete_run(failed.run_id)
    selection = lacking | {asset_key(summaries()[0])}
    tags = partition_tags(DAYS[:1]) | {"nba/trigger": "raw_complete"}
    status = dg.DagsterRunStatus.FAILURE
    instance.add_run(dg.DagsterRun(job_name="all_tables", status=status, tags=tags, asset_selection=selection))
    assert keys(instance, warehouse) == [], "it built no summary itself"


def sum_up(lake: Path, instance: dg.DagsterInstance, day: date, content: str, trigger: str) -> None:
    """Summaries of a date as a run builds them: rows, events, and the run."""
    for table in summaries():
        schema = table.schema().to_pyarrow()
        values = [pa.array([content if f.name == "game_id" else None], f.type) for f in schema]
        Lake(lake).replace(table, [(day, pa.table(values, schema=schema))])
    succeed(instance, days=[day], content=content, trigger=trigger)


def test_tonights_slate_is_asked_for_after_a_correction_of_an_older_date(
    instance: dg.DagsterInstance, planned: DuckDBWarehouse, tmp_path: Path
) -> None:
    older = LAST_NIGHT - DAY
    with standing_at(moment(NEXT, "16:00")):
        for day in (older, LAST_NIGHT):
            sum_up(tmp_path, instance, day, "a", "raw_complete")
        requests, place = ask(instance, planned)
        assert slates(requests) == [LAST_NIGHT, NEXT]
        put_there(Lake(tmp_path), instance, slate_tables(), NEXT)
        assert ask(instance, planned, place)[0] == []

        sum_up(tmp_path, instance, older, "b", "raw_complete")
        requests, place = ask(instance, planned, place)
        assert slates(requests) == [LAST_NIGHT, NEXT]
        assert ask(instance, planned, place)[0] == []


def test_what_a_person_has_summed_up_leads_to_the_slate_that_lacks_it_and_to_no_past_one(
    instance: dg.DagsterInstance, planned: DuckDBWarehouse, tmp_path: Path
) -> None:
    with standing_at(moment(NEXT, "16:00")):
        for day in (LAST_NIGHT - DAY, LAST_NIGHT):
            sum_up(tmp_path, instance, day, "a", "a person")
        assert slates(ask(instance, planned)[0]) == [NEXT]
        put_there(Lake(tmp_path), instance, slate_tables(), NEXT)
        requests, place = ask(instance, planned)
        assert requests == [], "built after it"
        sum_up(tmp_path, instance, LAST_NIGHT, "b", "a person")
        assert slates(ask(instance, planned, place)[0]) == [NEXT]
