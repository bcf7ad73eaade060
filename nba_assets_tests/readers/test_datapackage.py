"""A lake described as a data package: every file of every table there is, each column as its contract has it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from nba_assets.readers.datapackage import FILE, TYPES, write_package
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.raw.reference import nba_players_registry
from nba_assets.tables.registry import tables
from nba_assets.warehouse.lake import Lake

DAYS = [date(2024, 10, 22), date(2024, 10, 23)]


def test_what_a_lake_holds(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for contract, days in ((player_game_summary, DAYS), (nba_players_registry, [None])):
        empty = contract.schema().to_pyarrow().empty_table()
        lake.replace(contract, [(day, empty) for day in days])
    assert write_package(lake) == 2
    registry, summary = json.loads((tmp_path / FILE).read_text())["resources"]
    assert registry["path"] == ["nba_reference/nba_players_registry/data.parquet"]
    assert summary["name"] == "nba_analytics.player_game_summary"
    assert summary["schema"]["primaryKey"] == ["game_id", "player_lookup"]
    for file in summary["path"]:
        assert pq.read_schema(tmp_path / file).names == [field["name"] for field in summary["schema"]["fields"]]
    minutes = next(field for field in summary["schema"]["fields"] if field["name"] == "minutes_played")
    assert (minutes["type"], minutes["unit"], "constraints" in minutes) == ("number", "minutes", False)
    assert [file.name for file in tmp_path.glob("*.json*")] == [FILE]


def test_every_type_has_a_word() -> None:
    stored = {column.type for table in tables() for column in table.columns if column.scale is None}
    assert stored <= TYPES.keys()
