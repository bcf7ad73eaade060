"""Schema of a BigQuery warehouse: data sets, tables and views made as the contracts want them, altered, or moved.

Safe to repeat wherever it ended. What is altered in place loses nothing; what cannot be is refused, or moved into a new
table that takes the old one's place. How a table differs is told elsewhere, and so is the text of the statements.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from google.api_core.exceptions import BadRequest, Conflict, NotFound, PreconditionFailed
from google.cloud import bigquery

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.errors import BadInput, GaveWay
from nba_assets.contracts.reading_view import ReadingView
from nba_assets.warehouse.base import QueryFailed
from nba_assets.warehouse.bigquery import ddl
from nba_assets.warehouse.bigquery.differences import Difference, alter, difference, fields_of, is_ours
from nba_assets.warehouse.bigquery.jobs import Jobs
from nba_assets.warehouse.bigquery.names import Names

SECONDS = 60.0
"""For a look at a table, or a change of what is said of it."""

LONG_SECONDS = 3600.0
"""For what copies rows, a season of a table at once."""

_AT_ONCE = 8

NEW, OLD = "__new", "__old"
"""What the name of a table begins with after another's whose place it is to take; and the other's name from then on,
until it is dropped."""

FORGOTTEN_AFTER = timedelta(days=1)
"""Who moves a table has ended by then."""

SWAP = "nba-swap"
"""What the ids of jobs begin with that put one table in another's place."""


@dataclass(frozen=True)
class Plan:
    """What there is to do: tables to make, those whose move was cut short, and those that differ; views to make, and
    the names of those that are somebody else's."""

    missing: tuple[Contract, ...]
    cut_short: tuple[Contract, ...]
    differences: tuple[Difference, ...]
    views: tuple[ReadingView, ...] = ()
    taken: tuple[ReadingView, ...] = ()

    @property
    def contracts(self) -> list[Contract]:
        """The tables that there is something to do for."""
        return [*self.missing, *self.cut_short, *(each.contract for each in self.differences)]

    def refused(self, migrate: bool) -> list[str]:
        """What stands in the way, a line for each fault; a raw table is never moved."""
        return [
            *(
                f"{each.contract.full_name}: {fault}"
                for each in self.differences
                if not migrate or isinstance(each.contract, RawTable)
                for fault in each.faults
            ),
            *(f"{view.full_name}: is there and no view of ours" for view in self.taken),
        ]

    def told(self) -> Iterator[str]:
        """What is to be done, a line each."""
        yield from (
            f"{contract.full_name}: its move, which was cut short, is settled; what is left says another init"
            for contract in self.cut_short
        )
        yield from (f"{contract.full_name}: made" for contract in self.missing)
        for each in self.differences:
            moved = [f"moved: {'; '.join(each.faults)}"] if each.faults else each.alters
            yield from (f"{each.contract.full_name}: {told}" for told in moved)
        yield from (f"{view.full_name}: view made" for view in self.views)


@dataclass(frozen=True)
class Schema:
    """The data sets and tables of one warehouse."""

    jobs: Jobs
    names: Names

    @property
    def client(self) -> bigquery.Client:
        return self.jobs.client

    def run(self, sql: str) -> pa.Table:
        """Send a statement or a script, and give its rows."""
        return self.jobs.run(sql, "nba-schema", ddl.LABELS, LONG_SECONDS).rows

    def plan(self, contracts: Iterable[Contract], views: Iterable[ReadingView] = ()) -> Plan:
        """What is missing, and what differs. Only looks."""
        wanted, views = list(contracts), list(views)
        there = {name: self._tables_in(name) for name in sorted({each.dataset for each in (*wanted, *views)})}
        cut_short = [each for each in wanted if each.name + OLD in there[each.dataset]]
        missing = [each for each in wanted if each.name not in there[each.dataset] and each not in cut_short]
        stored = [each for each in wanted if each.name in there[each.dataset]]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = list(map(difference, stored, pool.map(self._look, stored)))
        differences = tuple(each for each in found if each.alters or each.faults)
        made = {view: self._look(view) for view in views if view.name in there[view.dataset]}
        to_make = [view for view in views if view not in made or not _is_as_wanted(view, made[view])]
        taken = [view for view, found in made.items() if found.table_type != "VIEW" or not is_ours(found)]
        return Plan(tuple(missing), tuple(cut_short), differences, tuple(to_make), tuple(taken))

    def apply(self, plan: Plan) -> None:
        """Do what is planned, table after table; where another one does some of it at the same time, the rest.

        Raises BadInput for rows that cannot be moved, GaveWay where a table was written while it was moved.
        """
        while True:
            try:
                return self._apply(plan)
            except (BadRequest, Conflict, PreconditionFailed, NotFound, QueryFailed, BadInput, GaveWay):
                left = self.plan(plan.contracts, plan.views)
                may_move = bool(plan.refused(migrate=False))
                if left.refused(may_move) or list(left.told()) == list(plan.told()):
                    raise
                plan = left

    def _apply(self, plan: Plan) -> None:
        for contract in plan.cut_short:
            self._settle_swap(contract)
        if plan.missing:
            self.run(";\n".join(ddl.create_all(plan.missing, self.names, self.jobs.location)))
        for each in plan.differences:
            if each.faults:
                self._move(each)
            else:
                self.client.update_table(each.stored, alter(each.contract, each.stored), timeout=SECONDS)
        for view in plan.views:
            self.run(ddl.create_view(view, self.names))

    def _dataset(self, name: str) -> str:
        return f"{self.names.project}.{self.names.dataset(name)}"

    def _tables_in(self, dataset: str) -> set[str]:
        try:
            return {table.table_id for table in self.client.list_tables(self._dataset(dataset), timeout=SECONDS)}
        except NotFound:
            return set()

    def _look(self, contract: Contract) -> bigquery.Table:
        return self.client.get_table(self.names.plain(contract), timeout=SECONDS)

    def _drop(self, contract: Contract) -> None:
        self.client.delete_table(self.names.plain(contract), not_found_ok=True, timeout=SECONDS)

    def _move(self, found: Difference) -> None:
        """Copy a table's rows into a new one, which nobody else knows, and swap the two."""
        contract, new = found.contract, beside(found.contract, f"{NEW}_{secrets.token_hex(4)}")
        self._drop_forgotten(contract)
        try:
            self._copy(found, new)
            if self._rows(contract) != self._rows(new):
                raise BadInput(f"{contract.full_name} cannot be moved: it has rows without {contract.partition_by}")
            if self._look(contract).modified != found.stored.modified:
                raise GaveWay(f"{contract.full_name} was written while it was copied, and is as it was: once more")
            swap = ddl.swap(*map(self.names.quoted, (contract, new, beside(contract, OLD))))
            self.jobs.run(swap, SWAP, ddl.LABELS, SECONDS, wants_rows=False)
        except BaseException:
            self._drop(new)
            raise

    def _drop_forgotten(self, contract: Contract) -> None:
        """What processes left of moves that were killed long ago."""
        old = datetime.now(UTC) - FORGOTTEN_AFTER
        for table in self.client.list_tables(self._dataset(contract.dataset), timeout=SECONDS):
            if table.table_id.startswith(f"{contract.name}{NEW}_") and table.created < old:
                self.client.delete_table(table.reference, not_found_ok=True, timeout=SECONDS)

    def _copy(self, found: Difference, new: Contract) -> None:
        contract, columns = found.contract, fields_of(found.stored)
        source, target = self.names.quoted(contract), self.names.quoted(new)
        try:
            self.run(ddl.create_table(contract, target))
            for dates in self._seasons(contract):
                self.run(ddl.copy_rows(contract, source, target, columns, dates))
        except QueryFailed as error:  # a text that is no number, say
            raise BadInput(f"{contract.full_name} cannot be moved: {error}") from error

    def _seasons(self, contract: Contract) -> list[Window | None]:
        """The dates that a table has rows of, by season: a job may not write to thousands of partitions."""
        if contract.partition_by is None:
            return [None]
        (ends,) = self.run(ddl.ends(contract, self.names.quoted(contract))).to_pylist()
        return [*Window(ends["first"], ends["last"]).by_season()] if ends["first"] else []

    def _rows(self, contract: Contract) -> int:
        (counted,) = self.run(ddl.count(self.names.quoted(contract))).to_pylist()
        return int(counted["counted"])

    def _settle_swap(self, contract: Contract) -> None:
        """Undo a swap that was cut short before the new table had its name, which the old one takes again; and end it
        after that. One under way is waited for."""
        self.jobs.settle(SWAP, SECONDS)
        there = self._tables_in(contract.dataset)
        if contract.name in there:
            self._drop(beside(contract, OLD))
        elif contract.name + OLD in there:
            self.run(ddl.rename(self.names.quoted(beside(contract, OLD)), contract.name))


def _is_as_wanted(view: ReadingView, stored: bigquery.Table) -> bool:
    return bool(stored.labels.get(ddl.VIEW_LABEL) == ddl.query_of(view))


def beside(contract: Contract, ending: str) -> Contract:
    """A table that stands beside another while that is moved."""
    return replace(contract, name=contract.name + ending)
