"""Damages of raw files: each says beforehand how it must end, and by which check it must be told.

| it ends | when |
|---|---|
| repaired | every row of every table is as without the damage |
| quarantined | what contradicts is set aside and counted, and whatever differs is flagged |
| flagged | every row that differs is covered by a check, a count, a label or an issue of its own |
| refused | the delivery, or the build, ends in one line that names the thing; nothing is written |
| undetectable | no rule can know; why stands beside it |
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.contracts.contract import RawTable

Draw = random.Random
Row = dict[str, Any]
Rows = list[Row]


class End(StrEnum):
    REPAIRED = "repaired"
    QUARANTINED = "quarantined"
    FLAGGED = "flagged"
    REFUSED = "refused"
    UNDETECTABLE = "undetectable"


@dataclass(frozen=True)
class Damage:
    """What is done to the rows of one delivered day of one of `tables`, or to the file that they are written to."""

    name: str
    tables: tuple[RawTable, ...]
    ends: End
    rows: Callable[[Draw, Rows], Rows] | None = None
    file: Callable[[Draw, pa.Table, Path], None] | None = None
    by: tuple[str, ...] = ()
    """Checks as `table.check`, one of which has to be broken: without it the case is lost."""
    but: tuple[str, ...] = ()
    """Tables whose rows carry the very thing that was changed, such as a play's number: they may differ."""
    why: str = ""
    """Of what is undetectable: why."""
    unmended: str = ""
    """Why it does not end so yet: losses are counted apart."""
    stored: bool = False
    """The damage is done to the partition in the lake, not to a delivery."""


def write_parquet(_: Draw, rows: pa.Table, folder: Path) -> None:
    pq.write_table(rows, folder / "day.parquet", compression="zstd", store_schema=False)


def each(change: Callable[[Row], Row]) -> Callable[[Draw, Rows], Rows]:
    """The same change of all rows."""
    return lambda _, rows: [change(dict(row)) for row in rows]


def some(
    change: Callable[[Draw, Row], Row], wanted: Callable[[Row], Any] = lambda row: True, share: float = 0.0
) -> Callable[[Draw, Rows], Rows]:
    """A change of one row that is wanted, or of a share of these."""

    def changed(chance: Draw, rows: Rows) -> Rows:
        places = [place for place, row in enumerate(rows) if wanted(row)]
        assert places, "no row to damage"
        hit = set(chance.sample(places, max(1, round(share * len(places)))))
        return [change(chance, dict(row)) if place in hit else row for place, row in enumerate(rows)]

    return changed


def game_of(chance: Draw, rows: Rows, wanted: Callable[[Row], Any] = lambda row: True) -> str:
    """The id of one of the games."""
    return str(chance.choice(sorted({row["game_id"] for row in rows if wanted(row)})))


def plus(column: str, by: float, wanted: Callable[[Row], Any] = lambda row: True) -> Callable[[Draw, Rows], Rows]:
    """One row's number is another one."""
    return some(
        lambda _, row: row | {column: row[column] + by}, lambda row: row[column] is not None and bool(wanted(row))
    )


def left_out(wanted: Callable[[Row], Any] = lambda row: True) -> Callable[[Draw, Rows], Rows]:
    """One row that is wanted is not there."""

    def without(chance: Draw, rows: Rows) -> Rows:
        gone = chance.choice([place for place, row in enumerate(rows) if wanted(row)])
        return [row for place, row in enumerate(rows) if place != gone]

    return without


def put(**changes: Any) -> Callable[[Draw, Row], Row]:
    """A row with these values."""
    return lambda _, row: row | changes


def capitals(*names: str) -> Callable[[Draw, Rows], Rows]:
    return each(lambda row: row | {name: row[name] and row[name].upper() for name in names})


def without_a_game(chance: Draw, rows: Rows) -> Rows:
    gone = game_of(chance, rows)
    return [row for row in rows if row["game_id"] != gone]


def swapped_sides(row: Row) -> Row:
    return row | {"home_team_abbr": row["away_team_abbr"], "away_team_abbr": row["home_team_abbr"]}
