"""Upgrade of a lake that an earlier release has built: what of it is to be built again or for the first time.

Partitions of a schema that is no longer declared, conformed tables that there were none of, and what reads either.
Only finds out; which partitions are stale otherwise is found in the same way and built with them. Raw data is not
built: what of it has another schema is read by name until it is ingested again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import dagster as dg

from nba_assets.contracts.calendar import FIRST_DATE, Window, season_year
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
        """A table should have the days that it has; a conformed one all of a season until the last day of any."""
        stored = {table: warehouse.dates(table) for table in tables}
        every = _seasons_until(sorted({day for days in stored.values() for day in days}))
        return cls(instance, warehouse, {table: every if is_conformed(table) else stored[table] for table in tables})

    @property
    def range(self) -> list[date]:
        """All days of any table."""
        return sorted({day for days in self.days.values() for day in days})

    def plan(self) -> Plan:
        """What is to be built of them, and why."""
        found = out_of_date(self.instance, self.warehouse, list(self.days), self.range)
        wanted = {table: set(days) for table, days in self.days.items()}
        return {
            table: {day: reason for day, reason in days.items() if day in wanted[table]}
            for table, days in found.items()
        }


def _seasons_until(days: Sequence[date]) -> list[date]:
    """Of each season with one of the days, all from its start to the last of them."""
    last = {season_year(day): day for day in days}
    first = {year: max(Window.season(year).start, FIRST_DATE) for year in last}
    return [day for year in sorted(last) for day in Window(first[year], last[year]).dates()]


def raw_of_older_schema(warehouse: Warehouse) -> dict[Contract, list[date]]:
    """Raw partitions whose columns are not those declared."""
    found: dict[Contract, list[date]] = {}
    for raw in RAW_TABLES:
        if raw.partition_by:
            builds = warehouse.builds(raw, warehouse.dates(raw))
            if older := [day for day, build in builds.items() if not build.as_declared]:
                found[raw] = older
    return found
