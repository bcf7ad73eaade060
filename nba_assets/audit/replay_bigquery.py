"""A date built again on BigQuery, in data sets of a prefix of its own, and compared with what production holds.

What is rebuilt and what is taken as it is is the same as in a lake. Production is read to fill the prefix's tables and
once more to compare; whatever else is sent names the prefix's data sets alone. Both sides of the date are brought to
this machine, and there compared as lakes are.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace as changed
from datetime import date

from google.cloud import bigquery

from nba_assets.audit.compare import Compared
from nba_assets.audit.game_days import require_schedule
from nba_assets.audit.replay import TIMEOUT_SECONDS, compare_date, rebuild, taken
from nba_assets.compile.statements import inputs_in
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import QueryFailed, QueryTimeout, TransientError
from nba_assets.warehouse.bigquery import ddl
from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse
from nba_assets.warehouse.bigquery.notes import BOOKKEEPING
from nba_assets.warehouse.bigquery.schema import Schema
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.scratch import scratch_folder
from nba_assets.warehouse.transfer import rows_of

ANY_DAY = Window(date(2024, 1, 15), date(2024, 1, 15))
"""Which tables are read is the same on all."""


def replay(warehouse: BigQueryWarehouse, day: date, keep: str = "") -> list[Compared]:
    """Build `day` again from the raw tables, under the prefix `keep` or one that is gone afterwards.

    Raises BadInput where there is no data, or no table of the date, and for what cannot be rebuilt.
    """
    require_schedule(warehouse)
    if not any(day in warehouse.dates(table) for table in tables()):
        raise BadInput(f"{warehouse.place} holds no table of {day}: there is nothing to compare with")
    try:
        with _beside(warehouse, keep) as replayed, scratch_folder() as scratch:
            _fill(warehouse, replayed, day)
            for table in tables():
                rebuild(replayed, table, Window(day, day))
            sides = Lake(scratch / "production"), Lake(scratch / "replayed")
            for of, side in zip((warehouse, replayed), sides, strict=True):
                _bring(of, side, day)
            return compare_date(*sides, day)
    except (QueryFailed, TransientError, QueryTimeout) as error:
        raise BadInput(f"{day} cannot be replayed: {error}") from error


@contextmanager
def _beside(warehouse: BigQueryWarehouse, keep: str) -> Iterator[BigQueryWarehouse]:
    """A warehouse under a prefix of its own, empty."""
    own = "_".join(filter(None, [warehouse.prefix, keep or f"replay_{secrets.token_hex(4)}"]))
    beside = changed(warehouse, connect=lambda: warehouse.client, prefix=own)
    client, names = beside.client, sorted({contract.dataset for contract in _contracts()})
    sets = [bigquery.Dataset(f"{client.project}.{beside.names.dataset(name)}") for name in names]
    if there := {of.dataset_id for of in sets} & {found.dataset_id for found in client.list_datasets()}:
        raise BadInput(f"--keep: there is a data set {min(there)} already; name another prefix")
    try:
        for dataset in sets:
            dataset.location = warehouse.jobs.location  # what is elsewhere cannot be copied
            dataset.labels = dict(ddl.LABELS)
            client.create_dataset(dataset)
        schema = Schema(beside.jobs, beside.names)
        schema.apply(schema.plan(_contracts()))
        yield beside
    finally:
        for dataset in [] if keep else sets:
            client.delete_dataset(dataset, delete_contents=True, not_found_ok=True)


def _contracts() -> list[Contract]:
    """All that a replay reads or writes."""
    read = [source for table in tables() for source in inputs_in(table, ANY_DAY)]
    return list({contract.full_name: _whole(contract) for contract in (*BOOKKEEPING, *read)}.values())


def _whole(contract: Contract) -> Contract:
    return changed(contract, part="") if contract.part else contract


def _fill(warehouse: BigQueryWarehouse, beside: BigQueryWarehouse, day: date) -> None:
    """Copy what the tables read and the replay does not build: of our own tables the dates before."""
    wanted: dict[Contract, Window | None] = {}
    for table in tables():
        for source, dates in taken(table, day).items():
            known = wanted.get(source)
            wanted[source] = known.hull(dates) if known and dates else dates
    for source, dates in wanted.items():
        names = warehouse.names.quoted(source), beside.names.quoted(source)
        sql = ddl.copy_rows(source, *names, {column.name for column in source.columns}, dates)
        if isinstance(source, Table):
            sql += f"\nAND `{source.partition_by}` <> DATE '{day}'"
        beside.jobs.run(sql, "nba-replay", ddl.LABELS, TIMEOUT_SECONDS, wants_rows=False)


def _bring(warehouse: BigQueryWarehouse, lake: Lake, day: date) -> None:
    """The tables of the date and their failure records, as a lake has them."""
    with warehouse.session(TIMEOUT_SECONDS) as session:
        for contract in [found for table in tables() for found in (table, failures_of(table)) if found]:
            if day in session.contents(contract, Window(day, day)):
                rows = rows_of(session, warehouse.dialect, contract, Window(day, day))
                lake.replace(contract, [(day, rows)])
