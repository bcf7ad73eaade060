"""A date built again from raw data: equal to production, or told value by value, and production is never written to."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nba_assets.audit import replay as module
from nba_assets.audit.compare import Compared, Difference
from nba_assets.audit.replay import compare_date, replay
from nba_assets.cli import app as cli
from nba_assets.compile.statements import inputs_in
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.precompute.player_shot_zone_analysis import player_shot_zone_analysis
from nba_assets.tables.raw.box_scores import nbac_team_boxscore
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

DAY = date(2024, 10, 25)
BUILT = Window(date(2024, 10, 22), DAY)

Nba = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def built(filled: Path) -> Path:
    """Six days of the simulated season with all tables, not to be written to."""
    return filled / "lake"


@pytest.fixture(scope="module")
def kept(simulated_lake: Path, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake that a replay leaves behind: raw data from a lake without tables, history from the one that has them."""
    kept = tmp_path_factory.mktemp("replayed") / "kept"
    assert differences(replay(simulated_lake, DAY, against=built, keep=kept)) == []
    return kept


@pytest.fixture
def production(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A test's own, of which every file's content, time and place stays as it is until the test ends."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    return Path(shutil.copytree(built, tmp_path / "production", copy_function=shutil.copy2))


@pytest.fixture
def nba(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Nba:
    """`nba replay` in this process: its exit code, what it printed, what it complained of."""

    def nba(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nba", "replay", *arguments])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        printed = capfd.readouterr()
        return int(exit_.value.code or 0), printed.out, printed.err

    return nba


def everything(root: Path) -> dict[str, tuple[int, int, str]]:
    """All files and folders under a root: mode, time and content of each."""
    return {
        str(path.relative_to(root)): (
            path.stat().st_mode,
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in [root, *root.rglob("*")]
    }


def change(lake: Path, contract: Contract, day: date, how: Callable[[list[dict]], list[dict]]) -> None:
    """Replace a partition by what `how` makes of its rows."""
    rows = pq.ParquetFile(Lake(lake).file(contract, day)).read()
    Lake(lake).replace(contract, [(day, pa.Table.from_pylist(how(rows.to_pylist()), schema=rows.schema))])


def of(results: list[Compared], name: str) -> Compared:
    return next(found for found in results if found.table == name)


def differences(results: list[Compared]) -> list[Difference]:
    return [difference for found in results for difference in found.differences]


@pytest.mark.slow
def test_the_same_raw_data_gives_the_same_rows_and_production_stays_untouched(
    production: Path, nba: Nba, tmp_path: Path
) -> None:
    before = everything(production)

    code, printed, complaint = nba("--date", str(DAY), "--lake", str(production))

    assert (code, complaint) == (0, "")
    assert "all as production holds them" in printed
    assert all(table.name in printed for table in tables())
    assert everything(production) == before
    assert not (tmp_path / "home").exists(), "Dagster's records are production's, too"


@pytest.mark.slow
def test_a_raw_file_corrected_since_shows(production: Path, nba: Nba) -> None:
    def corrected(rows: list[dict]) -> list[dict]:
        return [row | {"turnovers": row["turnovers"] + 3} for row in rows]

    change(production, nbac_team_boxscore, DAY, corrected)
    before = everything(production)

    code, printed, complaint = nba("--date", str(DAY), "--lake", str(production))

    assert (code, complaint) == (1, "")
    assert "turnovers (" in printed
    assert "the first 20 of" in printed
    assert everything(production) == before


@pytest.mark.slow
def test_nothing_written_in_the_replay_lake_reaches_a_linked_file(
    production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a table's step might write there: here it overwrites each and every file that it reads."""
    before = everything(production)
    overwritten, links = [], []

    def reckless(warehouse: DuckDBWarehouse, table: Table, window: Window) -> None:
        for source, dates in inputs_in(table, window).items():
            days = [None] if source.partition_by is None else warehouse.lake.dates(source)
            for day in (day for day in days if day is None or (dates and day in dates)):
                links.append(warehouse.lake.file(source, day).stat().st_nlink > 1)
                warehouse.lake.replace(source, [(day, source.schema().to_pyarrow().empty_table())])
                overwritten.append(source.full_name)

    monkeypatch.setattr(module, "rebuild", reckless)
    monkeypatch.setattr(module, "compare_date", lambda *_: [])
    replay(production, DAY)

    assert {nbac_schedule.full_name, "nba_static.team_locations", player_game_summary.full_name} <= set(overwritten)
    assert any(links), "nothing was linked: the test proves nothing"
    assert everything(production) == before


@pytest.mark.slow
def test_values_that_differ_are_told_by_key_and_column(production: Path, kept: Path) -> None:
    def spoil(rows: list[dict]) -> list[dict]:
        first, second, *others = rows
        return [first | {"points": 99, "data_hash": "0" * 16}, *others, second | {"player_lookup": "nobody"}]

    first, second, *_ = pq.ParquetFile(Lake(production).file(player_game_summary, DAY)).read().to_pylist()
    change(production, player_game_summary, DAY, spoil)

    found = of(compare_date(Lake(production), Lake(kept), DAY), "player_game_summary")

    def key(row: dict) -> str:
        return ", ".join(str(row[column]) for column in player_game_summary.key)

    nobody = key(second | {"player_lookup": "nobody"})
    assert set(found.differences) == {
        Difference("player_game_summary", key(first), "points", "99", str(first["points"])),
        Difference("player_game_summary", nobody, "", "row", "(no row)"),
        Difference("player_game_summary", key(second), "", "(no row)", "row"),
    }
    assert (found.only_old, found.only_new, found.changed) == (1, 1, 1)
    assert found.columns == {"points": 1}
    assert found.old_rows == found.new_rows


@pytest.mark.slow
def test_a_row_that_is_there_twice_is_told(production: Path, kept: Path) -> None:
    change(production, player_game_summary, DAY, lambda rows: [*rows, rows[0]])
    (difference,) = differences(compare_date(Lake(production), Lake(kept), DAY))
    assert difference.key.endswith("#2")
    assert (difference.old, difference.new) == ("row", "(no row)")


@pytest.mark.slow
def test_failure_records_are_compared(production: Path, kept: Path) -> None:
    records = failures_of(player_shot_zone_analysis)
    assert records
    row = {
        "processor_name": "player_shot_zone_analysis",
        "analysis_date": DAY,
        "entity_id": "nobody",
        "failure_category": "INSUFFICIENT_DATA",
        "failure_reason": "made up",
        "can_retry": False,
    }
    empty = pq.ParquetFile(Lake(production).file(records, DAY)).read()
    Lake(production).replace(records, [(DAY, pa.Table.from_pylist([row], schema=empty.schema))])

    (difference,) = differences(compare_date(Lake(production), Lake(kept), DAY))

    assert difference.table == "precompute_failures of player_shot_zone_analysis"
    assert "nobody" in difference.key


@pytest.mark.slow
def test_a_partition_that_production_has_not_is_told(production: Path, kept: Path) -> None:
    Lake(production).remove(team_offense_game_summary, [DAY])
    found = of(compare_date(Lake(production), Lake(kept), DAY), "team_offense_game_summary")
    assert [(d.column, d.old) for d in found.differences] == [("(partition)", "not there")]


@pytest.mark.slow
def test_a_column_that_production_has_not_is_told(production: Path, kept: Path) -> None:
    """Built before the column was declared."""
    rows = pq.ParquetFile(Lake(production).file(team_offense_game_summary, DAY)).read()
    Lake(production).replace(team_offense_game_summary, [(DAY, rows.drop_columns(["pace"]))])
    assert differences(compare_date(Lake(production), Lake(kept), DAY)) == [
        Difference("team_offense_game_summary", "", "pace", "not there", "there")
    ]


@pytest.mark.slow
def test_what_is_kept_is_a_whole_lake_of_ones_own(kept: Path, built: Path) -> None:
    assert Lake(kept).dates(player_game_summary) == BUILT.dates()
    assert Lake(kept).dates(nbac_schedule) == Lake(built).dates(nbac_schedule)
    assert of(compare_date(Lake(built), Lake(kept), DAY), "player_game_summary").new_rows > 100
    for file in kept.rglob("*.parquet"):
        assert file.stat().st_nlink == 1, "what is kept may be edited"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--date soon", "'soon' is no date"),
        ("--date 2021-10-18", "the first partition is 2021-10-19"),
        ("--date 2024-07-15", "holds no table of 2024-07-15"),
        ("--date 2100-01-01", "the last partition is"),
        (f"--date {DAY}", f"holds no table of {DAY}"),
        (f"--date {DAY} --lake nowhere", "is empty"),
    ],
)
def test_what_cannot_be_replayed_is_one_line(
    arguments: str, told: str, nba: Nba, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBA_LAKE", str(lake))
    before = everything(lake)
    code, printed, complaint = nba(*arguments.split())
    assert (code, printed, complaint.count("\n")) == (2, "", 1)
    assert told in complaint
    assert everything(lake) == before


def test_a_folder_that_cannot_be_kept(lake: Path, tmp_path: Path) -> None:
    put_there(lake)
    before = everything(lake)
    with pytest.raises(BadInput, match="exists already"):
        replay(lake, DAY, keep=tmp_path)
    with pytest.raises(BadInput, match="lies in the lake"):
        replay(lake, DAY, keep=lake / "new")
    assert everything(lake) == before


@pytest.mark.slow
def test_a_damaged_raw_file_is_one_line(lake: Path) -> None:
    put_there(lake)
    file = Lake(lake).file(nbac_team_boxscore, DAY)
    file.unlink()
    file.write_bytes(b"half a download")
    with pytest.raises(BadInput, match="cannot be replayed") as told:
        replay(lake, DAY)
    assert "\n" not in str(told.value)


def put_there(lake: Path) -> None:
    """Let one table look built."""
    empty = player_game_summary.schema().to_pyarrow().empty_table()
    Lake(lake).replace(player_game_summary, [(DAY, empty)])
