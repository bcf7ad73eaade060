"""Stock Dagster builds the same tables: six days, and one again, with and without every patch and plug-in of ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from nba_assets.contracts.failures import RECORDS
from nba_assets.tables.registry import tables

pytestmark = pytest.mark.slow

COMMANDS = {
    "six days": ("backfill", "--start", "2024-10-22", "--end", "2024-10-27"),
    "a day of them again": ("materialize", "--date", "2024-10-27"),
}


@pytest.fixture(scope="module")
def stock(simulated_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake built by stock Dagster."""
    base = tmp_path_factory.mktemp("stock")
    shutil.copytree(simulated_lake, base / "lake", copy_function=os.link)
    for work, command in COMMANDS.items():
        _run(base, work, command)
    return base / "lake"


def _run(base: Path, work: str, command: tuple[str, ...]) -> None:
    settings = {"NBA_LAKE": str(base / "lake"), "DAGSTER_HOME": str(base / "home"), "NBA_STOCK_DAGSTER": "1"}
    environment = {key: value for key, value in os.environ.items() if key != "DAGSTER_EVENT_BATCH_SIZE"} | settings
    done = subprocess.run(
        [sys.executable, "-m", "nba_assets", *command], env=environment, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, f"{work}: {done.stderr}"
    assert "Dagster has changed" not in done.stderr


def test_the_tables_are_equal(filled: Path, stock: Path) -> None:
    datasets = {table.dataset for table in (*tables(), RECORDS)}
    ours, theirs = ({str(f.relative_to(at)): f for f in _files(at, datasets)} for at in (filled / "lake", stock))
    assert ours.keys() == theirs.keys()
    assert len([name for name in ours if name.startswith("nba_analytics/")]) > len(tables())
    different = [name for name, file in ours.items() if not pq.read_table(file).equals(pq.read_table(theirs[name]))]
    assert different == []


def _files(root: Path, datasets: set[str]) -> list[Path]:
    return sorted(file for dataset in datasets for file in (root / dataset).rglob("*.parquet"))
