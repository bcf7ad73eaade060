"""Two sides of a wall: what a table is knows no Dagster and no engine, how tables run knows no basketball.

And data flows one way: raw, conformed, analytics, precompute.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import nba_assets

PACKAGE = Path(nba_assets.__file__).parent

SHARED = ("table", "season", "binding", "metrics", "history", "checks", "quality", "teammates", "lineage")
LAYERS = ("raw", "conformed", "analytics", "precompute")
ENGINES = {"dagster", "dagster_gcp", "duckdb", "google", "pyarrow"}
WAYS_IN = ("ingest.py", "staging.py")
BASKETBALL = ("conformed", "metrics", "analytics", "precompute", "teammates", "history")


def _files(*names: str) -> list[Path]:
    return sorted(
        file for name in names for file in [PACKAGE / f"{name}.py", *(PACKAGE / name).rglob("*.py")] if file.exists()
    )


def _imports(file: Path) -> set[str]:
    """Dotted names that a file imports, at whatever level; `from a import b` is `a` and `a.b`."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _of_ours(file: Path) -> set[str]:
    """The parts of our package that a file imports: `conformed`, `metrics` ..."""
    return {name.split(".")[1] for name in _imports(file) if name.startswith("nba_assets.")}


def _id(file: Path) -> str:
    return str(file.relative_to(PACKAGE))


WHAT_IT_IS = [file for file in _files(*SHARED, *LAYERS) if file.name not in WAYS_IN and "simulate" not in file.parts]
HOW_IT_RUNS = _files("asset", "partitions", "definitions", "automation", "warehouse")


@pytest.mark.parametrize("file", WHAT_IT_IS, ids=_id)
def test_what_a_table_is_imports_no_engine(file: Path) -> None:
    assert not {name.split(".")[0] for name in _imports(file)} & ENGINES
    assert not _of_ours(file) & {"asset", "automation", "cli", "definitions", "operations", "partitions", "warehouse"}


@pytest.mark.parametrize("file", HOW_IT_RUNS, ids=_id)
def test_how_tables_run_knows_no_basketball(file: Path) -> None:
    assert not _of_ours(file) & set(BASKETBALL)


def test_reading_all_tables_imports_no_engine_indirectly() -> None:
    script = (
        "import sys, nba_assets.registry, nba_assets.binding, nba_assets.lineage, nba_assets.checks, nba_assets.raw\n"
        "assert nba_assets.registry.tables()\n"
        "found = {'dagster', 'duckdb', 'google.cloud', 'pyarrow'} & set(sys.modules)\n"
        "sys.exit(' '.join(found) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=PACKAGE.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("layer", LAYERS)
def test_data_flows_one_way(layer: str) -> None:
    """No module imports from the right of itself; what all share stands to the left of all but raw."""
    after = set(LAYERS[LAYERS.index(layer) + 1 :])
    for file in _files(layer):
        assert not _of_ours(file) & after, _id(file)


def test_shared_rules_know_no_table() -> None:
    for file in _files(*SHARED):
        assert not _of_ours(file) & {"analytics", "precompute"}, _id(file)
