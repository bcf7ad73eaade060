"""What Dagster is told of a partition: its own version and metadata in a range, the same again if nothing changed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.data_version import DATA_VERSION_TAG, CachingStaleStatusResolver, StaleStatus
from dagster._core.test_utils import BasicLoadingContext

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.table import Table
from nba_assets.orchestration.dagster_patches.partition_versions import (
    MAKES_EVENTS,
    PARTITION_VERSION,
    apply,
    tell_each,
)
from nba_assets.orchestration.dagster_patches.wrapping import unwrap
from nba_assets.orchestration.instance.tags import INPUT_VERSION_TAG
from nba_assets.orchestration.partitions import DAILY
from nba_assets.orchestration.slates import conformed_before
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary as offense
from nba_assets.tables.precompute.team_defense_zone_analysis import team_defense_zone_analysis as zones
from nba_assets.tables.raw import raw_table
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.build import build_rows
from nba_assets_tests.orchestration.stored import add_seven
from nba_assets_tests.orchestration.test_assets import run_in

pytestmark = pytest.mark.slow

DAYS = ["2024-10-22", "2024-10-23", "2024-10-24"]


@pytest.fixture(autouse=True)
def _patched() -> None:
    apply()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


def told(lake: Path, instance: dg.DagsterInstance, *days: str, table: Table = offense) -> dict[str, Any]:
    """The materialisation of each day of one run, over what is in the raw tables now."""
    read = [source for source in tables() if source in conformed_before(table)]
    build_rows(DuckDBWarehouse(Lake(lake)), Window(date.fromisoformat(days[0]), date.fromisoformat(days[-1])), read)
    result = run_in(lake, instance, days[0], days[-1] if len(days) > 1 else None, table)
    assert result.success
    made = [e.step_materialization_data.materialization for e in result.all_events if e.is_step_materialization]
    return {str(m.partition): m for m in made}


def versions(made: dict[str, Any]) -> dict[str, str]:
    return {day: m.tags[DATA_VERSION_TAG] for day, m in made.items()}


def test_each_day_of_a_range_has_the_version_of_its_content(lake: Path, instance: dg.DagsterInstance) -> None:
    made = told(lake, instance, *DAYS)
    found = versions(made)
    assert len(set(found.values())) == len(DAYS)
    assert not any(PARTITION_VERSION in m.metadata for m in made.values()), "the tag says it"


def test_a_day_built_again_alone_is_unchanged_until_its_data_is(lake: Path, instance: dg.DagsterInstance) -> None:
    found = versions(told(lake, instance, *DAYS))
    assert versions(told(lake, instance, DAYS[1])) == {DAYS[1]: found[DAYS[1]]}
    boxes = raw_table("nba_raw.nbac_team_boxscore")
    assert boxes
    add_seven(lake, boxes, DAYS[1], "points")
    changed = versions(told(lake, instance, *DAYS))
    assert {day for day in DAYS if changed[day] != found[day]} == {DAYS[1]}


def test_the_early_season_is_a_skip_with_its_reason(lake: Path, instance: dg.DagsterInstance) -> None:
    made = told(lake, instance, *DAYS, table=zones)
    metadata = made[DAYS[1]].metadata
    assert metadata["skipped"].value == "early season: day 2 of the first 14 builds nothing"
    assert (metadata["dagster/partition_row_count"].value, metadata["failure_records"].value) == (0, 0)


@dg.multi_asset(specs=[dg.AssetSpec("table", partitions_def=DAILY)], backfill_policy=dg.BackfillPolicy.single_run())
def table(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Says one thing of all days, another of each, and of the last one something more."""
    key = dg.AssetKey("table")
    tell_each(context, key, {day: {"day": day, "said": "of one"} for day in context.partition_keys})
    context.add_asset_metadata({"sql": "SELECT"}, asset_key=key, partition_key=context.partition_keys[-1])
    return dg.MaterializeResult(metadata={"said": "of all", "seconds": 1.5})


def said(instance: dg.DagsterInstance) -> dict[str, dict[str, Any]]:
    tags = {"dagster/asset_partition_range_start": DAYS[0], "dagster/asset_partition_range_end": DAYS[-1]}
    result = dg.materialize([table], instance=instance, tags=tags)
    made = result.asset_materializations_for_node("table")
    return {str(m.partition): {name: value.value for name, value in m.metadata.items()} for m in made}


@pytest.fixture(params=["wrapped", "as Dagster has it"])
def either_way(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param == "wrapped":
        apply()
    else:
        unwrap(MAKES_EVENTS)
    yield
    apply()


@pytest.mark.usefixtures("either_way")
def test_each_day_says_what_it_was_told(instance: dg.DagsterInstance) -> None:
    of_all = {"seconds": 1.5}
    expected = {day: {"day": day, "said": "of one"} | of_all for day in DAYS}
    expected[DAYS[-1]]["sql"] = "SELECT"
    assert said(instance) == expected
    assert said(instance) == expected


@dg.asset(partitions_def=DAILY)
def days() -> None: ...


@dg.asset
def whole() -> None: ...


@dg.asset(
    partitions_def=DAILY,
    deps=[dg.AssetDep("days", partition_mapping=dg.TimeWindowPartitionMapping(start_offset=-1)), "whole"],
)
def reader() -> None: ...


def test_versions_of_inputs_are_short_where_dagster_never_looks_at_them(instance: dg.DagsterInstance) -> None:
    """And it knows what is stale as before: by the events of an input's partitions, else by its version."""
    every = [days, whole, reader]

    def make(of: dg.AssetsDefinition, day: str | None = None) -> dict[str, str]:
        result = dg.materialize(every, instance=instance, selection=[of], partition_key=day)
        (made,) = result.asset_materializations_for_node(of.node_def.name)
        return dict(made.tags or {})

    def status() -> StaleStatus:
        graph = dg.Definitions(every).resolve_asset_graph()
        return CachingStaleStatusResolver(instance, graph, BasicLoadingContext(instance)).get_status(
            reader.key, DAYS[1]
        )

    for day in DAYS[:2]:
        make(days, day)
    make(whole)
    tags = make(reader, DAYS[1])
    assert [len(tags[f"{INPUT_VERSION_TAG}{name}"]) for name in ("days", "whole")] == [7, 64]
    assert status() is StaleStatus.FRESH
    make(days, DAYS[0])
    assert status() is StaleStatus.STALE
    make(reader, DAYS[1])
    make(whole)
    assert status() is StaleStatus.STALE
