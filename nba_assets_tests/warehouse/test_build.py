"""A season's part of a table, as it is written."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from nba_assets.compile.bind import stored_inputs
from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.read import Reach
from nba_assets.tables.registry import every_table
from nba_assets.warehouse.build import write_part
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

IN_PARTS = [table for table in every_table() if table.days_at_once]


@pytest.mark.parametrize("table", IN_PARTS, ids=lambda table: table.name)
def test_in_parts_it_is_what_it_is_at_once(table, conformed_lake: Path, tmp_path: Path) -> None:  # noqa: ANN001
    shutil.copytree(conformed_lake, tmp_path / "lake", copy_function=os.link)
    lake = Lake(tmp_path / "lake")
    days = lake.dates(table)[:5]
    whole = lake.contents(table)
    lake.remove(table, days)
    with DuckDBWarehouse(lake).session(60) as session:
        window, sql = Window(days[0], days[-1]), statements(table, "duckdb")
        written, _ = write_part(session, replace(table, days_at_once=2), sql, window, days)
    assert sum(written.rows.values())
    assert {day: written.hashes[day] for day in days} == {day: whole[day] for day in days}


@pytest.mark.parametrize("table", IN_PARTS, ids=lambda table: table.name)
def test_only_what_reads_its_own_day_is_made_in_parts(table) -> None:  # noqa: ANN001
    assert set().union(*stored_inputs(table).values()) == {Reach.SAME_DAY}


def test_the_tables_of_plays_are() -> None:
    """Else the two above say nothing."""
    assert {table.name for table in IN_PARTS} == {"plays", "possessions"}
