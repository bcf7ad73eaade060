"""What may import what: one list of folders in the order of imports, an engine-free side, and doors listed by name.

An entry imports only what stands before it in the list. What a table is knows no Dagster and no engine; how tables run
knows no basketball but through the doors.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import nba_assets

PACKAGE = Path(nba_assets.__file__).parent

ORDER = (
    "contracts",
    "basketball",
    "tables",
    "compile",
    "simulate",
    "warehouse",
    "models",
    "audit",
    "reports",
    "orchestration",
    "readers",
    "definitions",
    "cli",
    "__main__",
)
"""Each imports only from those before it."""

LAYERS = ("raw", "conformed", "analytics", "precompute", "monthly", "predictions")
"""Data flows one way: no module of `tables` imports from the right of itself."""

PURE = ("contracts", "basketball", "tables", "compile")
"""Know no Dagster, no engine, no files."""

ENGINES = {"dagster", "dagster_gcp", "duckdb", "google", "pyarrow"}

DOORS = {
    # who -> the modules of basketball and of tables that it may know
    "audit/game_days.py": {"nba_assets.tables.conformed.views.schedule", "nba_assets.tables.raw.schedule"},
    "audit/performance.py": {"nba_assets.basketball.performance"},
    "audit/performance_plots.py": {"nba_assets.basketball.performance"},
    "audit/prop_slate.py": {"nba_assets.tables.conformed.views.schedule"},
    "models/points_model.py": {"nba_assets.basketball.forecast"},
    "models/scores.py": {"nba_assets.basketball.forecast"},
    "models/scoring.py": {"nba_assets.basketball.forecast", "nba_assets.basketball.trained"},
    "models/training.py": {"nba_assets.basketball.forecast", "nba_assets.basketball.trained"},
    "simulate/feeds/collect.py": {
        f"nba_assets.tables.raw.{name}"
        for name in ("availability", "box_scores", "market", "play_by_play", "reference", "schedule")
    },
}

OPEN = ("nba_assets.tables.registry", "nba_assets.tables.raw")
"""Which tables there are, for everybody; what is in one of them is not."""


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


def _place(name: str) -> int | None:
    """Where in ORDER a dotted name or a file of ours stands."""
    parts = name.split(".")
    return ORDER.index(parts[1]) if len(parts) > 1 and parts[0] == "nba_assets" and parts[1] in ORDER else None


def _id(file: Path) -> str:
    return str(file.relative_to(PACKAGE))


FILES = sorted(PACKAGE.rglob("*.py"))


def _part(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_every_folder_has_its_place() -> None:
    assert {_part(file) for file in FILES} - {"__init__"} == set(ORDER)
    assert {file.parent.name for file in (PACKAGE / "tables").glob("*/*.py")} == set(LAYERS)


@pytest.mark.parametrize("part", ORDER)
def test_imports_point_one_way(part: str) -> None:
    wrong = {
        _id(file): sorted(name for name in _imports(file) if (_place(name) or 0) > ORDER.index(part))
        for file in FILES
        if _part(file) == part
    }
    assert not {file: names for file, names in wrong.items() if names}


@pytest.mark.parametrize("part", PURE)
def test_what_a_table_is_imports_no_engine(part: str) -> None:
    wrong = {
        _id(file): sorted({name.split(".")[0] for name in _imports(file)} & ENGINES)
        for file in FILES
        if _part(file) == part
    }
    assert not {file: names for file, names in wrong.items() if names}


@pytest.mark.parametrize("layer", LAYERS[:-1])
def test_data_flows_one_way(layer: str) -> None:
    after = {f"nba_assets.tables.{name}" for name in LAYERS[LAYERS.index(layer) + 1 :]}
    for file in (PACKAGE / "tables" / layer).rglob("*.py"):
        assert not {".".join(name.split(".")[:3]) for name in _imports(file)} & after, _id(file)


def test_tables_take_nothing_of_each_other_but_the_table_to_read() -> None:
    """What two tables share is basketball's. A module of tables is called as its table; `games` gives its sides too."""
    wrong = {}
    for layer in LAYERS[1:]:
        for file in (PACKAGE / "tables" / layer).glob("*.py"):
            tables = [n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.ImportFrom)]
            wrong[_id(file)] = [
                f"{node.module}.{alias.name}"
                for node in tables
                if str(node.module).startswith(tuple(f"nba_assets.tables.{name}." for name in LAYERS[1:]))
                and ".views." not in str(node.module)
                for alias in node.names
                if alias.name not in (str(node.module).rsplit(".", 1)[-1], "team_games")
            ]
    assert not {file: names for file, names in wrong.items() if names}


def test_how_tables_run_knows_basketball_through_doors_only() -> None:
    known = {_id(file): _modules(file) - {*OPEN} for file in FILES if _part(file) not in PURE}
    assert {file: names for file, names in known.items() if names} == DOORS


def _modules(file: Path) -> set[str]:
    """The modules of basketball and of tables that a file imports from."""
    of_ours = {name for name in _imports(file) if name.startswith(("nba_assets.basketball", "nba_assets.tables"))}
    return {name for name in of_ours if _is_module(name) and name.count(".") > 1}


def _is_module(name: str) -> bool:
    place = PACKAGE.parent.joinpath(*name.split("."))
    return place.is_dir() or place.with_suffix(".py").exists()


def test_reading_all_tables_imports_no_engine_indirectly() -> None:
    names = ["tables.registry", "compile.bind", "compile.lineage", "contracts.checks", "tables.raw"]
    modules = ", ".join(f"nba_assets.{name}" for name in names)
    script = (
        f"import sys, {modules}\n"
        "assert nba_assets.tables.registry.every_table()\n"
        "found = {'dagster', 'duckdb', 'google.cloud', 'pyarrow'} & set(sys.modules)\n"
        "sys.exit(' '.join(found) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=PACKAGE.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
