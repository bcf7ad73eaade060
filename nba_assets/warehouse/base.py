"""Warehouse interface: what an engine does for a table, replacing partitions by a query and answering questions.

DuckDB is the engine of a laptop, BigQuery the one of who outgrows it, behind the same few methods. Nothing here knows
basketball or Dagster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import pyarrow as pa

from nba_assets.compile.bind import Dates
from nba_assets.compile.code_version import Code
from nba_assets.compile.dialects import Dialect
from nba_assets.compile.steps import Query
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.warehouse.artefacts import Artefacts
from nba_assets.warehouse.changes import Changes
from nba_assets.warehouse.footers import Build


class TransientError(Exception):
    """The engine failed for a reason that passes: a rate limit, a lost connection. Worth another try."""


class QueryTimeout(Exception):  # noqa: N818 (it is a timeout, as Python's own TimeoutError would read twice)
    """The query ran longer than it may and was cancelled."""


class QueryFailed(Exception):  # noqa: N818 - as above
    """The engine refused the query or could not finish it, and will not another time. One line."""


@dataclass(frozen=True)
class Job:
    """A job on a server: its id, where it can be looked at, and what it took."""

    id: str
    link: str
    bytes_processed: int
    slot_ms: int
    rows_changed: int = 0


@dataclass(frozen=True)
class Written:
    """What replacing some partitions did: rows and content of each day, seconds of the query and of writing, bytes.

    `hashes` are the first 16 hex digits of SHA-256 over a day's sorted `data_hash`es, or over what is stored of the day
    where rows have no such column: equal for equal content.
    """

    rows: Mapping[date, int]
    hashes: Mapping[date, str]
    query_seconds: float
    write_seconds: float
    bytes_written: int
    changes: Mapping[date, Changes] = field(default_factory=dict)
    """Beside what each day held before, where the engine counts it."""


class CodeNotes(Protocol):
    """What the versions of code were, and which were accepted as the same."""

    def keep(self, table: str, code: Code) -> None:
        """Note what a version is, the first time that it makes rows."""
        ...

    def text(self, table: str, version: str) -> str | None:
        """What a version was; None for one that made no rows here."""
        ...

    def accepted(self, table: str, version: str) -> set[str]:
        """The versions that are accepted as the same as this one, itself among them."""
        ...

    def accept(self, table: str, older: Iterable[str], version: str) -> None:
        """From now on, what the older versions made counts as made by this one."""
        ...


class Session(Protocol):
    """The queries of one step: what one of them writes, those after it see."""

    @property
    def in_process(self) -> bool:
        """Whether its queries take this process's own memory."""
        ...

    @property
    def older(self) -> Mapping[str, int]:
        """Of the views there are, those over partitions of another schema than is declared, and over how many."""
        ...

    @property
    def artefacts(self) -> Artefacts:
        """Where trained models are kept. Raises BadInput where nobody has said."""
        ...

    @property
    def jobs(self) -> list[Job]:
        """What its queries were on a server, until somebody takes them out."""
        ...

    def require(self, inputs: Dates) -> None:
        """Raises BadInput for an input that is not there or lacks a column, before any query runs."""
        ...

    def contents(self, contract: Contract, dates: Window | None) -> Mapping[date, str]:
        """As the warehouse's, of `dates` or all: as it was at some moment before what is read from now on."""
        ...

    def create_views(self, inputs: Dates) -> None:
        """Let the queries that follow see these inputs, the files or rows that there are now."""
        ...

    def replace(
        self,
        contract: Contract,
        sql: Query,
        days: Sequence[date],
        code: Code | None = None,
        read: Mapping[date, str] | None = None,
    ) -> Written:
        """Replace the partitions of `days` by the query's rows, which are in order of date and key.

        A day without rows becomes an empty partition. Each notes the `code` that made it and what it `read`.

        Raises QueryTimeout for a query that ran too long, TransientError for what may pass.
        """
        ...

    def put(
        self,
        contract: Contract,
        rows: pa.Table,
        days: Sequence[date],
        code: Code | None = None,
        read: Mapping[date, str] | None = None,
    ) -> Written:
        """As `replace`, by rows at hand, which are in order of date and key."""
        ...

    def fetch(self, sql: str) -> pa.Table:
        """The rows of a query. Raises as `replace` does."""
        ...


class Warehouse(Protocol):
    """An engine and its storage."""

    @property
    def dialect(self) -> Dialect:
        """What its SQL is written in."""
        ...

    @property
    def kinds(self) -> frozenset[str]:
        """The badges that its tables carry in Dagster's UI."""
        ...

    @property
    def place(self) -> str:
        """What a person calls it: the lake and its folder, the project."""
        ...

    @property
    def fill(self) -> str:
        """What to do where it lacks raw data."""
        ...

    def dates(self, contract: Contract) -> list[date]:
        """The partitions that are stored, oldest first."""
        ...

    def changed_at(self, contract: Contract) -> Mapping[date, float]:
        """When each stored partition last changed, in seconds since 1970; writing the same again is no change."""
        ...

    def contents(self, contract: Contract) -> Mapping[date, str]:
        """What each stored partition holds, as a hash: the same for the same rows in the same columns, whenever they
        were written. Empty where there are no rows; it begins with DAMAGED for what is not as it was written."""
        ...

    def builds(self, contract: Contract, days: Iterable[date]) -> Mapping[date, Build]:
        """With which schema, by which code and from what each of `days` was built that is stored."""
        ...

    def remove(self, contract: Contract, days: Iterable[date]) -> None:
        """Remove partitions of days on which there is nothing any more, such as the old date of a game that moved."""
        ...

    def merge_parts(self, contract: Contract, before: float) -> int:
        """Merge what writers of a table wrote each for themselves before a moment, in seconds since 1970; how many."""
        ...

    def prune_notes(self, before: float) -> int:
        """Remove what was noted of partitions before a moment, in seconds since 1970, and again since; how many."""
        ...

    @property
    def code_notes(self) -> CodeNotes:
        """What the versions of code were, and which are accepted as the same."""
        ...

    def session(self, timeout: float, run_id: str = "") -> AbstractContextManager[Session]:
        """Open the engine for some queries, each of which may run for `timeout` seconds, of a run if there is one."""
        ...

    def fetch(self, sql: str, inputs: Dates, timeout: float) -> pa.Table:
        """The rows of a single query. Raises as `Session` does."""
        ...
