"""Status of the slates: what counts as ready, which raw data is waited for, and what of it the UI is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from nba_assets.contracts.contract import Contract
from nba_assets.orchestration import slate_readiness
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.slate_readiness import CHECK, KEY, slate_readiness_sensor, summary
from nba_assets.orchestration.slate_status import (
    RESULTS,
    TOMORROW,
    TONIGHT,
    Missing,
    Slate,
    TableStatus,
    is_ready,
    next_steps,
    slates_at,
)
from nba_assets.orchestration.slates import slate_tables, summaries, with_conformed
from nba_assets.orchestration.under_way import OFF, ON, last_message, runs_under_way, switches
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.orchestration.watched import put_there

PLAYED, TODAY, TOMORROWS = date(2024, 10, 25), date(2024, 10, 26), date(2024, 10, 27)


def table(**other: object) -> TableStatus:
    return TableStatus(**{**GOOD, **other})  # type: ignore[arg-type]


GOOD = {
    "table": "a",
    "rows": 1,
    "found": 1,
    "owed": 1,
    "built_at": None,
    "lacks": "",
    "stale": False,
    "waits_for": (),
    "broken_errors": (),
    "broken_warnings": (),
}


@pytest.mark.parametrize(
    ("what", "of", "ready"),
    [
        (RESULTS, table(), True),
        (RESULTS, table(broken_warnings=("thin",)), True),
        (RESULTS, table(broken_errors=("wrong",)), False),
        (RESULTS, table(lacks="missing"), False),
        (TOMORROW, table(lacks="missing"), True),
    ],
)
def test_what_makes_all_ready(what: str, of: TableStatus, ready: bool) -> None:
    """A warning does not count, nor does what tomorrow's slate still lacks."""
    assert is_ready([Slate(what, TODAY, 3, [of])]) == ready


def test_a_date_without_games_is_ready() -> None:
    assert is_ready([Slate(RESULTS, TODAY, 0)])
    assert summary([Slate(RESULTS, TODAY, 0)]) == "results 2024-10-26: no games"


STALE = table(lacks="older than nba_raw.odds", stale=True)
BUILD = f"`nba backfill --start {PLAYED} --end {TODAY} --upstream`"


@pytest.mark.parametrize(
    ("results", "tonight", "steps"),
    [
        (Slate(RESULTS, PLAYED, 3, [STALE]), Slate(TONIGHT, TODAY, 3, [STALE]), [BUILD]),
        (
            Slate(RESULTS, PLAYED, 3, [STALE], [Missing("odds", ("a",), None)]),
            Slate(TONIGHT, TODAY, 3, [STALE]),
            ["bring in what is missing upstream (`nba ingest DIR`)", BUILD],
        ),
        (
            Slate(RESULTS, PLAYED, 3, [table(broken_errors=("wrong",))]),
            Slate(TONIGHT, TODAY, 3, [table(lacks="3 of 14 missing")]),
            ["have incomplete raw data delivered again", "look at the rows of broken checks in the UI"],
        ),
        (Slate(RESULTS, PLAYED, 3, [table()]), Slate(TOMORROW, TODAY, 3, [STALE]), []),
    ],
)
def test_what_to_do_next(results: Slate, tonight: Slate, steps: list[str]) -> None:
    """Results that changed are built with the slate: its date alone would take them as they are."""
    assert next_steps([results, tonight]) == steps


@pytest.mark.slow
def test_an_evening(instance: dg.DagsterInstance, warehouse: WarehouseResource, lake: Path) -> None:
    raw = {table.name: table for table in RAW_TABLES}
    Lake(lake).file(raw["nbac_gamebook_player_stats"], PLAYED).unlink()
    results, tonight, tomorrow = slates_at(instance, warehouse.open(), TODAY)
    assert [(slate.day, slate.games > 0) for slate in (results, tonight, tomorrow)] == [
        (PLAYED, True),
        (TODAY, True),
        (TOMORROWS, True),
    ]
    assert {table.lacks for table in tonight.tables} == {"missing"}
    (missing,) = results.missing
    assert missing.raw == "nbac_gamebook_player_stats"
    assert {table.name for table in summaries()} <= {*missing.waited_for_by}
    assert missing.since is not None

    put_there(Lake(lake), instance, with_conformed(summaries()), PLAYED)
    put_there(Lake(lake), instance, with_conformed(slate_tables()), TODAY)
    results, tonight, tomorrow = slates_at(instance, warehouse.open(), TODAY)
    of_players = next(table for table in tonight.tables if table.table == "upcoming_player_game_context")
    assert of_players.built_at is not None
    assert of_players.owed == 14, "a team's side of each of seven games, since no player is known"
    assert of_players.lacks.startswith("14 of 14 missing: 20241026_")
    assert tonight.missing == []
    assert [table.table for table in results.tables if table.broken_errors] == []

    boxes = next(table for table in with_conformed(summaries()) if table.name == "player_boxes")
    wrong = {"checks_failed": "points_add_up"}
    instance.report_runless_asset_event(
        dg.AssetMaterialization(asset_key(boxes), partition=PLAYED.isoformat(), metadata=wrong)
    )
    results, *_ = slates_at(instance, warehouse.open(), TODAY)
    (of_boxes,) = (table for table in results.tables if table.table == "player_boxes")
    assert of_boxes.broken_errors == ("points_add_up",)
    assert not of_boxes.ready


@pytest.mark.slow
def test_the_ui_is_told_when_something_has_changed(
    instance: dg.DagsterInstance, warehouse: WarehouseResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slate_readiness, "today", lambda: TODAY)
    cursor = None
    for _ in range(2):
        with dg.build_sensor_context(instance, cursor, resources={"warehouse": warehouse}) as context:
            result = slate_readiness_sensor(context)
        assert isinstance(result, dg.SensorResult)
        cursor = result.cursor
    (made,) = instance.fetch_materializations(KEY, limit=9).records
    assert made.asset_materialization
    told = made.asset_materialization.metadata
    assert (told["ready"].value, told["tonight_tables_ready"].value) == (0, 0)
    assert int(str(told["tonight_games"].value)) > 0
    key = dg.AssetCheckKey(KEY, CHECK)
    evaluations = instance.event_log_storage.get_asset_check_execution_history(key, limit=9)
    assert len(evaluations) == 1

    monkeypatch.setattr(slate_readiness, "today", lambda: date(2031, 1, 1))
    with dg.build_sensor_context(instance, cursor, resources={"warehouse": warehouse}) as context:
        nothing = slate_readiness_sensor(context)
    assert isinstance(nothing, dg.SensorResult)
    assert nothing.cursor != cursor


def test_what_is_under_way(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    states = [("raw_complete", "RUNNING"), ("completion", "STOPPED"), ("raw_complete", "STOPPED")]
    found = [SimpleNamespace(instigator_name=name, status=SimpleNamespace(value=value)) for name, value in states]
    monkeypatch.setattr(instance, "all_instigator_state", lambda: found)
    told = {switch.name: switch.state for switch in switches(instance)}
    assert (told["raw_complete"], told["completion"], told["next_slate"]) == (ON, OFF, OFF)
    assert (told["run_failures"], told["housekeeping"]) == (ON, ON), "as they are declared"
    assert runs_under_way(instance) == []
    assert last_message(instance) is None

    _tell(instance, RAW_TABLES[0], None)
    _tell(instance, next(table for table in RAW_TABLES if table.partition_by), "e1")
    message = last_message(instance)
    assert message
    assert (message.day, message.status) == ("2024-10-25", "success")


def _tell(instance: dg.DagsterInstance, raw: Contract, execution: str | None) -> None:
    told = {"execution_id": execution, "status": "success"} if execution else {}
    instance.report_runless_asset_event(
        dg.AssetMaterialization(asset_key(raw), partition="2024-10-25" if raw.partition_by else None, metadata=told)
    )
