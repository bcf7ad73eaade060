"""All tables are found by a walk, each named after its file, in an order in which they can be made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import nba_assets
from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.read import eve_and_day
from nba_assets.contracts.table import Table, table
from nba_assets.tables import registry
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.raw.reference import extra_venues, team_locations
from nba_assets_tests.orchestration.made_up import FORM, PLAYERS, TABLES

FOLDERS = [Path(nba_assets.__file__).parent.parent / package.replace(".", "/") for package in registry.PACKAGES]


def test_a_file_is_a_table() -> None:
    files = {(file.parent.name, file.stem) for folder in FOLDERS for file in folder.glob("[!_]*.py")}
    assert {(table.group, table.name) for table in registry.every_table()} == files
    assert len(registry.every_table()) == len({table.full_name for table in registry.every_table()}) == len(files)


def test_a_table_comes_after_those_it_reads() -> None:
    made: set[Table] = set()
    for found in registry.every_table():
        ours = {read.source for read in found.reads.values() if isinstance(read.source, Table)}
        ours -= set(registry.monthly_tables())
        assert ours <= made, found.name
        made.add(found)


def test_what_waits_for_a_table() -> None:
    known = {step: registry.waiting(step) for step in registry.steps()}
    assert "player_points_forecasts" in known["ml_feature_store_v2"]
    assert known["player_composite_factors"] == {"ml_feature_store_v2"} | known["ml_feature_store_v2"]
    assert {"player_game_summary", "player_daily_cache", "ml_feature_store_v2"} <= known["team_offense_game_summary"]
    assert "upcoming_team_game_context" not in known["player_game_summary"]


def test_what_has_the_longest_way_to_go_is_started_first() -> None:
    """A slate waits longer for lines and rosters than for props: as many steps follow them, and they are four."""
    order = sorted(registry.steps(), key=registry.way_to_go, reverse=True)
    assert set(order[:3]) == {"play_by_play", "box_scores", "slate"}
    assert order.index("pregame") < order.index("props") < order.index("player_game_summary")
    for step in order:
        assert all(order.index(step) < order.index(other) for other in registry.waiting(step)), step


def test_only_what_tells_of_travel_reads_where_places_are() -> None:
    """Each input more is looked up, versioned and named in every event of its table."""
    readers = {t.name for t in registry.every_table() if {team_locations, extra_venues} & stored_inputs(t).keys()}
    assert readers == {"games", "upcoming_team_game_context"}


def test_plays_and_features_have_all_cores() -> None:
    """The features, since nothing else can run then; the plays, beside which only small steps of raw data can."""
    assert registry.has_all_cores("ml_feature_store_v2")
    assert not registry.has_all_cores("player_composite_factors")
    steps, waiting = registry.steps(), registry.waiting(registry.LONGEST)
    assert registry.has_all_cores(registry.LONGEST)
    assert {"box_scores", "slate", "props", "pregame"} == steps.keys() - waiting - {registry.LONGEST}


def test_a_new_table_at_the_end_takes_no_cores_from_the_features(monkeypatch: pytest.MonkeyPatch) -> None:
    leaf = replace(team_offense_game_summary, name="team_bench_points", step="team_bench_points")
    found = (*registry.every_table(), leaf)
    cached = (registry.steps, registry.waiting, registry.has_all_cores)
    with monkeypatch.context() as patched:
        patched.setattr(registry, "every_table", lambda: found)
        for function in cached:
            function.cache_clear()
        known = {step for step in registry.steps() if registry.has_all_cores(step)}
        assert not registry.waiting(leaf.step)
    for function in cached:
        function.cache_clear()
    assert {"play_by_play", "ml_feature_store_v2"} <= known
    assert not {leaf.step, "player_composite_factors"} & known


def test_predictions_are_built_when_they_are_named() -> None:
    named = {table.name for table in registry.every_table()} - {table.name for table in registry.tables()}
    assert "player_points_forecasts" in named
    assert {table.group for table in registry.every_table() if table.name in named} == {"predictions"}


def test_a_file_without_a_table_of_its_name_is_refused() -> None:
    found = {"other_summary": team_offense_game_summary, "wrong_name": "text"}
    with pytest.raises(TypeError, match=r"nba_assets\.tables\.analytics\.wrong_name declares no table"):
        registry._table_of("nba_assets.tables.analytics.wrong_name", found)


@pytest.mark.parametrize("table", registry.every_table(), ids=lambda table: table.name)
def test_every_table_says_what_it_is(table: Table) -> None:
    assert table.description
    assert all(column.meaning for column in table.columns)
    assert table.partition_by
    assert set(table.key) <= {column.name for column in table.columns if column.required}
    assert {check.severity for check in table.checks} <= {"error", "warn", "note"}
    assert len({check.name for check in table.checks}) == len(table.checks)
    for check in table.checks:
        assert set(check.needs) <= set(table.reads)


def test_steps_that_read_each_others_tables_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    @table(
        dataset="made_up",
        partition_by="game_date",
        key=("game_date", "player"),
        cluster_by=(),
        reads={"form": eve_and_day(FORM)},
        columns=PLAYERS.columns,
        step="boxes",
    )
    def boxes_after_form(form: Any) -> Any:
        return form

    monkeypatch.setattr(registry, "every_table", lambda: (*TABLES, boxes_after_form))
    registry.steps.cache_clear()
    with pytest.raises(TypeError, match=r"read each other's tables: .*boxes"):
        registry.steps()
    registry.steps.cache_clear()


def test_what_is_called_paint_says_how_far_it_reaches() -> None:
    """8 ft, where the league's own paint is a rectangle: who reads 45 points a game expects the league's 50."""
    ours = [
        (of.name, column.name, column.meaning)
        for of in (*registry.every_table(), *registry.reading_views())
        for column in of.columns
        if "paint" in column.name and "area_" not in column.name
    ]
    assert len(ours) >= 25
    assert [(table, column) for table, column, meaning in ours if "8 ft" not in meaning] == []
