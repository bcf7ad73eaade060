"""Triggers: which tables run after which raw data, from the tables' declared inputs alone; there is no trigger map.

From raw data through conformed tables to all that reads them: a line that comes late leads to the lines and to what
reads those, not to box scores. Pure: takes what is known of the partitions of a date and gives tables. How that is
known, and how a run is asked for, is the sensors'.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from functools import cache

from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.read import Reach
from nba_assets.contracts.table import Table
from nba_assets.orchestration.slates import OF_THE_DAY, inputs_of_the_day
from nba_assets.tables.registry import tables

_UP_TO_THE_DAY = OF_THE_DAY | {Reach.SEASON_TO_DATE}

Editions = Mapping[RawTable, str]
"""For each raw table that is complete for a date, which delivery of it is the newest: its execution id."""


@cache
def raw_behind(table: Table) -> frozenset[RawTable]:
    """The raw tables whose partition of a date the table's reads, directly or through another table of ours."""
    return _raw(table, _UP_TO_THE_DAY)


@cache
def required_of(table: Table) -> frozenset[RawTable]:
    """Those it waits for. What it reads up to the day, such as rosters, is not there for every date."""
    return frozenset(raw for raw in _raw(table, OF_THE_DAY) if raw.need == "required")


def _raw(table: Table, reaches: Collection[Reach]) -> frozenset[RawTable]:
    found = {source for source, read in stored_inputs(table).items() if source.partition_by and read & set(reaches)}
    own = {source for source in found if isinstance(source, RawTable)}
    return frozenset(own.union(*(_raw(source, reaches) for source in found if isinstance(source, Table))))


def tables_to_run(arrived: Collection[RawTable], complete: Collection[RawTable]) -> list[Table]:
    """The tables of a date that what `arrived` refreshes, of those whose required raw tables are all `complete`."""
    arrived, complete = set(arrived), set(complete)
    return [table for table in tables() if raw_behind(table) & arrived and not lacking(table, complete)]


def not_stored(wanted: Collection[Table], is_stored: Callable[[Table], bool]) -> list[Table]:
    """The tables of the date that those wanted read and that were never built: as in an older lake, or of raw data that
    was put on record without a run."""
    read = frozenset[Table]().union(*map(inputs_of_the_day, wanted))
    return [table for table in tables() if table in read and table not in wanted and not is_stored(table)]


def lacking(table: Table, complete: Collection[RawTable]) -> set[RawTable]:
    """The required raw tables of the date that the table still waits for."""
    return set(required_of(table)) - set(complete)


def edition(table: Table, editions: Editions) -> str:
    """A short hash of which deliveries go into the table's partition: another one is another reason to run."""
    parts = sorted(f"{raw.full_name} {editions[raw]}" for raw in raw_behind(table) if raw in editions)
    return _short("\n".join(parts))


def run_key(days: str, editions: Mapping[str, Mapping[str, str]]) -> str:
    """The same for the same tables on the same deliveries, however often a message about them comes."""
    return f"{days}:{_short(json.dumps(editions, sort_keys=True))}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
