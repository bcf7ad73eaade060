"""All tables there are, found by a walk over the packages: a new table is a new file and nothing else."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from graphlib import CycleError, TopologicalSorter

from nba_assets.contracts.read import stored_sources
from nba_assets.contracts.reading_view import ReadingView
from nba_assets.contracts.table import Table

PREDICTIONS = "nba_assets.tables.predictions"

PACKAGES = (
    "nba_assets.tables.conformed",
    "nba_assets.tables.analytics",
    "nba_assets.tables.precompute",
    PREDICTIONS,
)
"""A module of theirs is a table; a package within is not walked."""

MONTHLY = "nba_assets.tables.monthly"
"""And of this one a table of months: what builds dates, and says which are good, passes over those."""


@cache
def tables() -> tuple[Table, ...]:
    """The tables that daily work, back-fills and checks of coverage are of where none is named: all but predictions."""
    return tuple(table for table in every_table() if not table.module.startswith(PREDICTIONS))


@cache
def every_table() -> tuple[Table, ...]:
    """Every table, each after the tables it reads.

    Raises TypeError for a module whose table is not called like the file.
    """
    found = {table.full_name: table for package in PACKAGES for table in _in_package(package)}
    reads = {name: sorted(source.full_name for source in tables_behind(table)) for name, table in found.items()}
    return tuple(found[name] for name in TopologicalSorter(reads).static_order())


@cache
def monthly_tables() -> tuple[Table, ...]:
    """The tables whose partitions are months."""
    return tuple(_in_package(MONTHLY))


def tables_behind(table: Table) -> set[Table]:
    """The tables of dates that it reads, through views or directly."""
    sources = {source for read in table.reads.values() for source, _ in stored_sources(read)}
    return {source for source in sources if isinstance(source, Table) and not source.monthly}


@cache
def steps() -> dict[str, tuple[Table, ...]]:
    """The tables by the step that builds them, each step after those that build what it reads.

    Raises TypeError for steps that read each other's tables.
    """
    built: dict[str, list[Table]] = {}
    for table in every_table():
        built.setdefault(table.step, []).append(table)
    try:
        before = {step: sorted(_before(step, found)) for step, found in built.items()}
        ordered = list(TopologicalSorter(before).static_order())
    except CycleError as error:
        raise TypeError(f"steps read each other's tables: {' -> '.join(error.args[1])}") from error
    return {step: tuple(built[step]) for step in ordered}


def _before(step: str, built: Iterable[Table]) -> set[str]:
    """The other steps that build what these tables read."""
    return {source.step for table in built for source in tables_behind(table)} - {step}


@cache
def waiting(step: str) -> frozenset[str]:
    """The steps that cannot begin before `step` is done, for what they read or for what that reads."""
    next_ones = [name for name, built in steps().items() if step in _before(name, built)]
    return frozenset(next_ones).union(*map(waiting, next_ones))


@cache
def way_to_go(step: str) -> tuple[int, int]:
    """What goes first where not all that is ready can run: the step with the longest way before it.

    Told by how many steps follow one another from it on, in the longest chain of those that wait for it; then by how
    many tables it builds itself.
    """
    chain = 1 + max((way_to_go(other)[0] for other in waiting(step)), default=0)
    return chain, len(steps().get(step, ()))  # months are built by a run of their own


LONGEST = "play_by_play"
"""The step that a range waits for while all that can run beside it is long done."""


@cache
def has_all_cores(step: str) -> bool:
    """Whether little of a run can be done beside it: it waits for each other step, or is waited for.

    Steps that nobody waits for are passed over, and have none to themselves: a new table at the end takes nothing away.
    """
    waited_for = [other for other in steps() if waiting(other)]
    ordered = (other == step or step in waiting(other) or other in waiting(step) for other in waited_for)
    return step == LONGEST or (step in waited_for and all(ordered))


@cache
def reading_views() -> tuple[ReadingView, ...]:
    """The views that readers have beside the tables."""
    from nba_assets.tables.precompute.views.wide_features import wide_views

    return wide_views()


def _in_package(name: str) -> list[Table]:
    try:
        package = importlib.import_module(name)
    except ModuleNotFoundError:
        return []
    modules = [
        importlib.import_module(m.name) for m in pkgutil.iter_modules(package.__path__, f"{name}.") if not m.ispkg
    ]
    return [_table_of(module.__name__, vars(module)) for module in modules]


def _table_of(module: str, names: dict[str, object]) -> Table:
    table = names.get(module.rsplit(".", 1)[-1])
    if not isinstance(table, Table):
        raise TypeError(f"{module} declares no table of its own name")
    return table
