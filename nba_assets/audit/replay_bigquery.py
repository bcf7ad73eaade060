"""A date built again on BigQuery, in data sets of a prefix of its own, and compared with what production holds.

As a replay, or as a trial of some tables by today's code. What is rebuilt and what is taken as it is is the same as in
a lake. Production is read to fill the prefix's tables and once more to compare; whatever else is sent names the
prefix's data sets alone. Both sides of the date are brought to this machine, and there compared as lakes are.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace as changed
from datetime import date

from google.cloud import bigquery

from nba_assets.audit.compare import Compared
from nba_assets.audit.game_days import require_schedule
from nba_assets.audit.replay import TIMEOUT_SECONDS, compare_date, compare_days, rebuild
from nba_assets.compile.statements import inputs_in, made_from
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
from nba_assets.warehouse.bigquery.schema import SECONDS, Schema
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
        with scratch_folder() as scratch:
            sides = Lake(scratch / "production"), Lake(scratch / "replayed")
            _build(warehouse, tables(), day, sides, keep)
            return compare_date(*sides, day)
    except (QueryFailed, TransientError, QueryTimeout) as error:
        raise BadInput(f"{day} cannot be replayed: {error}") from error


def try_out(warehouse: BigQueryWarehouse, chosen: Sequence[Table], days: Sequence[date]) -> list[Compared]:
    """Build the chosen tables of each day, each after those it reads, and compare their rows and failure records.

    Raises BadInput for a table that cannot be built.
    """
    with scratch_folder() as scratch:
        sides = stored, built = Lake(scratch / "stored"), Lake(scratch / "built")
        for day in days:
            try:
                _build(warehouse, chosen, day, sides)
            except (BadInput, QueryFailed, TransientError, QueryTimeout) as error:
                raise BadInput(f"{day} cannot be built: {error}") from error
        return compare_days(chosen, stored, dict.fromkeys(days, built))


def _build(
    warehouse: BigQueryWarehouse, chosen: Sequence[Table], day: date, sides: tuple[Lake, Lake], keep: str = ""
) -> None:
    """Build the tables of a day beside, and bring here what is stored of them and what was built."""
    with _beside(warehouse, _contracts(chosen), keep) as beside:
        _fill(warehouse, beside, chosen, day)
        for table in chosen:
            rebuild(beside, table, Window(day, day))
        for of, side in zip((warehouse, beside), sides, strict=True):
            _bring(of, side, chosen, day)


@contextmanager
def _beside(warehouse: BigQueryWarehouse, contracts: Sequence[Contract], keep: str) -> Iterator[BigQueryWarehouse]:
    """A warehouse under a prefix of its own, empty."""
    own = "_".join(filter(None, [warehouse.prefix, keep or f"replay_{secrets.token_hex(4)}"]))
    beside = changed(warehouse, connect=lambda: warehouse.client, prefix=own)
    client, names = beside.client, sorted({contract.dataset for contract in contracts})
    sets = [bigquery.Dataset(f"{client.project}.{beside.names.dataset(name)}") for name in names]
    if there := {of.dataset_id for of in sets} & {found.dataset_id for found in client.list_datasets(timeout=SECONDS)}:
        raise BadInput(f"--keep: there is a data set {min(there)} already; name another prefix")
    try:
        for dataset in sets:
            dataset.location = warehouse.jobs.location  # what is elsewhere cannot be copied
            dataset.labels = dict(ddl.LABELS)
            client.create_dataset(dataset, timeout=SECONDS)
        schema = Schema(beside.jobs, beside.names)
        schema.apply(schema.plan(contracts))
        yield beside
    finally:
        for dataset in [] if keep else sets:
            client.delete_dataset(dataset, delete_contents=True, not_found_ok=True, timeout=SECONDS)


def _contracts(chosen: Sequence[Table]) -> list[Contract]:
    """All that is read or written when some tables are built."""
    read = [source for table in chosen for source in inputs_in(table, ANY_DAY)]
    return list({contract.full_name: _whole(contract) for contract in (*BOOKKEEPING, *read)}.values())


def _whole(contract: Contract) -> Contract:
    return changed(contract, part="") if contract.part else contract


def _fill(warehouse: BigQueryWarehouse, beside: BigQueryWarehouse, chosen: Sequence[Table], day: date) -> None:
    """Copy what the tables read and is not built beside: of these themselves the dates before."""
    wanted: dict[Contract, Window | None] = {}
    for table in chosen:
        for source, dates in made_from(table, Window(day, day)).items():
            known = wanted.get(source)
            wanted[source] = known.hull(dates) if known and dates else dates
    for source, dates in wanted.items():
        names = warehouse.names.quoted(source), beside.names.quoted(source)
        sql = ddl.copy_rows(source, *names, {column.name for column in source.columns}, dates)
        if source in chosen:
            sql += f"\nAND `{source.partition_by}` <> DATE '{day}'"
        beside.jobs.run(sql, "nba-replay", ddl.LABELS, TIMEOUT_SECONDS, wants_rows=False)


def _bring(warehouse: BigQueryWarehouse, lake: Lake, chosen: Sequence[Table], day: date) -> None:
    """Some tables of the date and their failure records, as a lake has them."""
    with warehouse.session(TIMEOUT_SECONDS) as session:
        for contract in [found for table in chosen for found in (table, failures_of(table)) if found]:
            if day in session.contents(contract, Window(day, day)):
                rows = rows_of(session, warehouse.dialect, contract, Window(day, day))
                lake.replace(contract, [(day, rows)])
