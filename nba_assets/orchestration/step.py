"""Steps: what a Dagster step does for the tables it is asked for, one after the other, and how it fails.

A table is built whole, over one session of the warehouse, and its results are on record before the next one begins, so
a step that is killed keeps what it has finished. A table that reads one that failed is left out, the others are built
all the same. Which tables a step has, and what Dagster is told of them beforehand, is the factory's; how one of them is
built is said elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import dagster as dg

from nba_assets.audit.game_days import Calendar
from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.table import Table
from nba_assets.orchestration import metadata
from nba_assets.orchestration.bad_input import refused_by_name
from nba_assets.orchestration.instance.batched_events import record_checked
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import TableFailure
from nba_assets.orchestration.table_build import TableBuild
from nba_assets.warehouse.base import QueryTimeout, Session, TransientError, Warehouse

MAX_RETRIES = 4
LONGEST_WAIT_SECONDS = 60.0

Told = dg.MaterializeResult | dg.AssetCheckResult | dg.Output | dg.DagsterEvent
"""What a step yields: its tables' results, and events of theirs that are on record already."""


@dataclass
class Step:
    """One step: some days of the tables it is asked for, each after those of them that it reads."""

    context: dg.AssetExecutionContext
    tables: Sequence[Table]
    warehouse: Warehouse
    timeout: float
    rest: float = 0  # seconds between two seasons
    failed: dict[Table, TableFailure] = field(default_factory=dict)
    first_error: Exception | None = None

    def replace(self, days: Sequence[date]) -> Iterator[Told]:
        """Replace the partitions of `days`, table by table.

        Raises RetryRequested for what may pass, and Failure, at the end, for tables that were not built; the finished
        tables, and the finished parts of the failed ones, stay finished. A season without a schedule is refused before
        anything is built.
        """
        calendar = Calendar.of(self.warehouse)
        with refused_by_name():
            calendar.require_seasons(self.tables, days)
        try:
            with self.warehouse.session(self.timeout, self.context.run.run_id) as session:
                yield from self._each(session, days, calendar)
        except TransientError as error:
            wait = min(LONGEST_WAIT_SECONDS, 2.0 ** (self.context.retry_number + 1)) * random.uniform(0.5, 1)
            raise dg.RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=wait) from error
        if self.failed:
            told = "\n".join(f"{table.full_name}: {failure.reason}" for table, failure in self.failed.items())
            why = metadata.of_failures({table.name: failure for table, failure in self.failed.items()})
            raise dg.Failure(told, why, allow_retries=False) from self.first_error

    def _each(self, session: Session, days: Sequence[date], calendar: Calendar) -> Iterator[Told]:
        not_built: set[Contract] = set()
        for table in self.tables:
            if not_built & stored_inputs(table).keys():
                not_built.add(table)
                continue
            build = TableBuild(self.context, table, session, self.warehouse.dialect, len(self.tables) > 1)
            days_off = [day for day in days if calendar.is_off(table, day)]
            try:
                build.clear(self.warehouse, days_off)
                build.replace(calendar.wanted([table], days)[table], calendar, self.rest)
                checked, result = build.checked(), build.result()
            except Exception as error:
                if isinstance(error, TransientError) and self.context.retry_number < MAX_RETRIES:
                    raise
                build.keep_finished()
                not_built.add(table)
                self.failed[table] = self._failure(error, build.times)
                self.first_error = self.first_error or error
                yield from build.events
            except BaseException:  # a cancelled run interrupts with one of these
                build.keep_finished()
                raise
            else:
                yield from build.events
                yield result
                yield from record_checked(self.context, asset_key(table), checked)
                build.answer_days()

    def _failure(self, error: Exception, times: tuple[float, float] | None) -> TableFailure:
        if isinstance(error, QueryTimeout):
            return TableFailure(f"timeout, {error}; the limit is {self.timeout:.0f} s", True, times)
        if isinstance(error, BadInput):
            return TableFailure(str(error), times=times)
        return replace(TableFailure.of(error), times=times)
