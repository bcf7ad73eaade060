"""Contracts: what is stored under one name, column by column.

Columns with type, unit and meaning, key, partition column, clustering. How rows come about is a table's; how they are
stored is the warehouse's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.datatypes as dt


@dataclass(frozen=True)
class Column:
    """One column: `type` in BigQuery's words (`INT64`, `STRING`, `DECIMAL(5,3)`, `ARRAY<STRING>`), what it means,
    its unit, and whether NULL is a mistake (`required`)."""

    name: str
    type: str
    meaning: str
    unit: str = ""
    required: bool = False

    @property
    def scale(self) -> int | None:
        """Digits behind the point of a DECIMAL, None for every other type."""
        return int(self.type.rstrip(")").split(",")[1]) if self.type.startswith("DECIMAL(") else None

    @property
    def told_unit(self) -> str:
        """Its unit, also of a number whose name says it, and of the whole ones that are left, which are counts."""
        if self.unit or not (self.scale is not None or self.type == "INT64"):
            return self.unit
        named = (unit for ending, unit in _UNITS.items() if self.name.endswith(ending))
        return next(named, "" if self.scale else "count")

    @property
    def stored(self) -> dt.DataType:
        """The type the column is stored with."""
        if self.scale is not None:
            precision = int(self.type[len("DECIMAL(") :].split(",")[0])
            return dt.Decimal(precision, self.scale)
        return _STORED[self.type]


_UNITS = {
    "_id": "id",
    "_year": "year",
    "sequence": "place in an order",
    "_num": "place in an order",
    "period": "place in an order",
    "_number": "number on the shirt",
    "_in_season": "place in an order",
    "_status": "code",
    "brier_score": "0-1",
    "_score": "0-100",
    "possessions": "count",
    "possessions_estimated": "count",
    "_per_game": "count",
    "_rate_allowed": "per attempt",
    "pace_differential": "possessions",
}
"""Of numbers that are no plain count, by how their names end."""

_STORED: dict[str, dt.DataType] = {
    "STRING": dt.string,
    "INT64": dt.int64,
    "FLOAT64": dt.float64,
    "BOOL": dt.boolean,
    "DATE": dt.date,
    "TIMESTAMP": dt.Timestamp(timezone="UTC"),
    "ARRAY<STRING>": dt.Array(dt.string),
    "ARRAY<FLOAT64>": dt.Array(dt.float64),
}


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What is stored under one name: columns, key, how it is partitioned and clustered.

    `partition_by` is a DATE column, or None for a small reference table that is stored whole.
    """

    dataset: str
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    partition_by: str | None
    cluster_by: tuple[str, ...] = ()
    require_partition_filter: bool = False
    """Whether BigQuery refuses a query that does not say which partitions it reads."""
    description: str = ""
    part_column: str = "processor_name"
    """For a table that several write, a part each: the column that says whose part a row is of."""
    part: str = ""
    """And whose part this is, by that column; empty for the whole table."""

    def __post_init__(self) -> None:
        names = [c.name for c in self.columns]
        wanted = {*self.key, *self.cluster_by, *([self.partition_by] if self.partition_by else [])}
        if missing := wanted - set(names):
            raise ValueError(f"{self.full_name}: no column {', '.join(sorted(missing))}")
        if len(names) != len(set(names)):
            raise ValueError(f"{self.full_name}: a column is declared twice")

    @property
    def full_name(self) -> str:
        return f"{self.dataset}.{self.name}"

    @property
    def has_parts(self) -> bool:
        """Whether it is a table that several write, asked for as a whole."""
        return not self.part and any(c.name == self.part_column for c in self.columns)

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    def schema(self) -> ibis.Schema:
        return ibis.schema({c.name: c.stored for c in self.columns})

    def __hash__(self) -> int:
        return hash(self.full_name)


@dataclass(frozen=True, kw_only=True)
class RawTable(Contract):
    """A table that a scraper fills and we only read.

    `need` says what its absence does: `required` (the tables it feeds wait for it), `fallback` (it stands in for
    another source, game by game) or `optional` (columns stay NULL without it). `feeds` names the columns of the
    ten tables that come from it. `replaces` is the column whose values a new delivery replaces: the partition
    date, unless the source re-publishes a whole season. `editions` is the table that keeps what such a source said
    before: columns of it, with `first_seen`, `last_seen` and `withdrawn_at`.
    """

    need: Literal["required", "fallback", "optional"]
    feeds: tuple[str, ...]
    replaces: str = ""
    editions: RawTable | None = None

    def __hash__(self) -> int:
        return hash(self.full_name)
