"""Reports as Dagster has them: after which runs pages are made, of which dates, with the numbers of the tables."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.orchestration import reports
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.reports import KEY, builds_a_slate_to_come, slate_report_asset
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_tags import partition_tags
from nba_assets.orchestration.slates import slate_tables, summaries
from nba_assets.readers.query import query
from nba_assets.warehouse.records import records
from nba_assets_tests.reports.given import Cells, cells_of

TODAY = date(2024, 10, 26)
SLATE, RESULTS = (frozenset(map(asset_key, of)) for of in (slate_tables(), summaries()))


@pytest.mark.parametrize(
    ("days", "built", "job", "wanted"),
    [
        ([date(2024, 10, 26)], SLATE, ALL_TABLES, True),
        ([date(2024, 10, 27)], None, ALL_TABLES, True),
        ([date(2024, 10, 20), date(2024, 10, 28)], frozenset(list(SLATE)[:1]), "precompute_tables", True),
        ([date(2024, 10, 25)], SLATE, ALL_TABLES, False),
        ([date(2024, 10, 26)], RESULTS, ALL_TABLES, False),
        ([], frozenset([KEY]), "slate_report", False),
    ],
)
def test_after_which_runs_pages_are_made(
    days: list[date], built: frozenset[dg.AssetKey] | None, job: str, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "today", lambda: TODAY)
    run = dg.DagsterRun(job_name=job, asset_selection=built, tags=partition_tags(days) if days else {})
    assert builds_a_slate_to_come(run) == wanted


@pytest.fixture
def place(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The simulated lake and its history as a test's own, on the evening of a date."""
    shutil.copytree(filled / "lake", tmp_path / "lake", copy_function=os.link)
    shutil.copytree(filled / "home", tmp_path / "home")
    monkeypatch.setattr(reports, "today", lambda: TODAY)
    for name, of in {"DAGSTER_HOME": "home", "NBA_LAKE": "lake", "NBA_REPORTS": "pages"}.items():
        monkeypatch.setenv(name, str(tmp_path / of))
    return tmp_path


@pytest.mark.slow
def test_the_pages_of_tonight_and_tomorrow_hold_what_their_sql_answers(place: Path) -> None:
    resource = WarehouseResource.from_environment()
    with dg.DagsterInstance.from_config(str(place / "home")) as instance:
        run = dg.materialize([slate_report_asset()], instance=instance, resources={"warehouse": resource})
    (made,) = run.get_asset_materialization_events()
    metadata = made.materialization.metadata
    assert metadata["tonight_tables_not_ready"].value == 0
    assert {name for name in metadata if "not_ready" not in name} == {"tonight", "tomorrow"}
    cells = Cells.of((place / "pages" / f"slate-{TODAY}.html").read_text())
    answered: dict[tuple[str, str, str], str] = {}
    for sql in cells.sql:
        for row in records(query(place / "lake", sql)):
            answered |= cells_of(row)
    assert len(cells.values) > 500
    assert [cell for cell in cells.values if answered[cell[:3]] != cell[3]] == []
