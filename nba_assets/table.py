"""What a table is: its header, its columns, what it reads and how far back, its checks.

Nothing here runs anything: no Dagster, no engine, no I/O. `binding.py` turns a declaration into one expression
for some dates, `asset.py` turns it into a Dagster asset.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from nba_assets.season import Window, season_year


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
    def stored(self) -> dt.DataType:
        """The type the column is stored with."""
        if self.scale is not None:
            precision = int(self.type[len("DECIMAL(") :].split(",")[0])
            return dt.Decimal(precision, self.scale)
        return _STORED[self.type]


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
    description: str = ""
    writer: str = "processor_name"
    """For a table that several write: the column that says who wrote a row."""
    written_by: str = ""
    """And whose part this is, by that column."""

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
    date, unless the source re-publishes a whole season.
    """

    need: Literal["required", "fallback", "optional"]
    feeds: tuple[str, ...]
    replaces: str = ""

    def __hash__(self) -> int:
        return hash(self.full_name)


class Reach(Enum):
    """How far from a partition's own date D an input is read."""

    SAME_DAY = "same day"
    EVE_AND_DAY = "the day and the evening before"
    SEASON_TO_DATE = "season to date, D included"
    SEASON_HISTORY = "season history, strictly before D"
    WHOLE_SEASON = "the whole season, past and future"

    def dates(self, window: Window) -> Window:
        """The input dates that the partitions of `window`, all of one season, need."""
        season = Window.season(season_year(window.start))
        match self:
            case Reach.SAME_DAY:
                return window
            case Reach.EVE_AND_DAY:
                return Window(window.start - timedelta(days=1), window.end)
            case Reach.SEASON_TO_DATE:
                return Window(season.start, window.end)
            case Reach.SEASON_HISTORY:
                return Window(season.start, window.end - timedelta(days=1))
            case Reach.WHOLE_SEASON:
                return season


@dataclass(frozen=True)
class Read:
    """One declared input: what is read, and how far back."""

    source: Contract | View
    reach: Reach


def same_day(source: Contract | View) -> Read:
    return Read(source, Reach.SAME_DAY)


def eve_and_day(source: Contract | View) -> Read:
    return Read(source, Reach.EVE_AND_DAY)


def season_to_date(source: Contract | View) -> Read:
    return Read(source, Reach.SEASON_TO_DATE)


def season_history(source: Contract | View) -> Read:
    return Read(source, Reach.SEASON_HISTORY)


def whole_season(source: Contract | View) -> Read:
    return Read(source, Reach.WHOLE_SEASON)


@dataclass(frozen=True)
class View:
    """A conformed table: one expression over raw tables, never stored.

    An input without a reach of its own is read as far back as the view itself is read.
    """

    name: str
    inputs: Mapping[str, Contract | View | Read]
    build: Callable[..., ir.Table]
    description: str = ""

    def __call__(self, **inputs: ir.Table) -> ir.Table:
        return self.build(**inputs)

    def __hash__(self) -> int:
        return hash(self.name)


def view(**inputs: Contract | View | Read) -> Callable[[Callable[..., ir.Table]], View]:
    """Declare a conformed view; its inputs are the function's parameters."""

    def declare(build: Callable[..., ir.Table]) -> View:
        _same_names(build, inputs)
        return View(build.__name__, inputs, build, inspect.getdoc(build) or "")

    return declare


@dataclass(frozen=True)
class Check:
    """A rule the stored rows must keep.

    `broken` takes the stored rows and any of the table's inputs by name (and as `failures` its failure records) and
    gives the rows, with the table's partition column, that break the rule. `severity` is `error` for a wrong number,
    `warn` for a thin one.
    """

    name: str
    description: str
    broken: Callable[..., ir.Table]
    severity: Literal["error", "warn"] = "error"
    inputs: tuple[str, ...] = ()
    """The inputs, where `broken` takes them as keywords of any name."""

    @property
    def needs(self) -> tuple[str, ...]:
        parameters = inspect.signature(self.broken).parameters
        named = tuple(n for n, p in parameters.items() if n not in ("rows", "failures") and p.kind != p.VAR_KEYWORD)
        return self.inputs or named


def holds(
    name: str,
    predicate: Callable[[ir.Table], ir.BooleanValue],
    description: str,
    severity: Literal["error", "warn"] = "error",
) -> Check:
    """A rule that each row keeps or breaks by itself; a NULL answer is not a breach."""
    return Check(name, description, lambda rows: rows.filter(~predicate(rows)), severity)


@dataclass(frozen=True)
class Population:
    """Whom a table of form owes a row on a date, and whom it has none for.

    Each is a function of some of the table's inputs, by name. `eligible` gives rows of the partition column and of
    `entity`, the column that names whom a row is about; `failed` those of them without a row, in the columns of
    `failures.py`; `skipped` the dates with games on which nothing is built, with a `reason`.
    """

    entity: str
    eligible: Callable[..., ir.Table]
    skipped: Callable[..., ir.Table]
    failed: Callable[..., ir.Table] | None = None

    @property
    def needs(self) -> set[str]:
        parts = [part for part in (self.eligible, self.skipped, self.failed) if part]
        return {name for part in parts for name in inspect.signature(part).parameters}


@dataclass(frozen=True, kw_only=True)
class Table(Contract):
    """One of our tables: a contract, the inputs, the function that makes it, and its checks."""

    reads: Mapping[str, Read]
    build: Callable[..., ir.Table]
    checks: tuple[Check, ...] = ()
    population: Population | None = None
    module: str = ""

    def __call__(self, **inputs: ir.Table) -> ir.Table:
        return self.build(**inputs)

    def __hash__(self) -> int:
        return hash(self.full_name)

    @property
    def built_from(self) -> tuple[str, ...]:
        """The inputs that make the rows; the others serve checks only."""
        return tuple(inspect.signature(self.build).parameters)

    @property
    def group(self) -> str:
        """`analytics` or `precompute`: the package the module lies in."""
        return self.module.split(".")[-2]

    @property
    def domain_columns(self) -> tuple[Column, ...]:
        """What `data_hash` covers: all but the hash itself and the notes on quality."""
        return tuple(c for c in self.columns if c.name not in BOOKKEEPING)


BOOKKEEPING = ("quality_tier", "quality_issues", "data_hash")


def table(
    *,
    dataset: str,
    partition_by: str,
    key: tuple[str, ...],
    cluster_by: tuple[str, ...],
    reads: Mapping[str, Read],
    columns: tuple[Column, ...],
    checks: tuple[Check, ...] = (),
    population: Population | None = None,
) -> Callable[[Callable[..., ir.Table]], Table]:
    """Declare a table. Its name is the function's, its description the module's docstring.

    Every declared input is a parameter of the function, of a check or of the population's functions.
    """
    elsewhere = {name for check in checks for name in check.needs} | (population.needs if population else set())

    def declare(build: Callable[..., ir.Table]) -> Table:
        made_from = inspect.signature(build).parameters
        _same_names(build, {name: read for name, read in reads.items() if name in made_from or name not in elsewhere})
        return Table(
            dataset=dataset,
            name=build.__name__,
            columns=columns + _BOOKKEEPING_COLUMNS,
            key=key,
            partition_by=partition_by,
            cluster_by=cluster_by,
            description=inspect.getdoc(sys.modules[build.__module__]) or "",
            reads=reads,
            build=build,
            checks=checks,
            population=population,
            module=build.__module__,
        )

    return declare


_BOOKKEEPING_COLUMNS = (
    Column("quality_tier", "STRING", "gold, silver or bronze: how good the sources of this row were", required=True),
    Column("quality_issues", "ARRAY<STRING>", "what was missing or stood in, as codes; empty when nothing was"),
    Column("data_hash", "STRING", "first 16 hex digits of SHA-256 over all domain columns", required=True),
)


def _same_names(build: Callable[..., ir.Table], inputs: Mapping[str, object]) -> None:
    parameters = list(inspect.signature(build).parameters)
    if sorted(parameters) != sorted(inputs):
        raise TypeError(f"{build.__name__} takes {parameters}, but {list(inputs)} are declared")


def stored(rows: ir.Table, contract: Contract) -> ir.Table:
    """Cast `rows` to the contract, once and last: decimals are rounded half away from zero to their scale.

    Adds `data_hash` where the contract has it: the same 16 digits on every engine, because decimals enter it as
    whole numbers of their last place.
    """
    cast = {c.name: _to_stored(rows[c.name], c) for c in contract.columns if c.name != "data_hash"}
    rows = rows.select(**cast)
    if isinstance(contract, Table):
        rows = rows.mutate(data_hash=_data_hash(rows, contract.domain_columns))
    return rows.select([c.name for c in contract.columns])


def _to_stored(value: ir.Value, column: Column) -> ir.Value:
    if column.scale is not None:
        value = value.cast("float64").round(column.scale)
    return value if value.type() == column.stored else value.cast(column.stored)


def _data_hash(rows: ir.Table, columns: tuple[Column, ...]) -> ir.StringValue:
    parts = [_as_text(rows[c.name], c).fill_null("NULL") for c in columns]
    return ibis.literal("|").join(parts).hexdigest("sha256").substr(0, 16)


def _as_text(value: ir.Value, column: Column) -> ir.StringValue:
    if column.scale is not None:
        return (value.cast("float64") * 10**column.scale).round().cast("int64").cast("string")
    if column.type == "TIMESTAMP":
        return value.strftime("%Y%m%d%H%M%S")
    if column.type == "FLOAT64":
        return (value * 10**6).round().cast("int64").cast("string")
    if column.type.startswith("ARRAY<"):
        element = Column(column.name, column.type[len("ARRAY<") : -1], column.meaning)
        return value.map(lambda item: _as_text(item, element)).join(",")
    return value.cast("string")


def read_back(rows: ir.Table, contract: Contract) -> ir.Table:
    """Stored rows as a table's function sees them: decimals as FLOAT64, everything else as it is."""
    decimals = {c.name: rows[c.name].cast("float64") for c in contract.columns if c.scale is not None}
    return rows.mutate(**decimals) if decimals else rows
