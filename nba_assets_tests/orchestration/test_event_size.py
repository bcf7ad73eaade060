"""Sizes of events: what must be said has room, and what is stored keeps to it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.measures import measures_of
from nba_assets.contracts.table import Table
from nba_assets.orchestration.event_size import EVENT_SIZE, room_beside
from nba_assets.orchestration.keys import asset_key
from nba_assets.tables.registry import every_table


@pytest.mark.parametrize("table", every_table(), ids=lambda table: table.name)
def test_what_an_event_must_say_has_room(table: Table) -> None:
    """Who adds an input or a measure sees here what it costs, for years."""
    said = {"dagster/partition_row_count": 12_345, "rows_changed": 1_234, "seconds": 123.45}
    said |= {measure.name: 0.1234 for measure in measures_of(table)}
    assert room_beside(said, asset_key(table), map(asset_key, stored_inputs(table))) >= 0


@pytest.mark.slow
def test_no_event_that_is_stored_is_larger(filled: Path) -> None:
    with sqlite3.connect(filled / "home" / "history" / "runs" / "index.db") as index:
        found = index.execute("SELECT asset_key, max(length(event)) FROM event_logs WHERE partition > '' GROUP BY 1")
        sizes = dict(found.fetchall())
    index.close()
    assert len(sizes) >= 23
    assert {key: size for key, size in sizes.items() if size > EVENT_SIZE} == {}
