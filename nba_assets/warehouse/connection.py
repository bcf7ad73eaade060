"""Connections to DuckDB, whose queries an interrupt ends, and comes out of as what it is.

What a connection may reach and which tables it sees is said by who opens it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb


@contextmanager
def connected(file: str = ":memory:", **options: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a file, or to a database of its own in memory, for the block."""
    with duckdb.connect(file, **options) as connection:
        try:
            with interrupts_as_they_are():
                yield connection
        finally:
            # Of a query that was broken off, DuckDB waits for the threads that compute it, to its last row.
            connection.interrupt()


@contextmanager
def interrupts_as_they_are() -> Iterator[None]:
    """Raises what has interrupted a query: DuckDB makes a RuntimeError of it, which is taken for a failure of the query
    and no reason to stop."""
    try:
        yield
    except RuntimeError as error:
        if error.__cause__ is None or isinstance(error.__cause__, Exception):
            raise
        raise error.__cause__ from None
