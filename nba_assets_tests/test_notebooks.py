"""The notebooks: kept without outputs, and run from top to bottom on a simulated lake."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.simulate import write
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.build import build_rows

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
FIRST, DAYS = date(2024, 10, 22), 20
"""Of which the first fourteen have no features."""


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_is_kept_without_outputs(file: Path) -> None:
    cells = json.loads(file.read_text())["cells"]
    assert not [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")]
    assert cells[0]["cell_type"] == "markdown"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is played, and the features of its last days."""
    place = tmp_path_factory.mktemp("notebooks")
    write(place / "raw", FIRST.year, seed=7, days=DAYS)
    warehouse = DuckDBWarehouse(Lake(place / "lake"))
    ingest(place / "raw", warehouse.lake)
    last = FIRST + timedelta(days=DAYS - 1)
    for table in (table for table in tables() if table.group in ("conformed", "analytics", "precompute")):
        played = table.group == "conformed" or table.name.endswith("summary")
        build_rows(warehouse, Window(FIRST if played else FIRST + timedelta(days=14), last), [table])
    return warehouse.lake.root


@pytest.mark.slow
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs_from_top_to_bottom(file: Path, lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("NBA_LAKE", str(lake))
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not [output for output in outputs if output.get("name") == "stderr"]
