"""DuckDB over the Parquet lake: an engine in the process, no server and no database file.

A step has its own in-memory connection over views of exactly the files its inputs need, so any number of step
processes and readers work at once. How files are laid out and replaced is the lake's.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import ClassVar

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from nba_assets.compile.bind import Dates
from nba_assets.compile.code_version import Code
from nba_assets.compile.dialects import Dialect
from nba_assets.compile.steps import Query, split
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.printable import printable
from nba_assets.contracts.settings import whole_number
from nba_assets.warehouse.artefacts import Artefacts
from nba_assets.warehouse.base import Job, QueryTimeout, TransientError, Written
from nba_assets.warehouse.code_notes import CodeNotes
from nba_assets.warehouse.connection import connected, interrupts_as_they_are
from nba_assets.warehouse.footers import Build
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.lake_views import create_view, quoted
from nba_assets.warehouse.merged_parts import merge_parts
from nba_assets.warehouse.scratch import scratch_folder

TRANSIENT = (duckdb.IOException, duckdb.ConnectionException, FileNotFoundError)
"""A file that a concurrent writer renamed away under a reader, and the like."""

MEMORY = "NBA_MEMORY_MIB"

LEAST_MIB = 256
"""Measured: what a season of any table takes. With less some tables of a run fail, half of it done."""

MOST_MIB = 10**9
"""More than any machine has; of far more DuckDB makes no number."""


def memory_mib() -> int:
    """The memory that a query may take, by the setting. Raises BadInput."""
    return whole_number(MEMORY, 2048, f"whole number from {LEAST_MIB} to {MOST_MIB}", least=LEAST_MIB, most=MOST_MIB)


@dataclass(frozen=True)
class DuckDBWarehouse:
    """The lake and how much of the machine one query may take; `threads` 0 leaves it to DuckDB."""

    lake: Lake
    threads: int = 0
    memory_mib: int = field(default_factory=memory_mib)
    carried: bool = False
    """Whether it is on its way elsewhere: its models lie in it."""

    dialect: Dialect = "duckdb"
    kinds: frozenset[str] = frozenset({"duckdb", "parquet"})
    fill: str = "fill the lake with `nba ingest DIR` or `nba simulate`"

    @property
    def place(self) -> str:
        return f"the lake {self.lake.root}"

    def dates(self, contract: Contract) -> list[date]:
        return self.lake.dates(contract)

    def changed_at(self, contract: Contract) -> dict[date, float]:
        return self.lake.changed_at(contract)

    def contents(self, contract: Contract) -> dict[date, str]:
        return self.lake.contents(contract)

    def builds(self, contract: Contract, days: Iterable[date]) -> dict[date, Build]:
        return self.lake.builds(contract, days)

    def remove(self, contract: Contract, days: Iterable[date]) -> None:
        self.lake.remove(contract, days)

    def merge_parts(self, contract: Contract, before: float) -> int:
        return merge_parts(self.lake, contract, before)

    def prune_notes(self, before: float) -> int:
        """None: they stand in the partitions' own files."""
        return 0

    @property
    def code_notes(self) -> CodeNotes:
        return CodeNotes(self.lake.root)

    @contextmanager
    def session(self, timeout: float, run_id: str = "") -> Iterator[DuckDBSession]:
        with _telling_what_passes(), self.connect({}) as connection:
            yield DuckDBSession(self.lake, connection, timeout, self.memory_mib, self.carried)

    def fetch(self, sql: str, inputs: Dates, timeout: float) -> pa.Table:
        with self.session(timeout) as session:
            session.create_views(inputs)
            return session.fetch(sql)

    @contextmanager
    def connect(self, inputs: Dates) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in which each input is a view `dataset.table` over its files, empty where there are none."""
        # Of its own: connections that spill into one folder take each other's blocks for their own, and die of it.
        with scratch_folder() as spilled, connected() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            with suppress(duckdb.InvalidInputException):  # in a notebook without ipywidgets there is none to be set
                connection.execute("SET enable_progress_bar = false")
            connection.execute(f"SET temp_directory = {quoted(os.fspath(spilled))}")
            connection.execute(f"SET memory_limit = '{self.memory_mib}MiB'")
            # Memory that a query has used is kept for the next one. To give it back and get it again, page by page, is
            # a tenth of a step's time.
            with suppress(duckdb.InvalidInputException):  # a machine that has less memory than that
                connection.execute(f"SET block_allocator_memory = '{self.memory_mib}MiB'")
            if self.threads:
                connection.execute(f"SET threads = {self.threads}")
            _narrow(connection, self.lake)
            for contract, dates in inputs.items():
                create_view(connection, self.lake, contract, dates)
            yield connection


@dataclass(frozen=True)
class DuckDBSession:
    """One connection of a step."""

    in_process: ClassVar[bool] = True

    lake: Lake
    connection: duckdb.DuckDBPyConnection
    timeout: float
    memory_mib: int
    carried: bool = False
    older: dict[str, int] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    _contents: dict[Contract, tuple[Window | None, dict[date, str]]] = field(default_factory=dict)

    @property
    def artefacts(self) -> Artefacts:
        return Artefacts.within(self.lake.root) if self.carried else Artefacts.of(self.lake.root)

    def require(self, inputs: Dates) -> None:
        """Nothing: what is not there has no rows, and a file that lacks a column is told when it is read."""

    def contents(self, contract: Contract, dates: Window | None) -> Mapping[date, str]:
        if contract not in self._contents or self._contents[contract][0] != dates:
            self._contents[contract] = dates, self.lake.contents(contract, dates)
        return self._contents[contract][1]

    def create_views(self, inputs: Dates) -> None:
        self.older.clear()
        with _telling_what_passes():
            for contract, dates in inputs.items():
                self._create_view(contract, dates)

    def _create_view(self, contract: Contract, dates: Window | None) -> None:
        older = create_view(self.connection, self.lake, contract, dates)
        self.older.pop(contract.full_name, None)
        if older:
            self.older[contract.full_name] = older

    def fetch(self, sql: str) -> pa.Table:
        with _telling_what_passes(), _interrupted_after(self.connection, self.timeout) as timed_out:
            try:
                return self.connection.execute(only_select(self.connection, sql)).to_arrow_table()
            except duckdb.InterruptException as error:
                if timed_out.is_set():
                    raise QueryTimeout(f"cancelled after {self.timeout:.0f} s") from error
                raise
            except duckdb.OutOfMemoryException as error:
                told = str(error).splitlines()[0]
                raise duckdb.OutOfMemoryException(f"{MEMORY}={self.memory_mib} is too little: {told}") from None

    def replace(
        self,
        contract: Contract,
        sql: Query,
        days: Sequence[date],
        code: Code | None = None,
        read: Mapping[date, str] | None = None,
    ) -> Written:
        started = time.perf_counter()
        _, text = split(sql)  # nothing is computed twice here, so there are no steps before
        rows = [self.fetch(text)]
        queried = time.perf_counter()
        # Handed on, not lent: what they are copied to takes as much memory again.
        return replace(self.put(contract, rows.pop(), days, code, read), query_seconds=queried - started)

    def put(
        self,
        contract: Contract,
        rows: pa.Table,
        days: Sequence[date],
        code: Code | None = None,
        read: Mapping[date, str] | None = None,
    ) -> Written:
        started = time.perf_counter()
        # DuckDB sums whole numbers into HUGEINT and adds days into TIMESTAMP, unseen by Ibis: the contract decides.
        rows = rows.combine_chunks().cast(contract.schema().to_pyarrow())
        parts = _by_day(rows, contract, days)
        if code:
            CodeNotes(self.lake.root).keep(contract.full_name, code)
        self._contents.pop(contract, None)
        replaced = self.lake.replace(contract, parts.items(), code.version if code else "", read, count_changes=True)
        self.lake.pack(contract, days, {day: (replaced[day].stamp, part) for day, part in parts.items()})
        self._create_view(contract, Window(min(days), max(days)))
        return Written(
            rows={day: part.num_rows for day, part in parts.items()},
            hashes={day: _content_hash(part) or replaced[day].content for day, part in parts.items()},
            query_seconds=0.0,
            write_seconds=time.perf_counter() - started,
            bytes_written=sum(written.stamp.size for written in replaced.values()),
            changes={day: replaced[day].changes for day in parts},
        )


class NotOneSelect(Exception):  # noqa: N818 - the message says it all
    """SQL that is no single SELECT: it was not run."""


def only_select(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """The one SELECT that the SQL is. Raises NotOneSelect; duckdb.Error for what does not parse."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise NotOneSelect(f"not one SELECT, so not run: {sql[:80]!r}")
    return statements[0]


def _narrow(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """From now on the connection reaches files of the lake and its own spilled ones, and no setting can be changed."""
    connection.execute(f"SET allowed_directories = [{', '.join(map(quoted, _places(lake.root)))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _places(root: Path) -> Iterator[str]:
    """The lake, and where links in it lead: a data set or a table may lie on another disk."""
    yield os.fspath(root)
    folders = _folders(root)
    folders += [table for folder in folders for table in _folders(folder)]
    yield from (os.path.realpath(folder) for folder in folders if folder.is_symlink())


def _folders(within: os.DirEntry[str] | Path) -> list[os.DirEntry[str]]:
    """None where there is nothing, or nothing that is ours to look into: on a disk of its own a lake has a lost+found
    beside its data sets."""
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        return [entry for entry in os.scandir(within) if os.path.isdir(entry)]
    return []


@contextmanager
def _telling_what_passes() -> Iterator[None]:
    """Raises TransientError for what may pass; what else is raised quotes values as they can be shown."""
    try:
        with interrupts_as_they_are():
            yield
    except TRANSIENT as error:
        raise TransientError(printable(str(error))) from error
    except duckdb.Error as error:  # it goes to logs and terminals, which obey escape characters
        told = printable(str(error))
        if told != str(error):
            raise type(error)(told) from None
        raise


def _by_day(rows: pa.Table, contract: Contract, days: Sequence[date]) -> dict[date, pa.Table]:
    """Rows sorted by day, as a slice for each of `days`."""
    counted = pc.value_counts(rows[contract.partition_by]).to_pylist()
    lengths = {entry["values"]: entry["counts"] for entry in counted}
    if unexpected := set(lengths) - set(days):
        raise ValueError(f"{contract.full_name}: rows for {min(unexpected)}, which was not asked for")
    starts: dict[date, int] = {}
    position = 0
    for day in sorted(lengths):
        starts[day] = position
        position += lengths[day]
    return {day: rows.slice(starts.get(day, 0), lengths.get(day, 0)) for day in sorted(days)}


def _content_hash(rows: pa.Table) -> str | None:
    """Over the rows' own hashes, of a table whose rows have them."""
    if "data_hash" not in rows.column_names:
        return None
    return hashlib.sha256("".join(sorted(rows["data_hash"].to_pylist())).encode()).hexdigest()[:16]


@contextmanager
def _interrupted_after(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[threading.Event]:
    """Interrupt the connection's query when it has run for `seconds`; the event says that it was."""
    timed_out = threading.Event()

    def interrupt() -> None:
        timed_out.set()
        connection.interrupt()

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True  # an interrupt that comes before `try` leaves it counting, and no process may wait for it
    timer.start()
    try:
        yield timed_out
    finally:
        timer.cancel()
