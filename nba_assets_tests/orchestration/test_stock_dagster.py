"""Stock Dagster builds the same tables: a week, and a day again, with and without every patch and plug-in of ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from nba_assets.contracts.failures import RECORDS
from nba_assets.simulate import write
from nba_assets.tables.registry import tables
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake

pytestmark = pytest.mark.slow

COMMANDS = {
    "a week": ("backfill", "--start", "2024-10-22", "--end", "2024-10-28"),
    "a day of it again": ("materialize", "--date", "2024-10-28"),
}


@pytest.fixture(scope="module")
def raw_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with the raw data of a simulated week."""
    base = tmp_path_factory.mktemp("week")
    write(base / "raw", 2024, seed=7, days=7)
    ingest(base / "raw", Lake(base / "lake"))
    return base / "lake"


def test_the_tables_are_equal(raw_only: Path, tmp_path: Path) -> None:
    with_and_without = {"ours": "", "stock": "1"}
    lakes = [_built(raw_only, tmp_path / name, NBA_STOCK_DAGSTER=stock) for name, stock in with_and_without.items()]
    datasets = {table.dataset for table in (*tables(), RECORDS)}
    ours, theirs = ({str(f.relative_to(lake)): f for f in _files(lake, datasets)} for lake in lakes)
    assert ours.keys() == theirs.keys()
    assert len([name for name in ours if name.startswith("nba_analytics/")]) > 5 * 5
    different = [name for name, file in ours.items() if not pq.read_table(file).equals(pq.read_table(theirs[name]))]
    assert different == []


def _built(raw_only: Path, base: Path, **more: str) -> Path:
    """A copy of a lake, after all commands."""
    lake = base / "lake"
    shutil.copytree(raw_only, lake, copy_function=os.link)
    environment = {key: value for key, value in os.environ.items() if key != "DAGSTER_EVENT_BATCH_SIZE"}
    settings = environment | {"NBA_LAKE": str(lake), "DAGSTER_HOME": str(base / "home")} | more
    for work, command in COMMANDS.items():
        done = subprocess.run(
            [sys.executable, "-m", "nba_assets", *command], env=settings, capture_output=True, text=True, timeout=900
        )
        assert done.returncode == 0, f"{work}: {done.stderr}"
        assert "Dagster has changed" not in done.stderr
    return lake


def _files(root: Path, datasets: set[str]) -> list[Path]:
    return sorted(file for dataset in datasets for file in (root / dataset).rglob("*.parquet"))
