"""Rows of real days against what was known at each tip: where a season turns, and where a stage is settled."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.known_when.rebuilt import build_history, build_standing, differences, told
from nba_assets_tests.known_when.standing import before_a_game
from nba_assets_tests.shared import SHARED, needs_shared

pytestmark = [pytest.mark.slow, needs_shared]

OF_2021 = (
    date(2021, 10, 19),  # opening night
    date(2022, 2, 17),  # the last night before the All-Star break
    date(2022, 4, 10),  # the last night of the regular season: nobody is paired
    date(2022, 4, 12),  # play-in, seventh and eighth
    date(2022, 4, 16),  # first games of the first round
    date(2022, 5, 15),  # two seventh games
)
OF_2022 = (date(2022, 10, 18),)  # opening night, after a season that is there
OF_2023 = (
    date(2023, 11, 28),  # the last night of the groups
    date(2023, 12, 4),  # two quarter-finals of four
    date(2023, 12, 7),  # the semi-finals
)
TEN_BOOKS = (date(2024, 3, 14),)  # captures of ten books, before and after the tip


@pytest.fixture(scope="module")
def raw_2023(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw tables of the season with a cup, not to be written to."""
    root = tmp_path_factory.mktemp("2023") / "lake"
    ingest(SHARED / "raw_2023-24", Lake(root))
    return root


@pytest.mark.parametrize(("days", "since"), [(OF_2023, None), (TEN_BOOKS, date(2024, 2, 25))], ids=["cup", "books"])
def test_nothing_known_later_in_a_season_with_a_cup(
    days: tuple[date, ...], since: date | None, raw_2023: Path, tmp_path: Path
) -> None:
    """For a night that is about lines, form of some weeks is enough."""
    warehouse = DuckDBWarehouse(Lake(Path(shutil.copytree(raw_2023, tmp_path / "lake", copy_function=os.link))))
    build_history(warehouse, max(days), since)
    for day in days:
        build_standing(warehouse, day)
    assert told(differences(warehouse, days, tmp_path / "known", since=since, ends=True)) == {}


@pytest.mark.parametrize("days", [OF_2021, OF_2022], ids=["2021-22", "2022-23"])
def test_nothing_known_later(days: Iterable[date], real_warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    """After the other season: meanwhile another process makes the lake of these, which has no predictions."""
    found = differences(real_warehouse, days, tmp_path / "known", ends=True, standing=before_a_game(tables()))
    assert told(found) == {}
