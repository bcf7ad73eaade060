"""Days off: what a run of one costs, what a range leaves out, and what is refused for want of a schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.audit.game_days import Calendar
from nba_assets.contracts.calendar import Window
from nba_assets.orchestration.backfill.plan import Piece, pieces, without_days_off
from nba_assets.orchestration.dagster_patches.partition_versions import apply
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.partitions import DAILY
from nba_assets.orchestration.run_tags import LEAVES_OUT_TAG, days_of, partition_tags
from nba_assets.orchestration.staleness import older_code, out_of_date
from nba_assets.tables.conformed.games import games
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.warehouse.duckdb import DuckDBSession, DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.given import put_games
from nba_assets_tests.orchestration.test_assets import Result, by_day, failure, run_in

pytestmark = pytest.mark.slow

BREAK = Window(date(2026, 2, 10), date(2026, 2, 21))
"""The All-Star break of 2026, with the last days before it and the first after it."""
PLAYED = [date(2026, 2, 10), date(2026, 2, 12), date(2026, 2, 19), date(2026, 2, 20)]
SUMMER = [date(2022, 7, 20), date(2022, 8, 14)]
"""Games in July and August, as in 2020 and 2021."""


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    put_games(tmp_path / "lake", [*PLAYED, *SUMMER])
    return tmp_path / "lake"


@pytest.fixture
def warehouse(lake: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(Lake(lake))


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture
def run(lake: Path, instance: dg.DagsterInstance) -> Callable[..., Result]:
    return lambda first, last=None: run_in(lake, instance, str(first), last and str(last), games)


def statuses(instance: dg.DagsterInstance, days: list[date]) -> set[date]:
    """Those of the days that are materialised."""
    found = instance.get_status_by_partition(asset_key(games), [str(day) for day in days], DAILY) or {}
    return {day for day in days if found[str(day)] == dg.AssetPartitionStatus.MATERIALIZED}


def test_a_day_off_costs_an_event_and_no_query_and_no_file(
    run: Callable[..., Result], lake: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a query")

    monkeypatch.setattr(DuckDBSession, "fetch", never)
    monkeypatch.setattr(DuckDBSession, "replace", never)
    days = [date(2026, 2, 15), date(2026, 7, 15)]
    for day in days:
        found = by_day(run(day))
        assert found[str(day)]["dagster/partition_row_count"] == 0
        assert found[str(day)]["note"] == "no games scheduled on this date"
    assert statuses(instance, days) == set(days)
    assert Lake(lake).dates(games) == []


def test_a_range_over_a_break_stores_days_with_games_and_says_so_of_all(
    run: Callable[..., Result], lake: Path, instance: dg.DagsterInstance
) -> None:
    result = run(BREAK.start, BREAK.end)
    assert result.success
    assert Lake(lake).dates(games) == PLAYED
    rows = {day: said["dagster/partition_row_count"] for day, said in by_day(result).items()}
    assert rows == {str(day): int(day in PLAYED) for day in BREAK.dates()}
    assert statuses(instance, BREAK.dates()) == set(BREAK.dates())


def test_a_run_may_leave_days_off_out(lake: Path, instance: dg.DagsterInstance) -> None:
    apply()
    tags = partition_tags(PLAYED)
    assert LEAVES_OUT_TAG in tags
    assert LEAVES_OUT_TAG not in partition_tags(BREAK.dates())
    result = run_in(lake, instance, tags.pop("dagster/asset_partition_range_start"), str(PLAYED[-1]), games, more=tags)
    assert result.success
    assert sorted(by_day(result)) == [str(day) for day in PLAYED]
    assert statuses(instance, BREAK.dates()) == set(PLAYED)
    assert days_of(instance.get_runs()[0]) == Window(PLAYED[0], PLAYED[-1]).dates()


def test_games_in_july_and_august_are_built(run: Callable[..., Result], lake: Path) -> None:
    assert run(SUMMER[0], SUMMER[1]).success
    assert Lake(lake).dates(games) == SUMMER


def test_a_season_without_a_schedule_is_refused_by_name(run: Callable[..., Result], lake: Path) -> None:
    result = run(date(2024, 12, 1))
    assert "2024-12-01: no schedule of 2024-25: fill the lake with `nba ingest DIR`" in failure(result)
    assert Lake(lake).dates(games) == []


def test_a_day_off_is_never_missing_and_never_planned(
    warehouse: DuckDBWarehouse, instance: dg.DagsterInstance, run: Callable[..., Result]
) -> None:
    days = Window(BREAK.start, date(2026, 9, 30)).dates()
    plan = out_of_date(instance, warehouse, [games], days)
    assert plan == {games: dict.fromkeys(PLAYED, "missing")}
    assert pieces(plan, without_days_off(days, plan, Calendar.of(warehouse))) == [Piece((games,), tuple(PLAYED))]
    run(BREAK.start, BREAK.end)
    assert out_of_date(instance, warehouse, [games], days) == {games: {}}
    assert older_code(warehouse, [games], days) == {}


def test_what_stands_on_the_old_date_of_a_game_that_moved_goes(
    warehouse: DuckDBWarehouse, instance: dg.DagsterInstance, run: Callable[..., Result]
) -> None:
    run(BREAK.start, BREAK.end)
    warehouse.lake.remove(nbac_schedule, [PLAYED[1]])
    plan = out_of_date(instance, warehouse, [games], BREAK.dates())
    assert plan == {games: {PLAYED[1]: "no games any more"}}
    assert without_days_off(BREAK.dates(), plan, Calendar.of(warehouse)) == PLAYED

    assert run(PLAYED[1]).success

    assert warehouse.dates(games) == [day for day in PLAYED if day != PLAYED[1]]
    assert out_of_date(instance, warehouse, [games], BREAK.dates()) == {games: {}}


def test_an_empty_partition_that_an_older_release_left_on_a_day_off_may_stay(
    warehouse: DuckDBWarehouse, instance: dg.DagsterInstance
) -> None:
    empty, off = games.schema().to_pyarrow().empty_table(), date(2026, 2, 15)
    warehouse.lake.replace(games, [(off, empty)], "of-old-code0")
    assert out_of_date(instance, warehouse, [games], [off]) == {games: {}}
    assert older_code(warehouse, [games], [off]) == {}
