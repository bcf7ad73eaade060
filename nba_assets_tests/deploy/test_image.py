"""The image, without Docker: its steps in a clean folder with the files that it copies, and a day built from there.

Dagster's memory is Postgres, as in production. What the environment has besides our package is the tests' own, so that
nothing is downloaded.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nba_assets_tests.deploy.files import DEPLOY, PROJECT
from nba_assets_tests.orchestration.instance.event_storage.server import USER, binaries, running

pytestmark = pytest.mark.slow

DAY = "2024-10-22"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those that the image's own steps install, from a folder that has what the image has and no more."""
    clean, prefix = tmp_path_factory.mktemp("image"), tmp_path_factory.mktemp("prefix")
    copied = re.findall(r"^COPY --chown=nba (.*) /home/nba/src/(\S*)$", (DEPLOY / "Dockerfile").read_text(), re.M)
    for names, folder in copied:
        for name in names.split():
            _copy(PROJECT / name, clean / folder, into=not folder.endswith(Path(name).name))
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PYTHON": sys.executable}
    _run(["sh", str(clean / "deploy" / "install.sh"), str(prefix)], clean, offline)
    assert (prefix / "workspace.yaml").is_file()
    return prefix / "bin"


def _copy(origin: Path, place: Path, into: bool) -> None:
    place = place / origin.name if into else place
    place.parent.mkdir(parents=True, exist_ok=True)
    if origin.is_dir():
        shutil.copytree(origin, place, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(origin, place)


@pytest.fixture(scope="module")
def production(programs: Path) -> Iterator[dict[str, str]]:
    """What the containers have in their environment, and a Postgres."""
    found = binaries()
    if found is None:
        pytest.skip("Postgres: no server is installed (Debian: apt-get install postgresql)")
    with running(found) as server:
        yield {
            "DAGSTER_HOME": str(programs.parent / "dagster_home"),
            "DAGSTER_PG_HOST": "127.0.0.1",
            "DAGSTER_PG_PORT": str(server.port),
            "DAGSTER_PG_DB": server.new_database(),
            "DAGSTER_PG_USERNAME": USER,
            "DAGSTER_PG_PASSWORD": "any",
        }


def test_a_day_on_postgres(programs: Path, production: dict[str, str], lake: Path, tmp_path: Path) -> None:
    environment = production | {"NBA_LAKE": str(lake)}
    _run([str(programs / "nba"), "materialize", "--date", DAY], tmp_path, environment)
    assert list((lake / "nba_predictions").rglob(f"*={DAY}/*.parquet"))
    storage, run = _run([str(programs / "python"), "-c", _STORAGE_AND_RUN], tmp_path, environment).split()
    assert storage == "BatchingPostgresEventLogStorage"
    assert run == "SUCCESS"


_STORAGE_AND_RUN = """
from nba_assets.orchestration.instance.opening import instance_at_home
with instance_at_home() as instance:
    print(type(instance.event_log_storage).__name__, *{run.status.value for run in instance.get_runs()})
"""


def _environment(more: dict[str, str]) -> dict[str, str]:
    unset = ("NBA_", "DAGSTER_", "VIRTUAL_ENV")
    libraries = os.pathsep.join(folder for folder in sys.path if folder.endswith("site-packages"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
    return kept | {"PYTHONPATH": libraries} | more


def _run(command: list[str], place: Path, more: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=place, env=_environment(more), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
