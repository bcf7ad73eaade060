"""Completion in a shell: the names of tables and columns that go on as what is typed begins.

Typer completes commands and options by itself. Tables are imported only when a name is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable


def built_table(incomplete: str) -> list[str]:
    """Tables that are built, of days or of months."""
    from nba_assets.tables.registry import every_table

    return _going_on(incomplete, (table.name for table in every_table()))


def built_tables(incomplete: str) -> list[str]:
    """The same for the last of some, by commas."""
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in built_table(last)]


def any_table(incomplete: str) -> list[str]:
    """Whatever can be read: raw tables and views too."""
    from nba_assets.readers.catalog import readable

    return _going_on(incomplete, (contract.name for contract in readable()))


def column(incomplete: str) -> list[str]:
    """TABLE.COLUMN: tables, and once there is but one its columns, since a shell sets a space after what is whole."""
    from nba_assets.readers.catalog import stored_contracts

    table, dot, begun = incomplete.rpartition(".")
    if not dot:
        tables = _going_on(begun, (contract.name for contract in stored_contracts()))
        return column(f"{tables[0]}.") if len(tables) == 1 else tables
    named = [of for of in stored_contracts() if table in (of.name, of.full_name)]
    return [f"{table}.{name}" for of in named[:1] for name in _going_on(begun, (c.name for c in of.columns))]


def _going_on(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
