"""The same bytes: of a month built again by another process in another lake, and of single days built alone.

Where a file differs, the assertion shows its columns that do. The usual cause is a sum of fractions, which depends on
the order of adding: `history.total` and `history.mean` exist for that.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.build import build_rows
from nba_assets_tests.shared import BOTH_SEASONS, needs_shared

pytestmark = [pytest.mark.slow, needs_shared]

RAW = ("nba_raw", "nba_reference", "nba_static")
OURS = ("nba_conformed", "nba_analytics", "nba_precompute", "nba_predictions", "nba_processing")

MONTH = Window(date(2022, 1, 10), date(2022, 2, 10))
"""So much of a season is built again, over the months before it; the season's first days are built alone."""

DAYS = (
    date(2021, 10, 19),  # opening night: no history at all
    date(2021, 11, 2),  # the first of the tables of form
    date(2022, 4, 13),  # play-in, no play-by-play at all
    date(2022, 5, 8),  # too few teams left for a league average
    date(2022, 12, 17),  # the second season, a neutral game
)

BUILD = """
import sys
from datetime import date
from pathlib import Path
from nba_assets.contracts.calendar import Window
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.build import build_rows

root, start, end = sys.argv[1:]
build_rows(DuckDBWarehouse(Lake(Path(root)), threads=1), Window(date.fromisoformat(start), date.fromisoformat(end)))
"""


def test_a_month_built_again(real_warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    """By another process, on one thread. That another compiles the same statements is not looked at here."""
    lake = real_warehouse.lake.root
    again = _with_history(lake, _with_raw(lake, tmp_path / "again"), MONTH.start)
    subprocess.run(
        [sys.executable, "-c", BUILD, str(again), str(MONTH.start), str(MONTH.end)],
        cwd=Path(__file__).parents[1],
        check=True,
    )
    files = [file for file in _files(lake) if _day(file) in MONTH]
    assert sorted(file for file in _files(again) if _day(file) in MONTH) == sorted(files)
    days = [day for day in real_warehouse.lake.dates(nbac_schedule) if day in MONTH]
    assert len(files) == len(days) * (len(tables()) + 3)  # three of the tables keep failure records
    assert _differences(lake, again, files) == {}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_day_built_alone(day: date, real_warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    """Over the same days before it, and none after."""
    lake = real_warehouse.lake.root
    alone = _with_history(lake, _with_raw(lake, tmp_path / "alone"), day)
    build_rows(DuckDBWarehouse(Lake(alone)), Window(day, day))
    files = [file for file in _files(lake) if _day(file) == day]
    assert len(files) == len(tables()) + 3
    assert _differences(lake, alone, files) == {}


def _with_raw(lake: Path, other: Path) -> Path:
    """`other` with the raw tables of `lake`."""
    other.mkdir()
    for dataset in RAW:
        (other / dataset).symlink_to(lake / dataset)
    return other


def _with_history(lake: Path, other: Path, day: date) -> Path:
    """`other` with the partitions of `lake` before `day`, of its season."""
    season = next(part for part in BOTH_SEASONS.by_season() if day in part)
    for file in _files(lake):
        if season.start <= _day(file) < day:
            (other / file).parent.mkdir(parents=True)
            (other / file).hardlink_to(lake / file)  # out of a lake no partition leads
    return other


def _files(lake: Path) -> Iterator[Path]:
    """All partitions of our own tables, failure records too."""
    return (file.relative_to(lake) for dataset in OURS for file in (lake / dataset).glob("**/*.parquet"))


def _day(file: Path) -> date:
    return date.fromisoformat(file.parent.name.split("=")[1])


def _differences(lake: Path, other: Path, files: Iterable[Path]) -> dict[str, list[str]]:
    """The files that are not equal byte for byte, and their columns that are not."""
    unequal = [file for file in files if (lake / file).read_bytes() != (other / file).read_bytes()]
    return {str(file): _columns(lake / file, other / file) for file in unequal}


def _columns(one: Path, other: Path) -> list[str]:
    rows, others = pq.read_table(one), pq.read_table(other)
    if rows.num_rows != others.num_rows:
        return [f"{rows.num_rows} and {others.num_rows} rows"]
    return [name for name in rows.column_names if not rows[name].equals(others[name])]
