"""A lake that other code has built: what is said of it at the prompt, what is built again, and what is accepted."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nba_assets.audit.compare import Difference, compare
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.table import CONFORMED_DATASET
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.raw.box_scores import nbac_player_boxscores
from nba_assets.tables.registry import tables
from nba_assets.warehouse.code_notes import CodeNotes
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.cli.conftest import Nba
from nba_assets_tests.conftest import SIMULATED_DAYS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NBA = Path(sys.executable).with_name("nba")
DAYS = SIMULATED_DAYS.dates()
RANGE = ("--start", str(DAYS[0]), "--end", str(DAYS[-1]))
RELEASE_BEFORE = "61aaf46"
"""The last commit without conformed tables."""


class Place:
    """A lake and its instance, and `nba` in a process of its own; in this one, where nothing is built."""

    def __init__(self, root: Path, here: Nba | None = None) -> None:
        self.root, self.lake, self.home, self.here = root, Lake(root / "lake"), root / "home", here

    def told(self, *arguments: str) -> str:
        """What a command prints that builds nothing: a process takes seconds to start."""
        assert self.here
        code, printed, complaint = self.here(*arguments)
        assert code == 0, printed + complaint
        return printed

    def nba(self, *arguments: str, code: Path | None = None) -> str:
        """What it printed; with the `code` of another release if given."""
        here = {"NBA_LAKE": str(self.lake.root), "DAGSTER_HOME": str(self.home), "COLUMNS": "200"}
        settings = os.environ | here | ({"PYTHONPATH": str(code)} if code else {})
        command = [sys.executable, "-m", "nba_assets"] if code else [str(NBA)]
        done = subprocess.run(
            [*command, *arguments], cwd=self.root, env=settings, capture_output=True, text=True, timeout=250
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def change(self, contract: Contract, day: date, how: Callable[[pa.Table], pa.Table]) -> None:
        """Replace a partition by what `how` makes of its rows, with the time that it had."""
        file = self.lake.file(contract, day)
        was = self.lake.stamps(contract)[day].changed_ns
        self.lake.replace(contract, [(day, how(pq.ParquetFile(file).read()))])
        os.utime(file, ns=(was, was))


@pytest.fixture(scope="module")
def built(filled: Path) -> Place:
    """All tables of six days, not to be written to."""
    return Place(filled)


@pytest.fixture
def place(built: Place, tmp_path: Path, nba: Nba) -> Place:
    shutil.copytree(built.root, tmp_path, dirs_exist_ok=True)
    return Place(tmp_path, nba)


def differences(one: Place, other: Place) -> list[Difference]:
    """Between all tables but the conformed ones, of which an upgrade builds the days before the range as well."""
    names = [table.name for table in tables() if table.dataset != CONFORMED_DATASET]
    found = compare(one.lake.root, other.lake.root, names)
    assert {table.table.split(".")[1] for table in found} == set(names)
    return [difference for table in found for difference in table.differences]


def test_a_raw_delivery_that_changes_no_conformed_row_builds_nothing_after(place: Place) -> None:
    def later(rows: pa.Table) -> pa.Table:
        at = rows.column_names.index("processed_at")
        moments = [moment + timedelta(minutes=1) for moment in rows["processed_at"].to_pylist()]
        return rows.set_column(at, rows.schema.field(at), pa.array(moments, rows.schema.field(at).type))

    file = place.lake.file(nbac_player_boxscores, DAYS[0])
    place.lake.replace(nbac_player_boxscores, [(DAYS[0], later(pq.ParquetFile(file).read()))])
    printed = place.nba("backfill", *RANGE)
    assert "go first, the others follow where those have changed" in printed
    built = printed.split("broken checks")[1]
    assert "player_boxes" in built
    assert "team_offense_game_summary" not in built
    assert "nothing to do" in place.told("backfill", *RANGE)


def test_a_column_that_is_new_is_read_as_null_and_built_by_an_upgrade(place: Place, built: Place) -> None:
    for day in DAYS[:2]:
        place.change(team_offense_game_summary, day, lambda rows: rows.drop_columns(["pace"]))
    told = place.told("query", "SELECT count(*) - count(pace) AS empty FROM nba_analytics.team_offense_game_summary")
    assert "empty" in told
    before = place.told("upgrade", "--dry-run")
    assert "older schema" in before
    assert "team_offense_game_summary │ 2" in " ".join(before.split())
    assert not place.lake.builds(team_offense_game_summary, DAYS)[DAYS[0]].as_declared, "nothing is built yet"

    place.nba("upgrade")

    assert all(build.as_declared for build in place.lake.builds(team_offense_game_summary, DAYS).values())
    assert "nothing to do" in place.told("upgrade", "--dry-run")
    assert not differences(built, place)


def test_older_code_is_told_and_built_or_accepted_when_asked(place: Place) -> None:
    rows = pq.ParquetFile(place.lake.file(team_offense_game_summary, DAYS[1])).read()
    place.lake.replace(team_offense_game_summary, [(DAYS[1], rows)], "0123456789ab")
    only = ("backfill", *RANGE, "--tables", "team_offense_game_summary")

    told = place.told(*only, "--dry-run")
    assert "nothing to do" in told
    assert "0123456789ab" in told
    assert "1 partitions are of older code" in told
    assert "nothing to do" in place.told(*only), "nothing is built for older code alone"

    asked = place.told(*only, "--code", "--dry-run")
    assert "older code" in asked
    assert "1 partitions to build in 1 run" in asked

    shown = place.told(*only, "--accept-code")
    assert "1 partitions by 0123456789ab, today's is " in shown
    assert "what it was is not known here" in shown
    assert "older code" not in place.told(*only, "--dry-run")
    assert "nothing to do" in place.told(*only, "--code")


def test_how_older_code_differs_is_shown(place: Place) -> None:
    notes = CodeNotes(place.lake.root)
    name, today = team_offense_game_summary.full_name, place.lake.builds(team_offense_game_summary, DAYS)[DAYS[0]].code
    text = notes.text(name, today)
    assert text
    file = place.lake.root / ".code" / name / "0123456789ab.sql"
    file.write_text(text.replace('"pace"', '"tempo"', 1))
    rows = pq.ParquetFile(place.lake.file(team_offense_game_summary, DAYS[1])).read()
    place.lake.replace(team_offense_game_summary, [(DAYS[1], rows)], "0123456789ab")
    shown = place.told("backfill", *RANGE, "--accept-code", "--dry-run")
    assert any(line.strip().startswith("-") and '"tempo"' in line for line in shown.splitlines())
    assert "would be accepted" in shown


def test_a_lake_that_the_release_before_has_built(simulated_lake: Path, built: Place, tmp_path: Path, nba: Nba) -> None:
    """Its tables are there, its conformed tables are not; afterwards it holds what today's code builds from nothing."""
    archive = subprocess.run(
        ["git", "archive", RELEASE_BEFORE, "nba_assets", "dagster_home"], cwd=ROOT, capture_output=True
    )
    if archive.returncode:
        pytest.skip(f"no history with the release before, {RELEASE_BEFORE}, in this copy")
    code = tmp_path / "code"
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as packed:
        packed.extractall(code, filter="data")
    old = Place(tmp_path, nba)
    shutil.copytree(simulated_lake, old.lake.root, copy_function=os.link)
    old.home.mkdir()
    shutil.copy(code / "dagster_home" / "dagster.yaml", old.home)
    old.nba("backfill", *RANGE, code=code)
    assert not (old.lake.root / CONFORMED_DATASET).exists()
    shutil.copy(ROOT / "dagster_home" / "dagster.yaml", old.home)  # names the modules where they are now

    said = old.told("upgrade", "--dry-run")
    assert re.search(r"games\s*│ 6\s*│ missing", said)
    assert re.search(r"player_game_summary\s*│ 6\s*│ older schema", said)
    old.nba("upgrade")

    assert not differences(built, old)
    assert "nothing to do" in old.told("upgrade", "--dry-run")
