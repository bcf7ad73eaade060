"""The catalog file: every table a view with its comments, also where nothing is built; later partitions are seen."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from nba_assets.contracts.errors import BadInput
from nba_assets.readers.catalog import find, readable
from nba_assets.readers.catalog_file import write_catalog
from nba_assets_tests.readers.small_lake import FIRST, LAST, rows, small_lake


def test_the_file_is_a_catalog_of_all(tmp_path: Path) -> None:
    lake, file = small_lake(tmp_path / "o'brien's lake"), tmp_path / "nba.duckdb"
    coming = find("next_games")
    lake.replace(coming, [(LAST, pa.table({"game_date": [LAST], "team_abbr": ["BOS"], "season_year": ["2024"]}))])
    built = {viewed.contract.name for viewed in write_catalog(lake, file) if viewed.is_built}
    assert built == {"nbac_schedule", "next_games", "player_game_summary", "ml_feature_store_v2"} | views()
    summary = find("player_game_summary")
    lake.replace(summary, [(LAST, rows(summary, {"game_date": LAST, "player_lookup": "c", "points": 3}))])

    with duckdb.connect(str(file), read_only=True) as catalog:
        seen = dict(catalog.execute("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall())
        assert seen.keys() == {of.name for of in readable()}
        assert seen["player_daily_cache"].startswith("Not built when this file was written. A player's slow-moving")
        told = "SELECT data_type, comment FROM duckdb_columns() WHERE table_name = ? AND column_name = ?"
        assert catalog.execute(told, ["player_game_summary", "ts_pct"]).fetchall() == [
            ("DECIMAL(5,3)", "true shooting: points / (2 (FGA + 0.44 FTA)) [0-1]")
        ]
        asked = "SELECT game_date, points FROM nba_analytics.player_game_summary WHERE game_date >= ? ORDER BY ALL"
        assert catalog.execute(asked, [FIRST]).fetchall() == [(FIRST, 7), (FIRST, None), (LAST, 3)]
        columns = "table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() WHERE NOT internal"
        found = dict(catalog.execute(f"SELECT {columns} GROUP BY 1").fetchall())
        assert found == {of.name: list(of.schema().names) for of in readable()}
        assert catalog.execute("SELECT * FROM nba_precompute.player_daily_cache").fetchall() == []
        older = "SELECT team_abbr, season_year, next_opponent_win_pct FROM nba_conformed.next_games"
        assert catalog.execute(older).fetchall() == [("BOS", 2024, None)], "what a partition lacks is NULL"


def test_a_view_over_what_is_not_built_says_so(tmp_path: Path) -> None:
    lake = small_lake(tmp_path / "lake")
    shutil.rmtree(lake.root / "nba_predictions" / "ml_feature_store_v2")
    built = {viewed.contract.name for viewed in write_catalog(lake, tmp_path / "nba.duckdb") if viewed.is_built}
    assert built == {"nbac_schedule", "player_game_summary"}
    with duckdb.connect(str(tmp_path / "nba.duckdb"), read_only=True) as catalog:
        assert catalog.execute("SELECT * FROM nba_predictions.ml_feature_store_v2_wide").fetchall() == []


def test_nothing_beside_the_lake_is_seen(tmp_path: Path) -> None:
    """Its path is no pattern: that of one that lies beside it would fit."""
    shutil.rmtree(small_lake(tmp_path / "lake 1").root / "nba_analytics")
    write_catalog(small_lake(tmp_path / "lake [1]"), tmp_path / "nba.duckdb")
    assert days_in(tmp_path / "nba.duckdb") == [FIRST, FIRST]


def test_a_copy_beside_a_partition_is_not_seen(tmp_path: Path) -> None:
    lake = small_lake(tmp_path / "lake")
    folder = lake.file(find("player_game_summary"), FIRST).parent
    shutil.copytree(folder, folder.with_name(f"{folder.name}.bak"))
    write_catalog(lake, tmp_path / "nba.duckdb")
    assert days_in(tmp_path / "nba.duckdb") == [FIRST, FIRST]


def days_in(file: Path) -> list[date]:
    with duckdb.connect(str(file), read_only=True) as catalog:
        found = catalog.execute("SELECT game_date FROM nba_analytics.player_game_summary").fetchall()
    return [day for (day,) in found]


def views() -> set[str]:
    from nba_assets.tables.registry import reading_views

    return {view.name for view in reading_views()}


def test_a_file_of_somebody_else_stays(tmp_path: Path) -> None:
    lake, file = small_lake(tmp_path / "lake"), tmp_path / "mine.duckdb"
    with duckdb.connect(str(file)) as mine:
        mine.execute("CREATE TABLE notes AS SELECT 1 AS n")
    for other, told in ((file, "holds tables of its own"), (tmp_path / "no" / "x.duckdb", "there is no folder")):
        with pytest.raises(BadInput, match=told):
            write_catalog(lake, other)
    text = tmp_path / "notes.txt"
    text.write_text("no database, whatever its length")
    with pytest.raises(BadInput, match="cannot be opened as a catalog"):
        write_catalog(lake, text)
    with duckdb.connect(str(file)) as mine:
        assert mine.execute("SELECT n FROM notes").fetchall() == [(1,)]
    assert sorted(of.name for of in tmp_path.iterdir()) == ["lake", "mine.duckdb", "notes.txt"]


def test_a_pipe_is_no_catalog_and_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "nba.duckdb"
    os.mkfifo(pipe)
    with pytest.raises(BadInput, match=r"nba\.duckdb is there and is no file: name another"):
        write_catalog(small_lake(tmp_path / "lake"), pipe)
