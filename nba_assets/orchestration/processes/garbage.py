"""Garbage collection in a process that loads much code and then makes events by the thousand."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS_BETWEEN = 20_000
"""So many objects are made before Python looks for garbage among the young ones, where its own 700 are few: an event
is some hundred objects, and none of them is garbage before it is stored."""


@contextmanager
def loading() -> Iterator[None]:
    """No garbage is collected within, since imports make none, and what is there at the end is never looked through:
    in a forked process, to look would be to copy it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(OBJECTS_BETWEEN)
        gc.enable()
