"""Profiles of tables: how the values of each column are spread in a simulated season, as figures that are kept.

`make profiles` takes them, the site draws them. They are committed, since a season takes
minutes to build, the site seconds. Only a simulated one: data of real seasons is nobody's to publish here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from nba_assets.contracts.contract import Column, Contract
from nba_assets.readers.catalog import stored_contracts

KEPT = Path(__file__).with_name("profiles.json")

BINS, COMMONEST = 24, 4

NUMBERS = ("INT64", "FLOAT64")
TEXTS = ("STRING", "BOOL")


def profiles() -> dict[str, dict[str, Any]]:
    """By table and column: `null` is the share without a value, `low`, `high`, `median` and `bins` are a number's,
    `values` are the commonest of a text, and `distinct` says how many there are."""
    return json.loads(KEPT.read_text())["tables"] if KEPT.exists() else {}


def is_number(column: Column) -> bool:
    return column.type in NUMBERS or column.scale is not None


def take(lake: Path) -> dict[str, dict[str, Any]]:
    """Of all tables that the lake has rows of."""
    found = {}
    with duckdb.connect(config={"threads": "1"}) as connection:
        for contract in stored_contracts():
            folder = lake / contract.dataset / contract.name
            if not any(folder.glob("**/*.parquet")):
                continue
            connection.execute(f"CREATE OR REPLACE TEMP TABLE t AS FROM read_parquet('{folder}/**/*.parquet')")
            found[contract.full_name] = dict(_of_table(connection, contract))
    return found


def _of_table(connection: duckdb.DuckDBPyConnection, contract: Contract) -> Iterator[tuple[str, dict[str, Any]]]:
    (rows,) = connection.execute("SELECT count(*) FROM t").fetchone() or (0,)
    yield "", {"rows": rows}
    for column in contract.columns if rows else ():
        name = f'"{column.name}"'
        (known,) = _one(connection, f"SELECT count({name}) FROM t")
        spread: dict[str, Any] = {"null": _short(1 - known / rows)}
        if is_number(column) and known:
            spread |= _of_number(connection, f"CAST({name} AS DOUBLE)", column.type == "INT64")
        elif column.type in TEXTS and known:
            (spread["distinct"],) = _one(connection, f"SELECT count(DISTINCT {name}) FROM t")
            spread["values"] = _commonest(connection, name, known)
        yield column.name, spread


def _of_number(connection: duckdb.DuckDBPyConnection, value: str, whole: bool) -> dict[str, Any]:
    """Few whole numbers have a bin each."""
    low, high, median = _one(connection, f"SELECT min({value}), max({value}), median({value}) FROM t")
    number = int(high - low) + 1 if whole and high - low < BINS else BINS
    width = (high - low + (1 if whole else 0)) / number or 1
    place = f"least({number - 1}, floor(({value} - {low}) / {width}))::INT"
    counted = connection.execute(
        f"SELECT {place} AS n, count(*) FROM t WHERE {value} IS NOT NULL GROUP BY n"
    ).fetchall()
    bins = dict(counted)
    numbers = {"low": low, "median": median, "high": high}
    return {key: _short(number) for key, number in numbers.items()} | {"bins": [bins.get(n, 0) for n in range(number)]}


def _commonest(connection: duckdb.DuckDBPyConnection, name: str, known: int) -> list[list[Any]]:
    counted = f"SELECT {name}::VARCHAR, count(*) n FROM t WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1"
    return [[value, _short(n / known)] for value, n in connection.execute(f"{counted} LIMIT {COMMONEST}").fetchall()]


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    return connection.execute(sql).fetchone() or ()


def _short(number: float) -> float:
    return float(f"{number:.4g}")


if __name__ == "__main__":
    taken = take(Path(sys.argv[1]))
    lines = ",\n".join(f"{json.dumps(table)}: {json.dumps(columns)}" for table, columns in taken.items())
    KEPT.write_text(f'{{"tables": {{\n{lines}\n}}}}\n')
