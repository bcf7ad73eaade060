"""Deliveries of raw data as tests write them, and what a lake holds of them."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.tables.raw import raw_table
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake

SCHEDULE = "nba_raw.nbac_schedule"
BOXES = "nba_raw.bdl_player_boxscores"
REGISTRY = "nba_reference.nba_players_registry"
DAY = date(2022, 1, 5)

ARROW = {
    "STRING": pa.string(),
    "INT64": pa.int64(),
    "FLOAT64": pa.float64(),
    "BOOL": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
}
FILLED = {
    "STRING": "x",
    "INT64": 1,
    "FLOAT64": 1.5,
    "BOOL": True,
    "DATE": date(2022, 1, 5),
    "TIMESTAMP": datetime(2022, 1, 6, 4, tzinfo=UTC),
}


def contract(name: str) -> RawTable:
    found = raw_table(name)
    assert found
    return found


def row(name: str, **given: Any) -> dict[str, Any]:
    """A row with its required columns filled, the others NULL, except for what is given."""
    filled = {c.name: FILLED[c.type] if c.required else None for c in contract(name).columns}
    seasons = {"season_year": 2021, "season": "2021-22"}
    return filled | {name: value for name, value in seasons.items() if filled.get(name)} | given


def game(game_id: str, day: date, **given: Any) -> dict[str, Any]:
    return row(SCHEDULE, game_id=game_id, game_date=day, season_year=2021, **given)


def box(player: str, day: date = date(2022, 1, 5), **given: Any) -> dict[str, Any]:
    return row(BOXES, game_id=f"{day:%Y%m%d}_BOS_MIA", player_lookup=player, game_date=day, **given)


def deliver(directory: Path, name: str, rows: list[dict[str, Any]], file: str = "a.parquet") -> Path:
    """Write `rows` as a delivered file of the table, with the columns that the first row has."""
    table = contract(name)
    path = directory / table.dataset / table.name / file
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        with path.open("w", newline="") as out:
            writer = csv.DictWriter(out, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    else:
        fields = [(c.name, ARROW[c.type]) for c in table.columns if c.name in rows[0]]
        pq.write_table(pa.Table.from_pylist(rows, pa.schema(fields)), path)
    return path


def stored(lake: Lake, name: str) -> list[dict[str, Any]]:
    return [row for file in lake.files(contract(name), None) for row in pq.ParquetFile(file).read().to_pylist()]


def contents(lake: Lake) -> dict[str, bytes]:
    return {str(f.relative_to(lake.root)): f.read_bytes() for f in sorted(lake.root.rglob("*")) if f.is_file()}


def refused(delivery: Path, lake: Lake, strict: bool = False) -> str:
    """The one line that the delivery is refused with; the lake has stayed as it was."""
    before = contents(lake)
    with pytest.raises(BadInput) as caught:
        ingest(delivery, lake, strict=strict)
    assert contents(lake) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)
