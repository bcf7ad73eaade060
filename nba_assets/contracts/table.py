"""Table declarations: a contract, what it reads and how far back, the function that makes its rows, its checks.

Nothing here runs anything: no Dagster, no engine, no I/O.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import ibis.expr.types as ir

from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.measures import Measure
from nba_assets.contracts.read import Read, check_parameters


@dataclass(frozen=True)
class Check:
    """A rule the stored rows must keep.

    `broken` takes the stored rows and any of the table's inputs by name (and as `failures` its failure records) and
    gives the rows, with the table's partition column, that break the rule. `severity` is `error` for a wrong number,
    `warn` for a thin one; a `note` is counted and is no check in Dagster.
    """

    name: str
    description: str
    broken: Callable[..., ir.Table]
    severity: Literal["error", "warn", "note"] = "error"
    inputs: tuple[str, ...] = ()
    """The inputs, where `broken` takes them as keywords of any name."""
    reason: str = ""
    """Of rows that the table does not take of its sources: why, as the counts by reason of a day have it."""
    weight: str = ""
    """The column that says for how many rows one of `broken` stands; each for one where there is none."""
    keeps: Callable[[ir.Table], ir.BooleanValue] | None = None
    """Of a rule that each row keeps or breaks by itself, which do; `broken` gives the others, less those of NULL."""

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
    reason: str = "",
) -> Check:
    """A rule that each row keeps or breaks by itself; a NULL answer is not a breach."""

    def broken(rows: ir.Table) -> ir.Table:
        return rows.filter(~predicate(rows))

    return Check(name, description, broken, severity, reason=reason, keeps=predicate)


@dataclass(frozen=True)
class Owed:
    """One kind of what a table owes rows: a player, a team's side of a game.

    `entity` names it, as a column or as a text of several, in the table's rows and in those of `eligible` alike.
    `eligible`, a function of some of the inputs by name, gives those owed with the table's partition column; each is
    owed `least` rows or more.
    """

    entity: str | Callable[[ir.Table], ir.StringValue]
    eligible: Callable[..., ir.Table]
    least: int = 1

    def name(self, rows: ir.Table) -> ir.Value:
        return rows[self.entity] if isinstance(self.entity, str) else self.entity(rows)


@dataclass(frozen=True, kw_only=True)
class Population:
    """What a table owes on a date, and whom it has no row for; without anything it owes nothing.

    Each part is a function of some of the inputs, by name: `due` gives the dates, as `game_date`, on which anything
    is owed; `skipped` those with games on which nothing is built, with a `reason`; `failed` those owed without a row,
    in the columns of the failure records. `reads` are inputs that only coverage asks for; the table is not built from
    them.
    """

    owed: tuple[Owed, ...] = ()
    due: Callable[..., ir.Table] | None = None
    reads: Mapping[str, Read] = field(default_factory=dict)
    skipped: Callable[..., ir.Table] | None = None
    failed: Callable[..., ir.Table] | None = None
    exact: bool = False
    """Whether a check says that exactly those owed have either a row or a failure record."""
    played: bool = False
    """Whether it is of games that were played: nothing of it can be there before they end."""

    def __post_init__(self) -> None:
        if self.exact and len(self.owed) != 1:
            raise ValueError("exact is for what owes one kind of row")

    @property
    def needs(self) -> set[str]:
        parts = [*(owed.eligible for owed in self.owed), self.due, self.skipped, self.failed]
        return {name for part in parts if part for name in inspect.signature(part).parameters}


@dataclass(frozen=True, kw_only=True)
class Table(Contract):
    """One of our tables: a contract, the inputs, the function that makes it, and its checks."""

    reads: Mapping[str, Read]
    build: Callable[..., ir.Table]
    checks: tuple[Check, ...] = ()
    population: Population | None = None
    measures: tuple[Measure, ...] = ()
    """Numbers that say how a day of it is, beside the share of gold rows."""
    module: str = ""
    step: str = ""
    """The Dagster step that builds it, with all other tables of the same `step`; its own name unless said otherwise."""
    python: str = ""
    """Of a table of the kind *python*: `module:function` of what makes its rows, in Arrow, of those `build` gives."""
    monthly: bool = False
    """Whether its partitions are months, each under its first day."""
    days_at_once: int = 0
    """How many days are queried at once on one machine, of a table of many plays; else all of a season's."""
    picture: str = ""
    """`module:function` of what draws stored rows, as bytes of a picture of the form `png` or `svg`; for the UI."""

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
        """The package that its module lies in: `conformed`, `analytics`, `precompute`, `predictions` or `monthly`."""
        return self.module.split(".")[-2]

    @property
    def rated(self) -> bool:
        """Whether each row says how good its sources were, and holds its `data_hash`."""
        return any(c.name == "data_hash" for c in self.columns)

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
    measures: tuple[Measure, ...] = (),
    step: str = "",
    tiers: str = "",
    python: str = "",
    monthly: bool = False,
    picture: str = "",
    days_at_once: int = 0,
) -> Callable[[Callable[..., ir.Table]], Table]:
    """Declare a table. Its name is the function's, its description the module's docstring.

    Every declared input is a parameter of the function, of a check or of the population's functions. A table with
    `tiers`, what makes a row gold, silver or bronze, says of each row how good its sources were, and holds its
    `data_hash`. What the function of a `python` table gives is what another function, named so, makes the rows of.
    """
    elsewhere = {name for check in checks for name in check.needs} | (population.needs if population else set())

    def declare(build: Callable[..., ir.Table]) -> Table:
        made_from = inspect.signature(build).parameters
        check_parameters(
            build, {name: read for name, read in reads.items() if name in made_from or name not in elsewhere}
        )
        return Table(
            dataset=dataset,
            name=build.__name__,
            columns=columns + (_bookkeeping(tiers) if tiers else ()),
            key=key,
            partition_by=partition_by,
            cluster_by=cluster_by,
            description=inspect.getdoc(sys.modules[build.__module__]) or "",
            reads=reads,
            build=build,
            checks=checks,
            population=population,
            measures=measures,
            module=build.__module__,
            step=step or build.__name__,
            python=python,
            monthly=monthly,
            days_at_once=days_at_once,
            picture=picture,
        )

    return declare


OWES_NOTHING = Population()
"""Of a table of what sources may or may not have."""


def conformed(
    *,
    step: str,
    key: tuple[str, ...],
    cluster_by: tuple[str, ...],
    reads: Mapping[str, Read],
    columns: tuple[Column, ...],
    checks: tuple[Check, ...] = (),
    population: Population = OWES_NOTHING,
    days_at_once: int = 0,
) -> Callable[[Callable[..., ir.Table]], Table]:
    """Declare a conformed table: raw rows under settled ids, unrounded and unrated, built with the others of `step`."""
    return table(
        dataset=CONFORMED_DATASET,
        partition_by="game_date",
        key=key,
        cluster_by=cluster_by,
        reads=reads,
        columns=columns,
        checks=checks,
        population=population,
        step=step,
        days_at_once=days_at_once,
    )


CONFORMED_DATASET = "nba_conformed"


def _bookkeeping(tiers: str) -> tuple[Column, ...]:
    return (
        Column("quality_tier", "STRING", f"how good the sources of this row were: {tiers}", required=True),
        Column("quality_issues", "ARRAY<STRING>", "what was missing or stood in, as codes; empty when nothing was"),
        Column("data_hash", "STRING", "first 16 hex digits of SHA-256 over all domain columns", required=True),
    )
