"""Rows of Arrow as Python's own values, and rows of text as a Markdown table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from typing import Any

import pyarrow as pa

from nba_assets.contracts.printable import printable


def records(rows: pa.Table) -> list[dict[str, Any]]:
    """`to_pylist`, with moments in UTC. By itself Arrow loads pandas for a time zone, which takes half a second."""
    zoned = [field.name for field in rows.schema if pa.types.is_timestamp(field.type) and field.type.tz]
    for name in zoned:
        in_utc = rows[name].cast(pa.timestamp("us"))
        rows = rows.set_column(rows.schema.get_field_index(name), name, in_utc)
    found: list[dict[str, Any]] = rows.to_pylist()
    for record in found:
        for name in zoned:
            if record[name] is not None:
                record[name] = record[name].replace(tzinfo=UTC)
    return found


def cells(rows: pa.Table) -> Iterator[list[str]]:
    """Rows as text, a cell for each column, empty for NULL."""
    return (["" if value is None else str(value) for value in row.values()] for row in records(rows))


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, whatever its cells hold: what they say is shown as it is."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(escaped, line)) + " |" for line in lines)


_MARKDOWN = re.compile(
    r"[\\`\[\]<>&|~@]|(?<=\S)\*|\*(?=\S)|(?<![^\W_])_|_(?![^\W_])|(?<=:)//|(?<=www)\.", re.IGNORECASE
)
"""What begins something in Markdown, bare addresses among it; an underscore in a word and a star alone do not."""


def escaped(text: str) -> str:
    """Text as a line of Markdown that shows just this text."""
    return _MARKDOWN.sub(r"\\\g<0>", printable(text).replace("\n", " "))
