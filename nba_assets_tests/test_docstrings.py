"""What docstrings and comments may not do: name a file, which will be renamed, or be missing from what is public."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import nba_assets

PACKAGE = Path(nba_assets.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
A_FILE = re.compile(r"`[\w/]+\.py`")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_text_names_a_file(file: Path) -> None:
    assert not A_FILE.findall(file.read_text())


def test_every_module_says_what_it_is() -> None:
    modules = {file: ast.parse(file.read_text()) for file in FILES}
    silent = [str(file.relative_to(PACKAGE)) for file, module in modules.items() if module.body and not told(module)]
    assert not silent


def test_every_public_function_says_what_it_does() -> None:
    """But a table's, whose module says what its rows are. What a method does, its class or protocol says."""
    silent = [
        f"{file.relative_to(PACKAGE)}: {node.name}"
        for file in FILES
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef)
        if not node.name.startswith("_") and not ast.get_docstring(node)
        if not ("tables" in file.parts and node.name == file.stem)
    ]
    assert not silent


def told(module: ast.Module) -> bool:
    """Whether the docstring opens with one line that ends: the noun phrase, and what is said of it at once."""
    first, *rest = (ast.get_docstring(module) or "").splitlines() or [""]
    return first.endswith((".", "?")) and (not rest or not rest[0])
