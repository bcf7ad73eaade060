"""Upgrade of a lake that an earlier release has built: what of it is to be built again or for the first time.

Partitions of a schema that is no longer declared, conformed tables that there were none of, and what reads either.
Only finds out; which partitions are stale otherwise is found in the same way and built with them. Raw data is not
built: what of it has another schema is read by name until it is ingested again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import dagster as dg

from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.table import Table
from nba_assets.orchestration.slates import is_conformed
from nba_assets.orchestration.staleness import Plan, out_of_date
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.warehouse.base import Warehouse


@dataclass(frozen=True)
class Upgrade:
    """What an upgrade looks at: for each table the days that it should have."""

    instance: dg.DagsterInstance
    warehouse: Warehouse
    days: dict[Table, list[date]]

    @classmethod
    def of(cls, instance: dg.DagsterInstance, warehouse: Warehouse, tables: Sequence[Table]) -> Upgrade:
        """A table should have the days that it has; a conformed one all that its season has raw data of, until the last
        day of any table."""
        stored = {table: warehouse.dates(table) for table in tables}
        every = _seasons(warehouse, {day for table, days in stored.items() if not is_conformed(table) for day in days})
        return cls(instance, warehouse, {table: every if is_conformed(table) else stored[table] for table in tables})

    @property
    def range(self) -> list[date]:
        """All days of any table."""
        return sorted({day for days in self.days.values() for day in days})

    def plan(self) -> Plan:
        """What is to be built of them, and why."""
        return out_of_date(self.instance, self.warehouse, list(self.days), self.days)


def _seasons(warehouse: Warehouse, days: Collection[date]) -> list[date]:
    """Of each season with one of the days, all from its first raw data to the last of them."""
    last = {season_year(day): day for day in sorted(days)}
    first: dict[int, date] = {}
    for raw in RAW_TABLES:
        for day in warehouse.dates(raw) if raw.partition_by else []:
            year = season_year(day)
            first[year] = min(first.get(year, day), day)
    spans = [Window(first[year], last[year]) for year in sorted(last) if first.get(year, date.max) <= last[year]]
    return [day for span in spans for day in span.dates()]


def raw_of_older_schema(warehouse: Warehouse) -> dict[Contract, list[date]]:
    """Raw partitions whose columns are not those declared."""
    found: dict[Contract, list[date]] = {}
    for raw in RAW_TABLES:
        if raw.partition_by:
            builds = warehouse.builds(raw, warehouse.dates(raw))
            if older := [day for day, build in builds.items() if not build.as_declared]:
                found[raw] = older
    return found
