"""A job for each group of tables, and one for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dagster as dg

from nba_assets.contracts.table import Table
from nba_assets.orchestration.keys import asset_key
from nba_assets.tables.registry import every_table, monthly_tables

ALL_TABLES = "all_tables"

MODELS = "models"
"""Months have a job of their own: Dagster's can hold one kind of partitions."""


def jobs() -> list[Any]:
    """The jobs, in the form Dagster resolves against the assets (it exports no name for that form)."""
    groups: dict[str, list[Table]] = {}
    for table in every_table():
        groups.setdefault(table.group, []).append(table)
    return [
        *(_job(f"{name}_tables", groups[name], f"The {name} tables of a date or a range.") for name in sorted(groups)),
        _job(
            ALL_TABLES,
            every_table(),
            "All tables, or some of them, of a date or a range: what sensors, schedules and `nba` start.",
        ),
        _job(MODELS, monthly_tables(), "The trained models of a month or some."),
    ]


def _job(name: str, chosen: Iterable[Table], description: str) -> Any:
    return dg.define_asset_job(name, dg.AssetSelection.assets(*map(asset_key, chosen)), description=description)
