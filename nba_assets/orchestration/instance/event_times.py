"""Times of a range's materialisations: a millisecond and more apart, so that the UI's pages show each of them.

A step of a range reports all its days within one millisecond, when it has built them, and an asset's page shows one
event a millisecond. Here each day gets a time of its own within the time that building took; the event log asks when it
stores the event. What the events say is no business of this module.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import dagster as dg

_own: dict[dg.AssetKey, tuple[str, Mapping[str, float]]] = {}
"""Of what this process builds, the run at hand and the time of each partition."""


def apart(count: int, since: float, until: float) -> list[float]:
    """So many times, in order, spread over the seconds from `since` to `until`, the last one then.

    Each in a millisecond of its own: where there are too few, they begin before `since`.
    """
    last = int(until * 1000) - 1
    first = min(int(since * 1000), last - count)
    # In the middle of its millisecond, since whoever shows it rounds it down.
    return [(first + (number + 1) * (last - first) // count + 0.5) / 1000 for number in range(count)]


def spread(run_id: str, key: dg.AssetKey, partitions: Sequence[str], since: float) -> None:
    """Say when each partition was materialised that a run is about to report, built from `since` until now."""
    _own[key] = run_id, dict(zip(partitions, apart(len(partitions), since, time.time()), strict=True))


def at_own_time(entry: dg.EventLogEntry) -> dg.EventLogEntry:
    """An event as it is to be stored: at its partition's time, if it is a materialisation that was given one."""
    event = entry.dagster_event
    if event is None or event.event_type is not dg.DagsterEventType.ASSET_MATERIALIZATION or event.asset_key is None:
        return entry
    run_id, times = _own.get(event.asset_key, ("", {}))
    at = times.get(event.partition or "") if run_id == entry.run_id else None
    return entry if at is None else entry._replace(timestamp=at)
