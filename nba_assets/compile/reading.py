"""Reading queries: rows of a stored table or a reading view, some columns, between two dates, as an engine's SQL.

Values are as they are stored; nothing is built here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import ibis
import ibis.expr.types as ir

from nba_assets.compile.bind import Dates, between
from nba_assets.compile.dialects import Dialect, to_sql
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.reading_view import ReadingView


def rows_of(contract: Contract, dates: Window | None) -> ir.Table:
    """The rows of `dates`, or all, in the contract's columns."""
    if isinstance(contract, ReadingView):
        rows = contract.build(**{name: rows_of(given, dates) for name, given in contract.inputs.items()})
        return rows.select(contract.schema().names)
    return between(ibis.table(contract.schema(), name=contract.name, database=contract.dataset), contract, dates)


def read_sql(contract: Contract, dates: Window | None, columns: Sequence[str], dialect: Dialect) -> str:
    """The rows of `dates`, in order of date and key."""
    order = dict.fromkeys([*([contract.partition_by] if contract.partition_by else []), *contract.key])
    return to_sql(rows_of(contract, dates).order_by(list(order)).select(list(columns)), dialect)


@cache
def view_sql(view: ReadingView, dialect: Dialect) -> str:
    """The query that the view is."""
    return to_sql(rows_of(view, None), dialect)


def stored_for(contract: Contract, dates: Window | None) -> Dates:
    """What is read of the stored tables, and of which dates."""
    if isinstance(contract, ReadingView):
        return dict.fromkeys(contract.inputs.values(), dates)
    return {contract: dates if contract.partition_by else None}
