"""Guard against a changed Dagster: what a patch or plug-in relies on beyond the public API, and whether it is still so.

Names, parameters and columns are compared. Where any has moved, one line of the log says what is lost, and whoever
asked leaves Dagster as it is. No patch is in here.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nba_assets.orchestration.dagster_patches.switches import wanted


@dataclass(frozen=True, eq=False)
class Upstream:
    """What one patch or plug-in calls, wraps or reads of Dagster."""

    name: str
    """As it is switched off."""
    lost: str
    """What is so without it, for the log."""
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By `module:name` or `module:Class.name`, the parameters of what is called or wrapped, less `self`."""
    names: tuple[str, ...] = ()
    """What must only be there, written the same way."""
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By `module:table`, all columns of a table that rows are made for."""


def in_place(upstream: Upstream) -> bool:
    """Whether a patch or plug-in is wanted and all that it relies on is as it was. If it has moved, says so once."""
    return wanted(upstream.name) and not _moved_and_told(upstream)


@functools.cache
def _moved_and_told(upstream: Upstream) -> tuple[str, ...]:
    found = moved(upstream)
    if found:
        logging.getLogger(__name__).warning("%s: Dagster has changed %s", upstream.lost, ", ".join(found))
    return found


def moved(upstream: Upstream) -> tuple[str, ...]:
    """What is not as the patch or plug-in knows it."""
    return (
        *(path for path, known in upstream.parameters.items() if _parameters(path) != known),
        *(path for path in upstream.names if find(path) is None),
        *(f"the columns of {path}" for path, known in upstream.columns.items() if _columns(path) != known),
    )


def find(path: str) -> Any:
    """What a `module:name` or `module:Class.name` is, None if it is not there."""
    module, _, name = path.partition(":")
    try:
        return functools.reduce(getattr, name.split("."), importlib.import_module(module))
    except (ImportError, AttributeError):
        return None


def _parameters(path: str) -> tuple[str, ...] | None:
    called = find(path)
    if not callable(called):
        return None
    names = tuple(inspect.signature(called).parameters)
    if names == ("args", "kwargs"):  # a record of Dagster's: it knows its fields by itself
        return getattr(called, "_fields", names)
    return names[1:] if names[:1] == ("self",) else names


def _columns(path: str) -> frozenset[str]:
    table = find(path)
    return frozenset() if table is None else frozenset(table.columns.keys())
