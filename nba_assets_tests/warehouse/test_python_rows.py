"""Rows that Python makes are stored as those of a query are: same types, rounding, hash and order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from nba_assets.compile.dialects import to_sql
from nba_assets.compile.storage import stored
from nba_assets.tables.predictions.player_points_model_forecasts import player_points_model_forecasts as table
from nba_assets.warehouse.artefacts import Artefacts
from nba_assets.warehouse.python_rows import made

AS_GIVEN = replace(table, python=f"{__name__}:as_given")
NOBODY = dict.fromkeys(column.name for column in table.columns if column.name != "data_hash")


def as_given(given: pa.Table, days: list[date], artefacts: Artefacts) -> pa.Table:
    return given


def rows() -> list[dict[str, Any]]:
    numbers = [column.name for column in table.columns if column.scale is not None]
    known = {"player_lookup": "b", "game_id": "g", "market": "points", "system_id": "model"}
    later = {**NOBODY, **known, "game_date": date(2022, 11, 3), "quality_issues": ["x", "y"], "is_home": True}
    halves = dict.fromkeys(numbers, 7.0625) | {"mean": -0.0004, "median": 1.0005, "errors_behind": 12}
    earlier = {**NOBODY, **known, **halves, "player_lookup": "a", "game_date": date(2022, 11, 2), "quality_issues": []}
    return [later, earlier, {**earlier, "player_lookup": "c", "trained_to": date(2022, 10, 31), "is_home": False}]


def test_they_are_what_a_query_would_store() -> None:
    types = {c.name: "float64" if c.scale is not None else c.stored for c in table.columns if c.name != "data_hash"}
    given = pa.Table.from_pylist(rows(), ibis.schema(types).to_pyarrow())
    found = made(AS_GIVEN, given, [], Artefacts("nowhere"))
    asked = stored(ibis.table(types, name="given"), table)
    with duckdb.connect() as connection:
        by_query = connection.execute(to_sql(asked.order_by("game_date", "player_lookup"), "duckdb")).to_arrow_table()
    assert found.schema == table.schema().to_pyarrow()
    assert found.to_pylist() == by_query.to_pylist()
    assert [row["player_lookup"] for row in found.to_pylist()] == ["a", "c", "b"]
