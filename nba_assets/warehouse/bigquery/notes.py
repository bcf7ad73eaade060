"""Partition notes on BigQuery: what each stored partition holds, by which code and from what it was made.

What a lake writes into a file's footer stands here in a table, and is written in the transaction that writes the rows.
Notes are only ever added, since transactions that change rows of one table stop one another, and the newest one of a
partition counts. Here too are notes on code. The text of the SQL is not said here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from nba_assets.contracts.contract import Column, Contract
from nba_assets.warehouse.footers import Build
from nba_assets.warehouse.records import records

DATASET = "nba_processing"

PARTITION_NOTES = Contract(
    dataset=DATASET,
    name="partition_notes",
    key=("table_name", "part", "partition_date", "noted_at"),
    partition_by="partition_date",
    cluster_by=("table_name", "part"),
    description="What each stored partition holds, by which code and from what it was made: a row for each time that"
    " it was replaced or removed, of which the newest counts.",
    columns=(
        Column("table_name", "STRING", "the table, as dataset.table", required=True),
        Column("part", "STRING", "whose part of a table that several write; empty for a whole table", required=True),
        Column("partition_date", "DATE", "the partition", required=True),
        Column("removed", "BOOL", "whether the partition was removed", required=True),
        Column("row_count", "INT64", "rows of the partition", "rows", required=True),
        Column("content", "STRING", "first 16 hex digits of SHA-256 over the sorted hashes of its rows", required=True),
        Column("code_version", "STRING", "of what made the rows; empty where none is known", required=True),
        Column("inputs_read", "STRING", "what each input held that it was made from", required=True),
        Column("schema_fingerprint", "STRING", "of the columns that were declared", required=True),
        Column("changed_at", "TIMESTAMP", "when the content last changed", required=True),
        Column("noted_at", "TIMESTAMP", "when this was noted", required=True),
    ),
)

CODE_NOTES = Contract(
    dataset=DATASET,
    name="code_notes",
    key=("table_name", "version", "accepted_as"),
    partition_by=None,
    cluster_by=("table_name", "version"),
    description="What each version of a table's code was, and which versions were accepted as the same.",
    columns=(
        Column("table_name", "STRING", "the table, as dataset.table", required=True),
        Column("version", "STRING", "the version of its code", required=True),
        Column("accepted_as", "STRING", "the version that it counts as; empty where `text` says what it was"),
        Column("text", "STRING", "what the version is the hash of"),
        Column("noted_at", "TIMESTAMP", "when this was noted", required=True),
    ),
)

BOOKKEEPING = (PARTITION_NOTES, CODE_NOTES)
"""Tables that the engine keeps for itself."""

NO_ROWS = hashlib.sha256(b"").hexdigest()[:16]


@dataclass(frozen=True)
class Note:
    """The newest note of a partition."""

    day: date
    part: str
    rows: int
    content: str
    code: str
    read: str
    schema: str
    changed_at: float

    def is_of(self, contract: Contract) -> bool:
        """Whether its table, asked for whole or as one of its parts, has the partition."""
        return not contract.part or self.part == contract.part

    @property
    def held(self) -> str:
        """As contents are compared: empty where there are no rows."""
        return self.content if self.rows else ""


def notes_in(rows: pa.Table) -> dict[str, list[Note]]:
    """The notes that a look-up gave, by table."""
    found: dict[str, list[Note]] = {}
    for row in records(rows):
        if not row["removed"]:
            found.setdefault(row["table_name"], []).append(
                Note(
                    day=row["partition_date"],
                    part=row["part"],
                    rows=row["row_count"],
                    content=row["content"],
                    code=row["code_version"],
                    read=row.get("inputs_read", ""),
                    schema=row["schema_fingerprint"],
                    changed_at=row["changed_at"].timestamp(),
                )
            )
    return found


def contents(notes: Iterable[Note], contract: Contract) -> dict[date, str]:
    """What each partition holds; of a table that several write, what its parts do."""
    if not contract.has_parts:
        return {note.day: note.held for note in notes if note.part == contract.part}
    found: dict[date, str] = {}
    for note in sorted(notes, key=lambda note: (note.day, note.part)):
        found[note.day] = found.get(note.day, "") + f"{note.part} {note.held} "
    return found


def builds(notes: Iterable[Note], contract: Contract) -> Mapping[date, Build]:
    """How each partition was built."""
    declared = fingerprint(contract)
    return {note.day: Build(note.schema == declared, note.code, note.rows > 0, note.read) for note in notes}


def fingerprint(contract: Contract) -> str:
    """Of the columns and types that are declared."""
    declared = json.dumps([(column.name, column.type) for column in contract.columns])
    return hashlib.sha256(declared.encode()).hexdigest()[:16]
