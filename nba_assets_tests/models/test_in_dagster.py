"""A month trained as Dagster's run, its model's forecasts as another one, and what makes each of them out of date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest

from nba_assets.basketball.trained import FEATURE_VERSION, FEATURES, feature_column
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.table import Table
from nba_assets.models import points_model, training
from nba_assets.orchestration.assets import step_assets
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.staleness import out_of_date
from nba_assets.orchestration.trained_models import due, of_months
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.monthly.player_points_models import player_points_models
from nba_assets.tables.precompute.ml_feature_store_v2 import ml_feature_store_v2
from nba_assets.tables.predictions.player_points_forecasts import player_points_forecasts
from nba_assets.tables.predictions.player_points_model_forecasts import player_points_model_forecasts
from nba_assets_tests.given import put_games
from nba_assets_tests.models.made_up import games

pytestmark = pytest.mark.slow

FEW = {"trees": 5, "min_data_in_leaf": 20, "learning_rate": 0.3}
MONTH, DAY = date(2022, 11, 1), date(2022, 11, 2)
BEFORE = [date(2021, 11, 2) + timedelta(days=10 * n) for n in range(10)]


def put(resource: WarehouseResource, contract: Contract, rows: list[dict[str, Any]]) -> None:
    """Store rows of a table, NULL in all that they do not say."""
    name = str(contract.partition_by)
    days = sorted({row[name] for row in rows})
    ordered = sorted(rows, key=lambda row: [row[name], *(row[key] for key in contract.key)])
    full = [{c.name: row.get(c.name) for c in contract.columns} for row in ordered]
    with resource.open().session(60) as session:
        session.put(contract, pa.Table.from_pylist(full, contract.schema().to_pyarrow()), days)


def stored_games(day_of: Mapping[date, int]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of features and of summaries, so many players a day."""
    seen = games(sum(day_of.values()), BEFORE[0], 1).to_pylist()
    days = [day for day, count in day_of.items() for _ in range(count)]
    features, boxes = [], []
    for number, (row, day) in enumerate(zip(seen, days, strict=True)):
        game = {"player_lookup": f"p{number:04}", "game_id": f"{day:%Y%m%d}_NYK_BOS", "game_date": day}
        known = {
            "feature_version": FEATURE_VERSION,
            "features": [row[feature_column(name)] for name in FEATURES],
            "feature_sources": ["phase4"] * len(FEATURES),
            "feature_quality_score": 90,
            "data_hash": f"{number:016}",
        }
        features.append({**game, **known})
        boxes.append({**game, "seconds_played": 1500, "points": row["points"], "data_hash": f"{number:016}"})
    return features, boxes


@pytest.fixture
def resource(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WarehouseResource:
    """A lake with ten dates of 2021-22 and one of the season after."""
    monkeypatch.setattr(points_model, "MIDDLE", {name: {**of, **FEW} for name, of in points_model.MIDDLE.items()})
    monkeypatch.setattr(points_model, "SPREAD", {**points_model.SPREAD, **FEW})
    monkeypatch.setattr(training, "LEAST_GAMES", 500)
    put_games(tmp_path, [*BEFORE, DAY])
    found = WarehouseResource(engine="duckdb", lake=str(tmp_path), threads=1, memory_mib=512, timeout_seconds=60)
    features, boxes = stored_games({**dict.fromkeys(BEFORE, 60), DAY: 5})
    put(found, ml_feature_store_v2, features)
    put(found, player_game_summary, boxes[:-5])
    identity = {"market": "points", "system_id": "moving_average", "mean": 10, "data_hash": "0"}
    names = ("player_lookup", "game_id", "game_date")
    put(found, player_points_forecasts, [{**{n: row[n] for n in names}, **identity} for row in features[-5:]])
    return found


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


def run(instance: dg.DagsterInstance, resource: WarehouseResource, table: Table, partition: date) -> Any:
    return dg.materialize(
        [step_assets([table], resource.kinds, resource.dialect)],
        partition_key=partition.isoformat(),
        resources={"warehouse": resource},
        instance=instance,
        raise_on_error=False,
    )


def rows(resource: WarehouseResource, table: Table) -> list[dict[str, Any]]:
    return resource.open().fetch(f"SELECT * FROM {table.full_name} ORDER BY ALL", {table: None}, 60).to_pylist()


def test_a_month_is_trained_and_asked(instance: dg.DagsterInstance, resource: WarehouseResource) -> None:
    warehouse, season = resource.open(), Window(BEFORE[0], DAY)
    assert due(instance, warehouse, of_months(warehouse, season)) == {player_points_models: [MONTH]}

    result = run(instance, resource, player_points_models, MONTH)
    assert result.success
    (made,) = result.asset_materializations_for_node(player_points_models.step)
    assert "data:image/png;base64," in str(made.metadata["picture"].value)
    (model,) = rows(resource, player_points_models)
    assert (model["trained_from"], model["trained_to"], model["rows_trained"]) == (BEFORE[0], BEFORE[-1], 600)
    assert due(instance, warehouse, of_months(warehouse, season)) == {player_points_models: []}

    assert run(instance, resource, player_points_model_forecasts, DAY).success
    forecasts = rows(resource, player_points_model_forecasts)
    assert [row["player_lookup"] for row in forecasts] == [f"p{number:04}" for number in range(600, 605)]
    assert {row["trained_to"] for row in forecasts} == {BEFORE[-1]}
    assert len({row["data_hash"] for row in forecasts}) == 5
    tables, days = [player_points_model_forecasts], [DAY]
    assert out_of_date(instance, warehouse, tables, days) == {player_points_model_forecasts: {}}

    # A correction of an old game: the model is older than it, and once it is trained again so are its forecasts.
    _features, boxes = stored_games({**dict.fromkeys(BEFORE, 60), DAY: 5})
    corrected = [{**row, "points": 30, "data_hash": "corrected"} for row in boxes if row["game_date"] == BEFORE[3]]
    put(resource, player_game_summary, corrected)
    assert due(instance, warehouse, of_months(warehouse, season)) == {player_points_models: [MONTH]}
    assert run(instance, resource, player_points_models, MONTH).success
    (why,) = out_of_date(instance, warehouse, tables, days)[player_points_model_forecasts].values()
    assert why.startswith("older than nba_predictions.player_points_models")


def test_a_month_without_a_season_behind_it_says_so(instance: dg.DagsterInstance, resource: WarehouseResource) -> None:
    result = run(instance, resource, player_points_models, date(2021, 12, 1))
    assert result.success
    (made,) = result.asset_materializations_for_node(player_points_models.step)
    assert "no season behind it to learn from" in str(made.metadata)
    assert rows(resource, player_points_models) == []


def test_a_date_without_a_model_says_so(instance: dg.DagsterInstance, resource: WarehouseResource) -> None:
    result = run(instance, resource, player_points_model_forecasts, DAY)
    assert result.success
    (made,) = result.asset_materializations_for_node(player_points_model_forecasts.step)
    assert "no model of the month" in str(made.metadata)
    assert rows(resource, player_points_model_forecasts) == []
