"""Compilation ahead of need: the queries of all tables, which take most of a minute, once for each state of the code.

Only the time at which they are compiled is decided here; what is compiled, and what is kept of it, is said elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from nba_assets.compile.code_version import code_of, is_compiled
from nba_assets.compile.dialects import Dialect
from nba_assets.contracts.table import Table


def not_compiled(tables: Sequence[Table], dialect: Dialect) -> list[Table]:
    """Those that this code has not compiled before, where what is compiled can be kept."""
    return [table for table in tables if not is_compiled(table, dialect)]


def compile_ahead(
    tables: Sequence[Table], dialect: Dialect, report: Callable[[int, int], None] = lambda done, of: None
) -> None:
    """Compile what is not compiled yet; tell `report` how many tables are done, of how many.

    In an order of chance, since processes that start together would else all compile the same table at the same time:
    a command and its fork server, or a suite's workers, share the work so.
    """
    missing = not_compiled(tables, dialect)
    for done, table in enumerate(random.sample(missing, len(missing))):
        report(done, len(missing))
        if not is_compiled(table, dialect):  # still not, by another process either
            code_of(table, dialect)
