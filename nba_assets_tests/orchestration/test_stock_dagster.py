"""Stock Dagster builds the same tables: a day and a week with and without every patch and plug-in of ours."""

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

WEEK = ("2024-10-22", "2024-10-28")
DAY = "2024-10-27"
COMMANDS = {
    "a week": ("backfill", "--start", WEEK[0], "--end", WEEK[1]),
    "a day of it again": ("materialize", "--date", DAY),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A lake built by our Dagster, and one by stock Dagster."""
    base = tmp_path_factory.mktemp("stock")
    write(base / "raw", 2024, seed=7, days=7)
    ingest(base / "raw", Lake(base / "ours"))
    shutil.copytree(base / "ours", base / "stock", copy_function=os.link)
    for name in ("ours", "stock"):
        for work, command in COMMANDS.items():
            _run(base, name, work, command)
    return {"ours": base / "ours", "stock": base / "stock"}


def _run(base: Path, name: str, work: str, command: tuple[str, ...]) -> None:
    settings = {
        "NBA_LAKE": str(base / name),
        "DAGSTER_HOME": str(base / f"home of {name}"),
        "NBA_STOCK_DAGSTER": "1" if name == "stock" else "",
    }
    environment = {key: value for key, value in os.environ.items() if key != "DAGSTER_EVENT_BATCH_SIZE"} | settings
    done = subprocess.run(
        [sys.executable, "-m", "nba_assets", *command], env=environment, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, f"{name}, {work}: {done.stderr}"
    assert "Dagster has changed" not in done.stderr


def test_the_tables_are_equal(built: dict[str, Path]) -> None:
    datasets = {table.dataset for table in (*tables(), RECORDS)}
    ours, stock = ({str(f.relative_to(root)): f for f in _files(root, datasets)} for root in built.values())
    assert ours.keys() == stock.keys()
    assert len([name for name in ours if name.startswith("nba_analytics/")]) > len(tables())
    different = [name for name, file in ours.items() if not pq.read_table(file).equals(pq.read_table(stock[name]))]
    assert different == []


def _files(root: Path, datasets: set[str]) -> list[Path]:
    return sorted(file for dataset in datasets for file in (root / dataset).rglob("*.parquet"))
