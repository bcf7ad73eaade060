"""Made-up tables of one step, and one after it, for the tests of steps that build several."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import dagster as dg
import ibis.expr.types as ir
import pyarrow as pa

from nba_assets.contracts.contract import Column, RawTable
from nba_assets.contracts.measures import mean_of
from nba_assets.contracts.read import same_day, season_history
from nba_assets.contracts.table import Table, holds, table
from nba_assets.orchestration.assets import step_assets
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.warehouse.lake import Lake

_DAY = Column("game_date", "DATE", "the date", required=True)
_PLAYER = Column("player", "STRING", "who", required=True)
_TEAM = Column("team", "STRING", "for whom", required=True)
_POINTS = Column("points", "INT64", "points", "points")

SHOTS = RawTable(
    dataset="made_up_raw",
    name="shots",
    columns=(_DAY, _PLAYER, _TEAM, _POINTS, Column("note", "STRING", "a number as text")),
    key=("game_date", "player"),
    partition_by="game_date",
    need="required",
    feeds=(),
)

_OF_A_PLAYER = {"dataset": "made_up", "partition_by": "game_date", "key": ("game_date", "player"), "cluster_by": ()}


@table(
    **_OF_A_PLAYER,
    reads={"shots": same_day(SHOTS)},
    columns=(_DAY, _PLAYER, _TEAM, _POINTS),
    measures=(mean_of("points"),),
    checks=(holds("points_are_few", lambda rows: rows.points < 100, "less than a hundred"),),
    step="boxes",
)
def boxes_players(shots: ir.Table) -> ir.Table:
    return shots.select("game_date", "player", "team", "points")


@table(
    **_OF_A_PLAYER,
    reads={"shots": same_day(SHOTS)},
    columns=(_DAY, _PLAYER, Column("noted", "INT64", "the number")),
    step="boxes",
)
def boxes_notes(shots: ir.Table) -> ir.Table:
    """Fails where a note is no number."""
    return shots.select("game_date", "player", noted=shots.note.cast("int64"))


@table(
    **_OF_A_PLAYER,
    reads={"boxes_notes": same_day(boxes_notes)},
    columns=(_DAY, _PLAYER, Column("twice", "INT64", "twice the number")),
    step="boxes",
)
def boxes_twice(boxes_notes: ir.Table) -> ir.Table:
    return boxes_notes.select("game_date", "player", twice=boxes_notes.noted * 2)


@table(
    dataset="made_up",
    partition_by="game_date",
    key=("game_date", "team"),
    cluster_by=(),
    reads={"boxes_players": same_day(boxes_players)},
    columns=(_DAY, _TEAM, _POINTS),
    step="boxes",
)
def boxes_teams(boxes_players: ir.Table) -> ir.Table:
    return boxes_players.group_by("game_date", "team").agg(points=boxes_players.points.sum())


@table(
    dataset="made_up",
    partition_by="game_date",
    key=("game_date", "team"),
    cluster_by=(),
    reads={"today": same_day(boxes_teams), "before": season_history(boxes_teams)},
    columns=(_DAY, _TEAM, Column("before", "INT64", "points before the date", "points")),
)
def form(today: ir.Table, before: ir.Table) -> ir.Table:
    earlier = before.select("team", earlier=before.game_date, scored=before.points)
    joined = today.join(earlier, (earlier.team == today.team) & (earlier.earlier < today.game_date), how="left")
    return joined.group_by("game_date", "team").agg(before=joined.scored.sum())


PLAYERS, NOTES, TWICE, TEAMS, FORM = boxes_players, boxes_notes, boxes_twice, boxes_teams, form
OF_THE_STEP = (PLAYERS, NOTES, TWICE, TEAMS)
TABLES: tuple[Table, ...] = (*OF_THE_STEP, FORM)


def play(lake: Path, day: str, note: str = "1", points: int = 10) -> None:
    """A date on which two of one team and one of another scored."""
    of = date.fromisoformat(day)
    rows = [
        {"game_date": of, "player": player, "team": team, "points": points + more, "note": note}
        for player, team, more in (("brown", "BOS", 1), ("tatum", "BOS", 2), ("white", "NYK", 3))
    ]
    Lake(lake).replace(SHOTS, [(of, pa.Table.from_pylist(rows, SHOTS.schema().to_pyarrow()))])


def assets() -> list[dg.AssetsDefinition]:
    kinds = frozenset({"duckdb"})
    return [step_assets(OF_THE_STEP, kinds, "duckdb"), step_assets([FORM], kinds, "duckdb")]


def warehouse(lake: Path) -> WarehouseResource:
    return WarehouseResource(engine="duckdb", lake=str(lake), threads=1, memory_mib=512, timeout_seconds=60)


def job() -> dg.JobDefinition:
    """What step processes load: the lake is in the environment."""
    defs = dg.Definitions(
        assets=assets(),
        jobs=[dg.define_asset_job("made_up", dg.AssetSelection.assets(*assets()))],
        resources={"warehouse": warehouse(Path(os.environ["NBA_LAKE"]))},
    )
    return defs.resolve_job_def("made_up")
