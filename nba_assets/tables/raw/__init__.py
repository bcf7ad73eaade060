"""Raw tables: what the scrapers deliver, table by table, each declared as a contract.

`RAW_TABLES` is every `RawTable` that a module of this package declares; a new one needs no other mention. What the
rows mean to a game, a player or a line is settled in the conformed tables.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from nba_assets.contracts.contract import RawTable

_WAYS_IN = {"ingest", "staging"}
"""What brings rows in instead of declaring tables: it runs an engine, so reading the contracts must not import it."""


def _declared() -> Iterator[RawTable]:
    for module in iter_modules(__path__):
        if not module.ispkg and module.name not in _WAYS_IN:
            declared = vars(import_module(f"{__name__}.{module.name}")).values()
            yield from (value for value in declared if isinstance(value, RawTable))


RAW_TABLES: tuple[RawTable, ...] = tuple(sorted(set(_declared()), key=lambda table: table.full_name))


def raw_table(full_name: str) -> RawTable | None:
    """The contract of `dataset.table`, None if there is none."""
    return next((table for table in RAW_TABLES if table.full_name == full_name), None)
