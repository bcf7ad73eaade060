"""What both tables do to data frames: ask a query, count the season, hash a row, round."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from nba_assets.contracts.calendar import season_year

Row = dict[str, Any]


def ask(connection: duckdb.DuckDBPyConnection, sql: str, day: date) -> pd.DataFrame:
    """The rows of a query about `day`. Its dates stand in the text, so that only those dates' files are opened."""
    return connection.execute(sql.format(day=f"DATE '{day}'", season=f"DATE '{season_year(day)}-10-01'")).df()


def hashed(row: Row) -> Row:
    """The row with its `data_hash`: 16 digits of SHA-256 over `name:value` of all fields, names sorted."""
    text = "|".join(f"{name}:{'NULL' if row[name] is None else row[name]}" for name in sorted(row))
    return row | {"data_hash": hashlib.sha256(text.encode()).hexdigest()[:16]}


def ratio(part: float, whole: float, digits: int) -> float | None:
    """`part / whole` rounded, None where there is no whole."""
    return round(float(part) / float(whole), digits) if whole else None


def sample_quality(games: int, wanted: int) -> str:
    """excellent, good from 70 %, limited from half of the wanted games, else insufficient."""
    if games >= wanted:
        return "excellent"
    if games >= int(0.7 * wanted):
        return "good"
    return "limited" if games >= int(0.5 * wanted) else "insufficient"
