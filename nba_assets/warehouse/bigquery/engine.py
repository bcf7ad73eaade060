"""BigQuery warehouse: what the interface asks for, as jobs over tables that are partitioned by date.

Replacing is one script a table and range; what is stored is told by notes that are written in the same transaction, and
of raw tables, which others write, by BigQuery itself. What is read is looked at first: a table or column that is not
there is told by name before any query runs. How a job is run and what its text is stands elsewhere in this package.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from google.api_core.exceptions import NotFound

from nba_assets.compile.bind import Dates
from nba_assets.compile.code_version import Code
from nba_assets.compile.dialects import Dialect
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.bigquery import notes, script
from nba_assets.warehouse.bigquery.jobs import NO_RETRY, Jobs
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.notes import Note, notes_in
from nba_assets.warehouse.bigquery.session import BigQuerySession, hull, job_name, labels_of
from nba_assets.warehouse.footers import Build
from nba_assets.warehouse.records import records

if TYPE_CHECKING:
    from google.cloud import bigquery

LOOK_UP_SECONDS = 60.0
LONG_SECONDS = 600.0
"""Removing has no limit of its own."""

NOTES_SECONDS = 1.0
"""Whether notes were added is asked anew after so long, and at once where this process has added one."""

PARTITIONS_SECONDS = 60.0
"""What BigQuery says of partitions that others write is asked anew after so long."""

_NO_DATE = {"__NULL__", "__UNPARTITIONED__", "__STREAMING_UNPARTITIONED__"}
"""Partitions of rows without a date, or not yet in one."""


@dataclass(frozen=True)
class Raw:
    """A partition of a table that others write: a hash of what it holds, and when it changed."""

    content: str
    changed_at: float


@dataclass(frozen=True)
class BigQueryWarehouse:
    """The tables of a project, or of those of its data sets that begin with `prefix`; `connect` makes the client."""

    connect: Callable[[], bigquery.Client]
    prefix: str = ""
    maximum_bytes_billed: int = 0

    dialect: Dialect = "bigquery"
    kinds: frozenset[str] = frozenset({"bigquery"})
    fill: str = "fill it with `nba bigquery load DIR`"
    _noted: dict[str, Any] = field(init=False, default_factory=dict, compare=False)
    _told: dict[str, tuple[float, list[dict[str, Any]]]] = field(init=False, default_factory=dict, compare=False)
    _code: set[tuple[str, str, str]] = field(init=False, default_factory=set, compare=False)

    @property
    def place(self) -> str:
        return f"BigQuery project {self.names.project}" + (f", prefix {self.prefix}" if self.prefix else "")

    @cached_property
    def client(self) -> bigquery.Client:
        return self.connect()

    @cached_property
    def names(self) -> Names:
        return Names(self.client.project, self.prefix)

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(self.client, self.maximum_bytes_billed, self.names.dataset(notes.DATASET))

    def dates(self, contract: Contract) -> list[date]:
        if isinstance(contract, RawTable):
            told = self._days(contract)
            return sorted(self.raw(contract, script.EVER) if None in told else filter(None, told))
        return sorted({note.day for note in self.notes(contract)})

    def changed_at(self, contract: Contract) -> dict[date, float]:
        if isinstance(contract, RawTable):
            return {day: of.changed_at for day, of in self.raw(contract, script.EVER).items()}
        found: dict[date, float] = {}
        for note in self.notes(contract):
            found[note.day] = max(note.changed_at, found.get(note.day, 0.0))
        return found

    def contents(self, contract: Contract) -> dict[date, str]:
        if isinstance(contract, RawTable):
            return {day: of.content for day, of in self.raw(contract, script.EVER).items()}
        return notes.contents(self.notes(contract), contract)

    def builds(self, contract: Contract, days: Iterable[date]) -> dict[date, Build]:
        wanted = set(days)
        if not wanted:
            return {}
        if isinstance(contract, RawTable):
            return {day: Build(True, "") for day in self.raw(contract, hull(wanted)) if day in wanted}
        found = notes.builds(self.notes(contract, wanted), contract)
        return dict(found)

    def remove(self, contract: Contract, days: Iterable[date]) -> None:
        if there := sorted(self.builds(contract, days)):
            sql = script.remove(self.names, contract, there)
            labels = labels_of(contract, there, "")
            self.jobs.run(sql, job_name("remove", contract), labels, LONG_SECONDS, wants_rows=False)
            self._noted.clear()

    def merge_parts(self, contract: Contract, before: float) -> int:
        """All parts are rows of one table: of each date their notes become one."""
        sql = script.merge_notes(self.names, contract, datetime.fromtimestamp(before, UTC))
        (merged,) = self.jobs.run(sql, "nba-merge-notes", {}, LONG_SECONDS).rows["parts"].to_pylist()
        self._noted.clear()
        return int(merged)

    def prune_notes(self, before: float) -> int:
        sql = script.prune_notes(self.names, datetime.fromtimestamp(before, UTC))
        return self.jobs.run(sql, "nba-prune-notes", {}, LONG_SECONDS, wants_rows=False).job.rows_changed

    @property
    def code_notes(self) -> BigQueryCodeNotes:
        return BigQueryCodeNotes(self)

    @contextmanager
    def session(self, timeout: float, run_id: str = "") -> Iterator[BigQuerySession]:
        yield BigQuerySession(self, timeout, run_id)

    def fetch(self, sql: str, inputs: Dates, timeout: float) -> pa.Table:
        with self.session(timeout) as session:
            session.require(inputs)
            return session.fetch(sql)

    def dry_run(self, sql: str) -> int:
        """The bytes that compiled SQL would read, which is not run."""
        return self.jobs.dry_run(self.names.sql(sql))

    def look_up(self, sql: str, what: str, timeout: float = LOOK_UP_SECONDS) -> pa.Table:
        """The rows of a short question about what is stored."""
        return self.jobs.run(sql, f"nba-{what}", {"nba_look_up": what}, timeout).rows

    def notes(self, contract: Contract, days: Iterable[date] | None = None) -> list[Note]:
        """The notes of what is stored of a table of ours, or of a part of it, on all days or some."""
        wanted = None if days is None else set(days)
        ours = self._all_notes().get(contract.full_name, [])
        return [note for note in ours if note.is_of(contract) and (wanted is None or note.day in wanted)]

    def _all_notes(self) -> dict[str, list[Note]]:
        """Those of all tables, looked up again where any was added, which the API tells without a query."""
        if time.monotonic() - self._noted.get("asked", -NOTES_SECONDS) >= NOTES_SECONDS:
            table = self.table(notes.PARTITION_NOTES)
            version = table.num_rows, table.modified
            if self._noted.get("version") != version:
                found = notes_in(self.look_up(script.look_up_notes(self.names, script.EVER), "notes"))
                self._noted.update(version=version, notes=found)
            self._noted["asked"] = time.monotonic()
        held: dict[str, list[Note]] = self._noted["notes"]
        return held

    def raw(self, contract: Contract, dates: Window) -> dict[date, Raw]:
        """The partitions of a table that others write which have rows.

        BigQuery says when each changed. Where it does not, as of a table that is partitioned otherwise, rows are read.
        """
        if not contract.partition_by:
            return {}
        found: dict[date, Raw] = {}
        for day, row in self._days(contract).items():
            changed = row.get("last_modified_time")
            if day is None or changed is None:
                return self._raw_by_rows(contract, dates)
            if day in dates:
                found[day] = Raw(f"{row['total_rows']} {changed.isoformat()}", changed.timestamp())
        return found

    def _days(self, contract: Contract) -> dict[date | None, dict[str, Any]]:
        """What BigQuery says of each partition that has rows, by its date; under None of those that are of no date."""
        told = [row for row in self._partitions(contract.dataset) if row["table_name"] == contract.name]
        if not told:  # it may be empty, or not there
            self.table(contract)
        return {_day_of(row["partition_id"]): row for row in told if row["partition_id"] not in _NO_DATE}

    def _partitions(self, dataset: str) -> list[dict[str, Any]]:
        asked, told = self._told.get(dataset, (0.0, []))
        if time.monotonic() - asked > PARTITIONS_SECONDS or not told:
            told = records(self.look_up(script.look_up_partitions(self.names, dataset), "partitions"))
            self._told[dataset] = time.monotonic(), told
        return told

    def _raw_by_rows(self, contract: Contract, dates: Window) -> dict[date, Raw]:
        sql = script.look_into_partitions(self.names, contract, dates)
        changed_at = self.table(contract).modified.timestamp()
        rows = records(self.look_up(sql, "partitions", LONG_SECONDS))
        return {row["day"]: Raw(row["content"], changed_at) for row in rows if row["day"]}

    def table(self, contract: Contract) -> bigquery.Table:
        """What the API knows of a table. Raises BadInput where there is none."""
        name = self.names.plain(contract)
        try:
            return self.jobs.asked(lambda: self.client.get_table(name, retry=NO_RETRY, timeout=LOOK_UP_SECONDS))
        except NotFound:
            raise BadInput(f"there is no table {name}: `nba bigquery init` makes it") from None


@dataclass(frozen=True)
class BigQueryCodeNotes:
    """Notes on code, in a table beside those on partitions."""

    warehouse: BigQueryWarehouse

    def keep(self, table: str, code: Code) -> None:
        kept = self.warehouse._code  # what was noted once stays noted
        if (table, code.version, "") not in kept:
            kept.update(self._noted())
        if (table, code.version, "") not in kept:
            self._note(table, [code.version], "", code.text)
            kept.add((table, code.version, ""))

    def text(self, table: str, version: str) -> str | None:
        sql = script.look_up_code_text(self.warehouse.names, table, version)
        found: list[str] = self.warehouse.look_up(sql, "code")["text"].to_pylist()
        return found[0] if found else None

    def accepted(self, table: str, version: str) -> set[str]:
        pairs, found = {(old, new) for of, old, new in self._noted() if of == table and new}, {version}
        while more := {old for old, new in pairs if new in found} - found:
            found |= more
        return found

    def accept(self, table: str, older: Iterable[str], version: str) -> None:
        self._note(table, older, version, "")

    def _noted(self) -> set[tuple[str, str, str]]:
        rows = self.warehouse.look_up(script.look_up_code(self.warehouse.names), "code").to_pylist()
        return {(row["table_name"], row["version"], row["accepted_as"]) for row in rows}

    def _note(self, table: str, versions: Iterable[str], accepted_as: str, text: str) -> None:
        sql = script.note_code(self.warehouse.names, table, versions, accepted_as, text)
        self.warehouse.jobs.run(sql, "nba-note-code", {}, LOOK_UP_SECONDS, wants_rows=False)


def _day_of(partition: str | None) -> date | None:
    """The date of a partition's id; None for one that is not of a date."""
    if not partition or len(partition) != 8 or not partition.isdecimal():
        return None
    return datetime.strptime(partition, "%Y%m%d").date()
