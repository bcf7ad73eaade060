"""Raw-complete messages that we send ourselves: for what was ingested, from a file, one by hand, or once more."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import dagster as dg

from nba_assets.contracts.calendar import first_date
from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.events.messages import NO_DATA, STATUSES, SUCCESS, UNCHANGED, Malformed, Sent, parse
from nba_assets.orchestration.events.sources import RAW_COMPLETE_TOPIC, EventSource
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.metadata import ROWS
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.warehouse.ingest import Ingested


def send_ingested(source: EventSource, results: Sequence[Ingested]) -> int:
    """A message for each partition that was written or is no longer there, of dates that tables have; how many."""
    execution = uuid.uuid4().hex[:8]
    sent = 0
    for result in results:
        gone = [(day, 0) for day in result.withdrawn]
        for day, rows in [*result.rows.items(), *gone]:
            if day is not None and day >= first_date():
                status, more = SUCCESS if rows else NO_DATA, {UNCHANGED: True} if day in result.unchanged else {}
                _send(source, result.contract, day, status, rows, execution, "nba_ingest", metadata=more)
                sent += 1
    return sent


def send_file(source: EventSource, file: Path) -> int:
    """The lines of a file as they are, in their order, each a message; how many. Raises BadInput for no file."""
    if not file.is_file():
        raise BadInput(f"{file}: no such file")
    now = time.time_ns()
    lines = [line for line in file.read_bytes().splitlines() if line.strip()]
    for number, line in enumerate(lines):
        source.publish(RAW_COMPLETE_TOPIC, f"{_day_of(line)}-{now}-{number:06}", line)
    return len(lines)


def send_one(source: EventSource, name: str, day: date, status: str, rows: int) -> None:
    """One message about a raw table's date. Raises BadInput."""
    table = _daily(name)
    if day < first_date():
        raise BadInput(f"--date: {day}: the first partition is {first_date()}")
    if status not in STATUSES:
        raise BadInput(f"--status: {status!r} is none of {', '.join(STATUSES)}")
    if status == NO_DATA and rows:
        raise BadInput("--rows: a date with no data has none")
    _send(source, table, day, status, rows, uuid.uuid4().hex[:8], "nba_emit")


def send_again(source: EventSource, instance: dg.DagsterInstance, day: date, name: str | None = None) -> int:
    """The newest delivery of each raw table of a date, or of one, that is on record: the same delivery, so that it runs
    only what no run has built of it; how many. Raises BadInput where there is none."""
    sent = 0
    for raw in [_daily(name)] if name else [table for table in RAW_TABLES if table.partition_by]:
        wanted = dg.AssetRecordsFilter(asset_key(raw), asset_partitions=[day.isoformat()])
        for record in instance.fetch_materializations(wanted, limit=1).records:
            event = record.asset_materialization
            told = {key: value.value for key, value in event.metadata.items()} if event else {}
            if "execution_id" in told:
                rows, status = int(str(told.get(ROWS) or 0)), str(told["status"])
                ids = str(told["execution_id"]), str(told["correlation_id"])
                _send(source, raw, day, status, rows, ids[0], "nba_emit", ids[1])
                sent += 1
    if not sent:
        raise BadInput(f"--again: no message about {name or 'any table'} of {day} is on record")
    return sent


def _daily(name: str) -> RawTable:
    known = {table.name: table for table in RAW_TABLES if table.partition_by}
    if name not in known:
        raise BadInput(f"--table: no daily raw table called {name!r}; there are {', '.join(sorted(known))}")
    return known[name]


def _send(
    source: EventSource,
    table: RawTable,
    day: date,
    status: str,
    rows: int,
    execution: str,
    processor: str,
    correlation: str = "",
    metadata: Mapping[str, bool] | None = None,
) -> None:
    message = Sent(
        processor_name=processor,
        phase="phase_2_raw",
        execution_id=execution,
        correlation_id=correlation or execution,
        day=day,
        status=status,
        record_count=rows,
        trigger_source="manual",
        output_dataset=table.dataset,
        output_table=table.name,
        metadata=dict(metadata or {}),
    )
    source.publish(RAW_COMPLETE_TOPIC, f"{day}-{time.time_ns()}-{table.name}", message.as_bytes())


def _day_of(line: bytes) -> str:
    """The date a message is of, to keep a date's messages together in a spool."""
    try:
        return parse(line).day.isoformat()
    except Malformed:
        return "unread"
