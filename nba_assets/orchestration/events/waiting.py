"""Dates that wait: some of their raw data has come, and tables still lack the rest. For the text of a sensor's tick.

Kept in the sensor's cursor, so that a tick without messages says it too. What a table waits for, the triggers say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from nba_assets.contracts.calendar import eastern
from nba_assets.contracts.contract import RawTable
from nba_assets.orchestration.events import triggers
from nba_assets.tables.registry import tables

DAYS_TOLD = 5
"""The newest ones; what an old date lacks is no news."""

Waits = dict[str, dict[str, str]]
"""For each date that waits: `since` when, and `told`: the tables, and what they lack."""


def still_waiting(before: Waits, complete: Mapping[date, Collection[RawTable]], came: Mapping[date, datetime]) -> Waits:
    """What waited before, with the dates of which something came just now looked at anew."""
    found = dict(before)
    for day, raw in complete.items():
        since = found.pop(day.isoformat(), {}).get("since", came[day].isoformat())
        if told := _lacking(raw):
            found[day.isoformat()] = {"since": since, "told": told}
    return dict(sorted(found.items())[-DAYS_TOLD:])


def _lacking(complete: Collection[RawTable]) -> str:
    """Tables that have some of their raw data and not all, by what is missing."""
    by_missing: dict[str, list[str]] = {}
    for table in tables():
        missing = triggers.lacking(table, complete)
        if missing and triggers.raw_behind(table) & set(complete):
            by_missing.setdefault(", ".join(sorted(raw.name for raw in missing)), []).append(table.name)
    return "; ".join(
        f"{', '.join(names)} {'wait' if len(names) > 1 else 'waits'} for {raw}" for raw, names in by_missing.items()
    )


def in_words(waits: Waits) -> str:
    """A clause for each date, newest first; empty where nothing waits."""
    return ". ".join(
        f"{day}: {waits[day]['told']}, since {eastern(datetime.fromisoformat(waits[day]['since']))}"
        for day in sorted(waits, reverse=True)
    )
