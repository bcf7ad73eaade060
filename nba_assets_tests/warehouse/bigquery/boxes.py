"""A small table with a column of each kind that makes a difference to BigQuery."""

from __future__ import annotations

from nba_assets.contracts.contract import Column, Contract

BOXES = Contract(
    dataset="nba_toys",
    name="boxes",
    key=("id",),
    partition_by="day",
    cluster_by=("id",),
    description='What is in a "box".\n\nOne a day.',
    columns=(
        Column("id", "STRING", "whose", required=True),
        Column("day", "DATE", "which", required=True),
        Column("price", "DECIMAL(9,3)", "what it costs", "dollars"),
        Column("tags", "ARRAY<STRING>", "what it's called", required=True),
    ),
)
