"""Questions of a report: a SELECT that fills a panel and is shown under it, and the partitions that it reads.

Written once, in SQL that DuckDB and BigQuery both know. What is asked stands with the report; how it looks in the
templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
import sqlglot

from nba_assets.compile.bind import Dates
from nba_assets.compile.dialects import Dialect
from nba_assets.contracts.calendar import Window
from nba_assets.tables.registry import every_table
from nba_assets.warehouse.records import records

SECONDS = 120.0


class Answering(Protocol):
    """A warehouse, as far as it is asked."""

    @property
    def dialect(self) -> Dialect:
        """What its SQL is written in."""
        ...

    def fetch(self, sql: str, inputs: Dates, timeout: float) -> pa.Table:
        """The rows of a query."""
        ...


@dataclass(frozen=True)
class Question:
    """One SELECT, and the dates that it reads of each table, by bare name."""

    sql: str
    reads: Mapping[str, Window]

    def answer(self, warehouse: Answering) -> list[dict[str, Any]]:
        """Its rows; none of what is not built."""
        inputs: Dates = {table: self.reads[table.name] for table in every_table() if table.name in self.reads}
        return records(warehouse.fetch(self.in_words_of(warehouse.dialect), inputs, SECONDS))

    def in_words_of(self, dialect: Dialect) -> str:
        """The SELECT as an engine takes it, with names quoted where it knows its own tables by that."""
        if dialect == "duckdb":
            return self.sql
        return sqlglot.transpile(self.sql, read="duckdb", write=dialect, identify=True)[0]


def literal(text: str) -> str:
    """Text as an SQL literal, also where what it says comes from data."""
    return "'" + text.replace("\\", "").replace("'", "''") + "'"
