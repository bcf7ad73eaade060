"""Partitions moved from one lake to another: rows, notes of code and of what was read, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from nba_assets.compile.code_version import Code, code_of
from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.errors import BadInput
from nba_assets.tables.monthly.player_points_models import player_points_models
from nba_assets.warehouse.artefacts import FILE, VARIABLE, Artefacts
from nba_assets.warehouse.buckets import read_from, written_to
from nba_assets.warehouse.build import build_part
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.inputs import Content, Inputs
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.transfer import UP_TO_DATE, Moved, move
from nba_assets_tests.orchestration.made_up import SHOTS, boxes_players

DAYS = [date(2022, 1, 3), date(2022, 1, 4), date(2022, 12, 5)]
"""Of two seasons."""

OLDER = Code("0123456789ab", "SELECT 1")


def shots(lake: Lake, day: date, points: int) -> None:
    row = {"game_date": day, "player": "somebody", "team": "X", "points": points, "note": "1"}
    lake.replace(SHOTS, [(day, pa.Table.from_pylist([row], schema=SHOTS.schema().to_pyarrow()))])


@pytest.fixture
def here(tmp_path: Path) -> DuckDBWarehouse:
    """Three days of a table: the first by older code, the last out of date."""
    warehouse = DuckDBWarehouse(Lake(tmp_path / "here"))
    with warehouse.session(60) as session:
        for number, day in enumerate(DAYS):
            shots(warehouse.lake, day, number)
            code = code_of(boxes_players, "duckdb") if number else OLDER
            sql = statements(boxes_players, "duckdb")
            build_part(session, boxes_players, sql, Window(day, day), [day], code)
    shots(warehouse.lake, DAYS[2], 99)
    return warehouse


@pytest.fixture
def there(tmp_path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(Lake(tmp_path / "there"))


def moved(source: DuckDBWarehouse, target: DuckDBWarehouse, window: Window | None = None) -> Moved:
    (found,) = move(source, target, [boxes_players], window, lambda *_: None)
    return found


def test_rows_and_code_are_the_same_there(here: DuckDBWarehouse, there: DuckDBWarehouse) -> None:
    found = moved(here, there)

    assert found.rows == dict.fromkeys(DAYS, 1)
    assert there.contents(boxes_players) == here.contents(boxes_players)
    today = code_of(boxes_players, "duckdb").version
    assert [build.code for build in there.builds(boxes_players, DAYS).values()] == [OLDER.version, today, today]
    assert there.code_notes.text(boxes_players.full_name, OLDER.version) == OLDER.text


def test_a_range_leaves_all_other_days_as_they_are(here: DuckDBWarehouse, there: DuckDBWarehouse) -> None:
    moved(here, there, Window(DAYS[1], DAYS[1]))
    assert there.dates(boxes_players) == [DAYS[1]]
    assert moved(here, there, Window(date(2023, 1, 1), date(2023, 2, 1))).rows == {}


def test_what_was_up_to_date_is_so_by_what_the_other_holds(here: DuckDBWarehouse, there: DuckDBWarehouse) -> None:
    """Whose raw data may come in another form: here one day has other rows than it was built from."""
    for day in DAYS:
        shots(there.lake, day, 5)
    moved(here, there)
    reads = Inputs(boxes_players, lambda source: Content(there.contents(source)))
    builds = there.builds(boxes_players, DAYS)
    assert [build.read for build in builds.values()] == [reads.read_on(DAYS[0]), reads.read_on(DAYS[1]), ""]


def test_by_way_of_a_folder_without_raw_data(here: DuckDBWarehouse, there: DuckDBWarehouse, tmp_path: Path) -> None:
    between = DuckDBWarehouse(Lake(tmp_path / "between"))
    moved(here, between)
    assert [build.read for build in between.builds(boxes_players, DAYS).values()] == [UP_TO_DATE, UP_TO_DATE, ""]
    for day in DAYS:
        shots(there.lake, day, 5)
    moved(between, there)
    assert [bool(build.read) for build in there.builds(boxes_players, DAYS).values()] == [True, True, False]
    assert UP_TO_DATE not in [build.read for build in there.builds(boxes_players, DAYS).values()]


def test_models_go_with_their_rows(
    here: DuckDBWarehouse, there: DuckDBWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By way of a folder that is carried: its models lie in it, though a setting says where those here are kept."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "elsewhere"))
    digest, month = Artefacts.of(None).keep("trees"), date(2022, 11, 1)
    row = {c.name: None for c in player_points_models.columns} | {"month": month, "artefact_sha256": digest}
    rows = pa.Table.from_pylist([row], schema=player_points_models.schema().to_pyarrow())
    with here.session(60) as session:
        session.put(player_points_models, rows, [month])
    between = DuckDBWarehouse(Lake(tmp_path / "between"), carried=True)
    move(here, between, [player_points_models], None, lambda *_: None)
    assert Artefacts.within(between.lake.root).load(digest) == "trees"

    monkeypatch.delenv(VARIABLE)
    move(between, there, [player_points_models], None, lambda *_: None)
    assert Artefacts.of(there.lake.root).load(digest) == "trees"

    (Path(Artefacts.within(between.lake.root).place) / digest / FILE).unlink()
    with pytest.raises(BadInput, match="the model's file is not there"):
        move(between, DuckDBWarehouse(Lake(tmp_path / "nowhere")), [player_points_models], None, lambda *_: None)
    assert Lake(tmp_path / "nowhere").dates(player_points_models) == []


def test_a_damaged_partition_and_other_columns_are_refused(here: DuckDBWarehouse, there: DuckDBWarehouse) -> None:
    file = here.lake.file(boxes_players, DAYS[1])
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"somebody", b"someelse"))
    with pytest.raises(BadInput, match="boxes_players of 2022-01-04 is damaged"):
        moved(here, there)

    file.write_bytes(whole)
    rows = pa.table({"game_date": pa.array([DAYS[0]], pa.date32())})
    here.lake.replace(boxes_players, [(DAYS[0], rows)])
    with pytest.raises(BadInput, match="of 2022-01-03 has other columns than are declared"):
        moved(here, there)
    assert there.dates(boxes_players) == []


def test_a_bucket_gets_what_was_written_if_all_went_well(tmp_path: Path) -> None:
    """A folder stands for the bucket: to Arrow both are file systems behind a URL."""
    bucket = (tmp_path / "bucket" / "tables").as_uri()
    with suppress(BadInput), written_to(bucket) as folder:
        (folder / "half").touch()
        raise BadInput("no")
    assert not (tmp_path / "bucket").exists()

    with written_to(bucket) as folder:
        (folder / "day=1").mkdir()
        (folder / "day=1" / "data.parquet").write_text("rows")
    with read_from(bucket) as folder:
        assert [file.name for file in folder.iterdir()] == ["day=1"]
        assert (folder / "day=1" / "data.parquet").read_text() == "rows"
