"""Row formats: rows of Arrow as CSV, JSON, JSON lines, Markdown or Parquet, batch by batch, to a file or to stdout.

All rows, values as they are: nothing is rounded or cut. A list in CSV is written as JSON. How a table is shown at a
terminal is not said here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from nba_assets.cli.rows import json_value
from nba_assets.cli.terminal import at_work
from nba_assets.contracts.errors import BadInput

if TYPE_CHECKING:
    import pyarrow as pa

    Write = Callable[["pa.Schema", Iterable["pa.Table"], BinaryIO], None]

SUFFIXES = {"csv": ".csv", "json": ".json", "jsonl": ".jsonl", "markdown": ".md", "parquet": ".parquet"}
"""The formats, and how files of each are called."""


def format_of(file: Path) -> str:
    """By its name. Raises BadInput."""
    for name, suffix in SUFFIXES.items():
        if file.suffix.lower() == suffix:
            return name
    raise BadInput(f"{file}: a format is named by --format or by the file's ending, {', '.join(SUFFIXES.values())}")


def write_rows(schema: pa.Schema, parts: Iterable[pa.Table], how: str, to: Path | None) -> None:
    """Write the parts, to stdout without a file; a file takes its place when it is whole. Raises BadInput."""
    import pyarrow as pa

    with _whole(to) if to else _stdout() as written:
        try:
            _WRITERS[how](schema, parts, written)
        except pa.ArrowNotImplementedError as error:
            raise BadInput(f"{how} has no such column, cast it: {str(error).splitlines()[0]}") from error


@contextmanager
def _stdout() -> Iterator[BinaryIO]:
    at_work.over()
    sys.stdout.flush()
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


@contextmanager
def _whole(file: Path) -> Iterator[BinaryIO]:
    """Nothing half-written is ever under the file's name. Raises BadInput for a folder that is not there."""
    from nba_assets.warehouse.scratch import written_whole

    if file.is_dir() or not file.parent.is_dir():
        raise BadInput(f"--output: {file} is a folder" if file.is_dir() else f"--output: no folder {file.parent}")
    with written_whole(file) as place, place.open("wb") as written:
        yield written


def _csv(schema: pa.Schema, parts: Iterable[pa.Table], to: BinaryIO) -> None:
    import pyarrow as pa
    from pyarrow.csv import CSVWriter

    plain = pa.schema([pa.field(of.name, of.type if _is_plain(of.type) else pa.string()) for of in schema])
    with CSVWriter(to, plain) as writer:
        for part in parts:
            for place, of in enumerate(schema):
                if not _is_plain(of.type):
                    texts = [None if value is None else _text(value) for value in part.column(place).to_pylist()]
                    part = part.set_column(place, of.name, pa.array(texts, pa.string()))
            writer.write_table(part)


def _is_plain(kind: pa.DataType) -> bool:
    """Whether Arrow writes it into a cell of CSV."""
    import pyarrow.types as of

    numbers = of.is_integer(kind) or of.is_floating(kind) or of.is_decimal(kind) or of.is_boolean(kind)
    return bool(numbers or of.is_string(kind) or of.is_date(kind) or of.is_timestamp(kind) or of.is_time(kind))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(json_value(value), ensure_ascii=False)


def _objects(parts: Iterable[pa.Table]) -> Iterator[str]:
    from nba_assets.warehouse.records import records

    for part in parts:
        for row in records(part):
            yield json.dumps(json_value(row), ensure_ascii=False, allow_nan=False)


def _jsonl(schema: pa.Schema, parts: Iterable[pa.Table], to: BinaryIO) -> None:
    for line in _objects(parts):
        to.write(f"{line}\n".encode())


def _json(schema: pa.Schema, parts: Iterable[pa.Table], to: BinaryIO) -> None:
    before = "[\n"
    for line in _objects(parts):
        to.write(f"{before}{line}".encode())
        before = ",\n"
    to.write(b"[]\n" if before == "[\n" else b"\n]\n")


def _markdown(schema: pa.Schema, parts: Iterable[pa.Table], to: BinaryIO) -> None:
    from nba_assets.warehouse.records import cells, markdown_table

    rows = [row for part in parts for row in cells(part)]
    to.write(f"{markdown_table(schema.names, rows)}\n".encode())


def _parquet(schema: pa.Schema, parts: Iterable[pa.Table], to: BinaryIO) -> None:
    from pyarrow.parquet import ParquetWriter

    with ParquetWriter(to, schema) as writer:
        for part in parts:
            writer.write_table(part)


_WRITERS: dict[str, Write] = {
    "csv": _csv,
    "json": _json,
    "jsonl": _jsonl,
    "markdown": _markdown,
    "parquet": _parquet,
}


def sql_given(argument: str | None, file: Path | None, stdin: TextIO) -> str:
    """SQL from the command line, a file or stdin. Raises BadInput where it comes from none or several."""
    if argument not in (None, "-") and file:
        raise BadInput("SQL is given as an argument or by --file, not both")
    if argument not in (None, "-"):
        return str(argument)
    if file is None and argument is None and stdin.isatty():
        raise BadInput("no SQL: write it after `nba query`, give --file, or pipe it in")
    try:
        return file.read_text() if file else stdin.read()
    except (OSError, UnicodeDecodeError) as error:
        where = f"--file: {file}" if file else "stdin"
        raise BadInput(f"{where}: {getattr(error, 'strerror', None) or 'is no text'}") from None
