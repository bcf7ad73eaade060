"""Questions of a report: a SELECT that fills a panel and is shown under it, and the partitions that it reads.

Written once, in SQL that DuckDB and BigQuery both know. What is asked stands with the report; how it looks in the
templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlglot

from nba_assets.compile.bind import Dates
from nba_assets.contracts.calendar import Window
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.records import records

SECONDS = 120.0


@dataclass(frozen=True)
class Question:
    """One SELECT, and the dates that it reads of each table, by bare name."""

    sql: str
    reads: Mapping[str, Window]

    def answer(self, warehouse: Warehouse) -> list[dict[str, Any]]:
        """Its rows; none of what is not built."""
        sql = self.sql
        if warehouse.dialect != "duckdb":  # quoted, as that engine knows its own tables
            sql = sqlglot.transpile(sql, read="duckdb", write=warehouse.dialect, identify=True)[0]
        inputs: Dates = {table: self.reads[table.name] for table in tables() if table.name in self.reads}
        return records(warehouse.fetch(sql, inputs, SECONDS))


def literal(text: str) -> str:
    """Text as an SQL literal, also where what it says comes from data."""
    return "'" + text.replace("\\", "").replace("'", "''") + "'"
