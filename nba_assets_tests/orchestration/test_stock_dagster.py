"""Stock Dagster builds the same tables: some days, and one again, with and without every patch and plug-in of ours."""

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
from nba_assets_tests.conftest import SIMULATED_DAYS

pytestmark = pytest.mark.slow

BACKFILL = ("backfill", "--start", str(SIMULATED_DAYS.start), "--end", str(SIMULATED_DAYS.end))
STOCK = {"NBA_STOCK_DAGSTER": "1"}
AGAIN = ("materialize", "--date", str(SIMULATED_DAYS.end))


def test_the_tables_are_equal(simulated_lake: Path, filled: Path, tmp_path: Path) -> None:
    """With ours, the back-fill is the one that other tests have, too."""
    lakes = [_lake(filled / "lake", tmp_path / "ours"), _lake(simulated_lake, tmp_path / "stock")]
    shutil.copytree(filled / "home", tmp_path / "ours" / "home")
    _nba(lakes[1], BACKFILL, STOCK)
    _nba(lakes[1], AGAIN, STOCK)
    _nba(lakes[0], AGAIN, {})
    datasets = {table.dataset for table in (*tables(), RECORDS)}
    ours, theirs = ({str(f.relative_to(lake)): f for f in _files(lake, datasets)} for lake in lakes)
    assert ours.keys() == theirs.keys()
    assert len([name for name in ours if name.startswith("nba_analytics/")]) == 5 * SIMULATED_DAYS.days
    different = [name for name, file in ours.items() if not pq.read_table(file).equals(pq.read_table(theirs[name]))]
    assert different == []


def _lake(of: Path, place: Path) -> Path:
    return Path(shutil.copytree(of, place / "lake", copy_function=os.link))


def _nba(lake: Path, command: tuple[str, ...], more: dict[str, str]) -> None:
    """Run a command on a lake, with the home beside it."""
    environment = {key: value for key, value in os.environ.items() if key != "DAGSTER_EVENT_BATCH_SIZE"}
    settings = environment | {"NBA_LAKE": str(lake), "DAGSTER_HOME": str(lake.with_name("home"))} | more
    done = subprocess.run(
        [sys.executable, "-m", "nba_assets", *command], env=settings, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    assert "Dagster has changed" not in done.stderr


def _files(root: Path, datasets: set[str]) -> list[Path]:
    return sorted(file for dataset in datasets for file in (root / dataset).rglob("*.parquet"))
