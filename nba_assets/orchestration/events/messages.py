"""Messages between the phases of the pipeline: the one shape in which they tell each other that data is complete.

Only reading and writing the shape. Where messages come from is their sources'
business, what follows from them the triggers'.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from nba_assets.contracts.calendar import first_date
from nba_assets.contracts.contract import RawTable
from nba_assets.tables.raw import raw_table

MOST_BYTES = 256 * 1024
"""A message names data and does not carry it: real ones have some 600 bytes."""

LONGEST_ID = 100
"""Ids become tags of runs and keys of records, which take no text of any length."""

SUCCESS, PARTIAL, NO_DATA, FAILED = "success", "partial", "no_data", "failed"
STATUSES = (SUCCESS, PARTIAL, NO_DATA, FAILED)

UNCHANGED = "unchanged"
"""In a message's `metadata`, TRUE where what was delivered is what was stored."""

_REQUIRED = ("processor_name", "phase", "execution_id", "correlation_id", "game_date", "status", "timestamp")


class Malformed(Exception):  # noqa: N818 (it says what the message is)
    """A message that cannot be acted on, and why."""


@dataclass(frozen=True)
class RawComplete:
    """One raw table's data of one date has come in, or is known not to come, or failed to."""

    table: RawTable
    day: date
    status: str
    execution_id: str
    correlation_id: str
    sent_at: datetime
    record_count: int | None = None
    unchanged: bool = False
    """Whether who stored it found the same there."""

    @property
    def is_complete(self) -> bool:
        """Whether the date's data is as complete as this source will make it, be it none."""
        return self.status != FAILED


def parse(data: bytes) -> RawComplete:
    """Read a message of topic `nba-phase2-raw-complete`. Raises Malformed with one line."""
    if len(data) > MOST_BYTES:
        raise Malformed(f"{len(data)} bytes; a message has at most {MOST_BYTES}")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Malformed(f"a JSON {type(found).__name__}, not an object")
    if missing := [name for name in _REQUIRED if found.get(name) is None]:
        raise Malformed(f"no {', '.join(missing)}")
    if wrong := [name for name in _REQUIRED if not isinstance(found[name], str)]:
        raise Malformed(f"{wrong[0]} is no text: {found[wrong[0]]!r:.80}")
    if found["status"] not in STATUSES:
        raise Malformed(f"status {found['status']!r:.80} is none of {', '.join(STATUSES)}")
    return RawComplete(
        table=_table(found),
        day=_day(found["game_date"]),
        status=found["status"],
        execution_id=_id(found, "execution_id"),
        correlation_id=_id(found, "correlation_id"),
        sent_at=_instant(found["timestamp"]),
        record_count=_count(found.get("record_count")),
        unchanged=isinstance(more := found.get("metadata"), dict) and more.get(UNCHANGED) is True,
    )


def _table(found: dict[str, Any]) -> RawTable:
    """The raw table; some senders put the dataset before the table's name, and some into a field of its own."""
    name, dataset = found.get("output_table"), found.get("output_dataset") or "nba_raw"
    if not isinstance(name, str) or not isinstance(dataset, str):
        raise Malformed("output_table and output_dataset are no text")
    full_name = name if "." in name else f"{dataset}.{name}"
    table = raw_table(full_name)
    if table is None or table.partition_by is None:
        raise Malformed(f"no daily raw table called {full_name!r:.120}")
    return table


def _id(found: dict[str, Any], name: str) -> str:
    text = found[name]
    if not (text.isprintable() and 0 < len(text) <= LONGEST_ID):
        raise Malformed(f"{name} {text!r:.80} is no id: 1 to {LONGEST_ID} printable characters")
    return text


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Malformed(f"game_date {text!r:.80} is no date") from error
    if day < first_date():
        raise Malformed(f"game_date {text} has no partition")
    return day


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Malformed(f"timestamp {text!r:.80} is not ISO 8601") from error
    if not date.min.year < found.year < date.max.year:  # as Go writes no time: there it is none in another time zone
        raise Malformed(f"timestamp {text!r:.80} is of no time that was")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _count(value: Any) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise Malformed(f"record_count {value!r:.80} is no whole number")
    return value


@dataclass(frozen=True)
class Sent:
    """A message of ours: a raw table's, or a group of tables', as every phase writes them."""

    processor_name: str
    phase: str
    execution_id: str
    correlation_id: str
    day: date
    status: str
    record_count: int
    trigger_source: str
    output_dataset: str
    output_table: str | None = None
    duration_seconds: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)

    def as_bytes(self, now: datetime | None = None) -> bytes:
        """JSON, without the fields that say nothing."""
        shape = {
            "processor_name": self.processor_name,
            "phase": self.phase,
            "execution_id": self.execution_id,
            "correlation_id": self.correlation_id,
            "game_date": self.day.isoformat(),
            "output_table": self.output_table,
            "output_dataset": self.output_dataset,
            "status": self.status,
            "record_count": self.record_count,
            "timestamp": (now or datetime.now(UTC)).isoformat(timespec="microseconds"),
            "duration_seconds": self.duration_seconds,
            "trigger_source": self.trigger_source,
            "metadata": self.metadata or None,
        }
        return json.dumps({name: value for name, value in shape.items() if value is not None}).encode()
