"""Raw NBA data in, the daily-partitioned tables of the betting models out: a Dagster project; `read` for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nba_assets.readers.catalog import NoSuchColumn as NoSuchColumn
    from nba_assets.readers.catalog import UnknownTable as UnknownTable
    from nba_assets.readers.read import NotBuilt as NotBuilt
    from nba_assets.readers.read import read as read

_FOUND_IN = {"read": "read", "NotBuilt": "read", "UnknownTable": "catalog", "NoSuchColumn": "catalog"}
"""What programs ask for, and the module of the readers that has it: loaded when asked, since it loads an engine."""


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _FOUND_IN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"nba_assets.readers.{_FOUND_IN[name]}"), name)
