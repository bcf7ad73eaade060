"""Copies in a delivery: rows that share their key. The newest counts, and what contradicts another is nobody's.

Sources hold them: an older scrape beside a newer one, the same row in two files. Which of equally new rows is right
nobody can tell, so none of them is stored; they are kept for a look with what else is kept out at the door.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import duckdb

from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.kept_out import CONTRADICTS, IDENTICAL, OLDER
from nba_assets.warehouse.delivered import FILE

_WRITTEN = ("processed_at", "updated_at", "created_at")
"""When a row was written, by the first of these that its table has."""

BOOKKEEPING = (*_WRITTEN, "source_file_path", "data_hash")
"""Two copies may differ in these."""


def settle(con: duckdb.DuckDBPyConnection, contract: RawTable, table: str, directory: Path, strict: bool) -> str:
    """The name of a view with each key of `table` once at most.

    What is left out of it stands in `<table>_copies`, under a `_fate`. If `strict`, raises `BadInput` for any copy.
    """
    key = ", ".join(contract.key)
    same = " AND ".join(f"k.{name} IS NOT DISTINCT FROM r.{name}" for name in contract.key)
    con.execute(
        f"CREATE TABLE {table}_keys AS SELECT {key} FROM {table}"
        f" WHERE _rejected IS NULL GROUP BY {key} HAVING count(*) > 1"
    )
    if not con.execute(f"SELECT 1 FROM {table}_keys LIMIT 1").fetchone():
        return table
    if strict:
        raise BadInput(_repeated(con, contract, table, directory))
    columns = [column.name for column in contract.columns]
    values = ", ".join(name for name in columns if name not in BOOKKEEPING)
    written = next((name for name in _WRITTEN if name in columns), "NULL")
    con.execute(f"""
        CREATE TABLE {table}_copies AS
        SELECT * EXCLUDE (_age, _hash),
            CASE
                WHEN _age > 1 THEN '{OLDER}'
                WHEN min(_hash) OVER newest <> max(_hash) OVER newest THEN '{CONTRADICTS}'
                WHEN row_number() OVER (PARTITION BY {key} ORDER BY _age, {_order(columns)}) > 1 THEN '{IDENTICAL}'
            END AS _fate
        FROM (
            SELECT r.*, hash({values}) AS _hash,
                rank() OVER (PARTITION BY {key} ORDER BY {written} DESC NULLS LAST) AS _age
            FROM {table} r
            WHERE r._rejected IS NULL AND EXISTS (SELECT 1 FROM {table}_keys k WHERE {same})
        )
        WINDOW newest AS (PARTITION BY {key}, _age)
    """)
    con.execute(f"""
        CREATE VIEW {table}_settled AS
        SELECT * FROM {table} r
        WHERE r._rejected IS NOT NULL OR NOT EXISTS (SELECT 1 FROM {table}_keys k WHERE {same})
        UNION ALL
        SELECT * EXCLUDE (_fate) FROM {table}_copies WHERE _fate IS NULL
    """)
    return f"{table}_settled"


def _order(columns: Iterable[str]) -> str:
    """Which of identical rows is stored: any, but always the same."""
    return ", ".join([*(f"{name} DESC" for name in BOOKKEEPING if name in columns), FILE])


def _repeated(con: duckdb.DuckDBPyConnection, contract: RawTable, table: str, directory: Path) -> str:
    key = ", ".join(contract.key)
    found = con.execute(
        f"SELECT min({FILE}), max({FILE}), {key} FROM {table} WHERE _rejected IS NULL"
        f" GROUP BY {key} HAVING count(*) > 1 ORDER BY {key} LIMIT 3"
    ).fetchall()
    files = " and ".join(dict.fromkeys(os.path.relpath(file, directory) for file in found[0][:2]))
    return f"{files}: key ({key}) is not unique: {listed(row[2:] for row in found)}"


def listed(rows: Iterable[tuple[object, ...]]) -> str:
    """Values for a message: `'x'`, `'y'` for one column, `x/1`, `y/2` for several."""
    return ", ".join(repr("/".join("NULL" if value is None else str(value) for value in row)) for row in rows)
