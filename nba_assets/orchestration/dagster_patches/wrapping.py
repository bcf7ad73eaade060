"""How a function of Dagster or Alembic is wrapped where there is no setting and no hook for what we need of it."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any


def wrap(owner: Any, name: str, around: Callable[[Any], Any], without: str) -> None:
    """Put `around` of a class's or module's function in its place: once, however often called.

    Where the function is gone, nothing is done but to warn of it, and to say what is so `without`.
    """
    original = getattr(owner, name, None)
    if original is None:
        logging.getLogger(__name__).warning("%s.%s is gone: %s", owner.__name__, name, without)
    elif not is_wrapped(owner, name):
        wrapper = around(original)
        wrapper.wrapped = original
        of_a_class = inspect.ismethod(original)  # it has its class already, and must not be given it again
        setattr(owner, name, staticmethod(wrapper) if of_a_class else wrapper)


def is_wrapped(owner: Any, name: str) -> bool:
    """Whether `wrap` was here."""
    return hasattr(getattr(owner, name, None), "wrapped")
