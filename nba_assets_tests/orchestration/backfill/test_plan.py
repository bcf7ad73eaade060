"""Which runs a back-fill takes, and how it is entered among Dagster's own. It runs in `test_backfill_processes`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.table import Table
from nba_assets.orchestration.backfill.plan import MOST_FOLLOWING, MOST_RUNS, Piece, ahead, everything, pieces
from nba_assets.orchestration.backfill.record import PROCESS_TAG, BackfillRecord, close_dead, subset_of
from nba_assets.orchestration.partitions import DAILY, partition_days
from nba_assets.orchestration.staleness import Plan
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.analytics.upcoming_team_game_context import upcoming_team_game_context
from nba_assets.tables.conformed.next_games import next_games
from nba_assets.tables.precompute.player_shot_zone_analysis import player_shot_zone_analysis
from nba_assets.tables.registry import tables
from nba_assets_tests.warehouse.ended import ended_process

TWO_SEASONS = partition_days(Window(date(2022, 5, 1), date(2023, 2, 28)))
OCTOBER = TWO_SEASONS.index(date(2022, 10, 1))
OFFENSE, DEFENSE, PLAYER = team_offense_game_summary, team_defense_game_summary, player_game_summary
ZONES = player_shot_zone_analysis
FORCED = everything(dict.fromkeys(tables(), TWO_SEASONS))


def planned(**days: list[date]) -> Plan:
    """A plan of some tables by name, in the order that tables build on each other."""
    return {table: dict.fromkeys(days[table.name], "missing") for table in tables() if table.name in days}


def spans(found: list[Piece]) -> list[tuple[set[str], date, date]]:
    return [({table.name for table in piece.tables}, piece.days[0], piece.days[-1]) for piece in found]


def test_a_range_is_one_run_even_over_a_summer() -> None:
    assert pieces(FORCED, TWO_SEASONS) == [Piece(tables(), tuple(TWO_SEASONS))]


def test_nothing_takes_no_run() -> None:
    assert pieces({table: {} for table in tables()}, TWO_SEASONS) == []


def test_the_rest_of_an_interrupted_back_fill_and_nothing_else() -> None:
    second = TWO_SEASONS[OCTOBER:]
    plan = planned(player_shot_zone_analysis=second, player_composite_factors=TWO_SEASONS)
    assert spans(pieces(plan, TWO_SEASONS)) == [
        ({"player_shot_zone_analysis"}, second[0], second[-1]),
        ({"player_composite_factors"}, TWO_SEASONS[0], TWO_SEASONS[-1]),
    ]


def test_tables_with_the_same_days_share_a_run_where_their_order_allows() -> None:
    some, others = TWO_SEASONS[:3], TWO_SEASONS[5:9]
    plan = planned(
        team_defense_game_summary=some,
        team_offense_game_summary=others,
        player_game_summary=others,
        player_shot_zone_analysis=some,
    )
    found = pieces(plan, TWO_SEASONS)
    assert spans(found)[:2] == [
        ({"team_defense_game_summary"}, some[0], some[-1]),
        ({"team_offense_game_summary", "player_game_summary"}, others[0], others[-1]),
    ]
    assert spans(found)[2:] == [({"player_shot_zone_analysis"}, some[0], some[-1])]


def test_days_apart_are_runs_apart() -> None:
    plan = planned(team_offense_game_summary=[TWO_SEASONS[2], TWO_SEASONS[3], TWO_SEASONS[9]])
    assert [piece.days for piece in pieces(plan, TWO_SEASONS)] == [tuple(TWO_SEASONS[2:4]), (TWO_SEASONS[9],)]


def test_too_many_runs_are_joined_over_the_shortest_gaps() -> None:
    many = [*TWO_SEASONS[0:60:2], TWO_SEASONS[200]]
    found = pieces(planned(team_offense_game_summary=many), TWO_SEASONS)
    assert [piece.days for piece in found] == [tuple(TWO_SEASONS[0:59]), (TWO_SEASONS[200],)]


def test_however_scattered_there_are_few_runs_and_all_is_in_them() -> None:
    names = [table.name for table in tables()]
    plan = planned(**{name: TWO_SEASONS[n :: 7 + n] for n, name in enumerate(names)})
    found = pieces(plan, TWO_SEASONS)
    assert len(found) <= MOST_RUNS
    for table, days in plan.items():
        assert set(days) <= {day for piece in found if table in piece.tables for day in piece.days}


@pytest.mark.parametrize(("chunk", "runs"), [("none", 1), ("season", 2), ("month", 10)])
def test_chunks_are_runs_in_order(chunk: str, runs: int) -> None:
    found = pieces(FORCED, TWO_SEASONS, chunk)  # type: ignore[arg-type]
    assert len(found) == runs
    assert [day for piece in found for day in piece.days] == TWO_SEASONS


# What is built before it is looked at again.

FIRST = TWO_SEASONS[0]
NEWS, FOLLOWS = "older than nba_raw.x 2022-05-01", "reads nba_conformed.x 2022-05-01, which will be built"


def first_of(**reasons: str) -> set[str]:
    """Of a plan for one day, by table and reason, the tables that are built first."""
    plan = {table: {FIRST: reasons[table.name]} for table in tables() if table.name in reasons}
    return {table.name for table, days in ahead(plan).items() if days}


def test_raw_data_delivered_anew_is_taken_in_before_the_rest_is_looked_at() -> None:
    found = first_of(player_boxes=NEWS, team_boxes=FOLLOWS, player_game_summary=NEWS, team_offense_game_summary=FOLLOWS)
    assert found == {"player_boxes", "team_boxes", "player_game_summary"}


@pytest.mark.parametrize("reason", ["missing", "failed", "older schema", "older code", "forced"])
def test_with_a_reason_of_its_own_all_is_built_at_once(reason: str) -> None:
    assert first_of(player_boxes=NEWS, team_offense_game_summary=FOLLOWS, player_game_summary=reason) == set()


@pytest.mark.parametrize("reason", ["missing", "older schema", "older code"])
def test_conformed_tables_go_first_whatever_their_reason(reason: str) -> None:
    assert first_of(player_boxes=reason, player_game_summary=FOLLOWS) == {"player_boxes"}


@pytest.mark.parametrize(("days", "goes_first"), [(MOST_FOLLOWING, set()), (MOST_FOLLOWING + 1, {"next_games"})])
def test_where_much_may_follow_conformed_tables_go_before_tonights(days: int, goes_first: set[str]) -> None:
    """The schedule has last night's results: of all days of the season nobody knows yet whether they change."""
    season = [FIRST + timedelta(days=n) for n in range(days)]
    plan: Plan = {table: dict.fromkeys(season, FOLLOWS) for table in tables() if table is upcoming_team_game_context}
    plan[upcoming_team_game_context] |= {season[-1] + timedelta(days=1): "missing"}
    plan = {next_games: dict.fromkeys(season, NEWS)} | plan
    assert {table.name for table, planned in ahead(plan).items() if planned} == goes_first


def test_nothing_goes_first_where_nothing_follows() -> None:
    assert first_of(player_boxes=NEWS, player_game_summary=NEWS) == set()


# How it is entered among Dagster's own.


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture
def entered(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> BackfillRecord:
    monkeypatch.setenv("NBA_BACKFILL", "")
    return BackfillRecord.enter(instance, {OFFENSE: TWO_SEASONS[:3], PLAYER: TWO_SEASONS[:3]}, "two tables")


def data_of(record: BackfillRecord, table: Table) -> dict[str, int]:
    from nba_assets.definitions import defs
    from nba_assets.orchestration.keys import asset_key

    backfill = record.instance.get_backfill(record.backfill_id)
    assert backfill
    data = backfill.get_asset_backfill_data(defs.resolve_asset_graph())
    subsets = {"target": data.target_subset, "requested": data.requested_subset, "made": data.materialized_subset}
    return {name: len(s.partitions_subsets_by_asset_key.get(asset_key(table), [])) for name, s in subsets.items()}


def test_a_back_fill_is_entered_as_asked_for_in_full(entered: BackfillRecord) -> None:
    assert data_of(entered, OFFENSE) == {"target": 3, "requested": 3, "made": 0}
    assert not entered.withdrawn()


def test_its_end_says_what_was_made(entered: BackfillRecord) -> None:
    entered.close(BulkActionStatus.COMPLETED_FAILED, {OFFENSE: [TWO_SEASONS[1]]})
    backfill = entered.instance.get_backfill(entered.backfill_id)
    assert backfill
    assert backfill.status == BulkActionStatus.COMPLETED_FAILED
    assert backfill.backfill_end_timestamp
    assert (data_of(entered, OFFENSE)["made"], data_of(entered, PLAYER)["made"]) == (2, 3)


@given(st.lists(st.booleans(), min_size=len(TWO_SEASONS), max_size=len(TWO_SEASONS)))
@settings(max_examples=10, deadline=None)
def test_days_are_kept_as_dagster_keeps_them(chosen: list[bool]) -> None:
    days = [day.isoformat() for day, of_them in zip(TWO_SEASONS, chosen, strict=True) if of_them]
    ours, dagsters = subset_of(days), DAILY.subset_with_partition_keys(days)
    assert ours == dagsters
    assert list(ours.get_partition_keys()) == list(dagsters.get_partition_keys()) == days


def test_all_days_in_a_row_are_one_span_over_a_summer() -> None:
    days = [day.isoformat() for day in TWO_SEASONS]
    assert subset_of(days) == DAILY.subset_with_partition_keys(days)
    assert len(subset_of(days).included_time_windows) == 1


def test_one_cancelled_in_the_ui_is_withdrawn(entered: BackfillRecord) -> None:
    backfill = entered.instance.get_backfill(entered.backfill_id)
    assert backfill
    entered.instance.update_backfill(backfill.with_status(BulkActionStatus.CANCELING))
    assert entered.withdrawn()


def test_one_of_a_living_process_is_left_alone(entered: BackfillRecord) -> None:
    close_dead(entered.instance)
    assert not entered.withdrawn()


@pytest.mark.parametrize("by", [close_dead, lambda instance: BackfillRecord.enter(instance, {}, "the next")])
def test_one_of_a_killed_process_is_closed(by: Callable[[dg.DagsterInstance], object], entered: BackfillRecord) -> None:
    instance = entered.instance
    backfill = instance.get_backfill(entered.backfill_id)
    assert backfill
    instance.update_backfill(backfill._replace(tags={PROCESS_TAG: ended_process()}))

    by(instance)

    closed = instance.get_backfill(entered.backfill_id)
    assert closed
    assert closed.status == BulkActionStatus.FAILED
