"""Every raw contract: well formed, and true of the real files."""

import sys
from importlib import import_module
from pkgutil import iter_modules

import duckdb
import pytest

from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.table import Table
from nba_assets.tables import analytics
from nba_assets.tables.raw import RAW_TABLES, raw_table
from nba_assets_tests.shared import SHARED, needs_shared

DATASETS = {"nba_raw", "nba_reference", "nba_static"}
each_table = pytest.mark.parametrize("contract", RAW_TABLES, ids=lambda contract: contract.full_name)


def test_seventeen_tables_are_found_by_their_full_name() -> None:
    assert len(RAW_TABLES) == 17
    assert {table.dataset for table in RAW_TABLES} == DATASETS
    assert all(raw_table(table.full_name) is table for table in RAW_TABLES)
    assert raw_table("nba_raw.nbac_scoreboard_v2") is None


@each_table
def test_key_and_partition_date_are_never_null(contract: RawTable) -> None:
    """But an edition's own time, which old injury reports do not tell."""
    must = {*contract.key, contract.partition_by} - {None, "scrape_time"}
    assert must <= {column.name for column in contract.columns if column.required}


@each_table
def test_every_column_says_what_it_means(contract: RawTable) -> None:
    assert contract.description
    assert all(column.meaning and "\n" not in column.meaning for column in contract.columns)


@each_table
def test_what_a_delivery_replaces(contract: RawTable) -> None:
    """A reference table is replaced by a part of its key, so old and new rows never share a key."""
    if contract.partition_by is None:
        assert contract.replaces in contract.key
    else:
        assert contract.replaces == ("season_year" if contract.name == "nbac_schedule" else "")


@each_table
def test_feeds_are_columns_of_our_tables(contract: RawTable) -> None:
    ours = {f"{table.name}.{column.name}" for table in _analytics_tables() for column in table.columns}
    assert contract.feeds
    assert set(contract.feeds) <= ours
    assert len(contract.feeds) == len(set(contract.feeds))


def _analytics_tables() -> list[Table]:
    names = [module.name for module in iter_modules(analytics.__path__, "nba_assets.tables.analytics.")]
    values = [value for name in names for value in vars(import_module(name)).values()]
    return [value for value in values if isinstance(value, Table)]


def test_a_constant_is_called_as_its_table() -> None:
    for module in [m for name, m in sys.modules.items() if name.startswith("nba_assets.tables.raw.")]:
        for name, value in vars(module).items():
            assert not isinstance(value, RawTable) or name == value.name


@each_table
def test_editions_keep_columns_of_their_source(contract: RawTable) -> None:
    if contract.editions:
        seen = {"first_seen", "last_seen", "withdrawn_at"}
        kept = {(column.name, column.type) for column in contract.editions.columns}
        assert seen <= {name for name, _ in kept}
        own = {(column.name, column.type) for column in contract.columns}
        assert {(name, kind) for name, kind in kept if name not in seen} <= own
        assert contract.replaces == contract.editions.replaces


DELIVERED = [table for table in RAW_TABLES if table not in [other.editions for other in RAW_TABLES]]


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("contract", DELIVERED, ids=lambda contract: contract.full_name)
def test_the_real_files_have_the_contracts_columns(contract: RawTable) -> None:
    """That all of their rows are taken is the ingestion's to show."""
    files = sorted((SHARED / "raw" / contract.dataset / contract.name).glob("*.parquet"))
    assert files
    for file in files:
        assert set(duckdb.sql(f"FROM '{file}'").columns) == {column.name for column in contract.columns}, file.name
