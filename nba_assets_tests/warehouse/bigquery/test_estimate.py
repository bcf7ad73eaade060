"""An estimate asks about each query of a build by itself, and counts each partition that is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.failures import RECORDS
from nba_assets.contracts.read import season_history
from nba_assets.contracts.table import Population, Table
from nba_assets.warehouse.bigquery.estimate import Estimate, estimates, modifications
from nba_assets.warehouse.bigquery.notes import PARTITION_NOTES

DAY = Column("game_date", "DATE", "date", required=True)
TEAM = Column("team", "STRING", "team", required=True)
BOXES = Contract(dataset="raw", name="boxes", columns=(DAY, TEAM), key=("team",), partition_by="game_date")
SUMMARY = Table(
    dataset="ours",
    name="summary",
    columns=(DAY, TEAM),
    key=("team",),
    partition_by="game_date",
    reads={"boxes": season_history(BOXES)},
    build=lambda boxes: boxes,
    module="nba_assets.tables.analytics.summary",
)


def failed(boxes: object) -> object:
    names = [column.name for column in RECORDS.columns if column.name != "processor_name"]
    columns = {name: boxes.team.cast(RECORDS.column(name).stored) for name in names}  # type: ignore[attr-defined]
    return boxes.select(**columns | {"analysis_date": boxes.game_date})  # type: ignore[attr-defined]


WITH_FAILURES = replace(SUMMARY, name="with_failures", population=Population(failed=failed))
DAYS = Window(date(2024, 11, 8), date(2024, 11, 10)).dates()
SUMMER = Window(date(2024, 9, 29), date(2024, 10, 2)).dates()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    statements.cache_clear()
    yield
    statements.cache_clear()


def test_each_query_is_asked_about_whole_and_a_season_by_itself() -> None:
    asked: list[str] = []

    def dry_run(sql: str) -> int:
        asked.append(sql)
        return 100

    found = list(estimates(dry_run, {SUMMARY: SUMMER, WITH_FAILURES: DAYS, replace(SUMMARY, name="none"): []}))

    assert found == [Estimate("summary", 4, 400), Estimate("with_failures", 3, 300)]
    assert not [sql for sql in asked if "TEMP TABLE" in sql or "190" in sql]
    assert sum("BETWEEN DATE(2024, 9, 29) AND DATE(2024, 9, 30)" in sql for sql in asked) == 2
    assert sum("BETWEEN DATE(2024, 10, 1) AND DATE(2024, 10, 2)" in sql for sql in asked) == 2


def test_partitions_that_are_modified() -> None:
    found = modifications({SUMMARY: DAYS, WITH_FAILURES: DAYS})

    written = {"ours.summary": 6, "ours.with_failures": 6, RECORDS.full_name: 6}
    assert found == {**written, PARTITION_NOTES.full_name: 9}
