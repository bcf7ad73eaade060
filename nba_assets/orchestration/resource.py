"""The warehouse as Dagster's resource, chosen by the environment.

| variable | meaning | default |
|---|---|---|
| NBA_WAREHOUSE | the engine: duckdb or bigquery | duckdb |
| NBA_LAKE | root of the Parquet lake | ./lake |
| NBA_MAX_CONCURRENT | step processes at once, which share cores and memory | the number of cores |
| NBA_MEMORY_MIB | memory one query may take, from 256 | 2048 |
| NBA_TABLE_TIMEOUT | seconds a table's query may run | 600 |
| NBA_REST | seconds a step rests between two seasons of a range | 0 |
| NBA_BIGQUERY_PROJECT | the project of data sets and jobs | as Google's libraries find it |
| NBA_BIGQUERY_LOCATION | where jobs run | where the data sets are |
| NBA_BIGQUERY_PREFIX | what the names of data sets begin with, before a `_` | nothing |
| NBA_MAX_BYTES_BILLED | a query that would be billed more is refused | no limit |
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from nba_assets.compile.dialects import Dialect
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.settings import DAY_SECONDS, YEAR_SECONDS, whole_number
from nba_assets.orchestration.processes.parent import end_with_parent
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.duckdb import DuckDBWarehouse, memory_mib
from nba_assets.warehouse.lake import Lake

if TYPE_CHECKING:
    from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse

ENGINES = ("duckdb", "bigquery")


class WarehouseResource(dg.ConfigurableResource):
    """Opens the warehouse for a step; `threads` is the step's share of the machine's cores."""

    engine: str
    lake: str
    threads: int
    memory_mib: int
    timeout_seconds: float
    rest_seconds: float = 0
    project: str | None = None
    location: str | None = None
    prefix: str = ""
    maximum_bytes_billed: int = 0

    @classmethod
    def from_environment(cls) -> WarehouseResource:
        return cls(
            engine=os.environ.get("NBA_WAREHOUSE") or "duckdb",
            lake=os.environ.get("NBA_LAKE") or "lake",
            threads=max(1, (os.cpu_count() or 1) // max_concurrent()),
            memory_mib=memory_mib(),
            timeout_seconds=whole_number("NBA_TABLE_TIMEOUT", 600, "number of seconds up to a year", most=YEAR_SECONDS),
            rest_seconds=whole_number("NBA_REST", 0, "number of seconds up to a day", least=0, most=DAY_SECONDS),
            project=os.environ.get("NBA_BIGQUERY_PROJECT") or None,
            location=os.environ.get("NBA_BIGQUERY_LOCATION") or None,
            prefix=os.environ.get("NBA_BIGQUERY_PREFIX", ""),
            maximum_bytes_billed=whole_number("NBA_MAX_BYTES_BILLED", 0, "number of bytes", least=0),
        )

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """A step's process begins with this."""
        end_with_parent()

    @property
    def kinds(self) -> frozenset[str]:
        return self.open().kinds

    @property
    def dialect(self) -> Dialect:
        return self.open().dialect

    def open(self, *, all_cores: bool = False) -> Warehouse:
        """The chosen engine, with all cores for a step that has them to itself. Raises BadInput for a name of none."""
        if self.engine == "bigquery":
            return self.bigquery()
        if self.engine != "duckdb":
            raise BadInput(f"NBA_WAREHOUSE: no engine called {self.engine!r}; there are {', '.join(ENGINES)}")
        return DuckDBWarehouse(Lake(Path(self.lake).resolve()), 0 if all_cores else self.threads, self.memory_mib)

    def bigquery(self) -> BigQueryWarehouse:
        """BigQuery's, whichever engine is chosen. When asked, it raises BadInput without a project or credentials."""
        from nba_assets.orchestration.bigquery_client import client
        from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse

        connect = partial(client, self.project, self.location, os.getpid())
        return BigQueryWarehouse(connect, self.prefix, self.maximum_bytes_billed)


def max_concurrent() -> int:
    """How many step processes run at once. Raises BadInput."""
    return whole_number("NBA_MAX_CONCURRENT", os.cpu_count() or 1)
