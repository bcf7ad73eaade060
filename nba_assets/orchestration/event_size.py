"""Size of a materialisation's event: there is one for each table and date, and it is kept for years.

Of what an event may say beside what it must, there is as much as it has room for. What that is, is not decided here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from nba_assets.orchestration.dagster_patches.partition_versions import PARTITION_VERSION

EVENT_SIZE = 3 * 1024
"""Bytes, as it is stored."""

_FRAME = 780
"""Of what is the same in all."""

_NAMES = 4
"""So often it says the table's name."""

_INPUT = 81
"""Of the two tags of an input, without its name, which both have."""

_ENTRY = 108
"""Of an entry of the metadata, without its label and value."""


def size_of(said: Mapping[str, Any]) -> int:
    """Bytes that some entries of metadata take."""
    values = {label: getattr(value, "value", value) for label, value in said.items()}
    return sum(_ENTRY + len(label) + len(json.dumps(value, default=str)) for label, value in values.items())


def room_beside(said: Mapping[str, Any], key: dg.AssetKey, inputs: Iterable[dg.AssetKey]) -> int:
    """Bytes that are left in the event of a table that reads these, beside what it says; below 0 where none are."""
    tags = sum(_INPUT + 2 * len(each.to_user_string()) for each in inputs)
    entries = {label: value for label, value in said.items() if label != PARTITION_VERSION}  # that is a tag, of all
    return EVENT_SIZE - _FRAME - _NAMES * len(key.to_user_string()) - tags - size_of(entries)
