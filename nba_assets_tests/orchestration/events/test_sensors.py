"""What the sensor does about messages: the day of 15 November 2021, then whatever can happen to it."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nba_assets.orchestration.events import sensors
from nba_assets.orchestration.events.messages import parse
from nba_assets.orchestration.events.sources import Received
from nba_assets.orchestration.events.triggers import edition, tables_to_run
from nba_assets.orchestration.run_tags import days_of
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.orchestration.clock import moment, standing_at
from nba_assets_tests.orchestration.events.day import DAY, line, the_day
from nba_assets_tests.orchestration.events.stage import Death, Queue, Stage, editions_of, tables_of
from nba_assets_tests.orchestration.events.test_triggers import (
    BEFORE_THE_GAMES,
    CONFORMED,
    NEEDED,
    OF_THE_BOXES,
    OF_THE_PLAYERS,
    OF_THE_PLAYS,
    SUMMARIES,
)
from nba_assets_tests.orchestration.events.test_triggers import OF_THE_SLATE as TABLES_OF_THE_SLATE

OF_THE_SLATE = TABLES_OF_THE_SLATE | BEFORE_THE_GAMES
EVERYTHING = TABLES_OF_THE_SLATE | SUMMARIES | CONFORMED
OF_THE_TEAMS = OF_THE_PLAYERS | {"upcoming_team_game_context"}
OF_THE_LINES = OF_THE_TEAMS | {"game_lines"}


def complete(*names: str, day: date = DAY) -> list[bytes]:
    return [line(name, f"{name}-1", day) for name in names]


# The day.


def test_the_day_message_by_message() -> None:
    stage = Stage()
    runs = [[tables_of(run) for run in made] for made in stage.play(the_day())]
    assert runs == [
        [],  # the injury report of the evening before: there is no schedule yet
        [OF_THE_SLATE],  # the schedule
        [OF_THE_PLAYERS | {"rosters"}],
        [OF_THE_LINES],  # lines
        [],  # no props, as before
        [OF_THE_TEAMS | {"availability"}],  # a newer injury report
        [],  # box scores come in, and not all that is needed
        [],
        [],
        [],  # the play-by-play fails
        [OF_THE_BOXES],  # the last of what box scores need
        [SUMMARIES | OF_THE_PLAYS],  # the play-by-play comes
        [SUMMARIES | {"player_boxes", "team_boxes"}],  # a fallback for the box scores
        [],  # the gamebook once more
        [OF_THE_LINES],  # the lines with their history
    ]
    assert stage.tick() == []
    assert stage.source == Queue(_numbers=stage.source._numbers)
    assert {tuple(days_of(run)) for run in stage.runs()} == {(DAY,)}


def test_the_day_at_once_is_one_run_of_all_tables() -> None:
    stage = Stage()
    stage.source.send(the_day())
    (run,) = stage.drain()
    assert tables_of(run) == EVERYTHING
    assert run.tags["nba/trigger"] == "raw_complete"
    wanted = {parse(data).correlation_id for data in the_day() if parse(data).is_complete}
    assert set(run.tags["nba/correlation_id"].split(",")) == wanted


def test_a_run_carries_the_correlation_id_of_what_led_to_it() -> None:
    stage = Stage()
    runs = [run for made in stage.play(the_day()) for run in made]
    expected = ["b2b3ef00", "5a47232c", "bc7e1e9e", "e5faf3e3", "e9c908ff", "603e7995", "001208a8", "ddd9071e"]
    assert [run.tags["nba/correlation_id"] for run in runs] == expected


def test_ids_of_many_bytes_make_no_tag_that_postgres_refuses() -> None:
    """It takes 2,700 bytes, and a letter may have four."""
    messages = [line(name, name, correlation_id=chr(0x20000 + place) * 90) for place, name in enumerate(NEEDED)]
    batch = sensors.Batch([parse(message) for message in messages])
    assert len(messages) > 3
    assert 90 * 4 * 2 < len(batch.correlation_ids([DAY]).encode()) <= 1000


def test_each_delivery_is_on_record_once_with_what_it_said() -> None:
    stage = Stage()
    stage.play(the_day())
    read = [parse(data) for data in the_day()]
    assert stage.recorded() == dict.fromkeys(
        {(m.table.name, "2021-11-15", m.execution_id) for m in read if m.is_complete}, 1
    )
    assert stage.failures() == {("bigdataball_play_by_play", "2021-11-15", "f6b821dc"): 1}
    (record,) = stage.instance.fetch_materializations(dg.AssetKey(["nba_raw", "nbac_team_boxscore"]), limit=9).records
    assert {name: value.value for name, value in record.asset_materialization.metadata.items()} == {
        "execution_id": "9975c949",
        "correlation_id": "5b0d45d7",
        "status": "success",
        "sent_at": "2021-11-16T06:44:47.550018+00:00",
        "dagster/partition_row_count": 22,
    }


def test_the_day_delivered_again_message_by_message_leads_to_nothing() -> None:
    stage = Stage()
    stage.play(the_day())
    before = stage.recorded(), stage.failures()
    assert not any(stage.play(the_day()))
    assert (stage.recorded(), stage.failures()) == before


def test_a_late_line_runs_lines_and_what_reads_them_and_no_box_score() -> None:
    stage = Stage()
    stage.source.send([*the_day(), *complete("odds_api_player_points_props")])
    stage.drain()

    (run,) = stage.play([line("odds_api_player_points_props", "late")])[0]

    assert tables_of(run) == {"prop_lines", "player_game_summary"} | OF_THE_PLAYERS
    assert not tables_of(run) & (OF_THE_BOXES | OF_THE_PLAYS)


def test_a_late_line_in_a_lake_without_what_it_needs_runs_that_too(tmp_path: Path) -> None:
    """A lake from before there were conformed tables: without the others' plays, the player's summary would lose his
    shots. Or a schedule that was put on record without a run: its zones were never built."""
    warehouse = DuckDBWarehouse(Lake(tmp_path))
    stage = Stage(warehouse=warehouse)
    for table in tables():
        if table.name not in {"plays", "games", "player_shot_zone_analysis"}:
            warehouse.lake.replace(table, [(DAY, table.schema().to_pyarrow().empty_table())])
    stage.source.send(complete(*sorted(NEEDED)))
    stage.drain()

    (run,) = stage.play([line("odds_api_player_points_props", "late")])[0]

    lacking = {"plays", "games", "player_shot_zone_analysis"}
    assert tables_of(run) == {"prop_lines", "player_game_summary", *lacking} | OF_THE_PLAYERS
    assert {table for _, table, _ in editions_of(run)} == tables_of(run)


# Who waits for what.


def test_a_date_with_none_of_what_is_required_is_complete() -> None:
    stage, last = Stage(), "bigdataball_play_by_play"
    stage.source.send([*complete(*NEEDED - {last}), line(last, "none", status="no_data", record_count=0)])
    assert [tables_of(run) for run in stage.drain()] == [EVERYTHING]
    (record,) = stage.instance.fetch_materializations(dg.AssetKey(["nba_raw", last]), limit=9).records
    assert record.asset_materialization.description == "complete: the source has nothing for this date"


def test_a_failure_completes_nothing_and_undoes_nothing() -> None:
    stage, last = Stage(), "bigdataball_play_by_play"
    stage.source.send([*complete(*NEEDED - {last}), line(last, "1", status="failed")])
    assert [tables_of(run) for run in stage.drain()] == [OF_THE_SLATE | OF_THE_BOXES]
    assert [[tables_of(run) for run in made] for made in stage.play([line(last, "2")])] == [[SUMMARIES | OF_THE_PLAYS]]
    assert not any(stage.play([line(last, "3", status="failed")]))
    assert stage.failures()[last, str(DAY), "3"] == 1


def test_an_optional_source_that_has_nothing_any_more_is_a_change() -> None:
    stage = Stage()
    stage.source.send(complete("nbac_schedule", "odds_api_game_lines"))
    stage.drain()
    gone = [line("odds_api_game_lines", f"none-{n}", status="no_data") for n in range(2)]
    assert [[tables_of(run) for run in made] for made in stage.play(gone)] == [[OF_THE_LINES], [OF_THE_LINES]]


def test_an_optional_source_that_never_had_anything_makes_no_delivered_message_new() -> None:
    """It is no part of any edition: else the rosters, delivered again, would look like another reason to run."""
    stage = Stage()
    stage.source.send(complete("nbac_schedule", "espn_team_rosters"))
    stage.drain()
    nothing = [line("odds_api_player_points_props", f"none-{n}", status="no_data") for n in range(3)]
    assert not any(stage.play([*nothing, *complete("espn_team_rosters", "nbac_schedule")]))


def test_dates_side_by_side_that_want_the_same_are_one_run_and_others_are_not() -> None:
    stage = Stage()
    days = [DAY + timedelta(days=n) for n in (0, 1, 2, 4)]
    stage.source.send(data for day in days for data in complete("nbac_schedule", day=day))
    stage.source.send(complete(*NEEDED, day=DAY + timedelta(days=5)))
    asked = {tuple(str(day) for day in days_of(run)): tables_of(run) for run in stage.drain()}
    assert asked == {
        ("2021-11-15", "2021-11-16", "2021-11-17"): OF_THE_SLATE,
        ("2021-11-19",): OF_THE_SLATE,
        ("2021-11-20",): EVERYTHING,
    }


def test_tonights_slate_and_tomorrows_are_runs_of_their_own() -> None:
    """A run of a range is not kept apart from one of its dates: what it read before a line came, it may write after."""
    stage, days = Stage(), [DAY + timedelta(days=n) for n in (-2, -1, 0, 1)]
    with standing_at(moment(DAY, "16:00")):
        stage.source.send([line("nbac_schedule", "s", day) for day in days])
        runs = stage.drain()
    assert sorted(map(days_of, runs)) == [days[:2], days[2:3], days[3:]]
    assert [run.tags.get("dagster/partition") for run in sorted(runs, key=days_of)] == [None, *map(str, days[2:])]


def test_a_schedule_that_comes_long_before_its_date_is_kept_and_runs_nothing() -> None:
    stage = Stage()
    day = date.today() + timedelta(days=30)
    day = day if day.month not in (7, 8, 9) else date(day.year, 10, 25)
    stage.source.send(complete("nbac_schedule", day=day))
    assert stage.drain() == []
    assert stage.recorded() == {("nbac_schedule", str(day), "nbac_schedule-1"): 1}


def test_tags_stay_short_enough_for_the_index_of_a_database() -> None:
    """Postgres keeps tags in an index that takes no value over 2,700 bytes."""
    stage = Stage()
    days = [date(2021, 11, 1) + timedelta(days=n) for n in range(150)]
    stage.source.send(
        line("nbac_schedule", f"e{n}", day, correlation_id="c" * 90 + str(n)) for n, day in enumerate(days)
    )
    (run,) = stage.drain()
    assert len(days_of(run)) == 150
    assert max(map(len, run.tags.values())) < 2000
    assert max(map(len, run.tags)) < 63
    assert run.tags["nba/correlation_id"].startswith("c" * 90)


def test_what_people_report_of_a_raw_table_is_no_delivery() -> None:
    stage = Stage()
    key = dg.AssetKey(["nba_raw", "nbac_schedule"])
    stage.instance.report_runless_asset_event(dg.AssetMaterialization(key, partition=str(DAY)))
    stage.instance.report_runless_asset_event(dg.AssetObservation(key, partition=str(DAY)))
    stage.source.send([line("nbac_schedule", "1", status="failed"), *complete("odds_api_game_lines")])
    assert stage.drain() == []
    assert len(stage.instance.fetch_observations(key, limit=9).records) == 2


# What is malformed.


def test_a_malformed_message_is_put_away_counted_and_stops_nothing() -> None:
    stage = Stage()
    stage.source.send([b"{", *complete("nbac_schedule"), b"[]", line(game_date=None)])
    assert [tables_of(run) for run in stage.drain()] == [OF_THE_SLATE]
    assert [data for data, _ in stage.source.dead] == [b"{", b"[]", line(game_date=None)]
    assert all(reason for _, reason in stage.source.dead)
    assert json.loads(stage.cursor or "")["malformed"] == 3
    assert stage.source.waiting == {}


def test_a_dead_letter_place_that_is_closed_holds_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    stage.source.send([b"{", *complete("nbac_schedule")])
    with monkeypatch.context() as closed:
        closed.setattr(Queue, "publish", lambda *_: (_ for _ in ()).throw(OSError("no room")))
        assert [tables_of(run) for run in stage.tick()] == [OF_THE_SLATE]
        assert stage.tick() == []
    assert list(stage.source.waiting.values()) == [b"{"]
    stage.drain()
    assert stage.source.waiting == {}
    assert [data for data, _ in stage.source.dead] == [b"{"]
    assert json.loads(stage.cursor or "")["malformed"] == 1


# The daemon dies.


@pytest.mark.parametrize(
    "death", [Death(events=0), Death(events=7), Death(runs=0), Death()], ids=["first", "events", "no run", "run"]
)
@pytest.mark.parametrize("times", [1, 3])
def test_a_tick_that_dies_is_made_good_by_the_next(death: Death, times: int) -> None:
    undisturbed, stage = Stage(), Stage()
    for each in (undisturbed, stage):
        each.source.send(the_day())
    undisturbed.drain()
    for _ in range(times):
        stage.tick(death)
        assert len(stage.source.waiting) == 15
    stage.drain()
    assert stage.source.waiting == {}
    assert stage.recorded() == undisturbed.recorded()
    assert stage.failures() == undisturbed.failures()
    assert [editions_of(run) for run in stage.runs()] == [editions_of(run) for run in undisturbed.runs()]


def test_nothing_is_acknowledged_before_the_tick_after() -> None:
    stage = Stage()
    stage.source.send(the_day())
    stage.tick()
    assert len(stage.source.waiting) == 15
    stage.tick(Death())
    assert len(stage.source.waiting) == 0, "what the tick before did was stored, so it may go"
    assert stage.drain() == []
    assert len(stage.runs()) == 1


def test_a_tick_takes_no_more_than_it_can_handle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensors, "MOST_A_TICK", 4)
    stage = Stage()
    stage.source.send(the_day())
    stage.drain()
    assert len(stage.recorded()) == 13


# Anything.

EXAMPLES = int(os.environ.get("NBA_EXAMPLES", "8"))
"""Each takes half a second: many more by hand than in every test run."""

FEW = [
    *complete("nbac_schedule", "nbac_team_boxscore", "nbac_gamebook_player_stats"),
    line("bigdataball_play_by_play", "1", status="failed"),
    line("bigdataball_play_by_play", "2"),
    line("odds_api_game_lines", "1"),
    line("odds_api_game_lines", "2", timestamp="2021-11-16T11:00:00Z"),
    line("odds_api_player_points_props", "none", status="no_data"),
    *complete("nbac_schedule", day=DAY + timedelta(days=1)),
    b"{",
]

deaths = st.one_of(st.none(), st.builds(Death, events=st.integers(0, 4)), st.builds(Death, runs=st.integers(0, 2)))
orders = st.permutations([*range(len(FEW)), *range(len(FEW))])


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=orders, cuts=st.lists(st.tuples(st.integers(1, 6), deaths), max_size=8))
def test_any_order_and_split_and_death_end_the_same(order: list[int], cuts: list[tuple[int, Death | None]]) -> None:
    """Every message twice, in any order, in ticks of any size, the daemon dying in any of them."""
    stage = Stage()
    left = [FEW[n] for n in order]
    for size, death in cuts:
        stage.source.send(left[:size])
        left = left[size:]
        stage.tick(death)
    stage.source.send(left)
    stage.drain()
    assert stage.source.waiting == {}
    assert {data for data, _ in stage.source.dead} == {b"{"}
    read = [parse(data) for data in FEW if data != b"{"]
    assert stage.recorded() == {(m.table.name, str(m.day), m.execution_id): 1 for m in read if m.is_complete}
    assert stage.failures() == {("bigdataball_play_by_play", str(DAY), "1"): 1}
    assert_exactly_what_is_needed(stage)


def assert_exactly_what_is_needed(stage: Stage) -> None:
    """Nothing was asked for twice, and the last run of each table is for the newest of what it reads."""
    asked = [found for run in stage.runs() for found in editions_of(run)]
    assert max(Counter(asked).values(), default=0) <= 1
    last = {(day, table): of for day, table, of in asked}
    by_name = {raw.name: raw for raw in RAW_TABLES}
    newest: dict[str, dict] = {}
    for name, day, execution in stage.deliveries():
        if execution != "none":
            newest.setdefault(day, {})[by_name[name]] = execution
    expected = {
        (day, table.name): edition(table, found)
        for day, found in newest.items()
        for table in tables_to_run(set(found), set(found))
    }
    assert last == expected


def test_two_leases_of_one_message_in_one_tick_are_one_message() -> None:
    class Twice(Queue):
        def pull(self, most: int) -> list[Received]:
            return [Received(f"{r.receipt}{end}", r.data) for r in super().pull(most) for end in ("", " again")]

    stage = Stage(Twice())
    stage.source.send(complete("nbac_schedule"))
    assert len(stage.tick()) == 1
    assert stage.tick() == []
    assert list(stage.recorded().values()) == [1]
