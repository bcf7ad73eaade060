"""Rows of a simulated day against what was known at its tips, with things that came out later beside them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import wraps
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nba_assets.compile.dialects import Dialect
from nba_assets.compile.statements import CompiledSQL, statements
from nba_assets.contracts.table import Table
from nba_assets.tables.conformed.availability import availability
from nba_assets.tables.conformed.next_games import next_games
from nba_assets.tables.conformed.prop_lines import prop_lines
from nba_assets.tables.conformed.rosters import rosters
from nba_assets.tables.registry import every_table, tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.known_when import rebuilt
from nba_assets_tests.known_when.later import add_later_knowledge, begin_form_early, forget_the_last_hour
from nba_assets_tests.known_when.rebuilt import Difference, build_history, build_standing, differences, told
from nba_assets_tests.known_when.standing import before_a_game

pytestmark = pytest.mark.slow

DAY = date(2024, 10, 24)


@dataclass(frozen=True)
class Lakes:
    """A lake, what was known of it, and how the rows of both differ."""

    root: Path
    known: Path
    differences: Mapping[date, list[Difference]]


@pytest.fixture(scope="module")
def lakes(simulated_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Lakes:
    """The simulated lake with what was there only later, and the tables of the day built over all of it."""
    root, known = (tmp_path_factory.mktemp("known_when") / name for name in ("lake", "known"))
    shutil.copytree(simulated_lake, root, copy_function=os.link)
    warehouse = DuckDBWarehouse(Lake(root))
    begin_form_early(warehouse, DAY)
    add_later_knowledge(warehouse, DAY)
    build_history(warehouse, DAY)
    build_standing(warehouse, DAY)
    return Lakes(root, known, differences(warehouse, [DAY], known))


def test_nothing_known_later(lakes: Lakes) -> None:
    assert told(lakes.differences) == {}


def test_there_is_something_to_compare(lakes: Lakes) -> None:
    """The context and what rests on it; of so few games there is no form yet, and no model."""
    rows = {table.name: _count(lakes.root, table) for table in before_a_game()}
    without_form = {"player_daily_cache", "player_shot_zone_analysis", "team_defense_zone_analysis"}
    assert {name for name, count in rows.items() if not count} == without_form | {"player_points_model_forecasts"}


def test_no_line_of_the_last_hour_is_decided_on(lakes: Lakes, tmp_path: Path) -> None:
    """Where a line closed is all that an offer has of it, and a prediction has nothing."""
    warehouse = DuckDBWarehouse(Lake(Path(shutil.copytree(lakes.root, tmp_path / "lake", copy_function=os.link))))
    made = {table.name: table for table in every_table()}
    offers, predictions = made["player_prop_offers"], made["player_prop_predictions"]
    forget_the_last_hour(warehouse, DAY)
    build_standing(warehouse, DAY, [offers], [offers, predictions])
    closing = [column.name for column in offers.columns if column.name.startswith("closing")]

    def decided(root: Path, table: Table) -> pa.Table:
        return pq.ParquetFile(Lake(root).file(table, DAY)).read()

    for table, without in ((offers, [*closing, "is_withdrawn"]), (predictions, [])):
        before, after = (decided(root, table) for root in (lakes.root, warehouse.lake.root))
        assert before.num_rows
        assert before.drop_columns(without) == after.drop_columns(without), table.name
    assert decided(warehouse.lake.root, offers)["closing_line"].null_count == decided(lakes.root, offers).num_rows


def _count(root: Path, table: Table) -> int:
    return pq.read_metadata(Lake(root).file(table, DAY)).num_rows


def with_input(table: Table, name: str, change: Callable[[ir.Table], ir.Table]) -> Table:
    """The table as it would be if one of its inputs were another."""

    @wraps(table.build)
    def build(**inputs: ir.Table) -> ir.Table:
        return table.build(**inputs | {name: change(inputs[name])})

    return replace(table, build=build)


def out_at_its_hour(report: ir.Table) -> ir.Table:
    """Each edition as if it were out at its hour, half an hour before it is."""
    return report.mutate(scrape_time=report.report_hour.cast("string").lpad(2, "0") + ":00")


def certain_from_the_outset(announced: ir.Table) -> ir.Table:
    return announced.mutate(settled_on=ibis.null("date"))


def off_from_the_outset(announced: ir.Table) -> ir.Table:
    """Without the games that somebody took out of the schedule."""
    return announced.filter(announced.known_until.isnull())


def moved_an_hour_earlier(offers: ir.Table) -> ir.Table:
    return offers.mutate(bookmaker_last_update=offers.bookmaker_last_update - ibis.interval(hours=1))


def without_birth_dates(snapshots: ir.Table) -> ir.Table:
    return snapshots.mutate(birth_date=ibis.null("date"))


FAULTS = {
    "an edition of the tip's hour": (
        with_input(availability, "report", out_at_its_hour),
        {
            ("availability", "player_status"),
            ("upcoming_player_game_context", "(row)"),
            ("upcoming_team_game_context", "players_out_count"),
        },
    ),
    "a future game that is not certain": (
        with_input(next_games, "announced", certain_from_the_outset),
        {
            ("upcoming_team_game_context", "next_game_days_rest"),
            ("upcoming_team_game_context", "games_in_next_7_days"),
            ("upcoming_player_game_context", "opponent_next_game_days_rest"),
        },
    ),
    "a game that will be off": (
        with_input(next_games, "announced", off_from_the_outset),
        {
            ("upcoming_team_game_context", "games_in_next_7_days"),
            ("upcoming_player_game_context", "opponent_games_in_next_7_days"),
        },
    ),
    "an offer of after the tip": (
        with_input(prop_lines, "bettingpros", moved_an_hour_earlier),
        {("prop_lines", "(row)")},
    ),
    "an age of the season's end": (
        with_input(rosters, "snapshots", without_birth_dates),
        {("rosters", "age"), ("upcoming_player_game_context", "player_age")},
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_shows(fault: str, lakes: Lakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that knows too much differs in the columns that it does so in. Others are not built for it."""
    faulty, expected = FAULTS[fault]
    standing = [table for table in before_a_game() if table.name in {name for name, _ in expected}]

    def with_fault(table: Table, dialect: Dialect) -> CompiledSQL:
        return statements(faulty if table.name == faulty.name else table, dialect)

    with monkeypatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        statements(faulty, "duckdb")
    monkeypatch.setattr(rebuilt, "statements", with_fault)
    for name, root in (("lake", lakes.root), ("known", lakes.known)):
        shutil.copytree(root, tmp_path / name, copy_function=os.link)
    warehouse = DuckDBWarehouse(Lake(tmp_path / "lake"))
    build_standing(warehouse, DAY, [table for table in tables() if table.name == faulty.name], standing)
    found = differences(warehouse, [DAY], tmp_path / "known", standing=standing)
    assert expected <= {(difference.table, difference.column) for difference in found[DAY]}
