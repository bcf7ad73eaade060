"""What a run did not build of a delivery is asked for when its message comes again."""

from __future__ import annotations

from datetime import timedelta

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent, StepMaterializationData

from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.events.emit import send_again
from nba_assets_tests.orchestration.events.day import DAY
from nba_assets_tests.orchestration.events.stage import Stage, tables_of
from nba_assets_tests.orchestration.events.test_sensors import OF_THE_LINES, OF_THE_SLATE, complete


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
