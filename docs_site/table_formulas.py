"""Which formulas a table's rows are made with: the functions of the formula card that its own function calls, itself or
through others. What each says stands on that card alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType

from nba_assets.contracts.read import View
from nba_assets.contracts.table import Table

MODULES = (
    "basketball.metrics",
    "basketball.zones",
    "basketball.possessions",
    "basketball.market",
    "basketball.form",
    "basketball.team_form",
    "basketball.averages",
    "basketball.load",
    "basketball.teammates",
    "tables.precompute.player_composite_factors",
    "basketball.certainty",
)
"""Those that define what a column says, in the card's order. How rows are joined and counted is no formula."""

PACKAGE = "nba_assets."


def is_formula(function: FunctionType) -> bool:
    """What is public, told in words, and gives values or rows."""
    gives_values = str(inspect.get_annotations(function).get("return")).startswith("ir.")
    return gives_values and not function.__name__.startswith("_") and bool(inspect.getdoc(function))


def formulas_of(table: Table) -> dict[str, list[str]]:
    """Their names by the module, in the card's order; nothing for a table that only picks and joins."""
    seen: set[FunctionType] = set()
    for build in (table.build, *_views(table)):
        _visit(build, seen)
    found: dict[str, list[str]] = {}
    for module in MODULES:
        names = sorted(f.__name__ for f in seen if f.__module__ == PACKAGE + module and is_formula(f))
        if names:
            found[module] = names
    return found


def headline(module: str) -> str:
    """Of a module's part of the card."""
    return module.rpartition(".")[2].replace("_", " ").capitalize()


def _views(table: Table) -> Iterator[FunctionType]:
    waiting: list[object] = [read.source for name, read in table.reads.items() if name in table.built_from]
    while waiting:
        source = waiting.pop()
        if isinstance(source, View):
            yield source.build
            waiting += [getattr(given, "source", given) for given in source.inputs.values()]


def _visit(function: object, seen: set[FunctionType]) -> None:
    """It and all of ours that its code names, as they are or as attributes of a module."""
    function = inspect.unwrap(function) if callable(function) else function
    if not isinstance(function, FunctionType) or not function.__module__.startswith(PACKAGE) or function in seen:
        return
    seen.add(function)
    names = set(_names(function.__code__))
    for name in names:
        named = function.__globals__.get(name)
        if isinstance(named, ModuleType) and named.__name__.startswith(PACKAGE):
            for of in names:
                _visit(vars(named).get(of), seen)
        else:
            _visit(named, seen)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
