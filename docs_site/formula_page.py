"""The formula card: how numbers are defined, from the functions that compute them."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType

from docs_site.table_formulas import MODULES, headline, is_formula
from docs_site.table_pages import prose

OPENING = """# How numbers are defined

Each formula as the function says it that computes it, once for all tables; made from them by `make docs`. A rate whose
denominator is zero or unknown is NULL; nothing is rounded before the table's own boundary. Rules of choice have pages
of their own: [which line counts](conformed.md#which-line-counts),
[where a shot was taken](conformed.md#where-a-shot-was-taken),
[what is a possession](conformed.md#what-is-a-possession), [what counts as known at the tip](known_when.md).
"""


def formula_page() -> str:
    parts = [OPENING.rstrip()]
    for name in MODULES:
        module = importlib.import_module(f"nba_assets.{name}")
        title, _, more = (inspect.getdoc(module) or "").partition("\n\n")
        parts += [f"## {headline(name)}", prose(title.replace("\n", " "))]
        parts += [prose(more)] if more and name.startswith("basketball.") else []  # a table's has a page of its own
        path = name.replace(".", "/")
        parts += [f"Computed in [`{path}`](../nba_assets/{path}.py)."]
        parts += ["\n".join(_formulas(module))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _formulas(module: ModuleType) -> Iterator[str]:
    for name, function in inspect.getmembers_static(module, inspect.isfunction):
        if function.__module__ == module.__name__ and is_formula(function):
            yield f"- **`{name}`** {prose(' '.join((inspect.getdoc(function) or '').split()))}"
    constants = [f"`{name}` {value}" for name, value in vars(module).items() if _is_constant(name, value)]
    if constants:
        yield f"- Constants: {', '.join(constants)}"


def _is_constant(name: str, value: object) -> bool:
    return name.isupper() and isinstance(value, int | float)
