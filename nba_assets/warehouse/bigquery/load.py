"""Loads into BigQuery: rows at hand in a table beside, for a query to take them; a raw directory, for a first try.

A raw directory is checked by the very rules of `nba ingest`, in a lake that is gone afterwards, before anything is
sent. Tables that somebody else fills are never written.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from google.api_core.exceptions import Conflict, GoogleAPIError, NotFound
from google.cloud import bigquery
from requests.exceptions import RequestException

from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.kept_out import QUARANTINE
from nba_assets.warehouse.bigquery import ddl
from nba_assets.warehouse.bigquery.differences import field_of, is_ours
from nba_assets.warehouse.bigquery.jobs import NO_RETRY, REQUEST_SECONDS, Jobs
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.script import between, column_list, literal
from nba_assets.warehouse.ingest import Ingested, Progress, delivered_in, ingest
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.quarantine import OF_NO_DATE
from nba_assets.warehouse.scratch import scratch_folder

JOB = "nba-load"
"""What the ids of its jobs begin with."""

SECONDS = 600.0
"""For one load."""

LITTLE = bigquery.DEFAULT_RETRY.with_timeout(REQUEST_SECONDS)
"""So long it is tried to remove such a table: whoever does may be on the way out."""

LEFT_FOR = timedelta(days=1)
"""What a killed process leaves of such a table is removed by BigQuery itself."""


@contextmanager
def staged(
    jobs: Jobs, names: Names, contract: Contract, rows: Iterable[pa.Table], labels: Mapping[str, str] = ddl.LABELS
) -> Iterator[Contract]:
    """Rows in a table of their own beside a contract's, while the block lasts: that table, by another name.

    What passes is tried again with the whole file, in the place of what a load before has left there.
    """
    beside = replace(contract, name=f"{contract.name}__load_{secrets.token_hex(4)}")
    place = names.plain(beside)
    schema = [field_of(column) for column in contract.columns]
    described = bigquery.Table(place, schema=schema)
    described.expires = datetime.now(UTC) + LEFT_FOR
    jobs.done(partial(_make, jobs, described))
    try:
        with tempfile.TemporaryFile() as file:
            with pq.ParquetWriter(file, contract.schema().to_pyarrow()) as writer:
                for part in rows:
                    writer.write_table(part.cast(writer.schema))
            jobs.load(file, place, _load_config(schema, labels), JOB, SECONDS)
        yield beside
    finally:
        with suppress(GoogleAPIError, ConnectionError, RequestException):  # BigQuery itself removes it, too
            jobs.client.delete_table(place, not_found_ok=True, retry=LITTLE, timeout=REQUEST_SECONDS)


def _make(jobs: Jobs, table: bigquery.Table) -> None:
    """Make a table, by a request that may come twice. The client's `exists_ok` looks for it without a limit of time."""
    with suppress(Conflict):
        jobs.client.create_table(table, retry=NO_RETRY, timeout=REQUEST_SECONDS)


def _load_config(schema: Sequence[bigquery.SchemaField], labels: Mapping[str, str]) -> bigquery.LoadJobConfig:
    config = bigquery.LoadJobConfig(schema=schema, labels=dict(labels))
    config.job_timeout_ms = round(SECONDS * 1000)
    config.source_format = bigquery.SourceFormat.PARQUET
    config.write_disposition = bigquery.WriteDisposition.WRITE_TRUNCATE
    config.create_disposition = bigquery.CreateDisposition.CREATE_NEVER  # by a lost one that comes after the table went
    config.parquet_options = bigquery.ParquetOptions.from_api_repr({"enableListInference": True})
    return config


@dataclass(frozen=True)
class RawLoad:
    """A raw directory into the raw tables of a warehouse."""

    jobs: Jobs
    names: Names

    def load(self, directory: Path, progress: Progress | None = None, *, strict: bool = False) -> list[Ingested]:
        """Replace what the directory has anew of each raw table, as `nba ingest` would. Editions of the schedule are
        kept where there are any.

        Raises BadInput, and sends nothing, if a file breaks its contract or a table is not there or not ours.
        """
        for contract in delivered_in(directory):
            for table in filter(None, (contract, contract.editions, QUARANTINE)):
                self._require_ours(table)
        with scratch_folder() as scratch:
            lake = Lake(scratch)
            results = ingest(directory, lake, strict=strict)
            for result in results:
                self._send(result, lake, progress)
            self._send_quarantine(results, lake)
        return results

    def _require_ours(self, contract: RawTable) -> None:
        try:
            stored = self.jobs.client.get_table(self.names.plain(contract), timeout=REQUEST_SECONDS)
        except NotFound:
            raise BadInput(f"{contract.full_name} is not there; `nba bigquery init` makes it") from None
        if not is_ours(stored):
            raise BadInput(f"{contract.full_name} was made by somebody else, who fills it: nothing is loaded")

    def _send(self, result: Ingested, lake: Lake, progress: Progress | None) -> None:
        contract, days = result.contract, sorted(day for day in result.rows if day)
        if editions := contract.editions:
            self._send_editions(editions, _rows(lake, editions, None))
        if contract.partition_by is None:
            self._replace(contract, _rows(lake, contract, None))
        for window in Window(days[0], days[-1]).by_season() if days else ():
            season = Window.season(season_year(window.start))
            whole = contract.replaces == "season_year"  # a date that the source no longer has goes, too
            of_window = [day for day in days if day in window]
            replaced = between(str(contract.partition_by), season) if whole else _on(contract, of_window)
            self._replace(contract, _rows(lake, contract, window), replaced)
            if progress:
                progress(contract, sum(day <= window.end for day in days), len(days))

    def _send_editions(self, editions: RawTable, rows: Iterable[pa.Table]) -> None:
        """Those of seasons of which none is kept: what was announced before stands as it was."""
        season = editions.replaces
        kept = self._run(look_up_kept(editions, self.names.quoted(editions)))[season]
        new = [part.filter(pc.invert(pc.is_in(part[season], kept.combine_chunks()))) for part in rows]
        self._replace(editions, new, "FALSE")

    def _send_quarantine(self, results: Sequence[Ingested], lake: Lake) -> None:
        """Entries of the dates that were delivered, table by table, in the place of those before."""
        if days_of := days_of_entries(results, lake):
            self._replace(QUARANTINE, _rows(lake, QUARANTINE, None), entries_of(days_of))

    def _replace(self, contract: RawTable, rows: Iterable[pa.Table], replaced: str = "") -> None:
        """Put rows in the place of those for which `replaced` holds, or else of those with a value that comes again."""
        with staged(self.jobs, self.names, contract, rows) as beside:
            table, new = self.names.quoted(contract), self.names.quoted(beside)
            self._run(replace_by(contract, table, new, replaced or coming_again(contract, new)))

    def _run(self, sql: str) -> pa.Table:
        return self.jobs.run(sql, JOB, ddl.LABELS, SECONDS).rows


def days_of_entries(results: Iterable[Ingested], lake: Lake) -> dict[RawTable, list[date]]:
    """The dates of the quarantine to be replaced: those delivered, and those of which all rows were kept out."""
    found = {}
    for contract, rows in ((result.contract, result.rows) for result in results):
        entries = lake.dates(replace(QUARANTINE, part=contract.full_name))
        if days := {*entries, *(day or OF_NO_DATE for day in rows)}:
            found[contract] = sorted(days)
    return found


def replace_by(contract: Contract, table: str, staged: str, replaced: str) -> str:
    """The script that puts the rows of a table beside in the place of those for which `replaced` holds."""
    columns = column_list(contract)
    return (
        "BEGIN TRANSACTION;\n"
        f"DELETE FROM {table} WHERE {replaced};\n"
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged};\n"
        "COMMIT TRANSACTION;"
    )


def look_up_kept(contract: RawTable, table: str) -> str:
    """The values of which a table keeps all rows that it has."""
    return f"SELECT DISTINCT `{contract.replaces}` FROM {table}"


def coming_again(contract: RawTable, staged: str) -> str:
    """The rows with a value that comes again in a table beside."""
    return f"`{contract.replaces}` IN (SELECT `{contract.replaces}` FROM {staged})"


def entries_of(days_of: Mapping[RawTable, Sequence[date | None]]) -> str:
    """The entries of the quarantine of some tables and dates."""
    column = QUARANTINE.part_column
    return " OR ".join(
        f"(`{column}` = {literal(contract.full_name)} AND {_on(QUARANTINE, [day or OF_NO_DATE for day in days])})"
        for contract, days in days_of.items()
    )


def _on(contract: Contract, days: Sequence[date]) -> str:
    listed = ", ".join(map(literal, days))
    return f"`{contract.partition_by}` IN ({listed})"


def _rows(lake: Lake, contract: Contract, window: Window | None) -> Iterator[pa.Table]:
    return (pq.ParquetFile(file).read() for file in lake.files(contract, window))
