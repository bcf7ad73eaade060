"""`nba export` and `nba import`: out of one lake and into another, known to Dagster there, and what is refused."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from nba_assets.cli import app as cli
from nba_assets.orchestration.instance.opening import instance_at_home
from nba_assets.orchestration.keys import asset_key
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.registry import reading_views
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.readers.small_lake import small_lake

DAYS = [date(2024, 10, 22), date(2024, 10, 23)]

Nba = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nba(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Nba:
    """The command, run in this process beside `lake`: its exit code, what it printed, what it complained of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBA_LAKE", str(tmp_path / "lake"))

    def nba(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nba", *arguments])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        printed = capfd.readouterr()
        return int(exit_.value.code or 0), printed.out, printed.err

    return nba


@pytest.fixture
def built(tmp_path: Path) -> Lake:
    """A lake in which one table has two days, without rows."""
    lake = Lake(tmp_path / "lake")
    empty = player_game_summary.schema().to_pyarrow().empty_table()
    lake.replace(player_game_summary, [(day, empty) for day in DAYS])
    return lake


RANGE = ("--start", "2024-10-22", "--end", "2024-10-22")


@pytest.mark.slow
def test_out_of_one_lake_and_into_another(nba: Nba, built: Lake, tmp_path: Path) -> None:
    bucket = (tmp_path / "bucket").as_uri()
    assert nba("export", *RANGE, "--to", bucket)[0] == 0
    assert Lake(tmp_path / "bucket").dates(player_game_summary) == DAYS[:1]
    assert '"name": "nba_analytics.player_game_summary"' in (tmp_path / "bucket" / "datapackage.json").read_text()

    code, printed, complaint = nba("import", bucket, "--lake", str(tmp_path / "other"))
    assert (code, complaint) == (0, "")
    assert "1 partitions are new to Dagster" in printed
    assert Lake(tmp_path / "other").dates(player_game_summary) == DAYS[:1]
    with instance_at_home() as instance:
        assert instance.get_materialized_partitions(asset_key(player_game_summary)) == {"2024-10-22"}

    assert "0 partitions are new to Dagster" in nba("import", bucket, "--lake", str(tmp_path / "other"))[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export", *RANGE, "--to", "lake"), "--to: lake is the lake itself"),
        (("export", *RANGE, "--to", "lake/nba_analytics"), "--to: lake/nba_analytics is the lake itself, or in it"),
        (("import", __file__), "test_export.py is no folder"),
        (("import", "foo://KEY:SECRET@bucket/x"), "nba: foo://bucket/x: is no address of a bucket"),
        (("export", "--start", "2024-11-01", "--end", "2024-11-02", "--to", "there"), "there is nothing to export"),
        (("export", *RANGE, "--to", "there", "--tables", "nothing"), "no table called 'nothing'"),
        (("import", "nowhere"), "nowhere holds none of these tables of these dates"),
        (("import", "lake"), "lake is the lake itself"),
        (("import", "lake", "--start", "soon"), "'soon' is no date"),
    ],
)
def test_what_cannot_be_moved_is_one_line(
    arguments: tuple[str, ...], told: str, nba: Nba, built: Lake, tmp_path: Path
) -> None:
    code, printed, complaint = nba(*arguments)
    assert (code, printed, complaint.count("\n")) == (2, "", 1)
    assert told in complaint
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ingest", "raw"), "NBA_WAREHOUSE=bigquery reads no lake"),
        (("replay", "--date", "2024-10-22", "--against", "lake"), "--against names a lake"),
    ],
)
def test_what_is_of_a_lake_is_refused_elsewhere(
    arguments: tuple[str, ...], told: str, nba: Nba, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBA_WAREHOUSE", "bigquery")
    code, printed, complaint = nba(*arguments)
    assert (code, printed, complaint.count("\n")) == (2, "", 1)
    assert told in complaint


def test_wide_features_are_one_file_a_version(nba: Nba, tmp_path: Path) -> None:
    small_lake(tmp_path / "lake")
    days = ("--start", "2024-11-01", "--end", "2024-11-03", "--to", "training")
    code, _, complaint = nba("export", "--wide", *days)
    assert (code, complaint) == (0, "")
    views = [view.name for view in reading_views()]
    assert sorted(file.stem for file in Path("training").glob("*.parquet")) == sorted(views)
    described = json.loads((Path("training") / "datapackage.json").read_text())["resources"]
    for view, resource in zip(reading_views(), described, strict=True):
        written = pq.read_schema(Path("training") / f"{view.name}.parquet").names
        assert written == list(view.schema().names) == [field["name"] for field in resource["schema"]["fields"]]
        assert (resource["name"], resource["path"]) == (view.full_name, [f"{view.name}.parquet"])


def test_of_one_version_only_if_its_view_is_named(nba: Nba, tmp_path: Path) -> None:
    small_lake(tmp_path / "lake")
    days = ("--start", "2024-11-01", "--end", "2024-11-03", "--to", "training")
    assert nba("export", "--wide", "--table", "ml_feature_store_v3_wide", *days)[0] == 0
    assert [file.name for file in Path("training").glob("*.parquet")] == ["ml_feature_store_v3_wide.parquet"]
    code, _, complaint = nba("export", "--wide", "--tables", "games", *days)
    both = ", ".join(["ml_feature_store_v2", *(view.name for view in reading_views())])
    assert (code, complaint) == (2, f"nba: --wide: 'games' has no features; what has some: {both}\n")
