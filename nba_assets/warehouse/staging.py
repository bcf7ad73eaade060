"""Staging of delivered files: parsed, checked against their contract and put aside in a scratch database.

Whether a row can be stored is settled here. Where the files are and how rows reach the lake is the ingestion's, what
rows mean the conformed tables'.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb

from nba_assets.contracts.calendar import Window, first_date, season_year
from nba_assets.contracts.contract import Column, RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.duckdb import quoted

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
    partition date, oldest first; a reference table has the one date None.
    """

    contract: RawTable
    table: str
    files: int
    rejected: dict[str, int]
    days: dict[date | None, int]
    seconds: float


def scratch_database(folder: Path) -> duckdb.DuckDBPyConnection:
    """Where the rows of all tables wait until every table is checked; `folder` takes what does not fit in memory."""
    con = duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(folder)})
    con.execute("SET TimeZone = 'UTC'")
    return con


def stage(con: duckdb.DuckDBPyConnection, contract: RawTable, files: Sequence[Path], directory: Path) -> Staged:
    """Check all `files` of one table, each by itself and together. Raises `BadInput` for the first fault."""
    started = perf_counter()
    table = f"{contract.dataset}_{contract.name}"
    alike: dict[tuple[object, ...], list[Path]] = {}
    for file in files:
        name = str(file.relative_to(directory))
        with _readable(name):
            types = _types(con, file)
            _check_columns(contract, types, name)
            _check_values(con, contract, types, file, name)
        alike.setdefault((file.suffix, *types.items()), []).append(file)
    with _readable(f"{contract.dataset}/{contract.name}"):
        _create(con, contract, table, list(alike.values()))
        _check_rows(con, contract, table, directory)
        _check_key(con, contract, table, directory)
        day = contract.partition_by or "CAST(NULL AS DATE)"
        rejected = _counts(
            con, f"SELECT _rejected, count(*) FROM {table} WHERE _rejected IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        days = _counts(con, f"SELECT {day}, count(*) FROM {table} WHERE _rejected IS NULL GROUP BY 1 ORDER BY 1")
    return Staged(contract, table, len(files), rejected, days, perf_counter() - started)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise BadInput(f"{name}: cannot be read: {' '.join(str(error).split())[:200]}") from error


def _counts(con: duckdb.DuckDBPyConnection, query: str) -> dict[Any, int]:
    return dict(con.execute(query).fetchall())


def _types(con: duckdb.DuckDBPyConnection, file: Path) -> dict[str, str]:
    given = con.sql(f"FROM {_source([file])}")
    return dict(zip(given.columns, map(str, given.types), strict=True))


def _create(con: duckdb.DuckDBPyConnection, contract: RawTable, table: str, alike: list[list[Path]]) -> None:
    """The contract's columns of all files, with `_rejected` and `_file`; `alike` are files with the same columns."""
    parts: list[str] = []
    for files in alike:
        types = _types(con, files[0])
        values = ", ".join(f"{_value(c, types[c.name])} AS {c.name}" for c in contract.columns)
        # CSV is worth parsing once; Parquet is not worth a copy, since its statistics find dates in it
        kind = "TABLE" if files[0].suffix == ".csv" else "VIEW"
        parts.append(f"{table}_{len(parts)}")
        con.execute(
            f"CREATE {kind} {parts[-1]} AS SELECT *, {_rejection(contract)} AS _rejected"
            f" FROM (SELECT {values}, _file FROM {_source(files)})"
        )
    con.execute(f"CREATE VIEW {table} AS {' UNION ALL '.join(f'SELECT * FROM {part}' for part in parts)}")


def _source(files: Sequence[Path]) -> str:
    """Files as a table in SQL. Their paths are neither patterns nor data; CSV is text until `_value` parses it."""
    paths = ", ".join(quoted(glob.escape(str(file))) for file in files)
    if files[0].suffix == ".csv":
        options = "header = true, delim = ',', quote = '\"', escape = '\"', all_varchar = true"  # guessing is slow
        return f"read_csv([{paths}], {options}, filename = '_file', hive_partitioning = false)"
    return f"read_parquet([{paths}], binary_as_string = true, filename = '_file', hive_partitioning = false)"


def _value(column: Column, given: str) -> str:
    """A delivered column in its stored type, in SQL: NULL where what was given is no such value.

    What does not have the stored type already is parsed from its text, so one rule holds for CSV and for Parquet.
    """
    text = f"CAST({column.name} AS VARCHAR)"
    if column.type == "FLOAT64":  # NaN and infinity are no measurements, and would spread through every mean
        number = column.name if given == "DOUBLE" else f"TRY_CAST({text} AS DOUBLE)"
        return f"CASE WHEN isfinite({number}) THEN {number} END"
    if given == _SQL_TYPE[column.type]:
        return column.name
    match column.type:
        case "STRING":  # a number where text belongs has lost its leading zeros: game 0022100001, minutes 00
            return "CAST(NULL AS VARCHAR)"
        case "INT64":  # a cast alone would round 38.5
            number = f"TRY_CAST({text} AS BIGINT)"
            return f"CASE WHEN {number} = TRY_CAST({text} AS DOUBLE) THEN {number} END"
        case "DATE":  # a cast alone would cut off the time of day
            instant = f"TRY_CAST({text} AS TIMESTAMP)"
            return f"CASE WHEN {instant} = CAST({instant} AS DATE) THEN CAST({instant} AS DATE) END"
        case other:
            return f"TRY_CAST({text} AS {_SQL_TYPE[other]})"


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
        if column.name in ("game_id", "nba_game_id"):
            yield column.name
        elif column.name == "bdb_game_id":  # a number, so without its leading zeros
            yield "printf('%010d', bdb_game_id)"


def _check_columns(contract: RawTable, types: dict[str, str], name: str) -> None:
    if missing := [c.name for c in contract.columns if c.name not in types]:
        raise BadInput(f"{name}: column {', '.join(missing)} is missing")


def _check_values(
    con: duckdb.DuckDBPyConnection, contract: RawTable, types: dict[str, str], file: Path, name: str
) -> None:
    """Every value given parses as its column's type."""
    source = _source([file])
    values = {c: _value(c, types[c.name]) for c in contract.columns}
    wrong = {c: f"{c.name} IS NOT NULL AND {value} IS NULL" for c, value in values.items() if value != c.name}
    if not wrong:
        return
    counted = con.execute(f"SELECT {', '.join(f'count_if({test})' for test in wrong.values())} FROM {source}")
    for (column, test), rows in zip(wrong.items(), counted.fetchone() or (), strict=True):
        if rows:
            found = con.execute(f"SELECT CAST({column.name} AS VARCHAR) FROM {source} WHERE {test} LIMIT 3").fetchall()
            raise BadInput(f"{name}: column {column.name} is {column.type}, but holds {_listed(found)}")


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
            found = con.execute(f"SELECT _file, {key} FROM {table} {where} LIMIT 3").fetchall()
            file = os.path.relpath(found[0][0], directory)
            rows_found = _listed([row[1:] for row in found])
            raise BadInput(f"{file}: column {name} must not be empty, but is where ({key}) is {rows_found}")


def _check_key(con: duckdb.DuckDBPyConnection, contract: RawTable, table: str, directory: Path) -> None:
    key = ", ".join(contract.key)
    found = con.execute(
        f"SELECT min(_file), max(_file), {key} FROM {table} WHERE _rejected IS NULL"
        f" GROUP BY {key} HAVING count(*) > 1 ORDER BY {key} LIMIT 3"
    ).fetchall()
    if found:
        files = " and ".join(dict.fromkeys(os.path.relpath(file, directory) for file in found[0][:2]))
        raise BadInput(f"{files}: key ({key}) is not unique: {_listed([row[2:] for row in found])}")


def _listed(rows: Sequence[tuple[object, ...]]) -> str:
    """Offending values for a message: `'x'`, `'y'` for one column, `x/1`, `y/2` for several."""
    return ", ".join(repr("/".join("NULL" if value is None else str(value) for value in row)) for row in rows)
