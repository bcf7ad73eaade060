"""Wrapping a function of Dagster or Alembic in place: once, however often asked. Whether it may be is the guard's."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from typing import Any

from nba_assets.orchestration.dagster_patches.guard import Upstream, find, in_place

_MARK = "wrapped_by_nba_assets"


def wrap(upstream: Upstream, path: str, around: Callable[[Any], Any]) -> bool:
    """Put `around` of the function at `path`, `module:name` or `module:Class.name`, in its place.

    Returns whether it is there: not if it is switched off, or if what it relies on has moved.
    """
    if not in_place(upstream):
        return False
    if not is_wrapped(path):
        owner, name = owner_of(path)
        original = getattr(owner, name)
        wrapper = functools.wraps(original)(around(original))
        setattr(wrapper, _MARK, original)
        of_a_class = inspect.ismethod(original)  # it has its class already, and must not be given it again
        setattr(owner, name, staticmethod(wrapper) if of_a_class else wrapper)
    return True


def is_wrapped(path: str) -> bool:
    """Whether `wrap` was here."""
    return hasattr(find(path), _MARK)


def unwrap(path: str) -> None:
    """Put the function back as Dagster has it, for a test."""
    if is_wrapped(path):
        owner, name = owner_of(path)
        original = getattr(find(path), _MARK)
        setattr(owner, name, staticmethod(original) if inspect.ismethod(original) else original)


def owner_of(path: str) -> tuple[Any, str]:
    """The module or class that has the function, which is there, since the guard found it."""
    module, _, names = path.partition(":")
    *owners, name = names.split(".")
    return (find(f"{module}:{'.'.join(owners)}") if owners else importlib.import_module(module)), name
