"""Catalog of what is stored: the contract of every raw table, of every table of ours, and of what is kept of runs."""

from __future__ import annotations

from functools import cache

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.failures import RECORDS
from nba_assets.contracts.kept_out import QUARANTINE
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import every_table, monthly_tables


@cache
def stored_contracts() -> tuple[Contract, ...]:
    """Each contract once, in the order in which data flows."""
    return (*RAW_TABLES, QUARANTINE, *every_table(), *monthly_tables(), RECORDS, RUN_HISTORY)
