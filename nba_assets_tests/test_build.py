"""A lake that is kept between runs: what is built again when the code of one table changes, or a build breaks off."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.tables.registry import tables
from nba_assets_tests import build
from nba_assets_tests.build import current_lake

DAY = date(2021, 10, 19)


class Builds:
    """Stands in for ingestion, compilation and build, and notes which tables are built."""

    def __init__(self, raw: Path) -> None:
        self.raw, self.versions, self.built, self.ingested = raw, {}, [], 0
        self.breaks_at = ""

    def version(self, table: Any, dialect: str) -> str:
        return self.versions.get(table.name, "1")

    def ingest(self, raw: Path, lake: Any) -> None:
        self.ingested += 1
        lake.replace(nbac_schedule, [(DAY, nbac_schedule.schema().to_pyarrow().empty_table())])

    def build(self, warehouse: Any, window: Any, only: list[Any]) -> None:
        if only[0].name == self.breaks_at:
            raise KeyboardInterrupt
        self.built.append(only[0].name)

    def run(self) -> list[str]:
        self.built = []
        current_lake(self.raw, self.raw.with_name("lake"), str)
        return self.built


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builds:
    folder = tmp_path / "raw" / "nba_raw" / "nbac_schedule"
    folder.mkdir(parents=True)
    (folder / "season.csv").write_text("one")
    found = Builds(tmp_path / "raw")
    monkeypatch.setattr(build, "code_version", found.version)
    monkeypatch.setattr(build, "ingest", found.ingest)
    monkeypatch.setattr(build, "build", found.build)
    return found


def test_all_once_then_nothing(builds: Builds) -> None:
    assert builds.run() == [table.name for table in tables()]
    assert builds.run() == []
    assert builds.ingested == 1


def test_a_table_of_new_code_and_those_that_read_it(builds: Builds) -> None:
    builds.run()
    builds.versions["team_defense_zone_analysis"] = "2"
    assert builds.run() == ["team_defense_zone_analysis", "player_composite_factors", "ml_feature_store_v2"]


def test_a_build_that_breaks_off_goes_on(builds: Builds) -> None:
    builds.run()
    builds.versions["team_defense_zone_analysis"], builds.breaks_at = "2", "player_composite_factors"
    with pytest.raises(KeyboardInterrupt):
        builds.run()
    builds.breaks_at = ""
    assert builds.run() == ["player_composite_factors", "ml_feature_store_v2"]


def test_other_raw_data_is_ingested_and_all_is_built(builds: Builds) -> None:
    builds.run()
    (builds.raw / "nba_raw" / "nbac_schedule" / "season.csv").write_text("longer")
    assert len(builds.run()) == len(tables())
    assert builds.ingested == 2
