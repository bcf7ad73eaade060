"""Catalog of what can be read: the contracts of raw tables, of ours, of what is kept of runs, and of readers' views."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.failures import RECORDS
from nba_assets.contracts.kept_out import QUARANTINE
from nba_assets.contracts.reading_view import ReadingView
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import every_table, monthly_tables, reading_views


class UnknownTable(BadInput):
    """There is no table of that name."""


class NoSuchColumn(BadInput):
    """The table has no column of that name."""


@cache
def stored_contracts() -> tuple[Contract, ...]:
    """Each contract once, in the order in which data flows."""
    return (*RAW_TABLES, QUARANTINE, *every_table(), *monthly_tables(), RECORDS, RUN_HISTORY)


@cache
def readable() -> tuple[Contract, ...]:
    """What is stored and the views over it."""
    return (*stored_contracts(), *reading_views())


def find(name: str) -> Contract:
    """By its bare name or with its data set. Raises UnknownTable."""
    named = {of.full_name: of for of in readable()} | {of.name: of for of in readable()}
    if name not in named:
        raise UnknownTable(f"no table called {name!r}{_meant(name, list(named))}: `nba tables` lists them")
    return named[name]


def require_columns(contract: Contract, columns: Sequence[str]) -> None:
    """Raises NoSuchColumn for the first that the table does not have."""
    names = [column.name for column in contract.columns]
    for name in columns:
        if name not in names:
            told = f"{contract.full_name} has no column {name!r}{_meant(name, names)}"
            raise NoSuchColumn(f"{told}: `nba describe {contract.name}` lists them")


def dates_of(contract: Contract) -> Contract:
    """The stored table whose partitions say which dates there are."""
    return contract.dated_by if isinstance(contract, ReadingView) else contract


def _meant(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, 1)
    return f", perhaps {near[0]}" if near else ""
