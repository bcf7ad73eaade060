"""What a run did not build of a delivery is asked for when its message comes again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent, StepMaterializationData

from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.events.emit import send_again, send_ingested
from nba_assets.orchestration.run_tags import days_of
from nba_assets.tables.conformed.games import games
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.ingest import Ingested
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.given import put_games
from nba_assets_tests.orchestration.events.day import DAY, line
from nba_assets_tests.orchestration.events.stage import Stage, tables_of
from nba_assets_tests.orchestration.events.test_sensors import OF_THE_LINES, OF_THE_SLATE, complete
from nba_assets_tests.orchestration.watched import put_there


def ended(stage: Stage, run: dg.DagsterRun, status: dg.DagsterRunStatus, *built: str) -> None:
    """The run has ended, having built some of its tables."""
    for key in run.asset_selection or ():
        if key.path[-1] in built:
            made = StepMaterializationData(dg.AssetMaterialization(key, partition=str(DAY)))
            event = DagsterEvent("ASSET_MATERIALIZATION", "all_tables", event_specific_data=made)
            stage.instance.report_dagster_event(event, run.run_id)
    stage.instance.run_storage.handle_run_event(run.run_id, DagsterEvent(ENDS[status], "all_tables"))


ENDS = {
    dg.DagsterRunStatus.SUCCESS: "PIPELINE_SUCCESS",
    dg.DagsterRunStatus.FAILURE: "PIPELINE_FAILURE",
    dg.DagsterRunStatus.CANCELED: "PIPELINE_CANCELED",
}


@pytest.mark.parametrize("how", [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED])
def test_what_a_run_did_not_build_is_asked_again_when_its_message_comes_again(how: dg.DagsterRunStatus) -> None:
    stage, schedule = Stage(), complete("nbac_schedule")
    (first,) = stage.play(schedule)[0]
    assert stage.play(schedule) == [[]], "it may still build them"
    ended(stage, first, how, "games", "next_games")
    (second,) = stage.play(schedule)[0]
    assert tables_of(second) == OF_THE_SLATE - {"games", "next_games"}
    assert stage.play(schedule) == [[]]
    ended(stage, second, how)
    (third,) = stage.play(schedule)[0]
    assert tables_of(third) == tables_of(second), "as often as it comes"
    ended(stage, third, dg.DagsterRunStatus.SUCCESS)
    assert stage.play(schedule) == [[]]


def test_emitted_again_a_delivery_is_the_one_it_was() -> None:
    stage, names = Stage(), ("nbac_schedule", "odds_api_game_lines")
    stage.source.send(complete(*names))
    (run,) = stage.drain()
    assert send_again(stage.source, stage.instance, DAY) == 2
    assert stage.drain() == [], "it may still build them"
    ended(stage, run, dg.DagsterRunStatus.FAILURE)
    assert send_again(stage.source, stage.instance, DAY, "odds_api_game_lines") == 1
    (again,) = stage.drain()
    assert tables_of(again) == OF_THE_LINES
    assert set(stage.recorded().values()) == {1}, "no other delivery is on record"
    with pytest.raises(BadInput, match="no message about any table of 2021-11-16 is on record"):
        send_again(stage.source, stage.instance, DAY + timedelta(days=1))
    with pytest.raises(BadInput, match="no daily raw table called 'games'"):
        send_again(stage.source, stage.instance, DAY, "games")


def unchanged(name: str, execution: str) -> bytes:
    return line(name, execution, metadata={"unchanged": True})


def test_a_delivery_of_what_was_stored_is_the_one_it_was() -> None:
    stage = Stage()
    stage.play(complete("nbac_schedule"))
    (run,) = stage.play([unchanged("odds_api_game_lines", "e1")])[0]
    assert tables_of(run) == OF_THE_LINES, "nothing of it was on record"
    assert stage.play([unchanged("odds_api_game_lines", "e2")]) == [[]], "it may still build them"
    ended(stage, run, dg.DagsterRunStatus.FAILURE, "game_lines")
    (second,) = stage.play([unchanged("odds_api_game_lines", "e3")])[0]
    assert tables_of(second) == OF_THE_LINES - {"game_lines"}
    (third,) = stage.play([line("odds_api_game_lines", "e4")])[0]
    assert tables_of(third) == OF_THE_LINES, "another one"
    assert {of[2] for of in stage.deliveries()} == {"nbac_schedule-1", "e1", "e4"}


def test_a_season_that_is_told_again_each_day_is_no_delivery_of_a_date_that_it_tells_as_before() -> None:
    """Not even of a date that no run was asked for: a history that was put on record."""
    stage = Stage()
    (run,) = stage.play([unchanged("nbac_schedule", "s1")])[0]
    ended(stage, run, dg.DagsterRunStatus.FAILURE)
    assert stage.play([unchanged("nbac_schedule", "s2")]) == [[]]
    assert [tables_of(run) for run in stage.play([line("nbac_schedule", "s3")])[0]] == [OF_THE_SLATE]


def test_what_stands_on_the_old_date_of_a_game_that_was_moved_is_to_go(tmp_path: Path) -> None:
    lake, warehouse = Lake(tmp_path), DuckDBWarehouse(Lake(tmp_path))
    put_games(tmp_path, [DAY + timedelta(days=3)])
    stage = Stage(warehouse=warehouse)
    stage.play(complete("nbac_schedule"))
    assert stage.runs() == [], "nobody plays on that date"
    put_there(lake, stage.instance, [games], DAY)
    moved = Ingested(nbac_schedule, 1, 1, 1, {}, None, 0.1, {DAY + timedelta(days=3): 1}, withdrawn=[DAY])
    assert send_ingested(stage.source, [moved]) == 2
    runs = {tuple(days_of(run)): tables_of(run) for run in stage.drain()}
    assert runs[(DAY,)] == {"games"}
