"""`nba_assets.read`: rows between dates, in what programs take, and an error of its own for each thing that fails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import nba_assets
from nba_assets.contracts.errors import BadInput
from nba_assets_tests.readers.small_lake import FIRST, LAST, SCRIPT, small_lake


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return small_lake(tmp_path / "lake").root


COLUMNS = ["player_lookup", "points", "ts_pct", "game_date"]


def test_rows_come_in_order_with_meaning_and_unit(lake: Path) -> None:
    found = nba_assets.read("player_game_summary", FIRST, str(FIRST), COLUMNS, lake=lake)
    assert found.arrow.column_names == COLUMNS
    assert found.arrow["player_lookup"].to_pylist() == ["a", "b"]
    assert (len(found), repr(found)) == (2, "<nba_analytics.player_game_summary: 2 rows, 4 columns>")
    assert found.units == {"points": "points", "ts_pct": "0-1"}
    assert found.arrow.schema.field("points").metadata == {b"meaning": b"points", b"unit": b"points"}
    assert pa.table(found).equals(found.arrow)


def test_pandas_and_polars_have_numbers(lake: Path) -> None:
    found = nba_assets.read("nba_analytics.player_game_summary", columns=COLUMNS, lake=lake)
    pandas, polars = found.to_pandas(), found.to_polars()
    assert [str(kind) for kind in pandas.dtypes][1:] == ["float64", "float64", "datetime64[ms]"]
    assert polars["ts_pct"].to_list() == [0.5, None]
    assert polars["game_date"].to_list() == [FIRST, FIRST]


def test_all_columns_of_all_there_is(lake: Path) -> None:
    found = nba_assets.read("player_game_summary", lake=lake)
    assert found.arrow.num_columns == len(found.contract.columns)
    assert found.arrow["player_full_name"][0].as_py() == SCRIPT


def test_a_view_is_read_like_a_table(lake: Path) -> None:
    found = nba_assets.read("ml_feature_store_v2_wide", FIRST, LAST, ["player_lookup", "points"], lake=lake)
    assert found.arrow.num_rows == 0, "of this version there is no row"


@pytest.mark.parametrize(
    ("given", "kind", "told"),
    [
        ({"table": "player_game_sumary"}, nba_assets.UnknownTable, "perhaps player_game_summary"),
        ({"columns": ["poinst"]}, nba_assets.NoSuchColumn, "no column 'poinst', perhaps points"),
        ({"columns": "points"}, BadInput, r"give a list, as \['points'\]"),
        ({"columns": []}, BadInput, "the list names none"),
        ({"columns": ["points", "ts_pct", "points"]}, BadInput, "'points' is named twice"),
        ({"start": datetime(2024, 11, 1, 19, 30)}, BadInput, "is no date"),
        ({"end": 20241101}, BadInput, "end: 20241101 is no date"),
        ({"start": datetime(2024, 11, 1, tzinfo=UTC)}, BadInput, "is no date"),
        ({"start": FIRST, "end": LAST}, nba_assets.NotBuilt, "player_game_summary of 2024-11-03 is not built"),
        ({"start": date(2030, 1, 1)}, nba_assets.NotBuilt, "2030-01-01 is not built"),
        ({"end": date(2020, 1, 1)}, nba_assets.NotBuilt, "2020-01-01 is not built"),
        ({"table": "player_daily_cache"}, nba_assets.NotBuilt, "nothing is stored of nba_precompute.player_daily"),
        ({"start": "2024-11-31"}, BadInput, "'2024-11-31' is no date"),
        ({"start": LAST, "end": FIRST}, BadInput, "start 2024-11-03 is after end 2024-11-01"),
        ({"table": "team_locations", "start": FIRST}, BadInput, "has no dates"),
        ({"engine": "sqlite"}, BadInput, "engine: 'sqlite' is none of duckdb, bigquery"),
        ({"lake": "nowhere"}, BadInput, "there is no folder nowhere"),
    ],
)
def test_what_is_wrong_is_told_apart(given: Mapping[str, Any], kind: type, told: str, lake: Path) -> None:
    asked: dict[str, Any] = {"table": "player_game_summary", "lake": lake} | dict(given)
    with pytest.raises(kind, match=told) as error:
        nba_assets.read(**asked)
    assert isinstance(error.value, BadInput)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("day", [datetime(FIRST.year, FIRST.month, FIRST.day), pd.Timestamp(FIRST)])
def test_midnight_is_the_date_as_pandas_has_it(day: datetime, lake: Path) -> None:
    assert len(nba_assets.read("player_game_summary", day, day, lake=lake)) == 2


def test_what_there_is_may_be_read_of_dates_that_are_not_all_built(lake: Path) -> None:
    assert len(nba_assets.read("player_game_summary", FIRST, LAST, lake=lake, partial=True)) == 2
    assert len(nba_assets.read("player_daily_cache", FIRST, LAST, lake=lake, partial=True)) == 0


def test_a_day_without_games_lacks_nothing(lake: Path) -> None:
    assert len(nba_assets.read("player_game_summary", "2024-11-01", "2024-11-02", lake=lake)) == 2


def test_nothing_else_is_exported() -> None:
    with pytest.raises(AttributeError):
        nba_assets.write  # noqa: B018
