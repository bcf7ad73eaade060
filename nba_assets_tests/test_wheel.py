"""The built wheel: it holds all that the package needs, and works where there is nothing but it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import nba_assets

PROJECT = Path(nba_assets.__file__).parents[1]
SOURCES = ("nba_assets", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that what an earlier build left behind is not in it."""
    sources = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        origin = PROJECT / name
        if origin.is_dir():
            shutil.copytree(origin, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, sources / name)
    built = tmp_path_factory.mktemp("built")
    _pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(built), str(sources))
    (found,) = built.glob("nba_assets-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment: the wheel, and beside it what the tests' own environment has."""
    root = tmp_path_factory.mktemp("environment")
    venv.create(root, symlinks=True)
    _pip("--python", str(root / "bin" / "python"), "install", "--no-deps", "--no-index", str(wheel))
    libraries = [folder for folder in sys.path if folder.endswith("site-packages")]
    (own,) = root.glob("lib/python*/site-packages")
    (own / "libraries.pth").write_text("\n".join(libraries) + "\n")
    return root / "bin"


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("nba_assets/")}
        (metadata,) = (archive.read(n).decode() for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        licences = [name for name in archive.namelist() if name.endswith("LICENSE")]
    ours = (file for file in (PROJECT / "nba_assets").rglob("*") if file.is_file())
    wanted = {file.relative_to(PROJECT).as_posix() for file in ours if "__pycache__" not in file.parts}
    assert held == wanted
    assert "License-Expression: MIT" in metadata
    assert licences


def test_an_evening_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    place = tmp_path / "empty"
    place.mkdir()

    where = _run(place, installed / "python", "-c", "import nba_assets; print(nba_assets.__file__)")
    assert Path(where).is_relative_to(installed.parent), "the tests' own environment stands before the wheel"

    said = _run(place, installed / "nba", "simulate", "--season", "2024-25", "--days", "1")
    assert "simulated" in said
    night = ("--start", "2024-10-22", "--end", "2024-10-22", "--tables", "team_offense_game_summary")
    said = _run(place, installed / "nba", "backfill", *night)
    assert "back-fill" in said

    assert {entry.name for entry in place.iterdir()} == {"lake", "dagster_home"}
    storage, run = _run(place, installed / "python", "-c", _STORAGE_AND_RUN).split()
    assert storage.startswith("nba_assets.orchestration.instance.event_storage"), "not our settings of the instance"
    assert run == "SUCCESS"


_STORAGE_AND_RUN = """
from nba_assets.orchestration.instance.opening import instance_at_home
with instance_at_home() as instance:
    print(type(instance.event_log_storage).__module__, *{run.status.value for run in instance.get_runs()})
"""


def _pip(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _run(place: Path, program: Path, *arguments: str) -> str:
    unset = ("NBA_", "DAGSTER_", "PYTHONPATH", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
    done = subprocess.run(
        [program, *arguments], cwd=place, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stderr
    return done.stdout
