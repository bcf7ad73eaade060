"""A month trained and its forecasts made on a BigQuery server: the model and rows that a lake of the same games gives.

Training and scoring read what a server answers as Arrow, and write by the replacement that every table has.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from nba_assets.compile.reading import read_sql
from nba_assets.compile.statements import inputs_in, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.table import Table
from nba_assets.models import points_model, training
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.monthly.player_points_models import player_points_models
from nba_assets.tables.precompute.ml_feature_store_v2 import ml_feature_store_v2
from nba_assets.tables.predictions.player_points_forecasts import player_points_forecasts
from nba_assets.tables.predictions.player_points_model_forecasts import player_points_model_forecasts
from nba_assets.warehouse.artefacts import VARIABLE
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.bigquery.notes import BOOKKEEPING
from nba_assets.warehouse.build import Part, build_part
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.bigquery.loaded import make
from nba_assets_tests.bigquery.local_server import LocalBigQuery
from nba_assets_tests.models.test_in_dagster import BEFORE, DAY, FEW, MONTH, stored_games
from nba_assets_tests.warehouse.bigquery.trial import warehouse

pytestmark = pytest.mark.slow

BUILT = {player_points_models: MONTH, player_points_model_forecasts: DAY}


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setattr(points_model, "MIDDLE", {name: {**of, **FEW} for name, of in points_model.MIDDLE.items()})
    monkeypatch.setattr(points_model, "SPREAD", {**points_model.SPREAD, **FEW})
    monkeypatch.setattr(training, "LEAST_GAMES", 500)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "models"))
    return DuckDBWarehouse(Lake(tmp_path / "lake"))


def test_same_model_and_forecasts(lake: Warehouse, bigquery_server: LocalBigQuery) -> None:
    with bigquery_server.client("models") as client:
        server = warehouse(client)
        make(client, {*BOOKKEEPING, *(contract for table, day in BUILT.items() for contract in read(table, day))})
        found: list[Any] = []
        for there in (lake, server):
            put_games(there)
            trained, forecast = (build(there, table, day) for table, day in BUILT.items())
            assert trained.rows == 1
            assert forecast.rows == 5
            found.append([trained.broken, forecast.broken])

        assert found[0] == found[1]
        for table in BUILT:
            assert stored(server, table) == stored(lake, table)
        build(server, player_points_model_forecasts, DAY)
        assert len(stored(server, player_points_model_forecasts)) == 5, "it is replaced, not added to"


def read(table: Table, day: date) -> set[Contract]:
    return set(inputs_in(table, Window(day, day)))


def put_games(there: Warehouse) -> None:
    """What rules forecast for five players of a day, their features, and those of 600 games before."""
    features, boxes = stored_games({**dict.fromkeys(BEFORE, 60), DAY: 5})
    names = ("player_lookup", "game_id", "game_date")
    by_rules = {"market": "points", "system_id": "moving_average", "mean": 10, "data_hash": "0"}
    forecasts = [{**{name: row[name] for name in names}, **by_rules} for row in features[-5:]]
    given = {ml_feature_store_v2: features, player_game_summary: boxes[:-5], player_points_forecasts: forecasts}
    with there.session(60) as session:
        for table, rows in given.items():
            days = sorted({row["game_date"] for row in rows})
            full = [{column.name: row.get(column.name) for column in table.columns} for row in rows]
            session.put(table, pa.Table.from_pylist(full, table.schema().to_pyarrow()), days)


def build(there: Warehouse, table: Table, day: date) -> Part:
    with there.session(60) as session:
        return build_part(session, table, statements(table, there.dialect), Window(day, day), [day])


def stored(there: Warehouse, table: Table) -> list[dict[str, Any]]:
    window = Window(BUILT[table], BUILT[table])
    sql = read_sql(table, window, table.schema().names, there.dialect)
    return there.fetch(sql, {table: window}, 60).to_pylist()
