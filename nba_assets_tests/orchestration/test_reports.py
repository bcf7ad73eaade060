"""Reports as Dagster has them: after which runs pages are made, of which dates, with the numbers of the tables."""

from __future__ import annotations

import os
import re
import shutil
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nba_assets.contracts.calendar import EASTERN, Window
from nba_assets.orchestration import reports
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.reports import (
    KEY,
    SEASON_KEY,
    builds_a_slate_to_come,
    season_report_asset,
    season_report_schedule,
    slate_report_asset,
)
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_tags import partition_tags
from nba_assets.orchestration.slates import slate_tables, summaries
from nba_assets.readers.query import query
from nba_assets.reports.season import question_of_sources, question_of_tiers
from nba_assets.tables.predictions.player_prop_predictions import player_prop_predictions
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.records import records
from nba_assets_tests.given import put_games
from nba_assets_tests.reports.given import Cells, cells_of

TODAY, HALF = date(2024, 10, 26), Decimal("0.5")
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


@pytest.mark.parametrize(("now", "games", "wanted"), [(TODAY, True, True), (date(2024, 12, 25), False, False)])
def test_the_page_of_the_season_is_made_after_a_night_with_games(
    now: date, games: bool, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "game_days", lambda _, nights: list(nights.dates()) if games else [])
    at = datetime(now.year, now.month, now.day, 8, tzinfo=EASTERN)
    resource = SimpleNamespace(open=lambda: None)
    with dg.build_schedule_context(scheduled_execution_time=at, resources={"warehouse": resource}) as context:
        asked = season_report_schedule(context)
    assert isinstance(asked, dg.RunRequest if wanted else dg.SkipReason)


def test_a_season_without_a_schedule_has_no_page_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where all assets are materialised on the lake of last season's demo."""
    monkeypatch.setenv("NBA_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("NBA_REPORTS", str(tmp_path / "pages"))
    put_games(tmp_path / "lake", [date(2024, 12, 10)])
    monkeypatch.setattr(reports, "today", lambda: date(2025, 10, 10))
    run = dg.materialize([season_report_asset()], resources={"warehouse": WarehouseResource.from_environment()})
    (made,) = run.get_asset_materialization_events()
    assert made.materialization.metadata["note"].value == "no schedule of 2025-26 yet"
    assert not (tmp_path / "pages").exists()


def forecast(lake: Lake, day: date) -> int:
    """Put what two systems say of everybody who plays beside the slate; how many players those are."""
    (file,) = lake.root.glob(f"nba_analytics/upcoming_player_game_context/game_date={day}/*.parquet")
    context = pq.read_table(file).to_pylist()
    schema = player_prop_predictions.schema().to_pyarrow()
    told = [
        {**player, "system_id": system, "is_graded": True, "book": "draftkings", "line_value": Decimal(n % 30) + HALF}
        | {"predicted_points": Decimal(n % 25), "recommendation": "PASS" if n % 5 else "OVER", "price": -110}
        | {"probability_over": Decimal("0.4825"), "probability_under": Decimal("0.5"), "edge": Decimal(n) / 10_000}
        for n, player in enumerate(context)
        for system in ("ensemble", "market")
    ]
    rows = pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in told], schema)
    lake.replace(player_prop_predictions, [(day, rows)])
    return len(context)


@pytest.mark.slow
def test_the_pages_hold_what_their_sql_answers(place: Path) -> None:
    """Of tonight, tomorrow and the season, from the files of a lake."""
    players = forecast(Lake(place / "lake"), TODAY)
    resource = WarehouseResource.from_environment()
    with dg.DagsterInstance.from_config(str(place / "home")) as instance:
        assets = [slate_report_asset(), season_report_asset()]
        run = dg.materialize(assets, instance=instance, resources={"warehouse": resource})
    made = {event.asset_key: event.materialization.metadata for event in run.get_asset_materialization_events()}
    slates, season = made[KEY], made[SEASON_KEY]
    assert slates["tonight_tables_not_ready"].value == 0
    assert {name for name in slates if "not_ready" not in name} == {"tonight", "tomorrow"}
    cells = Cells.of((place / "pages" / f"slate-{TODAY}.html").read_text())
    answered: dict[tuple[str, str, str], str] = {}
    for sql in cells.sql:
        for row in records(query(place / "lake", sql)):
            answered |= cells_of(row)
    assert len(cells.values) > 500
    assert [cell for cell in cells.values if answered[cell[:3]] != cell[3]] == []
    assert sum(column == "market predicted_points" for _, _, column, _ in cells.values) == players
    assert sum(column == "line_value" for _, _, column, _ in cells.values) == len(range(0, players, 5))
    assert Path(str(season["page"].value)).name == "season-2024-25.html"
    the_season_is_its_sql(place)


def the_season_is_its_sql(place: Path) -> None:
    page, lake = (place / "pages" / "season-2024-25.html").read_text(), place / "lake"
    counted = re.findall(r'<tr data-table="(\w+)" data-kind="([^"]+)">.*?<td class="number">([\d,]+)</td></tr>', page)
    window = Window(Window.season(2024).start, TODAY)
    asked = [question.sql for question in (question_of_tiers(window), question_of_sources(window))]
    answered = [row for sql in asked for row in query(lake, sql).to_pylist()]
    assert counted == [(row["table_name"], row["kind"], f"{row['row_count']:,}") for row in answered] != []
    played = f"SELECT count(*) AS n FROM nba_analytics.player_game_summary WHERE game_date <= '{window.end}'"
    (rows,) = query(lake, played).to_pylist()
    shown = "".join(f'<td class="number">{number}</td>' for number in (5, 5, rows["n"]))
    assert re.search(rf'<tr data-table="player_game_summary"><th scope="row">[\w<>]+</th>{shown}', page)
    assert "No gaps." in page
