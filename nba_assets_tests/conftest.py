"""What the tests of how tables run stand on: a small simulated lake, made once, of which each test has its own copy."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from nba_assets.raw.ingest import ingest
from nba_assets.raw.simulate import write
from nba_assets.warehouse.lake import Lake


@pytest.fixture(scope="session")
def simulated_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """22 to 27 October 2024, simulated: made by the first test process that asks, not to be written to."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    root = base / "simulated_lake"
    with FileLock(base / "simulated_lake.lock"):
        if not root.exists():
            raw, unfinished = base / "simulated_raw", base / "simulated_unfinished"
            write(raw, 2024, seed=7, days=6)
            ingest(raw, Lake(unfinished))
            unfinished.rename(root)
    return root


@pytest.fixture
def lake(simulated_lake: Path, tmp_path: Path) -> Path:
    """The simulated lake as a test's own. Its files are links, which is safe because files are replaced by rename."""
    return Path(shutil.copytree(simulated_lake, tmp_path / "lake", copy_function=os.link))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty DAGSTER_HOME, set up as the project's own."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(Path(__file__).parents[1] / "dagster_home" / "dagster.yaml", home)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    return home
