"""Names of Dagster that are not public: used in two folders, where a guard looks whether they are as they were."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import nba_assets

PACKAGE = Path(nba_assets.__file__).parent

ALLOWED = ("orchestration/dagster_patches/", "orchestration/instance/")

OTHERS = ("dagster", "dagster_gcp", "dagster_postgres", "dagster_shared", "alembic")

TUPLES = {"_replace", "_asdict", "_fields", "_make"}
"""What a named tuple has, whoever made it."""


def _private(name: str) -> bool:
    """Whether a dotted name is of Dagster and no public one."""
    first, *rest = name.replace(":", ".").split(".")
    return first in OTHERS and any(part.startswith("_") and not part.startswith("__") for part in rest)


def private_names(source: str) -> Iterator[str]:
    """What a module imports, names in a text, or takes from an object that is not its own."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names if _private(alias.name))
            case ast.ImportFrom(module=str(module), names=names):
                yield from (name for alias in names if _private(name := f"{module}.{alias.name}"))
            case ast.Constant(value=str(text)) if " " not in text and _private(text):
                yield text
            case ast.Attribute(value=ast.Name(id=owner), attr=attr) if owner in ("dg", "instance", "context", "event"):
                if attr.startswith("_") and not attr.startswith("__") and attr not in TUPLES:
                    yield f"{owner}.{attr}"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import dagster._core.events", ["dagster._core.events"]),
        ("from dagster._core.events import A, B", ["dagster._core.events.A", "dagster._core.events.B"]),
        ("from dagster import _core", ["dagster._core"]),
        ("def f():\n    from dagster._serdes import serialize_value", ["dagster._serdes.serialize_value"]),
        ("load('dagster._core.events')", ["dagster._core.events"]),
        ("instance._event_storage", ["instance._event_storage"]),
        ("import dagster as dg\nfrom dagster import asset\nevent._replace(a=1)\n'see dagster._core for more'", []),
    ],
)
def test_private_names_are_found(source: str, found: list[str]) -> None:
    assert list(private_names(source)) == found


def test_private_names_are_used_in_two_folders_only() -> None:
    files = {str(file.relative_to(PACKAGE)): file for file in sorted(PACKAGE.rglob("*.py"))}
    found = {
        name: sorted(set(private_names(file.read_text())))
        for name, file in files.items()
        if not name.startswith(ALLOWED)
    }
    assert not {name: names for name, names in found.items() if names}
