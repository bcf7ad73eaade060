"""Staging of delivered files: parsed, checked against their contract and put aside in a scratch database.

Whether a row can be stored is settled here. Where the files are and how rows reach the lake is the ingestion's, what
rows mean the conformed tables'.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import pyarrow as pa

from nba_assets.contracts.calendar import Window, first_date, season_label, season_year
from nba_assets.contracts.contract import Column, RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.kept_out import REPAIRED
from nba_assets.warehouse.connection import connected
from nba_assets.warehouse.copies import listed, settle
from nba_assets.warehouse.delivered import FILE, Delivered, Given, format_of, look, source_of
from nba_assets.warehouse.quarantine import Entry, entries

_SQL_TYPE = {
    "STRING": "VARCHAR",
    "INT64": "BIGINT",
    "FLOAT64": "DOUBLE",
    "BOOL": "BOOLEAN",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP WITH TIME ZONE",
}


@dataclass(frozen=True)
class Staged:
    """One table's rows in the scratch database, all storable.

    `table` is their name there, in SQL. `rejected` counts the rows that stay out by reason, `days` the others by
    partition date, oldest first; a reference table has the one date None. `kept` are the quarantine's entries, `notes`
    what else is worth a word.
    """

    contract: RawTable
    table: str
    files: int
    rejected: dict[str, int]
    days: dict[date | None, int]
    kept: list[Entry]
    notes: list[str]
    seconds: float


@contextmanager
def scratch_database(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Where the rows of all tables wait until every table is checked; `folder` takes what does not fit in memory."""
    with connected(config={"memory_limit": "1GB", "temp_directory": str(folder)}) as con:
        con.execute("SET TimeZone = 'UTC'")
        yield con


def stage(
    con: duckdb.DuckDBPyConnection, contract: RawTable, files: Sequence[Path], directory: Path, strict: bool = False
) -> Staged:
    """Check all `files` of one table, each by itself and together. Raises `BadInput` for the first fault.

    If `strict`, rows that share a key are one, too.
    """
    started = perf_counter()
    table = f"{contract.dataset}_{contract.name}"
    looked: list[Delivered] = []
    for file in files:
        name = str(file.relative_to(directory))
        with _readable(name):
            looked.append(delivered := look(con, contract, file, name))
            _check_values(con, contract, delivered)
    with _readable(f"{contract.dataset}/{contract.name}"):
        _create(con, contract, table, looked)
        _check_rows(con, contract, table, directory)
        _check_seasons(con, contract, table, directory)
        settled = settle(con, contract, table, directory, strict)
        copies = f"{table}_copies" if settled != table else None
        day = contract.partition_by or "CAST(NULL AS DATE)"
        rejected = _counts(
            con, f"SELECT _rejected, count(*) FROM {table} WHERE _rejected IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        if copies:
            rejected |= _counts(
                con, f"SELECT _fate, count(*) FROM {copies} WHERE _fate IS NOT NULL GROUP BY 1 ORDER BY 1"
            )
        days = _counts(con, f"SELECT {day}, count(*) FROM {settled} WHERE _rejected IS NULL GROUP BY 1 ORDER BY 1")
        kept = entries(con, contract, table, copies, directory)
    notes = [*_left_aside(files, directory), *_renamed(looked), *_repaired_rows(contract, kept)]
    return Staged(contract, settled, len(files), rejected, days, kept, notes, perf_counter() - started)


def _left_aside(files: Sequence[Path], directory: Path) -> Iterator[str]:
    folder = files[0].parent
    beside = (file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    if others := sorted(file.name for file in beside if not format_of(file)):
        yield f"{folder.relative_to(directory)}: left aside, as no data of a kind that is read: {', '.join(others[:3])}"


def _renamed(files: Sequence[Delivered]) -> Iterator[str]:
    renamed = [file for file in files if file.renamed]
    if renamed:
        others = f" and {len(renamed) - 1} more" if len(renamed) > 1 else ""
        first = renamed[0].renamed
        yield f"{renamed[0].name}{others}: {len(first)} column names without regard to case, such as {first[0]}"


def _repaired_rows(contract: RawTable, kept: Sequence[Entry]) -> Iterator[str]:
    if rows := sum(entry["rows"] for entry in kept if entry["reason"] == REPAIRED):
        yield f"{contract.full_name}: {rows:,} rows with {REPAIRED}"


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError, UnicodeError, csv.Error) as error:
        raise BadInput(f"{name}: cannot be read: {_told(error)[:200]}") from error


def _told(error: Exception) -> str:
    """What is wrong in one line: of a line of CSV which one and what, without the line and what the engine would do."""
    told = " ".join(str(error).split())
    return re.sub(r" Original Line: .*? (Expected|Value with|Invalid unicode|Maximum)", r", \1", told).partition(
        " Possible "
    )[0]


def _counts(con: duckdb.DuckDBPyConnection, query: str) -> dict[Any, int]:
    return dict(con.execute(query).fetchall())


def _create(con: duckdb.DuckDBPyConnection, contract: RawTable, table: str, delivered: Sequence[Delivered]) -> None:
    """The contract's columns of all files, with `_repaired`, `_rejected` and the file; files alike are read as one."""
    alike: dict[tuple[object, ...], list[Delivered]] = {}
    for file in delivered:
        alike.setdefault((format_of(file.path), *file.types.items()), []).append(file)
    parts: list[str] = []
    for files in alike.values():
        columns = files[0].columns
        values = ", ".join(f"{_value(c, columns[c.name])} AS {c.name}" for c in contract.columns)
        # CSV is worth parsing once; Parquet is not worth a copy, since its statistics find dates in it
        kind = "VIEW" if format_of(files[0].path) == ".parquet" else "TABLE"
        parts.append(f"{table}_{len(parts)}")
        con.execute(
            f"CREATE {kind} {parts[-1]} AS SELECT *, {_rejection(contract)} AS _rejected FROM"
            f" (SELECT {values}, {_repaired(contract, columns)} AS _repaired, {FILE}"
            f" FROM {source_of([file.path for file in files], files[0].types)})"
        )
    con.execute(f"CREATE VIEW {table} AS {' UNION ALL '.join(f'SELECT * FROM {part}' for part in parts)}")


def _value(column: Column, given: Given) -> str:
    """A delivered column in its stored type, in SQL: NULL where what was given is no such value.

    What does not have the stored type already is parsed from its text, so one rule holds for CSV and for Parquet.
    """
    text = f"CAST({given.sql} AS VARCHAR)"
    if column.name in GAME_IDS and column.type == "STRING":
        as_it_is = given.sql if given.type == "VARCHAR" else "CAST(NULL AS VARCHAR)"
        return (
            f"CASE WHEN regexp_matches({text}, '{_NBA_ID}') THEN '00' || regexp_extract({text}, '{_NBA_ID}', 1)"
            f" WHEN NOT regexp_matches({text}, '{_NUMBER}') THEN {as_it_is} END"
        )
    if column.type == "FLOAT64":  # NaN and infinity are no measurements, and would spread through every mean
        number = given.sql if given.type == "DOUBLE" else f"TRY_CAST({text} AS DOUBLE)"
        return f"CASE WHEN isfinite({number}) THEN {number} END"
    if given.type == _SQL_TYPE[column.type]:
        return given.sql
    match column.type:
        case "STRING":  # a number where text belongs has lost its leading zeros: minutes 00
            return "CAST(NULL AS VARCHAR)"
        case "INT64":  # a cast alone would round 38.5
            number = f"TRY_CAST({text} AS BIGINT)"
            return f"CASE WHEN {number} = TRY_CAST({text} AS DOUBLE) THEN {number} END"
        case "DATE":  # a cast alone would cut off the time of day
            instant = f"TRY_CAST({text} AS TIMESTAMP)"
            return f"CASE WHEN {instant} = CAST({instant} AS DATE) THEN CAST({instant} AS DATE) END"
        case other:
            return f"TRY_CAST({text} AS {_SQL_TYPE[other]})"


GAME_IDS = ("game_id", "nba_game_id")
"""The columns that can hold NBA's id of a game, 0022100001; some sources have another id there."""

_NBA_ID = r"^0{0,2}([1-6][0-9]{7})(?:\.0+)?$"
"""NBA's id, its leading zeros lost or not: a spreadsheet makes 22100001 of it, pandas 22100001.0."""

_NUMBER = r"^[0-9.,]{1,12}(?:[eE][+]?[0-9]+)?$"
"""A number that is no such id, as 2.21E+07: what it was nobody can tell. Longer texts are other vendors' ids."""


def _repaired(contract: RawTable, columns: Mapping[str, Given]) -> str:
    """Whether a row's game id had lost its leading zeros, in SQL."""
    ids = [columns[c.name] for c in contract.columns if c.name in GAME_IDS and c.type == "STRING"]
    texts = [f"CAST({given.sql} AS VARCHAR)" for given in ids]
    tests = [f"regexp_matches({text}, '{_NBA_ID}') AND NOT {text} LIKE '00________'" for text in texts]
    return f"coalesce({' OR '.join(tests)}, false)" if tests else "false"


def _rejection(contract: RawTable) -> str:
    """Why a row stays out of the lake, in SQL: NULL for a row that does not."""
    cases = [
        f"WHEN regexp_matches({game}, '^00[13][0-9]{{7}}$') THEN 'pre-season or All-Star'"
        for game in _nba_ids(contract)
    ]
    if day := contract.partition_by:
        first = Window.season(season_year(first_date())).start
        cases.append(f"WHEN {day} < DATE '{first}' THEN 'before the first season'")
    return f"CASE {' '.join(cases)} END" if cases else "NULL"


def _nba_ids(contract: RawTable) -> Iterator[str]:
    """The columns that can hold NBA's 10-digit id, in SQL."""
    for column in contract.columns:
        if column.name in GAME_IDS:
            yield column.name
        elif column.name == "bdb_game_id":  # a number, so without its leading zeros
            yield "printf('%010d', bdb_game_id)"


def _check_values(con: duckdb.DuckDBPyConnection, contract: RawTable, file: Delivered) -> None:
    """Every value given parses as its column's type."""
    given = {c: file.columns[c.name] for c in contract.columns}
    values = {c: _value(c, given[c]) for c in contract.columns}
    wrong = {
        c: f"{given[c].sql} IS NOT NULL AND {_is_none(c, value)}"
        for c, value in values.items()
        if value != given[c].sql or c.type in ("DATE", "TIMESTAMP")
    }
    if not wrong:
        return
    counted = con.execute(f"SELECT {', '.join(f'count_if({test})' for test in wrong.values())} FROM {file.source}")
    for (column, test), rows in zip(wrong.items(), counted.fetchone() or (), strict=True):
        if rows:
            text = f"CAST({given[column].sql} AS VARCHAR)"
            found = con.execute(f"SELECT {text} FROM {file.source} WHERE {test} LIMIT 3").fetchall()
            kind = "a game's id with its leading zeros" if column.name in GAME_IDS else column.type
            raise BadInput(f"{file.name}: column {column.name} is {kind}, but holds {listed(found)}")


def _is_none(column: Column, value: str) -> str:
    """Whether a parsed value is none of its type, in SQL. Infinity and the year 12022 are times to the engine only."""
    if column.type in ("DATE", "TIMESTAMP"):
        return f"NOT coalesce({value} BETWEEN '0001-01-01' AND '9999-12-30', false)"
    return f"{value} IS NULL"


def _check_rows(con: duckdb.DuckDBPyConnection, contract: RawTable, table: str, directory: Path) -> None:
    """Required columns are filled. Hashes every value on the way, so that a damaged page is found now."""
    required = [c.name for c in contract.columns if c.required]
    empty = ", ".join(f"count_if({name} IS NULL AND _rejected IS NULL)" for name in required)
    values = ", ".join(c.name for c in contract.columns)
    counted = con.execute(f"SELECT {empty}, bit_xor(hash({values})) FROM {table}").fetchone() or ()
    for name, rows in zip(required, counted[:-1], strict=True):
        if rows:
            key = ", ".join(contract.key)
            where = f"WHERE {name} IS NULL AND _rejected IS NULL"
            found = con.execute(f"SELECT {FILE}, {key} FROM {table} {where} LIMIT 3").fetchall()
            file = os.path.relpath(found[0][0], directory)
            rows_found = listed([row[1:] for row in found])
            raise BadInput(f"{file}: column {name} must not be empty, but is where ({key}) is {rows_found}")


def _check_seasons(con: duckdb.DuckDBPyConnection, contract: RawTable, table: str, directory: Path) -> None:
    """`season_year` is the year in which the season of the row's date starts: many sources name the year it ends in.

    A table without dates names its seasons in words, which have to be ours to be found.
    """
    names = [column.name for column in contract.columns]
    day = contract.partition_by
    season = "season_year" if day and "season_year" in names else "season" if not day and "season" in names else None
    if not season:
        return
    found = con.execute(
        f"SELECT {day or 'NULL'}, {season}, min({FILE}) FROM {table} WHERE _rejected IS NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for of_day, given, file in found:
        if of_day and given != season_year(of_day):
            meant = f"the year the season starts in, {season_year(of_day)} for {of_day}"
        elif not of_day and not _is_label(given):
            meant = f"written as {season_label(first_date().year)}"
        else:
            continue
        raise BadInput(f"{os.path.relpath(file, directory)}: column {season} is {meant}, but holds {given!r}")


def _is_label(season: str) -> bool:
    return season[:4].isdecimal() and season == season_label(int(season[:4]))
