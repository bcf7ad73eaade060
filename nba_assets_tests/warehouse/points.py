"""A small stored table for tests of the lake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from nba_assets.contracts.contract import Column, Contract

POINTS = Contract(
    dataset="test",
    name="points",
    columns=(
        Column("game_date", "DATE", "date"),
        Column("player", "STRING", "player"),
        Column("pace", "DECIMAL(5,1)", "pace"),
        Column("issues", "ARRAY<STRING>", "codes"),
        Column("at", "TIMESTAMP", "when"),
    ),
    key=("player",),
    partition_by="game_date",
)


def points(day: date, *players: str, issues: Sequence[str] = ()) -> pa.Table:
    """A row a player."""
    made = [{"game_date": day, "player": player, "pace": None, "issues": list(issues)} for player in players]
    return pa.Table.from_pylist(made, schema=POINTS.schema().to_pyarrow())
